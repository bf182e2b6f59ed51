package simtest

import (
	"errors"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/replica/memstore"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// device is a tablet with the people who use it.
type device struct {
	world   *world
	id      string
	person  string   // who is signed in for syncing
	authors []string // who writes on it
	store   *memstore.Store
	replica *replica.Replica
	skew    time.Duration // of the wall clock
	booted  time.Time
	boot    byte
	online  bool
	busy    bool // an exchange is under way
	copied  *memstore.Store
	acts    int // left to do
	mending bool
	late    func() error       // an answer to a repair that is still on its way
	badDisk bool               // which often damages a record
	damaged map[string]bool    // streams of which a record was damaged and not mended yet
	hurt    map[recordKey]bool // records that were ever damaged
}

func (w *world) addDevice(name string, authors ...string) *device {
	d := &device{
		world: w, id: name, person: authors[0], authors: authors, store: memstore.New(), booted: w.now, online: true,
		damaged: map[string]bool{}, hurt: map[recordKey]bool{},
	}
	// Drawn in any case, so that the dice fall the same for every option.
	d.skew = w.between(3*time.Hour, 72*time.Hour).Truncate(time.Hour) * time.Duration(w.opts.WrongClocks)
	w.devices = append(w.devices, d)
	d.open()
	for _, person := range authors {
		actor := w.server.dir.people[person]
		must(d.replica.PutAuthor(replica.Author{
			Tenant: tenant, PersonID: person, Name: person, Role: actor.GetRole(), Organisation: "station",
			Key: w.server.seals.AuthorKey(tenant, person, name),
		}, w.server.seals.Time(tenant, name, w.now.UnixMilli()), d.clock()))
	}
	return d
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// open opens the replica in the device's store, as after switching on.
func (d *device) open() {
	r, err := replica.Open(d.store, d.id)
	if err != nil {
		d.world.problem("tablet %s does not open: %v", d.id, err)
		return
	}
	d.replica = r
}

func (d *device) clock() replica.Clock {
	return replica.Clock{
		WallMs: d.world.now.Add(d.skew).UnixMilli(), MonotonicMs: uint64(d.world.now.Sub(d.booted).Milliseconds()),
		BootID: []byte{d.boot, 1, 2, 3, 4, 5, 6, 7},
	}
}

// crash switches the device off in the middle of what it does, and on again.
func (d *device) crash() {
	d.world.count("device crash")
	d.world.note("%s crashes", d.id)
	d.store.FailAt(0)
	if d.world.chance(30) {
		d.boot, d.booted = d.boot+1, d.world.now
	}
	d.open()
}

// maybeFail lets one of the next writes of the device fail.
func (d *device) maybeFail() {
	if d.world.faults && d.world.chance(8) {
		d.store.FailAt(1 + d.world.dice.IntN(4))
	}
}

// settled answers whether a call of the replica went through; if not, the device crashes and comes back.
func (d *device) settled(err error) bool {
	if err == nil {
		d.store.FailAt(0)
		return true
	}
	if !errors.Is(err, memstore.ErrFailed) {
		d.world.problem("tablet %s: %v", d.id, err)
	}
	d.crash()
	return false
}

// write puts a mutation into the queue, and tells the oracle what its author had before them. Now and then its author
// has a form open for a while first, and what comes to the tablet meanwhile is not before them.
func (d *device) write(author string, draft replica.Draft) {
	before := d.sight(draft)
	if d.damaged[draft.StreamID] && before.shown == nil && len(before.own) > 0 {
		return // what it stood on is gone from this tablet until it is mended
	}
	if draft.Operation == syncv1.Operation_OPERATION_CREATE || !d.world.chance(25) {
		d.save(author, draft, before)
		return
	}
	v, ok, err := d.replica.Record(draft.StreamID, draft.RecordID)
	if err != nil || !ok {
		return
	}
	draft.Seen = v.Seen
	d.world.count("form open for a while")
	d.world.after(d.world.between(time.Minute, 12*time.Hour), func() { d.save(author, draft, before) })
}

func (d *device) save(author string, draft replica.Draft, before sight) (id, bool) {
	d.maybeFail()
	m, err := d.replica.Write(author, d.clock(), d.world.newID, draft)
	var refused *replica.RefusedError
	if errors.As(err, &refused) || errors.Is(err, replica.ErrErased) {
		d.world.count("refused on the tablet")
		return id{}, false
	}
	if !d.settled(err) {
		return id{}, false
	}
	d.world.oracle.wrote(m, author, draft, before)
	d.world.count(draft.Operation.String())
	d.world.note("%s %s writes %s %s", d.id, author, draft.Operation, name(m))
	return m, true
}

// sight is what an author is shown of a record.
func (d *device) sight(draft replica.Draft) sight {
	before := sight{own: set{}, pending: set{}}
	if draft.Operation == syncv1.Operation_OPERATION_CREATE {
		return before
	}
	entries, err := d.replica.Queue()
	if err != nil {
		d.world.problem("tablet %s: %v", d.id, err)
	}
	for _, q := range entries {
		if q.StreamID == draft.StreamID && q.RecordID == draft.RecordID && onTop(q) {
			before.own[q.MutationID] = true
			if !q.Retired {
				before.pending[q.MutationID] = true
			}
		}
	}
	before.shown = d.confirmed(draft.StreamID, draft.RecordID)
	return before
}

// onTop tells whether a mutation of the tablet is shown on top of the record, or was confirmed: what was held or
// rejected, or stands beside the current value, is not before the eyes of whoever writes next.
func onTop(q replica.Own) bool {
	outcome := q.Result.GetOutcome()
	if q.Retired {
		return outcome != syncv1.Outcome_OUTCOME_REJECTED && outcome != syncv1.Outcome_OUTCOME_HELD
	}
	return q.State == replica.OnTablet || q.State == replica.Safe && outcome != syncv1.Outcome_OUTCOME_CONFLICT
}

// confirmed returns the bytes of a record as the server confirmed it to this tablet.
func (d *device) confirmed(streamID string, record id) []byte {
	v, ok, err := d.replica.Record(streamID, record)
	if err != nil || !ok {
		return nil
	}
	return v.ConfirmedBytes
}

// answerWay is how long the answer to a request is on its way at most.
const answerWay = 5 * time.Second

// exchange is one request and, if the network is kind, its answer.
func (d *device) exchange(then func(more bool)) {
	w := d.world
	req, err := d.replica.NextRequest(d.clock())
	if !d.settled(err) {
		then(false)
		return
	}
	req = proto.CloneOf(req)
	w.note("%s sends %d mutations", d.id, len(req.GetMutations()))
	if !w.faults {
		resp, err := w.server.sync(d, req)
		d.receive(req, resp, err, then)
		return
	}
	switch {
	case w.chance(10):
		w.count("request lost")
		w.after(30*time.Second, func() { then(false) })
		return
	case w.chance(8):
		w.count("request duplicated")
		w.after(w.between(time.Second, 48*time.Hour), func() { w.server.sync(d, proto.CloneOf(req)) })
	case w.chance(5):
		w.count("request delayed") // and the device gives up long before
		w.after(w.between(time.Minute, 48*time.Hour), func() { w.server.sync(d, proto.CloneOf(req)) })
		w.after(30*time.Second, func() { then(false) })
		return
	}
	lost := w.chance(12)
	w.after(w.between(50*time.Millisecond, 20*time.Second), func() {
		resp, err := w.server.sync(d, proto.CloneOf(req))
		if lost {
			w.count("answer lost")
			w.after(30*time.Second, func() { then(false) })
			return
		}
		w.after(w.between(50*time.Millisecond, answerWay), func() { d.receive(req, resp, err, then) })
	})
}

// receive takes an answer.
func (d *device) receive(req *syncv1.SyncRequest, resp *syncv1.SyncResponse, err error, then func(more bool)) {
	w := d.world
	if err != nil {
		w.note("%s gets no answer: %v", d.id, err)
		large := hub.CodeOf(err) == hub.TooLarge
		then(large && d.settled(d.replica.TooLarge(req)))
		return
	}
	d.maybeFail()
	progress, err := d.replica.Absorb(d.clock(), w.newID, req, proto.CloneOf(resp))
	if !d.settled(err) {
		then(false)
		return
	}
	for i, r := range resp.GetResults() {
		m := &syncv1.Mutation{}
		if proto.Unmarshal(req.GetMutations()[i].GetPayload(), m) != nil {
			continue
		}
		w.note("%s is told %s: %s", d.id, name(id(m.GetId())), r.GetOutcome())
		switch r.GetOutcome() {
		case syncv1.Outcome_OUTCOME_RETRY, syncv1.Outcome_OUTCOME_ID_REUSED:
		default:
			w.oracle.acknowledged[id(m.GetId())] = d
		}
	}
	w.oracle.whole(d)
	if w.faults {
		d.mendLater()
		then(progress.More)
		return
	}
	then(d.mend() || progress.More)
}
