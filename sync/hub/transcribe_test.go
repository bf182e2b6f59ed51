package hub_test

import (
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// sheet is a mutation that creates a sheet of instructions, typed in from paper by its author.
func (b *bench) sheet(person string) *syncv1.Mutation {
	m := b.create(person, &carev1.Body{Kind: &carev1.Body_Instruction{Instruction: &carev1.PhysicianInstruction{
		Type: carev1.InstructionType_INSTRUCTION_TYPE_VISITING_NURSE, PeriodFrom: "2026-11-01", PeriodTo: "2027-04-30",
		Issued: "2026-10-28", Physician: "佐藤 一郎", Clinic: "佐藤医院", State: carev1.InstructionState_INSTRUCTION_STATE_ISSUED,
		Diagnoses: []*carev1.CodedText{{Text: "慢性心不全"}},
	}}})
	e := m.Record.Envelope
	e.Performer = &carev1.Actor{Name: "佐藤 一郎", Role: carev1.Role_ROLE_PHYSICIAN}
	e.Enterer = &carev1.Actor{PersonId: person, Name: person, Role: roles[person]}
	e.Links = []*carev1.RecordLink{{Relation: carev1.LinkRelation_LINK_RELATION_TRANSCRIBED_FROM, RecordId: b.id()}}
	return m
}

// TestPaperIsTypedIn: a nurse types in a sheet that a physician signed, and corrects what she typed. Whatever does not name
// all of it is held, and so is every other write of hers.
func TestPaperIsTypedIn(t *testing.T) {
	b := newBench(t)
	typed := b.sheet("sato")
	b.expect(b.push("sato", typed), "APPLIED")
	seen := func() *syncv1.RecordVersion {
		return b.timeline("sato", &chartv1.GetTimelineRequest{}).GetItems()[0].GetVersion()
	}
	again := b.patch("suzuki", typed.GetId(), seen(), proto.CloneOf(typed.GetRecord().GetBody()))
	again.Record.GetBody().GetInstruction().Clinic = "佐藤内科医院"
	again.Record.Envelope = proto.CloneOf(typed.GetRecord().GetEnvelope())
	again.Record.Envelope.Enterer = &carev1.Actor{PersonId: "suzuki", Role: carev1.Role_ROLE_NURSE}
	b.expect(b.push("suzuki", again), "APPLIED")

	bare := b.patch("suzuki", typed.GetId(), seen(), proto.CloneOf(again.GetRecord().GetBody()))
	b.expect(b.push("suzuki", bare), "HELD ROLE")
	resolve := proto.CloneOf(again)
	resolve.Id, resolve.Operation = b.id(), syncv1.Operation_OPERATION_RESOLVE
	b.expect(b.push("suzuki", resolve), "HELD ROLE")
	worker := b.sheet("takahashi")
	b.expect(b.push("takahashi", worker), "HELD ROLE")
	for name, spoil := range map[string]func(*carev1.Envelope){
		"another enterer": func(e *carev1.Envelope) { e.Enterer.PersonId = "suzuki" },
		"no physician":    func(e *carev1.Envelope) { e.Performer = nil },
		"no paper":        func(e *carev1.Envelope) { e.Links = nil },
		"a confirmation":  func(e *carev1.Envelope) { e.Confirmation = &carev1.Confirmation{By: e.Performer} },
	} {
		m := b.sheet("sato")
		spoil(m.Record.Envelope)
		t.Log(name)
		b.expect(b.push("sato", m), "HELD ROLE")
	}
}

// TestTimelineSaysWhatASheetIsWorth: beside each sheet, and by the day and the other sheets as they are now.
func TestTimelineSaysWhatASheetIsWorth(t *testing.T) {
	b := newBench(t)
	base, special := b.sheet("sato"), b.sheet("sato")
	i := special.Record.GetBody().GetInstruction()
	i.Type, i.PeriodFrom, i.PeriodTo, i.Issued = carev1.InstructionType_INSTRUCTION_TYPE_SPECIAL, "2026-11-20", "2026-12-03", "2026-11-20"
	i.FrequentVisitsReason = "急性増悪"
	remarks := func() (all []string) {
		for _, item := range b.timeline("sato", &chartv1.GetTimelineRequest{Kinds: []string{"instruction"}}).GetItems() {
			for _, r := range item.GetRemarks() {
				if r.GetEn() != "typed in from paper; not yet confirmed by the physician" {
					all = append(all, r.GetEn())
				}
			}
			if n := len(item.GetRemarks()); n == 0 || item.GetRemarks()[0].GetJa() != "代行入力：医師の確認前" {
				t.Errorf("%d remarks", n)
			}
		}
		return all
	}
	b.expect(b.push("sato", special), "APPLIED")
	if got := remarks(); !slices.Equal(got, []string{"special instruction: no instruction in force"}) {
		t.Errorf("%q", got)
	}
	b.expect(b.push("sato", base), "APPLIED")
	if got := remarks(); len(got) != 0 {
		t.Errorf("%q", got)
	}
	b.now = b.now.AddDate(0, 5, 0)
	if got := remarks(); !slices.Equal(got, []string{"instruction: expired on 2026-12-03", "instruction: ends soon, on 2027-04-30"}) &&
		!slices.Equal(got, []string{"instruction: ends soon, on 2027-04-30", "instruction: expired on 2026-12-03"}) {
		t.Errorf("%q", got)
	}
	reading := b.create("sato", temperature(365))
	b.expect(b.push("sato", reading), "APPLIED")
	for _, item := range b.timeline("sato", &chartv1.GetTimelineRequest{Kinds: []string{"vital_signs"}}).GetItems() {
		if len(item.GetRemarks()) > 0 {
			t.Errorf("a reading has remarks: %v", item.GetRemarks())
		}
	}
}
