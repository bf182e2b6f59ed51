package hub

import (
	"bytes"
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// recordOverhead is what a record costs in a page beside its bytes.
const recordOverhead = 16

// sectionBytes is what the digest of a section costs in a page.
const sectionBytes = 48

// pull answers verdicts and pages, all from one snapshot. It returns what is known of the device.
func (s *step) pull(ctx context.Context) (device []byte, err error) {
	err = s.hub.store.View(ctx, func(r store.Reader) error {
		raw, err := r.Device(s.call.Session.Tenant, s.call.Session.DeviceID)
		if err != nil {
			s.hub.fault(err) // it is gathered anew
		}
		device = bytes.Clone(raw)
		for _, ref := range s.req.GetHeld() {
			now, err := s.heldNow(r, ref)
			if err != nil {
				s.hub.fault(err)
				now = &syncv1.MutationResult{Outcome: syncv1.Outcome_OUTCOME_HELD} // as far as anybody can tell now
			}
			s.resp.Held = append(s.resp.Held, now)
		}
		return s.verdicts(r)
	})
	return device, err
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
		if v == nil {
			continue
		}
		s.resp.Verdicts = append(s.resp.Verdicts, v)
		if page != nil {
			s.resp.Pages = append(s.resp.Pages, page)
			budget -= pageBytes(page)
		}
		if s.resp.GetRestoring() {
			continue // there is more, and it is not to be asked for until the restore is confirmed
		}
		behind := v.GetVerdict() == syncv1.Verdict_VERDICT_BEHIND && !page.GetLast()
		s.resp.More = s.resp.More || behind || v.GetVerdict() >= syncv1.Verdict_VERDICT_ADOPTED
	}
	return nil
}

// missing returns the readable streams that the device did not list, in order.
func (s *step) missing() []string {
	var ids []string
	for _, ref := range s.streams {
		if s.positions[ref.ID] == nil {
			ids = append(ids, ref.ID)
		}
	}
	return ids
}

// manifestFits tells whether the device's manifest is that of all streams that it may read, as they stand.
func (s *step) manifestFits(r store.Reader) (bool, error) {
	now := ledger.NewManifest()
	for _, ref := range s.streams {
		raw, err := r.Head(s.stream(ref.ID))
		if err != nil {
			return false, err
		}
		at, err := ledger.LookHead(raw)
		if err != nil {
			return false, store.ErrDamaged
		}
		now.Add(ref.ID, at.Epoch, at.Seq, at.Hash)
	}
	return bytes.Equal(now.Sum(), s.req.GetManifestHash()), nil
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

// verdict answers for one stream, with a page if the device is behind and there is room. Until a restore is confirmed
// nobody knows what was revoked, so nothing is told to be purged: there is no verdict then.
func (s *step) verdict(r store.Reader, p *syncv1.StreamPosition, budget int) (*syncv1.StreamVerdict, *syncv1.Page, error) {
	v := &syncv1.StreamVerdict{StreamId: p.GetStreamId(), Verdict: syncv1.Verdict_VERDICT_REVOKED}
	ref, ok := s.readable[p.GetStreamId()]
	if !ok && s.resp.GetRestoring() {
		return nil, nil, nil
	}
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
	if at != fits || cursor.GetEpoch() != head.GetVersion().GetEpoch() {
		v.Bases = head.GetBases() // two logs may have an epoch of the same number and other bases
	}
	if cursor.GetSeq() == 0 {
		v.Info = ref.Info
	}
	switch {
	case at == lost:
		v.Verdict = syncv1.Verdict_VERDICT_HISTORY_LOST
	case at == adopted:
		v.Verdict = syncv1.Verdict_VERDICT_ADOPTED
		v.Adopted = s.hub.cursor(stream, &syncv1.Version{Epoch: head.GetVersion().GetEpoch(), Seq: cursor.GetSeq()}, p.GetCursor().GetHash())
	case cursor.GetSeq() == head.GetVersion().GetSeq():
		v.Verdict = syncv1.Verdict_VERDICT_UP_TO_DATE
		return v, nil, s.compare(r, stream, p, v)
	default:
		v.Verdict = syncv1.Verdict_VERDICT_BEHIND
		page, err := s.page(r, stream, head, p, budget)
		return v, page, err
	}
	return v, nil, nil
}

// compare answers the digests that came with the position of a device that has everything.
func (s *step) compare(r store.Reader, stream store.Stream, p *syncv1.StreamPosition, v *syncv1.StreamVerdict) error {
	if len(p.GetSections()) == 0 || s.resp.GetRestoring() {
		return nil
	}
	ours, err := readDigests(r, stream)
	if err != nil {
		return err
	}
	v.SectionsCompared, v.Differing = true, compareSections(ours, p, s.oldestOf(p))
	if len(v.GetDiffering()) > 0 {
		s.hub.differed(len(v.GetDiffering()))
	}
	return nil
}

// page reads the next records of a stream, as far as the budget goes; nil if nothing was asked for or fits.
func (s *step) page(r store.Reader, stream store.Stream, head *storev1.StreamHead, p *syncv1.StreamPosition, budget int) (*syncv1.Page, error) {
	restoring := s.resp.GetRestoring() && planted.Bug != planted.PagesBeforeConfirmation
	if !s.req.GetPull() || budget <= 0 || s.looked >= s.hub.limits.Scanned || restoring {
		return nil, nil
	}
	from, err := s.resume(r, stream, head, p)
	if err != nil {
		return nil, err
	}
	page := &syncv1.Page{StreamId: p.GetStreamId(), Staged: from, Last: true}
	w := pageWriter{
		budget: budget, page: page, oldest: s.oldestOf(p), left: s.hub.limits.Scanned - s.looked, created: s.created[stream.Name],
	}
	if err = r.Current(stream, from.GetVersion().GetSeq(), w.take); err != nil {
		return nil, err
	}
	s.looked = s.hub.limits.Scanned - w.left
	if !page.Last {
		if w.last.GetSeq() > 0 {
			page.Staged = s.hub.cursor(stream, w.last, w.hash)
		}
		return page, nil
	}
	page.Staged = s.hub.cursor(stream, head.GetVersion(), head.GetHash())
	page.Sections, err = readDigests(r, stream)
	return page, err
}

// pageWriter fills a page. It copies the records into few large pieces of memory: a first fill has many.
type pageWriter struct {
	page   *syncv1.Page
	budget int
	used   int
	oldest uint32 // month; records of older ones are passed over
	left   int    // entries that may be looked at
	// created are what this request brought, by seq.
	created map[uint64]*prepared

	arena []byte
	slab  []pageSlot
	last  *syncv1.Version // of the last entry looked at
	hash  []byte
}

type pageSlot struct {
	record  syncv1.PageRecord
	version syncv1.Version
}

const (
	arenaBytes = 64 << 10
	slabSlots  = 128
)

// take looks at the next entry of the log.
func (w *pageWriter) take(_ uint64, raw []byte) error {
	g, parts, err := ledger.Skim(raw)
	if err != nil {
		return store.ErrDamaged
	}
	if w.left == 0 {
		w.page.Last = false
		return store.ErrStop
	}
	w.left--
	if ledger.Changed(g.Effect) && (!outside(g.Section, w.oldest) || stub(parts)) {
		mutation, parts := w.shorten(&g, parts)
		if w.used += parts.Len() + recordOverhead; w.used > w.budget && len(w.page.Records) > 0 {
			w.page.Last = false
			return store.ErrStop
		}
		w.page.Records = append(w.page.Records, w.record(&g, mutation, parts))
	}
	if w.last == nil {
		w.last = &syncv1.Version{}
	}
	w.last.Epoch, w.last.Seq, w.hash = g.Epoch, g.Seq, append(w.hash[:0], g.Hash...)
	return nil
}

// maxStub is more than a stub takes: id, status and first arrival.
const maxStub = 160

// stub tells whether a record is what is left of one that was erased. Every device is told, whatever its window: it has
// to destroy what its own people wrote about the record, and their photos.
func stub(parts ledger.Parts) bool {
	if parts.Len() > maxStub {
		return false
	}
	var scratch [maxStub]byte
	rec := &carev1.Record{}
	return proto.Unmarshal(parts.AppendTo(scratch[:0]), rec) == nil && rec.GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED
}

func (w *pageWriter) record(g *ledger.Glance, mutation uint32, parts ledger.Parts) *syncv1.PageRecord {
	if cap(w.arena)-len(w.arena) < parts.Len() {
		w.arena = make([]byte, 0, max(arenaBytes, parts.Len()))
	}
	if len(w.slab) == 0 {
		w.slab = make([]pageSlot, slabSlots)
	}
	start, slot := len(w.arena), &w.slab[0]
	w.arena, w.slab = parts.AppendTo(w.arena), w.slab[1:]
	slot.version.Epoch, slot.version.Seq = g.Epoch, g.Seq
	slot.record.Version, slot.record.Section, slot.record.Mutation = &slot.version, g.Section, mutation
	slot.record.Record = w.arena[start:len(w.arena):len(w.arena)]
	return &slot.record
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
