package merge_test

import (
	"errors"
	"fmt"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/merge"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

func draft(subjective string) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{Subjective: subjective}}}
}

func vitals(tenths int32) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{TemperatureTenthsC: &tenths}}}
}

// written is an envelope of a certain time that was written down in certain circumstances.
func written(at, recorded string, monotonic uint64) *carev1.Envelope {
	offset := int64(monotonic)
	return &carev1.Envelope{
		Effective: clock(at), Recorded: clock(recorded), MonotonicMs: monotonic, BootId: fmt.Appendf(nil, "boot-%03d", monotonic),
		ClockOffsetMs: &offset, Enterer: &carev1.Actor{Name: recorded},
	}
}

func note(t *testing.T) *bench { return newBench(t, draft("S"), written("08:00", "08:30", 1)) }

func patchOf(name string, groups ...uint32) *syncv1.Mutation {
	return &syncv1.Mutation{Id: id(name), Operation: patch, Groups: groups, Record: &carev1.Record{}}
}

func TestLimitOfCandidates(t *testing.T) {
	b := note(t)
	write := func(name, text string, trunk uint64) error {
		m := patchOf(name, 2)
		m.Record.Body = draft(text)
		_, err := b.write(m, trunk)
		return err
	}
	if err := write("first", "current", 10); err != nil {
		t.Fatal(err)
	}
	for i := range merge.MaxCandidates {
		if err := write(fmt.Sprint("c", i), fmt.Sprint(i), 10); err != nil {
			t.Fatalf("candidate %d: %v", i, err)
		}
	}
	before := b.record
	if err := write("last", "one too many", 10); !errors.Is(err, merge.ErrCandidates) {
		t.Errorf("error %v", err)
	}
	if b.record != before || len(b.record.GetCandidates()) != 64 {
		t.Errorf("%d candidates", len(b.record.GetCandidates()))
	}
	if err := write("seen", "what was seen may still be replaced", b.seq); err != nil {
		t.Error(err)
	}
	b.links["again"] = link{to: "c0", shown: true, chain: true}
	if err := write("again", "replaces c0", 10); err != nil {
		t.Errorf("a candidate that replaces another: %v", err)
	}
}

// A decision of which the own value conflicts may take the place of the candidates that it names.
func TestAFullRecordCanBeDecided(t *testing.T) {
	b := note(t)
	refs := []*syncv1.CandidateRef{{Group: 2, MutationId: id("x")}}
	for i := range merge.MaxCandidates {
		c := &carev1.Candidate{Group: 2, MutationId: id(fmt.Sprint("c", i)), Body: draft(fmt.Sprint(i))}
		b.record.Candidates = append(b.record.Candidates, c)
		refs = append(refs, &syncv1.CandidateRef{Group: 2, MutationId: c.GetMutationId()})
	}
	m := &syncv1.Mutation{Id: id("n"), Operation: resolve, Groups: []uint32{2}, Record: &carev1.Record{Body: draft("decided")},
		Resolution: &syncv1.Resolution{Candidates: refs}}
	result, err := b.write(m, 0)
	if err != nil || result.Outcome != syncv1.Outcome_OUTCOME_CONFLICT || len(result.Record.GetCandidates()) != 1 {
		t.Errorf("%v, %v", result, err)
	}
}

func TestCircumstancesStayThoseOfTheCreate(t *testing.T) {
	whole := func(t *testing.T) *bench { return newBench(t, vitals(365), written("08:00", "08:30", 1)) }
	cases := []struct {
		name   string
		bench  func(*testing.T) *bench
		groups []uint32
		body   *carev1.Body
	}{
		{"the envelope of a kind that merges by field", note, []uint32{envelopeGroup}, nil},
		{"a whole record", whole, nil, vitals(366)},
	}
	for _, c := range cases {
		b := c.bench(t)
		m := patchOf("b1", c.groups...)
		m.Record.Body, m.Record.Envelope = c.body, written("07:00", "12:00", 2)
		m.Record.Envelope.Zone = "Asia/Tokyo"
		if _, err := b.write(m, 10); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		want := written("07:00", "08:30", 1)
		want.Zone = "Asia/Tokyo"
		if got := b.record.GetEnvelope(); !proto.Equal(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", c.name, got, want)
		}
	}
}

// A record that was written down before any sync keeps that it has no offset.
func TestCircumstancesThatAreAbsentStayAbsent(t *testing.T) {
	b := newBench(t, draft("S"), &carev1.Envelope{Effective: clock("08:00")})
	m := patchOf("b1", envelopeGroup)
	m.Record.Envelope = written("07:00", "12:00", 2)
	if _, err := b.write(m, 10); err != nil {
		t.Fatal(err)
	}
	if got := b.record.GetEnvelope(); !proto.Equal(got, &carev1.Envelope{Effective: clock("07:00")}) {
		t.Errorf("%v", got)
	}
}

func TestCircumstancesAreNotCompared(t *testing.T) {
	for _, same := range []bool{true, false} {
		b := note(t)
		for i, name := range []string{"b1", "c1"} {
			m := patchOf(name, envelopeGroup)
			m.Record.Envelope = written("07:00", fmt.Sprintf("1%d:00", i), uint64(i))
			if !same {
				m.Record.Envelope.Identifiers = []*carev1.Identifier{{System: "s", Value: name}}
			}
			if _, err := b.write(m, 10); err != nil {
				t.Fatal(err)
			}
		}
		if conflict := len(b.record.GetCandidates()) > 0; conflict == same {
			t.Errorf("equal content %v, conflict %v", same, conflict)
		}
	}
}

// Without the group of the envelope, or an effective time, an envelope only says when a mutation was written.
func TestAnEnvelopeThatIsNotWritten(t *testing.T) {
	for name, m := range map[string]*syncv1.Mutation{
		"a field": {Id: id("b1"), Operation: patch, Groups: []uint32{2}, Record: &carev1.Record{
			Body: draft("one"), Envelope: written("07:00", "12:00", 2)}},
		"a RETRACT": {Id: id("b1"), Operation: retract, Reason: "r", Record: &carev1.Record{Envelope: written("07:00", "12:00", 2)}},
	} {
		b := note(t)
		if _, err := b.write(m, 10); err != nil {
			t.Fatal(err)
		}
		if !proto.Equal(b.record.GetEnvelope(), written("08:00", "08:30", 1)) {
			t.Errorf("%s: %v", name, b.record.GetEnvelope())
		}
	}
}

// What a candidate says of itself: everything that its author wrote for the group, and nothing else.
func TestCandidate(t *testing.T) {
	author, received := &carev1.Actor{PersonId: "sato"}, clock("13:00")
	in := func(kind string, body *carev1.Body, m *syncv1.Mutation) merge.Input {
		k, _ := care.KindByName(kind)
		never := func([]byte) (bool, error) { return false, nil }
		return merge.Input{
			Kind: k, Current: &carev1.Record{Id: id("create"), Body: body, Envelope: written("08:00", "08:30", 1)},
			State: &storev1.RecordState{CreatedSeq: 10}, Mutation: m, Version: &syncv1.Version{Epoch: 1, Seq: 11},
			Owns: never, InChain: never, Change: &carev1.Change{MutationId: m.GetId(), Author: author, Received: received},
		}
	}
	envelope := written("07:00", "12:00", 2)
	note := &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{Subjective: "one", Objective: "not written"}}}
	cases := []struct {
		name string
		in   merge.Input
		want *carev1.Candidate
	}{
		{"a field", in("draft_note", draft("S"), &syncv1.Mutation{Id: id("b1"), Operation: patch, Groups: []uint32{2}, Reason: "r",
			Record: &carev1.Record{Body: note, Envelope: envelope}}), &carev1.Candidate{Group: 2, Body: draft("one"), Reason: "r"}},
		{"an envelope", in("draft_note", draft("S"), &syncv1.Mutation{Id: id("b1"), Operation: patch, Groups: []uint32{envelopeGroup},
			Record: &carev1.Record{Envelope: envelope}}), &carev1.Candidate{Group: envelopeGroup, Envelope: envelope}},
		{"a whole record without a time", in("vital_signs", vitals(365), &syncv1.Mutation{Id: id("b1"), Operation: patch, Reason: "r",
			Record: &carev1.Record{Body: vitals(366), Status: retracted, Envelope: &carev1.Envelope{MonotonicMs: 5}}}),
			&carev1.Candidate{Body: vitals(366), Reason: "r"}},
		{"a whole record", in("vital_signs", vitals(365), &syncv1.Mutation{Id: id("b1"), Operation: resolve,
			Record: &carev1.Record{Body: vitals(366), Status: active, Envelope: envelope}}),
			&carev1.Candidate{Body: vitals(366), Status: active, Envelope: envelope}},
		{"a RETRACT", in("vital_signs", vitals(365), &syncv1.Mutation{Id: id("b1"), Operation: retract, Reason: "r",
			Record: &carev1.Record{Envelope: envelope}}), &carev1.Candidate{Status: retracted, Reason: "r"}},
	}
	for _, c := range cases {
		c.want.MutationId, c.want.Author, c.want.Received = id("b1"), author, received
		result, err := apply(t, c.in)
		if err != nil || len(result.Record.GetCandidates()) != 1 || !proto.Equal(result.Record.GetCandidates()[0], c.want) {
			t.Errorf("%s: %v, %v\nwant %v", c.name, result, err, c.want)
		}
	}
}

// The last change is the last one of a value that stands. What stands beside it says itself who wrote it.
func TestLastChange(t *testing.T) {
	b := note(t)
	for _, c := range []struct {
		name, subjective string
		groups           []uint32
		want             string
	}{
		{"b1", "one", []uint32{2}, "b1"},
		{"c1", "two", []uint32{2}, "b1"},    // beside it
		{"d1", "one", []uint32{2}, "d1"},    // the same once more
		{"e1", "two", []uint32{2, 3}, "e1"}, // one of the two is taken
	} {
		m := patchOf(c.name, c.groups...)
		m.Record.Body = draft(c.subjective)
		if _, err := b.write(m, 10); err != nil {
			t.Fatal(err)
		}
		if got := name(b.record.GetLastChange().GetMutationId()); got != c.want {
			t.Errorf("after %s the last change is %s", c.name, got)
		}
	}
}

// What a later version of the contract added to record, body or envelope stays there when an older server merges.
func TestFieldsOfALaterVersionStay(t *testing.T) {
	later := protowire.AppendVarint(protowire.AppendTag(nil, 900, protowire.VarintType), 1)
	b := note(t)
	b.record.ProtoReflect().SetUnknown(later)
	b.record.GetBody().GetDraftNote().ProtoReflect().SetUnknown(later)
	b.record.GetEnvelope().ProtoReflect().SetUnknown(later)
	for _, m := range []*syncv1.Mutation{
		{Id: id("b1"), Operation: patch, Groups: []uint32{2}, Record: &carev1.Record{Body: draft("one")}},
		{Id: id("c1"), Operation: patch, Groups: []uint32{2}, Record: &carev1.Record{Body: draft("two")}},
		{Id: id("d1"), Operation: retract, Reason: "r"},
	} {
		if _, err := b.write(m, 10); err != nil {
			t.Fatal(err)
		}
	}
	for name, m := range map[string]proto.Message{
		"record": b.record, "body": b.record.GetBody().GetDraftNote(), "envelope": b.record.GetEnvelope(),
	} {
		if string(m.ProtoReflect().GetUnknown()) != string(later) {
			t.Errorf("lost from the %s", name)
		}
	}
}

// Two values that differ only in what this version cannot read are two values.
func TestUnknownFieldsAreCompared(t *testing.T) {
	b := newBench(t, vitals(365), written("08:00", "08:30", 1))
	for i, name := range []string{"b1", "c1"} {
		body := vitals(366)
		later := protowire.AppendVarint(protowire.AppendTag(nil, 900, protowire.VarintType), uint64(i))
		body.GetVitalSigns().ProtoReflect().SetUnknown(later)
		m := patchOf(name)
		m.Record.Body = body
		if _, err := b.write(m, 10); err != nil {
			t.Fatal(err)
		}
	}
	if len(b.record.GetCandidates()) != 1 {
		t.Error("the second one was taken for the first one")
	}
}

func TestABodyOfAnotherKindIsRefused(t *testing.T) {
	b := note(t)
	for _, body := range []*carev1.Body{vitals(366), {}, nil} {
		m := patchOf("b1", 2)
		m.Record.Body = body
		if _, err := b.write(m, 10); !errors.Is(err, merge.ErrBody) {
			t.Errorf("%v: %v", body, err)
		}
	}
	m := patchOf("b1", 2)
	m.Record = nil
	if _, err := b.write(m, 10); !errors.Is(err, merge.ErrBody) {
		t.Errorf("no record: %v", err)
	}
}

// When the log cannot be read nothing is merged, and the error is that of the log.
func TestErrorsOfTheLogPass(t *testing.T) {
	broken := errors.New("broken")
	b := note(t)
	if _, err := b.write(&syncv1.Mutation{Id: id("b1"), Operation: patch, Groups: []uint32{2}, Record: &carev1.Record{Body: draft("one")}}, 10); err != nil {
		t.Fatal(err)
	}
	b.record.Candidates = []*carev1.Candidate{{Group: 2, MutationId: id("c1")}}
	fails := func([]byte) (bool, error) { return false, broken }
	works := func([]byte) (bool, error) { return false, nil }
	for _, trunk := range []uint64{10, 11} {
		in := merge.Input{
			Kind: b.kind, Current: b.record, State: b.state, Version: &syncv1.Version{Epoch: 1, Seq: 12}, Trunk: trunk,
			Mutation: &syncv1.Mutation{Id: id("d1"), Operation: patch, Groups: []uint32{2}, Record: &carev1.Record{Body: draft("two")}},
			Owns:     works, InChain: fails,
		}
		if _, err := apply(t, in); !errors.Is(err, broken) {
			t.Errorf("of the chain, trunk %d: %v", trunk, err)
		}
		in.Owns, in.InChain = fails, works
		if _, err := apply(t, in); errors.Is(err, broken) != (trunk == 10) {
			t.Errorf("of what the author owns, trunk %d: %v", trunk, err)
		}
	}
}

func TestWritten(t *testing.T) {
	kind := func(name string) *care.Kind {
		k, ok := care.KindByName(name)
		if !ok {
			t.Fatal(name)
		}
		return k
	}
	for _, c := range []struct {
		kind   string
		m      *syncv1.Mutation
		groups string
	}{
		{"vital_signs", &syncv1.Mutation{Operation: patch}, "[0]"},
		{"medication_order", &syncv1.Mutation{Operation: resolve}, "[0]"},
		{"signed_note", &syncv1.Mutation{Operation: retract}, "[0]"},
		{"draft_note", &syncv1.Mutation{Operation: retract}, "[1001]"},
		{"draft_note", &syncv1.Mutation{Operation: patch, Groups: []uint32{1002, 3, 2, 3}}, "[2 3 1002]"},
		{"draft_note", &syncv1.Mutation{Operation: resolve, Groups: []uint32{1001}}, "[1001]"},
	} {
		groups, err := merge.Written(kind(c.kind), c.m)
		if err != nil || fmt.Sprint(groups) != c.groups {
			t.Errorf("%s %v: %v, %v", c.kind, c.m, groups, err)
		}
	}
}
