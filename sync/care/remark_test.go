package care

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// sheetRecord is a sheet by its type, its days and the day of issue.
func sheetRecord(id string, kind carev1.InstructionType, from, to, issued string) *carev1.Record {
	return &carev1.Record{Id: id16(id), Body: &carev1.Body{Kind: &carev1.Body_Instruction{Instruction: &carev1.PhysicianInstruction{
		Type: kind, PeriodFrom: from, PeriodTo: to, Issued: issued, State: carev1.InstructionState_INSTRUCTION_STATE_ISSUED,
	}}}}
}

func TestRemarksOnSheets(t *testing.T) {
	const ordinary, special = carev1.InstructionType_INSTRUCTION_TYPE_VISITING_NURSE, carev1.InstructionType_INSTRUCTION_TYPE_SPECIAL
	changed := func(r *carev1.Record, change func(*carev1.Record)) *carev1.Record {
		r = proto.CloneOf(r)
		change(r)
		return r
	}
	now := time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC) // midnight of the 23rd in Japan
	base := sheetRecord("a", ordinary, "2026-09-01", "2027-02-28", "2026-08-28")
	first := sheetRecord("b", special, "2026-11-02", "2026-11-15", "2026-11-02")
	second := sheetRecord("c", special, "2026-11-20", "2026-12-03", "2026-11-20")
	reason := changed(second, func(r *carev1.Record) {
		r.GetBody().GetInstruction().SecondSpecialReason = carev1.SecondSpecialReason_SECOND_SPECIAL_REASON_TRACHEAL_CANNULA
	})
	soon := sheetRecord("d", ordinary, "2026-07-01", "2026-12-10", "2026-06-28")
	next := sheetRecord("e", ordinary, "2026-12-11", "2027-06-10", "2026-11-20")
	retract := func(r *carev1.Record) { r.Status = carev1.RecordStatus_RECORD_STATUS_RETRACTED }
	withdraw := func(r *carev1.Record) {
		r.GetBody().GetInstruction().State = carev1.InstructionState_INSTRUCTION_STATE_WITHDRAWN
	}
	for name, c := range map[string]struct {
		of     *carev1.Record
		others []*carev1.Record
		want   []string
	}{
		"in force":                   {base, []*carev1.Record{first}, nil},
		"ends soon":                  {soon, nil, []string{"instruction: ends soon, on 2026-12-10"}},
		"ends soon, the next is in":  {soon, []*carev1.Record{soon, next}, nil},
		"the next was retracted":     {soon, []*carev1.Record{changed(next, retract)}, []string{"instruction: ends soon, on 2026-12-10"}},
		"not begun":                  {next, []*carev1.Record{soon}, []string{"instruction: not begun, from 2026-12-11"}},
		"the last day":               {sheetRecord("f", ordinary, "2026-08-01", "2026-11-23", "2026-08-01"), nil, []string{"instruction: ends soon, on 2026-11-23"}},
		"the day after":              {sheetRecord("f", ordinary, "2026-08-01", "2026-11-22", "2026-08-01"), nil, []string{"instruction: expired on 2026-11-22"}},
		"of a type of a later build": {sheetRecord("f", 99, "2026-08-01", "2026-11-30", "2026-08-01"), nil, []string{"instruction: unclear"}},
		"withdrawn":                  {changed(second, withdraw), nil, nil},
		"retracted":                  {changed(second, retract), nil, nil},
		"the first special one":      {first, []*carev1.Record{base, second}, []string{"instruction: expired on 2026-11-15"}},
		"the second special one":     {second, []*carev1.Record{second, base, first}, []string{"special instruction: second of the month without a reason"}},
		"the second, with a reason":  {reason, []*carev1.Record{base, first}, nil},
		"the first was a mistake":    {second, []*carev1.Record{base, changed(first, retract)}, nil},
		"nobody has looked":          {second, nil, nil},
		"a special one by itself":    {second, []*carev1.Record{}, []string{"special instruction: no instruction in force"}},
	} {
		var got []string
		for _, one := range Remarks(c.of, c.others, now) {
			if one.Ja == "" {
				t.Errorf("%s: nothing in Japanese", name)
			}
			got = append(got, one.En)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestRemarkOnWhatWasTypedIn(t *testing.T) {
	r := &carev1.Record{Envelope: typedIn(), Body: &carev1.Body{Kind: &carev1.Body_Condition{Condition: &carev1.Condition{}}}}
	if got := Remarks(r, nil, time.Time{}); len(got) != 1 || got[0].Ja != "代行入力：医師の確認前" {
		t.Errorf("%+v", got)
	}
	r.Envelope.Confirmation = &carev1.Confirmation{By: r.Envelope.Performer}
	if got := Remarks(r, nil, time.Time{}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
