// Package simtest plays the real core, hub and replicas, in a world where everything goes wrong: tablets are offline
// for days, the network drops, delays, duplicates and reorders, answers are lost after the commit, tablets and server
// crash between any two writes, a server comes back from an old copy, a tablet too, clocks are wrong and people write
// over each other. Tablets hold months back to a point only, have records damaged, and mend them; grants end and come
// back, charts are merged and parted, records go to the right patient, are judged, and are erased by order; a restored
// server waits for its operator. Time is virtual and there is one goroutine, so that a seed gives the same history each time.
//
// It promises to find a write that was acknowledged and is gone, or is there twice; a value that somebody overwrote
// without having seen it; a device that differs from the log; a dependant before what it depends on; an outcome that
// hangs on a device's clock; a tablet that shows a stream between two cursors or takes something back; what was erased
// and is still there; what was shown to somebody without a right. What it may find is decided by oracle.go, which looks at the log and at what each author
// was shown, and at nothing of the merge.
//
// It never touches a network, a disk or the real clock.
package simtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"math/rand/v2"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/store"
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
	pace     time.Duration // how many times longer everything takes: some histories go over months
}

func newWorld(o Options) *world {
	w := &world{
		agenda: agenda{now: start}, pace: 1, opts: o, trace: sha256.New(), counts: map[string]int{}, faults: true,
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

// paced is between, in the pace of this history.
func (w *world) paced(least, most time.Duration) time.Duration {
	return w.between(least, most) * w.pace
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

// stream returns the store's name of a stream.
func stream(id string) store.Stream { return store.Stream{Tenant: tenant, Name: id} }
