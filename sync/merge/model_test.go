package merge_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/merge"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// This file is a model of the merge rule on random histories of one record. Three devices edit offline, retract and
// decide; mutations are held for a while; the server comes back from an older copy, noticed or not.
//
// The model's oracle knows for each value which writes it stands for, and for each write what was on its author's
// screen. It knows nothing of trunks, markers and chains. A value or a candidate may disappear only by the hand of
// somebody who had seen every write that it stands for; a candidate only by a decision, or while it was pending and its
// own device went on.

// set is a set of mutations: bit n is mutation n; bit 0 is the CREATE.
type set uint64

func one(n int) set            { return 1 << n }
func (s set) holds(o set) bool { return s&o == o }

// mistakes are what the model's hub and devices do wrong on purpose. Those inside of the rule are in sync/planted.
type mistakes struct {
	comparePrevious bool // foreign is judged from the chain's previous version
	trunkIsANumber  bool // after a restore a trunk is a bare sequence number
	ownsUnseen      bool // a link to a predecessor counts as having seen it
	dropsEndedChain bool // a candidate of a chain that has ended is replaced
}

// write is a mutation on its way.
type write struct {
	n       int
	device  int
	m       *syncv1.Mutation
	trunk   place
	link    *write // predecessor
	shown   bool   // the author had it before them
	goesOn  bool   // it was pending
	history set    // what was on the author's screen
	pending set    // of that, what this goes on with
	outcome syncv1.Outcome
	held    bool
	seq     uint64
}

// place is a version that a device showed. The record itself stands for its hash.
type place struct {
	epoch, seq uint64
	record     *carev1.Record
}

type device struct {
	shows   place
	seen    set // what was in the log when the device showed that
	last    *write
	retired bool // the last one is part of what the device shows
	queue   []*write
}

// server is what a restore puts back.
type server struct {
	state     *storev1.RecordState
	log       []place // by sequence number, from 1
	landed    set
	standsFor map[uint32]set
}

type model struct {
	t        testing.TB
	dice     *rand.Rand
	mistakes mistakes
	kind     *care.Kind
	server   server
	backup   *server
	epoch    uint64
	devices  []*device
	held     []*write
	count    int
	problems []string
	told     []string
	loud     bool
}

func newModel(t testing.TB, dice *rand.Rand, wrong mistakes, kind string) *model {
	k, _ := care.KindByName(kind)
	w := &model{t: t, dice: dice, mistakes: wrong, kind: k, epoch: 1}
	body := draft("S")
	if k.WholeRecord() {
		body = vitals(365)
	}
	record := &carev1.Record{Id: number(0), Body: body, Status: active, Envelope: &carev1.Envelope{Effective: clock("08:00")}}
	first := place{epoch: 1, seq: 1, record: record}
	w.server = server{state: &storev1.RecordState{CreatedSeq: 1}, log: []place{first}, landed: one(0), standsFor: map[uint32]set{}}
	for _, g := range w.groups() {
		w.server.standsFor[g] = one(0)
	}
	for range 3 {
		w.devices = append(w.devices, &device{shows: first, seen: one(0)})
	}
	return w
}

func number(n int) []byte { return id("m" + strconv.Itoa(n)) }

func ordinal(id []byte) int {
	n, err := strconv.Atoi(name(id)[1:])
	if err != nil {
		panic(err)
	}
	return n
}

// groups are those that the model writes.
func (w *model) groups() []uint32 {
	if w.kind.WholeRecord() {
		return []uint32{0}
	}
	return []uint32{2, 3, statusGroup, envelopeGroup}
}

func (w *model) now() place { return w.server.log[len(w.server.log)-1] }

// play plays a history of at most 60 steps: there have to be no more mutations than bits in a set.
func (w *model) play() {
	for range 60 {
		d := w.dice.IntN(len(w.devices))
		switch chance := w.dice.Float64(); {
		case chance < .45:
			w.edit(d)
		case chance < .75:
			w.push(d)
		case chance < .91:
			w.pull(d)
		case chance < .96:
			w.release()
		default:
			w.restore()
		}
	}
}

// tell keeps what happened, if somebody wants to read it.
func (w *model) tell(format string, args ...any) {
	if w.loud {
		w.told = append(w.told, fmt.Sprintf(format, args...))
	}
}

// edit writes on a device: with what it shows, and what is pending there, before its author.
func (w *model) edit(at int) {
	d := w.devices[at]
	w.count++
	m := &write{n: w.count, device: at, trunk: d.shows, link: d.last, history: d.seen | one(w.count)}
	if d.last != nil {
		pending := !d.retired && !d.last.held && d.last.outcome != syncv1.Outcome_OUTCOME_CONFLICT
		m.goesOn, m.shown = pending, pending || d.retired
	}
	for own := m; own.goesOn; own = own.link {
		m.pending |= one(own.link.n)
		m.trunk = own.link.trunk
	}
	m.history |= m.pending
	m.m = w.mutation(m.n, d.shows.record)
	d.last, d.retired = m, false
	d.queue = append(d.queue, m)
	w.tell("%d writes m%d: %v", at, m.n, m.m)
}

// mutation draws what is written.
func (w *model) mutation(n int, shown *carev1.Record) *syncv1.Mutation {
	m := &syncv1.Mutation{Id: number(n), Operation: patch, Record: &carev1.Record{}}
	switch chance := w.dice.Float64(); {
	case chance < .1:
		m.Operation = retract
		return m
	case chance < .35:
		m.Operation, m.Resolution = resolve, &syncv1.Resolution{}
		for _, c := range shown.GetCandidates() {
			m.Resolution.Candidates = append(m.Resolution.Candidates, &syncv1.CandidateRef{Group: c.GetGroup(), MutationId: c.GetMutationId()})
		}
	}
	if w.kind.WholeRecord() {
		w.drawWhole(m)
		return m
	}
	note := &carev1.DraftNote{Subjective: w.word(), Objective: w.word()}
	m.Record.Body = &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: note}}
	m.Record.Envelope = &carev1.Envelope{Effective: clock("0" + fmt.Sprint(w.dice.IntN(3)) + ":00"), MonotonicMs: uint64(n)}
	m.Record.Status = carev1.RecordStatus(1 + w.dice.IntN(2))
	groups := slices.DeleteFunc(w.groups(), func(g uint32) bool { return g == statusGroup && m.GetOperation() == patch })
	w.dice.Shuffle(len(groups), func(i, j int) { groups[i], groups[j] = groups[j], groups[i] })
	m.Groups = groups[:1+w.dice.IntN(2)]
	return m
}

func (w *model) drawWhole(m *syncv1.Mutation) {
	m.Record.Body = vitals(365 + w.dice.Int32N(2))
	if w.dice.IntN(3) == 0 {
		m.Record.Envelope = &carev1.Envelope{Effective: clock([]string{"08:00", "09:00"}[w.dice.IntN(2)])}
	}
	if m.GetOperation() == resolve {
		m.Record.Status = carev1.RecordStatus(w.dice.IntN(3))
		if m.Record.Status == retracted && w.dice.IntN(2) == 0 {
			m.Record.Body = nil
		}
	}
}

func (w *model) word() string { return []string{"", "one", "two"}[w.dice.IntN(3)] }

// push brings a device's oldest mutation to the server, which may hold it.
func (w *model) push(at int) {
	d := w.devices[at]
	if len(d.queue) == 0 {
		return
	}
	m := d.queue[0]
	d.queue = d.queue[1:]
	if m.held = m.link != nil && m.link.held || w.dice.IntN(7) == 0; m.held {
		w.held = append(w.held, m)
		w.tell("m%d is held", m.n)
		return
	}
	w.land(m)
}

// release lets the oldest held mutation take effect; what follows it is behind it in the list.
func (w *model) release() {
	if len(w.held) == 0 {
		return
	}
	m := w.held[0]
	w.held, m.held = w.held[1:], false
	w.land(m)
}

// pull shows a device what the server has. What it wrote and the server answered is part of that.
func (w *model) pull(at int) {
	d := w.devices[at]
	if len(d.queue) > 0 {
		return
	}
	d.shows, d.seen = w.now(), w.server.landed
	d.retired = d.last != nil && !d.last.held && d.seen.holds(one(d.last.n))
	w.tell("%d shows %d of epoch %d", at, d.shows.seq, d.shows.epoch)
}

// restore takes a copy, or puts it back. Every other time nobody notices, and there is no new epoch.
func (w *model) restore() {
	if w.backup == nil {
		s := w.server.copy()
		w.backup = &s
		return
	}
	w.server, w.backup = *w.backup, nil
	if w.dice.IntN(2) == 0 {
		w.epoch++
	}
	w.tell("the server is back at %d, epoch %d", len(w.server.log), w.epoch)
}

func (s server) copy() server {
	s.state, s.log = proto.CloneOf(s.state), slices.Clone(s.log)
	standsFor := map[uint32]set{}
	for g, ids := range s.standsFor {
		standsFor[g] = ids
	}
	s.standsFor = standsFor
	return s
}

// proven is what a place counts for: its number, if the log has that very version of the record there.
func (w *model) proven(p place) uint64 {
	if w.mistakes.trunkIsANumber {
		return p.seq
	}
	if at := int(p.seq) - 1; at < len(w.server.log) && w.server.log[at] == p {
		return p.seq
	}
	return 0
}

// line tells whether a mutation is m, or one that it is linked to.
func line(m *write, goesOn func(*write) bool) func([]byte) (bool, error) {
	ids := one(m.n)
	for at := m; at.link != nil && goesOn(at); at = at.link {
		ids |= one(at.link.n)
	}
	return func(id []byte) (bool, error) { return ids.holds(one(ordinal(id))), nil }
}

// land merges a mutation into the record.
func (w *model) land(m *write) {
	before, s := w.now(), &w.server
	trunk := w.proven(m.trunk)
	if w.mistakes.comparePrevious && m.link != nil {
		trunk = max(trunk, m.link.seq)
	}
	m.seq = uint64(len(s.log)) + 1
	in := merge.Input{
		Kind: w.kind, Current: before.record, State: s.state, Mutation: m.m, Version: &syncv1.Version{Epoch: w.epoch, Seq: m.seq},
		Trunk: trunk, Seen: trunk,
		Owns:    line(m, func(o *write) bool { return o.shown || w.mistakes.ownsUnseen }),
		InChain: line(m, func(o *write) bool { return o.goesOn || w.mistakes.dropsEndedChain && o.shown || w.mistakes.ownsUnseen }),
		Change:  &carev1.Change{MutationId: m.m.GetId()},
	}
	result, err := w.apply(in)
	if errors.Is(err, merge.ErrCandidates) {
		return
	}
	if err != nil {
		w.t.Fatalf("m%d: %v", m.n, err)
	}
	m.outcome = result.Outcome
	s.state.Markers, s.landed = result.Markers, s.landed|one(m.n)
	s.log = append(s.log, place{epoch: w.epoch, seq: m.seq, record: result.Record})
	w.tell("m%d at %d, trunk %d: %v", m.n, m.seq, trunk, m.outcome)
	w.judge(m, before.record, result.Record)
}

// apply looks now and then whether the rule leaves its inputs alone: that takes longer than the rule.
func (w *model) apply(in merge.Input) (*merge.Result, error) {
	if len(w.server.log)%8 == 0 {
		return apply(w.t, in)
	}
	return merge.Apply(in)
}

func (w *model) problem(format string, args ...any) {
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

// judge is the oracle.
func (w *model) judge(m *write, before, after *carev1.Record) {
	waits := map[uint32]bool{}
	for _, c := range after.GetCandidates() {
		waits[c.GetGroup()] = waits[c.GetGroup()] || ordinal(c.GetMutationId()) == m.n
	}
	for _, c := range before.GetCandidates() {
		kept := slices.ContainsFunc(after.GetCandidates(), func(o *carev1.Candidate) bool { return proto.Equal(c, o) })
		from := one(ordinal(c.GetMutationId()))
		decided := m.m.GetOperation() == resolve && m.history.holds(from)
		if !kept && !decided && !m.pending.holds(from) {
			w.problem("m%d removed the candidate of m%d", m.n, ordinal(c.GetMutationId()))
		}
	}
	seenAll, conflict := true, false
	for _, g := range w.groups() {
		seenAll = seenAll && m.history.holds(w.server.standsFor[g])
		conflict = conflict || waits[g]
	}
	for _, g := range w.groups() {
		w.judgeGroup(m, g, before, after, waits[g])
	}
	turned := before.GetStatus() != retracted && after.GetStatus() == retracted
	if turned && m.m.GetOperation() == retract && !seenAll {
		w.problem("m%d retracted what its author had not seen", m.n)
	}
	if before.GetStatus() == retracted && after.GetStatus() != retracted && m.m.GetOperation() != resolve {
		w.problem("m%d brought a retracted record back", m.n)
	}
	if conflict != (m.outcome == syncv1.Outcome_OUTCOME_CONFLICT) || m.outcome == syncv1.Outcome_OUTCOME_APPLIED && !seenAll {
		w.problem("m%d is answered %v; it waits: %v, its author had seen all: %v", m.n, m.outcome, conflict, seenAll)
	}
}

// judgeGroup looks at one group: what was written is there, and what is gone was seen.
func (w *model) judgeGroup(m *write, g uint32, before, after *carev1.Record, waits bool) {
	was, is, wanted := value(g, before), value(g, after), value(g, wantedBy(m.m, g, before))
	standsFor := w.server.standsFor
	switch {
	case !w.writes(m.m, g):
		if was != is {
			w.problem("m%d changed group %d, which it does not write", m.n, g)
		}
		return
	case is != wanted && !waits:
		w.problem("m%d is lost from group %d: %s, wanted %s", m.n, g, is, wanted)
	case was != is && !m.history.holds(standsFor[g]):
		w.problem("m%d overwrote group %d, which stands for %b, of which its author had seen %b", m.n, g, standsFor[g], m.history)
	}
	if was != is {
		standsFor[g] = 0
	}
	if !waits {
		standsFor[g] |= one(m.n)
	}
}

func (w *model) writes(m *syncv1.Mutation, g uint32) bool {
	return w.kind.WholeRecord() || m.GetOperation() == retract && g == statusGroup || slices.Contains(m.GetGroups(), g)
}

// wantedBy is the record as the author of a mutation wants it.
func wantedBy(m *syncv1.Mutation, g uint32, before *carev1.Record) *carev1.Record {
	r, whole := proto.CloneOf(before), g == 0
	if m.GetOperation() == retract {
		r.Status = retracted
		return r
	}
	if m.GetRecord().GetBody() != nil {
		r.Body = m.GetRecord().GetBody()
	}
	if m.GetRecord().GetEnvelope().GetEffective() != nil {
		r.Envelope = m.GetRecord().GetEnvelope()
	}
	if m.GetRecord().GetStatus() != 0 && (!whole || m.GetOperation() == resolve) {
		r.Status = m.GetRecord().GetStatus()
	}
	return r
}

// value is a group of a record in words.
func value(g uint32, r *carev1.Record) string {
	note, at := r.GetBody().GetDraftNote(), strconv.FormatInt(r.GetEnvelope().GetEffective().GetSeconds(), 10)
	switch g {
	case 2:
		return note.GetSubjective()
	case 3:
		return note.GetObjective()
	case statusGroup:
		return r.GetStatus().String()
	case envelopeGroup:
		return at
	}
	return strconv.Itoa(int(r.GetBody().GetVitalSigns().GetTemperatureTenthsC())) + r.GetStatus().String() + at
}

// kindsInPlay are one kind that merges by field and one that is whole.
var kindsInPlay = []string{"draft_note", "vital_signs"}

func history(t testing.TB, seed uint64, wrong mistakes, kind string) *model {
	w := newModel(t, rand.New(rand.NewPCG(seed, 1)), wrong, kind)
	w.play()
	return w
}

// TestNothingIsOverwrittenSilently plays random histories. The same seed gives the same history.
func TestNothingIsOverwrittenSilently(t *testing.T) {
	outcomes, most := map[syncv1.Outcome]int{}, 0
	for _, kind := range kindsInPlay {
		for seed := range uint64(80) {
			w := history(t, seed, mistakes{}, kind)
			if len(w.problems) > 0 {
				w = newModel(t, rand.New(rand.NewPCG(seed, 1)), mistakes{}, kind)
				w.loud = true
				w.play()
				t.Fatalf("%s, seed %d: %s\n%s", kind, seed, strings.Join(w.problems, "\n"), strings.Join(w.told, "\n"))
			}
			for _, p := range w.server.log[1:] {
				most = max(most, len(p.record.GetCandidates()))
			}
			for _, d := range w.devices {
				for m := d.last; m != nil; m = m.link {
					outcomes[m.outcome]++
				}
			}
		}
	}
	for _, o := range []syncv1.Outcome{syncv1.Outcome_OUTCOME_APPLIED, syncv1.Outcome_OUTCOME_MERGED, syncv1.Outcome_OUTCOME_CONFLICT} {
		if outcomes[o] < 200 {
			t.Errorf("the histories prove little: outcomes %v", outcomes)
		}
	}
	if most < 5 {
		t.Errorf("the histories prove little: never more than %d candidates", most)
	}
}

// TestTheModelSeesMistakes makes the model's hub wrong in one way after the other. A model that finds nothing proves
// nothing until it has found these. (The mistakes inside of the rule are built in by tags: sync/planted.)
func TestTheModelSeesMistakes(t *testing.T) {
	for name, wrong := range map[string]mistakes{
		"compared with the previous version":       {comparePrevious: true},
		"a trunk without proof":                    {trunkIsANumber: true},
		"an unseen predecessor is owned":           {ownsUnseen: true},
		"a candidate of an ended chain is dropped": {dropsEndedChain: true},
	} {
		for _, kind := range kindsInPlay {
			found := 0
			for seed := range uint64(400) {
				if found += len(history(t, seed, wrong, kind).problems); found > 0 {
					break
				}
			}
			if found == 0 {
				t.Errorf("%s, %s: nothing found", kind, name)
			}
		}
	}
}
