package hub

import (
	"maps"
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/ledger"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// land remembers the newest place at which something stands that this device brought.
func (s *step) land(stream string, place *syncv1.Cursor) {
	if place.GetVersion().GetSeq() > s.landings[stream].GetVersion().GetSeq() {
		s.landings[stream] = place
	}
}

// tellLandings answers the newest landing of each stream, sealed: a device that shows it proves what this log once had.
func (s *step) tellLandings() {
	seals := s.hub.seals.Sealer()
	for _, id := range slices.Sorted(maps.Keys(s.landings)) {
		place := s.landings[id]
		place.Seal = seals.Landing(s.call.Session.Tenant, id, place)
		s.resp.Landings = append(s.resp.Landings, &syncv1.Landing{StreamId: id, Place: place})
	}
}

// noteCreated remembers a record that this request brought and that stands in the log as it was brought: a page of this
// answer need not repeat it.
func (s *step) noteCreated(stream string, p *prepared, r *syncv1.MutationResult) {
	if p.m.GetOperation() != syncv1.Operation_OPERATION_CREATE || !ledger.Changed(r.GetOutcome()) || !s.req.GetPull() {
		return
	}
	if s.created[stream] == nil {
		s.created[stream] = map[uint64]*prepared{}
	}
	s.created[stream][r.GetVersion().GetSeq()] = p
}

// shorten leaves out what the device sent with this request and has in its queue, byte for byte: the mutation's number
// stands for it.
func (w *pageWriter) shorten(g *ledger.Glance, parts ledger.Parts) (mutation uint32, rest ledger.Parts) {
	if p := w.created[g.Seq]; p != nil {
		if rest, ok := parts.Without(p.brought); ok {
			return uint32(p.index) + 1, rest
		}
	}
	return 0, parts
}
