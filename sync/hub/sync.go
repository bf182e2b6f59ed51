package hub

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/store"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Sync answers one step of a device's synchronisation: it stores and judges the mutations, each stream in a commit
// of its own, and reads what the device lacks. Every result but RETRY and ID_REUSED is durable when Sync returns.
// The second answer tells which logs have grown.
func (h *Hub) Sync(ctx context.Context, c Call, req *syncv1.SyncRequest) (*syncv1.SyncResponse, []Moved, error) {
	if req.GetProtocolVersion() != ProtocolVersion {
		return nil, nil, refuse(NeedsUpdate, "this server speaks version 1 of the sync protocol; what is written on the device is safe there, update the app and sync again")
	}
	if len(req.GetMutations()) > h.limits.Mutations {
		return nil, nil, refuse(TooLarge, "too many mutations in one request; nothing was stored, send half of them")
	}
	step := h.newStep(c, req)
	if len(step.positions) != len(req.GetPositions()) {
		return nil, nil, refuse(InvalidArgument, "positions: a stream may stand there once; nothing was stored")
	}
	if err := step.recognise(ctx); err != nil {
		return nil, nil, outward(err)
	}
	step.push(ctx)
	known, err := step.pull(ctx)
	if err != nil {
		return nil, nil, outward(err)
	}
	step.tellLandings()
	step.describe()
	step.durables(step.noteDevice(ctx, known))
	return step.resp, step.moved, nil
}

// step is one call of Sync.
type step struct {
	hub       *Hub
	call      Call
	req       *syncv1.SyncRequest
	resp      *syncv1.SyncResponse
	streams   []StreamRef // readable, in order of id
	readable  map[string]StreamRef
	positions map[string]*syncv1.StreamPosition
	moved     []Moved
	// landed are the streams whose logs have something that this request brought.
	landed map[string]bool
	// landings are the newest entries that results name, and what became of held mutations, by stream.
	landings map[string]*syncv1.Cursor
	// created are the records that this request brought and the log has now, by stream and seq.
	created map[string]map[uint64]*prepared
	// looked is how many entries the pages of this answer went through.
	looked int
}

func (h *Hub) newStep(c Call, req *syncv1.SyncRequest) *step {
	s := &step{
		hub: h, call: c, req: req, landed: map[string]bool{}, landings: map[string]*syncv1.Cursor{},
		created: map[string]map[uint64]*prepared{},
		streams: h.readableInOrder(c), positions: map[string]*syncv1.StreamPosition{},
		resp: &syncv1.SyncResponse{
			ServerTime:    h.seals.Time(c.Session.Tenant, c.Session.DeviceID, c.Now.UnixMilli()),
			SchemaVersion: h.schema.newest,
			Restoring:     h.restored.Unconfirmed(),
			Results:       make([]*syncv1.MutationResult, len(req.GetMutations())),
		},
	}
	s.readable = make(map[string]StreamRef, len(s.streams))
	for _, ref := range s.streams {
		s.readable[ref.ID] = ref
	}
	for _, p := range req.GetPositions() {
		s.positions[p.GetStreamId()] = p
	}
	return s
}

// readableInOrder returns the streams that the caller may read, by id. The directory mostly gives them so.
func (h *Hub) readableInOrder(c Call) []StreamRef {
	streams := h.dir.Readable(c.Session.Tenant, c.Session.PersonID, c.Now)
	byID := func(a, b StreamRef) int { return strings.Compare(a.ID, b.ID) }
	if slices.IsSortedFunc(streams, byID) {
		return streams
	}
	return slices.SortedFunc(slices.Values(streams), byID)
}

// recognise finds the streams whose history the device proves to be lost, and opens a new epoch in each before
// anything is written to it. It also finds held mutations whose wait is over, and judges them.
func (s *step) recognise(ctx context.Context) error {
	if len(s.req.GetHeld()) == 0 && !slices.ContainsFunc(s.req.GetPositions(), namesPlace) {
		return nil
	}
	var closures []func(store.Tx) error
	err := s.hub.store.View(ctx, func(r store.Reader) error {
		closures = nil
		for _, p := range s.req.GetPositions() {
			if lost, err := s.newLoss(r, p); err != nil {
				s.hub.fault(err) // of this stream; the others go on
			} else if lost {
				closures = append(closures, s.openEpoch(p))
			}
		}
		for _, ref := range s.req.GetHeld() {
			if over, err := s.waitIsOver(r, ref); err != nil {
				s.hub.fault(err)
			} else if over {
				closures = append(closures, s.reviveHeld(ref))
			}
		}
		return nil
	})
	if err != nil || len(closures) == 0 {
		return err
	}
	for batch := range slices.Chunk(closures, store.MaxClosures) {
		for _, err := range s.hub.store.Update(ctx, batch...) {
			if err != nil {
				s.hub.fault(err) // writing the streams comes next and is refused for the same reason; reading goes on
			}
		}
	}
	return nil
}

func (s *step) newLoss(r store.Reader, p *syncv1.StreamPosition) (bool, error) {
	if !namesPlace(p) || !s.hub.mayProve(s.call, p, s.readable) {
		return false, nil
	}
	stream := s.stream(p.GetStreamId())
	head, err := readHead(r, stream)
	if err != nil {
		return false, err
	}
	_, lost, err := s.hub.stand(r, stream, head, p)
	return lost, err
}

// waitIsOver tells whether a mutation that this device brought is held for one that has taken effect, or for a schema
// that this server did not know then and knows now.
func (s *step) waitIsOver(r store.Reader, ref *syncv1.HeldRef) (bool, error) {
	stream := s.stream(ref.GetStreamId())
	found, err := lookup(r, stream, store.ID(ref.GetMutationId()))
	if err != nil || found == nil || found.written.GetDeviceId() != s.call.Session.DeviceID ||
		found.entry.GetEffect() != syncv1.Outcome_OUTCOME_HELD {
		return false, err
	}
	if s.hub.understoodNow(s.call.Session.Tenant, found) {
		return true, nil
	}
	if len(found.entry.GetWaitsFor()) != 16 {
		return false, nil
	}
	awaited, err := lookup(r, stream, store.ID(found.entry.GetWaitsFor()))
	return awaited != nil && ledger.Changed(awaited.entry.GetEffect()), err
}

func (s *step) reviveHeld(ref *syncv1.HeldRef) func(store.Tx) error {
	return func(tx store.Tx) error {
		w, err := s.hub.writer(s.call, tx, ref.GetStreamId())
		if err != nil {
			return err
		}
		id := store.ID(ref.GetMutationId())
		found, err := w.lookup(id)
		if err != nil || found == nil {
			return err
		}
		if err := w.revive(id, found); err != nil {
			return err
		}
		return w.flush()
	}
}

func (s *step) openEpoch(p *syncv1.StreamPosition) func(store.Tx) error {
	return func(tx store.Tx) error {
		w, err := s.hub.writer(s.call, tx, p.GetStreamId())
		if err != nil {
			return err
		}
		if _, err := w.meet(p); err != nil {
			return err
		}
		return w.flush()
	}
}

// batch is what one request brings for one stream.
type batch struct {
	stream    string
	mutations []*prepared
	results   []*syncv1.MutationResult
	moved     uint64
	landing   *syncv1.Cursor
	failed    bool
	// waiting are ids of the request that the device will renew, from the halves before this one too.
	waiting renewed
	before  renewed
}

// push stores the mutations, each stream in a closure of its own. What could not be stored is answered with RETRY.
func (s *step) push(ctx context.Context) {
	for chunk := range slices.Chunk(s.batches(), store.MaxClosures) {
		closures := make([]func(store.Tx) error, 0, len(chunk))
		for _, b := range chunk {
			closures = append(closures, func(tx store.Tx) error { return s.write(tx, b) })
		}
		for i, err := range s.hub.store.Update(ctx, closures...) {
			s.settle(ctx, chunk[i], err)
		}
	}
}

// settle answers a batch. One that is more than a commit holds (small mutations of large records grow) goes in halves,
// in order; if the first half cannot be stored the second is not tried.
func (s *step) settle(ctx context.Context, b *batch, err error) {
	if !errors.Is(err, store.ErrTooLarge) || len(b.mutations) < 2 {
		s.answer(b, err)
		return
	}
	half := len(b.mutations) / 2
	first := &batch{stream: b.stream, mutations: b.mutations[:half], waiting: b.waiting}
	s.settle(ctx, first, s.store(ctx, first))
	second := &batch{stream: b.stream, mutations: b.mutations[half:], waiting: first.waiting}
	if first.failed {
		s.answer(second, errHalf)
		b.failed = true
		return
	}
	s.settle(ctx, second, s.store(ctx, second))
	b.failed, b.waiting = second.failed, second.waiting
}

var errHalf = errors.New("hub: the half before this one could not be stored")

func (s *step) store(ctx context.Context, b *batch) error {
	return s.hub.store.Update(ctx, func(tx store.Tx) error { return s.write(tx, b) })[0]
}

// batches prepares the mutations and sorts them by stream, in the order in which they were written.
func (s *step) batches() []*batch {
	offset := s.req.GetClock().GetWallMs() - s.call.Now.UnixMilli()
	byStream, with := map[string]*batch{}, s.hub.sealers()
	var batches []*batch
	for i, q := range s.req.GetMutations() {
		p := s.hub.prepare(s.call, q, with)
		p.index, p.offsetMs = i, offset
		stream := ""
		if !p.placeless {
			stream = p.m.GetStreamId()
		}
		b := byStream[stream]
		if b == nil {
			b = &batch{stream: stream}
			byStream[stream] = b
			batches = append(batches, b)
		}
		b.mutations = append(b.mutations, p)
	}
	return batches
}

// write is the closure of one stream. It may run again, so it starts its results anew.
func (s *step) write(tx store.Tx, b *batch) error {
	if b.before == nil {
		b.before = b.waiting
	}
	b.results, b.moved, b.waiting = make([]*syncv1.MutationResult, 0, len(b.mutations)), 0, renewed{}
	maps.Copy(b.waiting, b.before)
	w, err := s.hub.writer(s.call, tx, b.stream)
	if err != nil {
		return err
	}
	before := w.head.GetVersion().GetSeq()
	judge := true
	if p := s.positions[b.stream]; p != nil && s.hub.mayProve(s.call, p, s.readable) {
		if judge, err = w.meet(p); err != nil {
			return err
		}
	}
	// The holes that this closes: the request that reveals a lost history was put together against that history.
	for _, p := range b.mutations {
		if !judge && planted.Bug != planted.JudgesAtOnce || b.waiting.dependant(p) {
			b.results = append(b.results, &syncv1.MutationResult{Outcome: syncv1.Outcome_OUTCOME_RETRY})
			continue
		}
		r, err := w.take(p)
		if err != nil {
			return err
		}
		if r.GetOutcome() == syncv1.Outcome_OUTCOME_ID_REUSED {
			b.waiting[p.id] = true
		}
		b.results = append(b.results, r)
	}
	if after := w.head.GetVersion().GetSeq(); after > before {
		b.moved = after
	}
	b.landing = w.landing
	return w.flush()
}

// answer puts the results of one stream in their places.
func (s *step) answer(b *batch, err error) {
	if err == nil && b.moved > 0 {
		s.moved = append(s.moved, Moved{Tenant: s.call.Session.Tenant, StreamID: b.stream, Seq: b.moved})
	}
	if b.failed = err != nil; b.failed {
		s.resp.RetryAfterMs = uint32(retryAfter.Milliseconds())
	}
	if err == nil {
		s.land(b.stream, b.landing)
	}
	for i, p := range b.mutations {
		if err != nil {
			s.resp.Results[p.index] = &syncv1.MutationResult{Outcome: syncv1.Outcome_OUTCOME_RETRY}
			continue
		}
		s.resp.Results[p.index] = b.results[i]
		if b.results[i].GetVersion().GetSeq() > 0 {
			s.landed[b.stream] = true
			s.noteCreated(b.stream, p, b.results[i])
		}
	}
}

// renewed are the ids that were answered ID_REUSED, and what depends on them. What depends on an id that the device is
// about to renew is not judged: the device sends it again with the new id.
type renewed map[store.ID]bool

func (r renewed) dependant(p *prepared) bool {
	if len(r) == 0 || p.m == nil {
		return false
	}
	depends := p.record != p.id && r[p.record]
	if pred := p.m.GetPredecessor().GetId(); len(pred) == 16 {
		depends = depends || r[store.ID(pred)]
	}
	if depends {
		r[p.id] = true
	}
	return depends
}
