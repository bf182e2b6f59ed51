package hub

import (
	"bytes"
	"context"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const schemaVersion = care.SchemaVersion

// recordOverhead is what a record costs in a page beside its bytes.
const recordOverhead = 16

// sectionBytes is what the digest of a section costs in a page.
const sectionBytes = 48

// pull answers verdicts and pages, all from one snapshot.
func (s *step) pull(ctx context.Context) error {
	return s.hub.store.View(ctx, func(r store.Reader) error {
		for _, ref := range s.req.GetHeld() {
			now, err := s.hub.heldNow(r, s.call, ref)
			if err != nil {
				s.hub.fault(err)
				now = &syncv1.MutationResult{Outcome: syncv1.Outcome_OUTCOME_HELD} // as far as anybody can tell now
			}
			s.resp.Held = append(s.resp.Held, now)
		}
		return s.verdicts(r)
	})
}

// verdicts compares what is granted now with what the device has.
func (s *step) verdicts(r store.Reader) error {
	positions := s.req.GetPositions()
	if s.req.GetManifestComplete() {
		for _, id := range s.missing() {
			positions = append(positions, &syncv1.StreamPosition{StreamId: id})
		}
	} else if len(s.req.GetManifestHash()) > 0 {
		same, err := s.manifestFits(r)
		if err != nil {
			s.hub.fault(err) // the verdicts one by one will tell which stream it is
		}
		s.resp.ManifestNeeded = !same
	}
	budget := s.budget()
	for _, p := range positions {
		v, page, err := s.verdict(r, p, budget)
		if err != nil {
			s.hub.fault(err) // of this stream, which gets no verdict; the others go on
			continue
		}
		s.resp.Verdicts = append(s.resp.Verdicts, v)
		if page != nil {
			s.resp.Pages = append(s.resp.Pages, page)
			budget -= pageBytes(page)
		}
		behind := v.GetVerdict() == syncv1.Verdict_VERDICT_BEHIND && !page.GetLast()
		s.resp.More = s.resp.More || behind || v.GetVerdict() >= syncv1.Verdict_VERDICT_ADOPTED
	}
	return nil
}

// missing returns the readable streams that the device did not list, in order.
func (s *step) missing() []string {
	var ids []string
	for id := range s.readable {
		if s.positions[id] == nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// manifestFits tells whether the device's manifest is that of all streams that it may read, as they stand.
func (s *step) manifestFits(r store.Reader) (bool, error) {
	now := make([]*syncv1.StreamPosition, 0, len(s.readable))
	for id := range s.readable {
		head, err := readHead(r, s.stream(id))
		if err != nil {
			return false, err
		}
		now = append(now, &syncv1.StreamPosition{
			StreamId: id, Cursor: &syncv1.Cursor{Version: head.GetVersion(), Hash: head.GetHash()},
		})
	}
	return bytes.Equal(ledger.Manifest(now), s.req.GetManifestHash()), nil
}

func (s *step) stream(id string) store.Stream {
	return store.Stream{Tenant: s.call.Session.Tenant, Name: id}
}

func (s *step) budget() int {
	if asked := int(s.req.GetMaxResponseBytes()); asked > 0 {
		return min(asked, s.hub.limits.ResponseBytes)
	}
	return s.hub.limits.ResponseBytes
}

// verdict answers for one stream, with a page if the device is behind and there is room.
func (s *step) verdict(r store.Reader, p *syncv1.StreamPosition, budget int) (*syncv1.StreamVerdict, *syncv1.Page, error) {
	v := &syncv1.StreamVerdict{StreamId: p.GetStreamId(), Verdict: syncv1.Verdict_VERDICT_REVOKED}
	ref, ok := s.readable[p.GetStreamId()]
	if !ok {
		return v, nil, nil
	}
	stream := s.stream(p.GetStreamId())
	head, err := readHead(r, stream)
	if err != nil {
		return nil, nil, err
	}
	at, _, err := s.hub.stand(r, stream, head, p)
	if err != nil {
		return nil, nil, err
	}
	cursor := p.GetCursor().GetVersion()
	v.Head = s.hub.cursor(stream, head.GetVersion(), head.GetHash())
	if cursor.GetEpoch() != head.GetVersion().GetEpoch() {
		v.Bases = head.GetBases()
	}
	if cursor.GetSeq() == 0 {
		v.Info = ref.Info
	}
	switch {
	case at == lost:
		v.Verdict = syncv1.Verdict_VERDICT_HISTORY_LOST
	case at == adopted:
		v.Verdict = syncv1.Verdict_VERDICT_ADOPTED
	case cursor.GetSeq() == head.GetVersion().GetSeq():
		v.Verdict = syncv1.Verdict_VERDICT_UP_TO_DATE
	default:
		v.Verdict = syncv1.Verdict_VERDICT_BEHIND
		page, err := s.page(r, stream, head, p, budget)
		return v, page, err
	}
	return v, nil, nil
}

// page reads the next records of a stream, as far as the budget goes; nil if nothing was asked for or fits.
func (s *step) page(r store.Reader, stream store.Stream, head *storev1.StreamHead, p *syncv1.StreamPosition, budget int) (*syncv1.Page, error) {
	if !s.req.GetPull() || budget <= 0 {
		return nil, nil
	}
	from, err := s.resume(r, stream, head, p)
	if err != nil {
		return nil, err
	}
	page := &syncv1.Page{StreamId: p.GetStreamId(), Staged: from, Last: true}
	used := 0
	err = r.Current(stream, from.GetVersion().GetSeq(), func(_ uint64, raw []byte) error {
		g, err := ledger.Look(raw)
		if err != nil {
			return store.ErrDamaged
		}
		if cost := len(g.Record) + recordOverhead; g.Record != nil {
			if used += cost; used > budget && len(page.Records) > 0 {
				page.Last = false
				return store.ErrStop
			}
			page.Records = append(page.Records, pageRecord(&g))
		}
		page.Staged = &syncv1.Cursor{Version: &syncv1.Version{Epoch: g.Epoch, Seq: g.Seq}, Hash: append(page.Staged.GetHash()[:0:0], g.Hash...)}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !page.Last {
		page.Staged = s.hub.cursor(stream, page.Staged.GetVersion(), page.Staged.GetHash())
		return page, nil
	}
	page.Staged = s.hub.cursor(stream, head.GetVersion(), head.GetHash())
	page.Sections, err = readDigests(r, stream)
	return page, err
}

// resume returns where an unfinished fill goes on: at what is staged, if that is in the log, else at the cursor.
func (s *step) resume(r store.Reader, stream store.Stream, head *storev1.StreamHead, p *syncv1.StreamPosition) (*syncv1.Cursor, error) {
	if staged := p.GetStaged(); staged.GetVersion().GetSeq() > p.GetCursor().GetVersion().GetSeq() {
		match, err := hasHash(r, stream, head, staged.GetVersion().GetSeq(), staged.GetHash())
		if err != nil {
			return nil, err
		}
		if match {
			return staged, nil
		}
	}
	if p.GetCursor().GetVersion() == nil {
		return &syncv1.Cursor{Version: &syncv1.Version{}}, nil
	}
	return p.GetCursor(), nil
}

func pageRecord(g *ledger.Glance) *syncv1.PageRecord {
	return &syncv1.PageRecord{
		Version: &syncv1.Version{Epoch: g.Epoch, Seq: g.Seq}, Record: bytes.Clone(g.Record), Section: g.Section,
	}
}

func readDigests(r store.Reader, stream store.Stream) ([]*syncv1.SectionDigest, error) {
	var sections []*syncv1.SectionDigest
	err := r.Digests(stream, func(_ uint32, raw []byte) error {
		d := &syncv1.SectionDigest{}
		if proto.Unmarshal(raw, d) != nil {
			return store.ErrDamaged
		}
		sections = append(sections, d)
		return nil
	})
	return sections, err
}

func pageBytes(p *syncv1.Page) int {
	n := 0
	for _, rec := range p.GetRecords() {
		n += len(rec.GetRecord()) + recordOverhead
	}
	return n + len(p.GetSections())*sectionBytes
}
