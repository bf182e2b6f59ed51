package care

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

const (
	given   = carev1.DoseOutcome_DOSE_OUTCOME_GIVEN
	partial = carev1.DoseOutcome_DOSE_OUTCOME_PARTIAL
	refused = carev1.DoseOutcome_DOSE_OUTCOME_REFUSED
)

func dose(id, order, slot string, outcome carev1.DoseOutcome, remainderOf string) *carev1.Record {
	return &carev1.Record{Id: []byte(id), Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE,
		Body: logBody(&carev1.MedicationLog{OrderId: []byte(order), Slot: slot, Outcome: outcome, RemainderOf: []byte(remainderOf)})}
}

func TestDoubleDoses(t *testing.T) {
	retracted := dose("b", "o", "s", given, "")
	retracted.Status = carev1.RecordStatus_RECORD_STATUS_RETRACTED
	for _, c := range []struct {
		name    string
		records []*carev1.Record
		want    [][]int
	}{
		{"nothing", nil, nil},
		{"one dose", []*carev1.Record{dose("a", "o", "s", given, "")}, nil},
		{"two tablets, one dose each", []*carev1.Record{dose("a", "o", "s", given, ""), dose("b", "o", "s", given, "")}, [][]int{{0, 1}}},
		{"given and found taken", []*carev1.Record{dose("a", "o", "s", given, ""), dose("b", "o", "s", carev1.DoseOutcome_DOSE_OUTCOME_FOUND_TAKEN, "")}, [][]int{{0, 1}}},
		{"given and given wrongly", []*carev1.Record{dose("a", "o", "s", given, ""), dose("b", "o", "s", carev1.DoseOutcome_DOSE_OUTCOME_WRONG, "")}, [][]int{{0, 1}}},
		{"an outcome of a newer app", []*carev1.Record{dose("a", "o", "s", given, ""), dose("b", "o", "s", 77, "")}, [][]int{{0, 1}}},
		{"refused, then given", []*carev1.Record{dose("a", "o", "s", refused, ""), dose("b", "o", "s", given, "")}, nil},
		{"one entered in error", []*carev1.Record{dose("a", "o", "s", given, ""), retracted}, nil},
		{"another slot", []*carev1.Record{dose("a", "o", "s", given, ""), dose("b", "o", "t", given, "")}, nil},
		{"another order", []*carev1.Record{dose("a", "o", "s", given, ""), dose("b", "p", "s", given, "")}, nil},
		{"PRN has no slot", []*carev1.Record{dose("a", "o", "", given, ""), dose("b", "o", "", given, "")}, nil},
		{"no order", []*carev1.Record{dose("a", "", "s", given, ""), dose("b", "", "s", given, "")}, nil},
		{"the same record twice", []*carev1.Record{dose("a", "o", "s", given, ""), dose("a", "o", "s", given, "")}, nil},
		{"part and remainder", []*carev1.Record{dose("a", "o", "s", partial, ""), dose("b", "o", "s", given, "a")}, nil},
		{"remainder before part", []*carev1.Record{dose("b", "o", "s", given, "a"), dose("a", "o", "s", partial, "")}, nil},
		{"part, part of the rest, rest", []*carev1.Record{dose("a", "o", "s", partial, ""), dose("b", "o", "s", partial, "a"), dose("c", "o", "s", given, "b")}, nil},
		{"two remainders of one part", []*carev1.Record{dose("a", "o", "s", partial, ""), dose("b", "o", "s", given, "a"), dose("c", "o", "s", given, "a")}, [][]int{{0, 1, 2}}},
		{"remainder of a whole dose", []*carev1.Record{dose("a", "o", "s", given, ""), dose("b", "o", "s", given, "a")}, [][]int{{0, 1}}},
		{"remainder of a record elsewhere", []*carev1.Record{dose("a", "o", "s", given, ""), dose("b", "o", "s", given, "z")}, [][]int{{0, 1}}},
		{"part, remainder, and a third", []*carev1.Record{dose("a", "o", "s", partial, ""), dose("b", "o", "s", given, "a"), dose("c", "o", "s", given, "")}, [][]int{{0, 1, 2}}},
		{"remainders of each other", []*carev1.Record{dose("a", "o", "s", partial, "b"), dose("b", "o", "s", partial, "a")}, [][]int{{0, 1}}},
		{"remainder of itself", []*carev1.Record{dose("a", "o", "s", partial, "a"), dose("b", "o", "s", given, "")}, [][]int{{0, 1}}},
		{"other kinds between", []*carev1.Record{usualRecord(), dose("a", "o", "s", given, ""), {}, nil, dose("b", "o", "s", given, "")}, [][]int{{1, 4}}},
	} {
		if got := DoubleDoses(c.records); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Without links, a group is double exactly if some pair in it is, and the order of the records does not matter.
func TestDoubleDosesAgreeWithPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var records []*carev1.Record
		for i := range rapid.IntRange(0, 8).Draw(t, "records") {
			outcome := carev1.DoseOutcome(rapid.IntRange(0, 11).Draw(t, "outcome"))
			slot := rapid.SampledFrom([]string{"s", "t"}).Draw(t, "slot")
			records = append(records, dose(fmt.Sprint(i), "o", slot, outcome, ""))
		}
		var inGroup []int
		for _, g := range DoubleDoses(records) {
			if !slices.IsSorted(g) || len(g) < 2 {
				t.Fatalf("group %v", g)
			}
			inGroup = append(inGroup, g...)
		}
		for i := range records {
			paired := false
			for k := range records {
				if i != k && DoubleDose(records[i], records[k]) != DoubleDose(records[k], records[i]) {
					t.Fatal("the order of a pair matters")
				}
				paired = paired || i != k && DoubleDose(records[i], records[k])
			}
			if paired != slices.Contains(inGroup, i) {
				t.Fatalf("record %d: in a pair %v, groups %v", i, paired, inGroup)
			}
		}
	})
}
