package care

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// TestBrokenRulesAreSaidInWords: whoever wrote it wrongly is told what to do, in the words of people.
func TestBrokenRulesAreSaidInWords(t *testing.T) {
	instruction := func(change func(*carev1.PhysicianInstruction)) *carev1.Body {
		i := &carev1.PhysicianInstruction{
			Type: carev1.InstructionType_INSTRUCTION_TYPE_VISITING_NURSE, PeriodFrom: "2026-11-01", PeriodTo: "2027-04-30",
			Issued: "2026-10-28", Physician: "架空 医師", Clinic: "架空医院", State: carev1.InstructionState_INSTRUCTION_STATE_ISSUED,
			Diagnoses: []*carev1.CodedText{{Text: "慢性心不全"}},
		}
		change(i)
		return &carev1.Body{Kind: &carev1.Body_Instruction{Instruction: i}}
	}
	allergy := func(change func(*carev1.Allergy)) *carev1.Body {
		a := &carev1.Allergy{
			Category: carev1.AllergyCategory_ALLERGY_CATEGORY_FOOD, Substance: &carev1.CodedText{Text: "卵"},
			Status:       carev1.AllergyStatus_ALLERGY_STATUS_ACTIVE,
			Verification: carev1.AllergyVerification_ALLERGY_VERIFICATION_CONFIRMED,
		}
		change(a)
		return &carev1.Body{Kind: &carev1.Body_Allergy{Allergy: a}}
	}
	day := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		body   *carev1.Body
		ja, en string
	}{
		"nothing chosen": {allergy(func(a *carev1.Allergy) { a.Category = 0 }),
			"「分類」を選んでください。", "Choose the category."},
		"chosen from a newer app": {allergy(func(a *carev1.Allergy) { a.Category = 1000 }),
			"「分類」を選び直してください。", "Choose the category again: there is no such choice."},
		"a day as people write it": {instruction(func(i *carev1.PhysicianInstruction) { i.Issued = "令和8年10月28日" }),
			"「交付日」は 2026-11-23 のように年-月-日で入力し直してください。", "Enter the issued as a day, as YYYY-MM-DD."},
		"missing": {instruction(func(i *carev1.PhysicianInstruction) { i.Clinic = "" }),
			"「医療機関名」を入力してください。", "Enter the clinic: it is missing."},
		"none of a list": {instruction(func(i *carev1.PhysicianInstruction) { i.Diagnoses = nil }),
			"「主たる傷病名」を入力してください。", "Enter the diagnoses: it is missing."},
		"a short id": {&carev1.Body{Kind: &carev1.Body_ReadMark{ReadMark: &carev1.ReadMark{
			RecordId: []byte("short"), PersonId: "sato", At: timestamppb.New(day),
		}}},
			"「読んだ記録」には記録のID（32桁の16進数、JSONではBase64）を指定してください。",
			"Check the record id: it has to be an id, of 32 hexadecimal digits, or in JSON their bytes in base64."},
		"too long": {&carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{
			Format: carev1.NoteFormat_NOTE_FORMAT_SOAP, Plan: strings.Repeat("あ", 8001),
		}}},
			"「P（計画）」が長すぎるので、8000文字以内にしてください。", "Shorten the plan to 8000 characters."},
	} {
		found := Check(c.body)
		if len(found) != 1 || found[0].Severity != Refused || found[0].Ja != c.ja || found[0].En != c.en {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// TestNoRuleSpeaksToProgrammers: no sentence quotes a pattern, a list of numbers of choices or how the rule is called.
func TestNoRuleSpeaksToProgrammers(t *testing.T) {
	said := 0
	look := func(f Finding) {
		said++
		for _, text := range []string{f.Ja, f.En} {
			for _, sign := range []string{"^", "regex", "item(s)", "enum", "in list", "{x}", "{1}", "{2}", "{list}", "value is required"} {
				if strings.Contains(text, sign) {
					t.Errorf("%s: %q", f.Field, text)
				}
			}
		}
	}
	for _, m := range subjects() {
		if b, is := m.(*carev1.Body); is {
			for _, f := range Check(b) {
				look(f)
			}
		}
		for _, v := range broken(m) {
			look(refusal(m, v))
		}
	}
	marked := &carev1.Envelope{}
	mark(marked.ProtoReflect(), 2)
	for _, v := range append(broken(marked), InvalidTimes(marked)...) {
		look(EnvelopeFinding(v))
	}
	if said < 100 {
		t.Errorf("%d sentences: the test sees too little", said)
	}
}

// TestEnvelopeInWords: the same for what goes with a record.
func TestEnvelopeInWords(t *testing.T) {
	day := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	e := &carev1.Envelope{Effective: timestamppb.New(day), EffectiveEnd: timestamppb.New(day.Add(-1))}
	v := Validate(e)
	if len(v) != 1 || EnvelopeFinding(v[0]).Ja != "終わりの日時は始まり以降で入力し直してください。" {
		t.Errorf("%+v", v)
	}
	times := InvalidTimes(&carev1.Envelope{Effective: &timestamppb.Timestamp{Seconds: 1 << 40}})
	if len(times) != 1 || EnvelopeFinding(times[0]).En != "Check the effective: it has to be a time in the years 1 to 9999." ||
		EnvelopeFinding(times[0]).Ja != "「日時」は西暦1年から9999年の日時で入力し直してください。" {
		t.Errorf("%+v", times)
	}
}
