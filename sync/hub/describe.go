package hub

import (
	"bytes"
	"maps"
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/ledger"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// describe tells a device anew what its streams are, if it takes them for something else: charts were merged or parted
// in the directory. The streams themselves do not change by that. Until a restore is confirmed it is not told: the
// directory may be an old one.
func (s *step) describe() {
	if len(s.req.GetDescriptionsHash()) == 0 || s.resp.GetRestoring() {
		return
	}
	streams := make([]*syncv1.StreamDescription, 0, len(s.streams))
	for _, ref := range s.streams {
		streams = append(streams, &syncv1.StreamDescription{StreamId: ref.ID, Info: ref.Info})
	}
	if !bytes.Equal(ledger.Descriptions(streams), s.req.GetDescriptionsHash()) {
		s.resp.Streams = streams
	}
}

// durables answers what backups cover: of the streams that the request is about, and of those in which the device is
// known to have written. A stream that it may not read counts only where the log has something that it brought, or a
// receipt shows that; else the answer would tell that there is such a stream.
func (s *step) durables(wrote []string) {
	asked := map[string]bool{}
	ask := func(id string, proven bool) {
		if _, readable := s.readable[id]; asked[id] || !readable && !proven && !s.landed[id] {
			return
		}
		asked[id] = true
		if v := s.hub.backups.Durable(s.call.Session.Tenant, id); v != nil {
			s.resp.Durable = append(s.resp.Durable, &syncv1.Durable{StreamId: id, Version: v})
		}
	}
	for _, p := range s.req.GetPositions() {
		ask(p.GetStreamId(), s.hub.mayProve(s.call, p, s.readable))
	}
	for i, ref := range s.req.GetHeld() {
		ask(ref.GetStreamId(), s.resp.GetHeld()[i].GetVersion().GetSeq() > 0)
	}
	for _, id := range slices.Sorted(maps.Keys(s.landed)) {
		ask(id, true)
	}
	for _, id := range wrote {
		ask(id, true)
	}
}

// oldestOf is the oldest month that the device holds of a stream; 0: it holds everything.
func (s *step) oldestOf(p *syncv1.StreamPosition) uint32 {
	if month := p.GetOldestMonth(); month != 0 {
		return month
	}
	return s.req.GetOldestMonth()
}

// outside tells whether a section is older than what a device holds. The standing section never is.
func outside(section, oldest uint32) bool { return section != 0 && section < oldest }

// compareSections compares the digests that a device added up anew with those of the stream, where it stands at the head.
func compareSections(ours []*syncv1.SectionDigest, p *syncv1.StreamPosition, oldest uint32) (differing []*syncv1.SectionDigest) {
	theirs := map[uint32]*syncv1.SectionDigest{}
	for _, d := range p.GetSections() {
		theirs[d.GetSection()] = d
	}
	for _, d := range ours {
		own := theirs[d.GetSection()]
		delete(theirs, d.GetSection())
		if !outside(d.GetSection(), oldest) && !sameDigest(d, own) {
			differing = append(differing, d)
		}
	}
	for _, d := range p.GetSections() { // in the order of the request
		if theirs[d.GetSection()] != nil && !outside(d.GetSection(), oldest) && d.GetCount() > 0 {
			differing = append(differing, &syncv1.SectionDigest{Section: d.GetSection(), Digest: make([]byte, 32)})
		}
	}
	return differing
}

func sameDigest(a, b *syncv1.SectionDigest) bool {
	return a.GetCount() == b.GetCount() && (bytes.Equal(a.GetDigest(), b.GetDigest()) || a.GetCount() == 0)
}
