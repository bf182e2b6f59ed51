// Package simtest plays the real core, hub and replicas, in a world where everything goes wrong: tablets are offline
// for days, the network drops, delays, duplicates and reorders, answers are lost after the commit, tablets and server
// crash between any two writes, a server comes back from an old copy, a tablet too, clocks are wrong and people write
// over each other. Time is virtual and there is one goroutine, so that a seed gives the same history each time.
//
// It promises to find a write that was acknowledged and is gone, or is there twice; a value that somebody overwrote
// without having seen it; a device that differs from the log; a dependant before what it depends on; an outcome that
// hangs on a device's clock. What it may find is decided by oracle.go, which looks at the log and at what each author
// was shown, and at nothing of the merge.
//
// It never touches a network, a disk or the real clock.
package simtest

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const (
	tenant = "sim"
	// maxEvents bounds one history; a history that needs more has found a loop.
	maxEvents = 20_000
	// maxQuietRounds bounds the synchronisations until a world without faults must have come to rest.
	maxQuietRounds = 400
)

// Options of one history.
type Options struct {
	// Seed decides everything.
	Seed uint64
	// WrongClocks sets the devices' wall clocks off by up to days: 0 not, 1 one way, -1 the other. Outcomes must not
	// change with it.
	WrongClocks int
	// Trace, if set, receives a line per thing that happens.
	Trace io.Writer
}

// Report is what one history came to.
type Report struct {
	Seed uint64
	// Problems are the broken promises, at most a few.
	Problems []string
	// Trace is the SHA-256 of everything that happened, the same for the same seed and build.
	Trace string
	// Outcomes is the SHA-256 of what became of every mutation, without any time in it.
	Outcomes string
	// Counts of what happened, to see that the faults did occur.
	Counts map[string]int
}

// Run plays one history.
func Run(o Options) *Report {
	w := newWorld(o)
	w.build()
	w.play()
	w.comeToRest()
	w.oracle.judgeEnd()
	return w.report()
}

// world is one history under way.
type world struct {
	agenda
	opts     Options
	dice     *rand.Rand // what people do and what goes wrong
	entropy  *rand.ChaCha8
	server   *server
	devices  []*device
	oracle   *oracle
	trace    hash.Hash
	counts   map[string]int
	problems []string
	faults   bool
	events   int
}

func newWorld(o Options) *world {
	w := &world{
		agenda: agenda{now: start}, opts: o, trace: sha256.New(), counts: map[string]int{}, faults: true,
		dice: rand.New(rand.NewPCG(o.Seed, 0x7473756e616775)),
	}
	var key [32]byte
	for i := range key {
		key[i] = byte(o.Seed >> (8 * (i % 8)))
	}
	w.entropy = rand.NewChaCha8(key)
	return w
}

// note puts a line into the trace.
func (w *world) note(format string, args ...any) {
	line := fmt.Sprintf("%s "+format+"\n", append([]any{w.now.Sub(start).Round(time.Millisecond)}, args...)...)
	io.WriteString(w.trace, line)
	if w.opts.Trace != nil {
		io.WriteString(w.opts.Trace, line)
	}
}

func (w *world) count(what string) { w.counts[what]++ }

// problem puts down a broken promise.
func (w *world) problem(format string, args ...any) {
	w.note("PROBLEM "+format, args...)
	if len(w.problems) < 5 {
		w.problems = append(w.problems, fmt.Sprintf(format, args...))
	}
}

// chance is true with the given probability in percent.
func (w *world) chance(percent int) bool { return w.dice.IntN(100) < percent }

// between returns a duration between two others.
func (w *world) between(least, most time.Duration) time.Duration {
	return least + time.Duration(w.dice.Int64N(int64(most-least)))
}

// newID makes ids as a device does: UUIDv7 in shape.
func (w *world) newID() [16]byte {
	var id [16]byte
	w.entropy.Read(id[:])
	ms := w.now.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (8 * (5 - i)))
	}
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}

// play lets the events happen until nobody wants anything more.
func (w *world) play() {
	for w.step() {
		if w.events++; w.events > maxEvents {
			w.problem("the history does not end")
			return
		}
	}
}

func (w *world) report() *Report {
	r := &Report{Seed: w.opts.Seed, Problems: w.problems, Counts: w.counts}
	r.Outcomes = w.oracle.outcomes()
	r.Trace = hex.EncodeToString(w.trace.Sum(nil))
	return r
}

// server is the hub with its store, as a process that can crash and come back.
type server struct {
	world  *world
	store  *memory.Store
	hub    *hub.Hub
	dir    *directory
	seals  seal.Master
	epochs *epochs
	backup *backup
}

// backup is a copy of the store, with what the oracle knew then.
type backup struct {
	store  *memory.Store
	oracle *logState
}

func newServer(w *world) *server {
	s := &server{world: w, store: memory.New(), dir: newDirectory(), epochs: &epochs{}}
	copy(s.seals[:], "the sealing key of the simulator")
	s.start()
	return s
}

func (s *server) start() {
	s.hub = hub.New(hub.Config{Store: s.store, Directory: s.dir, Seals: s.seals, Epochs: s.epochs, Limits: hub.Limits{
		Mutations: 50, ResponseBytes: 2000,
	}})
}

func (s *server) call(d *device) hub.Call {
	return hub.Call{
		Session: hub.Session{Tenant: tenant, PersonID: d.person, DeviceID: d.id, Organisation: "station"},
		Now:     s.world.now, Entropy: s.world.entropy,
	}
}

// restore puts an older copy in the store's place, as a person does who copies a folder back. Nobody tells the hub.
func (s *server) restore() {
	s.world.note("server restored from its copy")
	s.world.count("restore")
	s.store = s.backup.store.Snapshot()
	s.world.oracle.rewind(s.backup.oracle)
	s.start()
}

// errCrash is what an answer becomes when the server dies before it can be sent.
var errCrash = errors.New("the server crashed")

// epochs is the journal of epoch numbers, which no restore takes back.
type epochs struct{ last uint64 }

func (e *epochs) Next(above uint64) (uint64, error) {
	e.last = max(e.last, above) + 1
	return e.last, nil
}

// directory knows the people of the simulation.
type directory struct {
	people map[string]*carev1.Actor
	grants map[string][]hub.Grant // by person; every grant is for every stream
	chart  hub.Chart
}

func newDirectory() *directory {
	d := &directory{people: map[string]*carev1.Actor{}, grants: map[string][]hub.Grant{}}
	d.chart = hub.Chart{ID: "chart", Name: "chart"}
	for _, id := range []string{"care", "clinical"} {
		d.chart.Streams = append(d.chart.Streams, hub.StreamRef{ID: id, Info: &syncv1.StreamInfo{
			ChartId: "chart", StreamClass: carev1.StreamClass_STREAM_CLASS_CARE,
		}})
	}
	return d
}

func (d *directory) add(id string, role carev1.Role, from, until time.Time) {
	d.people[id] = &carev1.Actor{PersonId: id, Name: id, Role: role, OrganisationId: "station"}
	d.grants[id] = append(d.grants[id], hub.Grant{Role: role, From: from, Until: until})
}

func (d *directory) Person(_, id string) (*carev1.Actor, bool) {
	p, ok := d.people[id]
	return p, ok
}

func (d *directory) Grants(_, person, stream string) []hub.Grant {
	if _, ok := d.Stream(tenant, stream); !ok {
		return nil
	}
	return d.grants[person]
}

func (d *directory) Readable(_, person string, at time.Time) []hub.StreamRef {
	for _, g := range d.grants[person] {
		if g.Covers(at, at) {
			return d.chart.Streams
		}
	}
	return nil
}

func (d *directory) Stream(_, id string) (hub.StreamRef, bool) {
	for _, s := range d.chart.Streams {
		if s.ID == id {
			return s, true
		}
	}
	return hub.StreamRef{}, false
}

func (d *directory) Chart(_, id string) (hub.Chart, bool) { return d.chart, id == d.chart.ID }

func (d *directory) Devices(string, string) []string { return nil }

// stream returns the store's name of a stream.
func stream(id string) store.Stream { return store.Stream{Tenant: tenant, Name: id} }
