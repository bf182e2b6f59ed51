package merge_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/merge"
	"github.com/tsunagu-care/tsunagu/sync/scenario"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Operations and statuses, in short.
const (
	patch   = syncv1.Operation_OPERATION_PATCH
	retract = syncv1.Operation_OPERATION_RETRACT
	resolve = syncv1.Operation_OPERATION_RESOLVE

	active    = carev1.RecordStatus_RECORD_STATUS_ACTIVE
	retracted = carev1.RecordStatus_RECORD_STATUS_RETRACTED

	statusGroup   = uint32(carev1.Group_GROUP_STATUS)
	envelopeGroup = uint32(carev1.Group_GROUP_ENVELOPE)
)

func operation(word string) syncv1.Operation {
	return map[string]syncv1.Operation{"patch": patch, "retract": retract, "resolve": resolve}[word]
}

func status(word string) carev1.RecordStatus {
	return map[string]carev1.RecordStatus{"active": active, "retracted": retracted}[word]
}

// id makes an id of 16 bytes that reads as its name.
func id(name string) []byte { return fmt.Appendf(nil, "%-16s", name) }

func name(id []byte) string { return strings.TrimSpace(string(id)) }

// clock is a time of day.
func clock(word string) *timestamppb.Timestamp {
	at, err := time.Parse("15:04", word)
	if err != nil {
		panic(err)
	}
	return timestamppb.New(at)
}

// apply calls the rule and makes sure that it changed nothing that it was given.
func apply(t testing.TB, in merge.Input) (*merge.Result, error) {
	t.Helper()
	given := []proto.Message{in.Current, in.State, in.Mutation, in.Version, in.Change}
	var before []proto.Message
	for _, m := range given {
		before = append(before, proto.Clone(m))
	}
	result, err := merge.Apply(in)
	for i, m := range given {
		if !proto.Equal(before[i], m) {
			t.Errorf("the rule changed its input\nfrom %v\nto   %v", before[i], m)
		}
	}
	if (result == nil) == (err == nil) {
		t.Errorf("result %v, error %v", result, err)
	}
	return result, err
}

// link is what a mutation says of its predecessor.
type link struct {
	to    string
	shown bool // its author had it before them
	chain bool // it was pending on top of the record, and the chain goes on
}

// bench is one record, with what a hub keeps of it.
type bench struct {
	t      testing.TB
	kind   *care.Kind
	record *carev1.Record
	state  *storev1.RecordState
	seq    uint64
	links  map[string]link
}

// newBench makes a record at sequence number 10.
func newBench(t testing.TB, body *carev1.Body, envelope *carev1.Envelope) *bench {
	kind, ok := care.KindOf(body)
	if !ok {
		t.Fatal("a body without a kind")
	}
	return &bench{
		t: t, kind: kind, seq: 10, links: map[string]link{},
		record: &carev1.Record{Id: id("create"), Body: body, Envelope: envelope, Status: active},
		state:  &storev1.RecordState{CreatedSeq: 10},
	}
}

// line tells whether a mutation is the given one or one that it is linked to.
func (b *bench) line(from string, goesOn func(link) bool) func([]byte) (bool, error) {
	return func(mutationID []byte) (bool, error) {
		for at := from; ; at = b.links[at].to {
			if string(id(at)) == string(mutationID) {
				return true, nil
			}
			if b.links[at].to == "" || !goesOn(b.links[at]) {
				return false, nil
			}
		}
	}
}

// write applies a mutation and keeps what comes of it.
func (b *bench) write(m *syncv1.Mutation, trunk uint64) (*merge.Result, error) {
	b.t.Helper()
	seq := b.seq + 1
	result, err := apply(b.t, merge.Input{
		Kind: b.kind, Current: b.record, State: b.state, Mutation: m, Version: &syncv1.Version{Epoch: 1, Seq: seq},
		Trunk: trunk, Seen: trunk,
		Owns:    b.line(name(m.GetId()), func(l link) bool { return l.shown }),
		InChain: b.line(name(m.GetId()), func(l link) bool { return l.shown && l.chain }),
		Change:  &carev1.Change{MutationId: m.GetId(), Reason: m.GetReason()},
	})
	if err != nil {
		return nil, err
	}
	b.seq, b.record, b.state.Markers = seq, result.Record, result.Markers
	return result, nil
}

// play plays lines like those of a scenario script:
//
//	create note s="slept well"
//	b1 patch trunk=10 s="slept badly"
//	-> applied
//	show
//	-> 2 subjective=slept badly (11 b1)
//
// The first word is the mutation. trunk is the place that its author had seen, for a RESOLVE the version that it
// names; after is a predecessor that was pending; knows one that is confirmed; behind one that the author did not
// see. status, at (the effective time), recorded, because and names (mutation/group) are what they say; clear lists
// body fields that are written as empty. Anything else goes into the body.
func play(t *testing.T, text string) {
	t.Helper()
	script, err := scenario.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var b *bench
	for _, step := range script.Steps {
		var got []string
		switch step.Words[0] {
		case "create":
			b = create(t, step)
		case "show":
			got = b.show()
		default:
			got = []string{b.step(step)}
		}
		if !slices.Equal(got, step.Expect) {
			t.Errorf("line %d: %s\n got %q\nwant %q", step.Line, step.Text(), got, step.Expect)
		}
	}
}

func none(string) ([]byte, bool) { return nil, false }

func create(t *testing.T, step *scenario.Step) *bench {
	t.Helper()
	verb := step.Words[1]
	body, err := scenario.New(verb, step.Args.Without("at"), none)
	if err != nil {
		t.Fatal(err)
	}
	at := "08:00"
	if step.Args.Get("at") != "" {
		at = step.Args.Get("at")
	}
	return newBench(t, body, &carev1.Envelope{Effective: clock(at), Recorded: clock("08:30"), MonotonicMs: 5})
}

// step plays one mutation and says what becomes of it.
func (b *bench) step(step *scenario.Step) string {
	b.t.Helper()
	m := b.mutation(step)
	trunk, err := strconv.ParseUint(step.Args.Get("trunk"), 10, 64)
	if err != nil {
		b.t.Fatalf("line %d: trunk: %v", step.Line, err)
	}
	result, err := b.write(m, trunk)
	if err != nil {
		return "refused: " + err.Error()
	}
	return strings.ToLower(strings.TrimPrefix(result.Outcome.String(), "OUTCOME_"))
}

func (b *bench) mutation(step *scenario.Step) *syncv1.Mutation {
	b.t.Helper()
	arg := step.Args.Get
	m := &syncv1.Mutation{Id: id(step.Words[0]), Operation: operation(step.Words[1]), Reason: arg("because"),
		Record: &carev1.Record{Status: status(arg("status")), Envelope: &carev1.Envelope{Recorded: clock("09:30"), MonotonicMs: 6}}}
	b.links[step.Words[0]] = link{to: arg("after") + arg("knows") + arg("behind"), shown: arg("behind") == "", chain: arg("after") != ""}
	if arg("at") != "" {
		m.Record.Envelope.Effective = clock(arg("at"))
		m.Groups = append(m.Groups, envelopeGroup)
	}
	if arg("status") != "" {
		m.Groups = append(m.Groups, statusGroup)
	}
	m.Groups = append(m.Groups, b.body(m, step.Args.Without(
		"trunk", "after", "knows", "behind", "status", "at", "because", "names", "clear", "groups"))...)
	for _, n := range numbers(b.t, arg("clear")) {
		m.Groups = append(m.Groups, n)
	}
	if b.kind.WholeRecord() {
		m.Groups = nil
	}
	m.Groups = append(m.Groups, numbers(b.t, arg("groups"))...)
	if m.GetOperation() == resolve {
		m.Resolution = &syncv1.Resolution{}
		for _, one := range strings.Fields(arg("names")) {
			mutation, group, _ := strings.Cut(one, "/")
			m.Resolution.Candidates = append(m.Resolution.Candidates,
				&syncv1.CandidateRef{MutationId: id(mutation), Group: numbers(b.t, group)[0]})
		}
	}
	return m
}

// body puts the pairs into the mutation's body: for a whole record on top of the present one.
func (b *bench) body(m *syncv1.Mutation, args scenario.Args) []uint32 {
	b.t.Helper()
	if m.GetOperation() == retract || len(args) == 0 && b.kind.WholeRecord() {
		return nil
	}
	m.Record.Body = care.NewBody(b.kind)
	if b.kind.WholeRecord() {
		m.Record.Body = proto.CloneOf(b.record.GetBody())
	}
	groups, err := scenario.Set(m.Record.Body, args, none)
	if err != nil {
		b.t.Fatal(err)
	}
	return groups
}

func numbers(t testing.TB, list string) (all []uint32) {
	t.Helper()
	for _, one := range strings.Fields(list) {
		n, err := strconv.ParseUint(one, 10, 32)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, uint32(n))
	}
	return all
}

// show says what stands in the record: groups that somebody wrote since the CREATE, with their markers, and what
// stands beside them. It leaves out what never changed.
func (b *bench) show() (lines []string) {
	for _, marker := range b.state.GetMarkers() {
		owner := name(marker.GetMutationId())
		if owner == "" {
			owner = "nobody"
		}
		value := b.value(marker.GetGroup(), b.record.GetBody(), b.record.GetStatus(), b.record.GetEnvelope())
		lines = append(lines, fmt.Sprintf("%d %s (%d %s)", marker.GetGroup(), value, marker.GetVersion().GetSeq(), owner))
	}
	for _, c := range b.record.GetCandidates() {
		lines = append(lines, fmt.Sprintf("beside %d, %s: %s", c.GetGroup(), name(c.GetMutationId()),
			b.value(c.GetGroup(), c.GetBody(), c.GetStatus(), c.GetEnvelope())))
	}
	return lines
}

// value puts a group into words.
func (b *bench) value(group uint32, body *carev1.Body, status carev1.RecordStatus, envelope *carev1.Envelope) string {
	var parts []string
	if m := care.Message(body); m != nil {
		fields := m.ProtoReflect().Descriptor().Fields()
		for i := range fields.Len() {
			f := fields.Get(i)
			if m.ProtoReflect().Has(f) && (group == 0 || uint32(f.Number()) == group) && f.Kind() != protoreflect.EnumKind {
				parts = append(parts, fmt.Sprintf("%s=%v", f.Name(), m.ProtoReflect().Get(f)))
			}
		}
	}
	if group == statusGroup || group == 0 && status == retracted {
		parts = append(parts, strings.ToLower(strings.TrimPrefix(status.String(), "RECORD_STATUS_")))
	}
	if group == envelopeGroup || group == 0 && envelope.GetEffective() != nil {
		parts = append(parts, "at "+envelope.GetEffective().AsTime().Format("15:04"))
	}
	if len(parts) == 0 {
		return "empty"
	}
	return strings.Join(parts, " ")
}
