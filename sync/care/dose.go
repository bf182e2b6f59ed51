package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// CountsAsTaken tells whether a dose with this outcome reached the patient, in whole or in part. An outcome that
// this build does not know counts as taken: the worse case.
func CountsAsTaken(o carev1.DoseOutcome) bool {
	switch o {
	case carev1.DoseOutcome_DOSE_OUTCOME_REFUSED, carev1.DoseOutcome_DOSE_OUTCOME_HELD,
		carev1.DoseOutcome_DOSE_OUTCOME_MISSED, carev1.DoseOutcome_DOSE_OUTCOME_AWAY,
		carev1.DoseOutcome_DOSE_OUTCOME_UNAVAILABLE, carev1.DoseOutcome_DOSE_OUTCOME_UNSPECIFIED:
		return false
	default:
		return true
	}
}

// DoubleDose tells whether two records of one stream say that one dose was given twice: same order, same slot, both
// taken, neither retracted, and neither the remainder of the other.
func DoubleDose(a, b *carev1.Record) bool { return len(DoubleDoses([]*carev1.Record{a, b})) > 0 }

// DoubleDoses groups the positions of records that say that one dose was given more than once. All records are of
// one stream; a record that is listed twice counts once. A partly taken dose and one record of its remainder are one
// dose. A group of which a person decided that all of it was given is left out. Groups come in the order of their first record, positions ascend.
func DoubleDoses(records []*carev1.Record) [][]int {
	kind, ok := KindByName("medication_log")
	if !ok {
		return nil
	}
	groups := map[[16]byte][]int{}
	var order [][16]byte
	seen := map[string]bool{}
	for i, r := range records {
		if r.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED ||
			!CountsAsTaken(r.GetBody().GetMedicationLog().GetOutcome()) {
			continue
		}
		key, ok := DomainKey(kind, r.GetBody())
		if id := string(r.GetId()); !ok || seen[id] {
			continue
		} else if id != "" {
			seen[id] = true
		}
		if len(groups[key]) == 0 {
			order = append(order, key)
		}
		groups[key] = append(groups[key], i)
	}
	var found [][]int
	for _, key := range order {
		if g := groups[key]; len(g) > 1 && doses(records, g) > 1 && !settled(records, g) {
			found = append(found, g)
		}
	}
	return found
}

// doses counts the doses among the records of one order and slot.
func doses(records []*carev1.Record, group []int) int {
	partial := map[string]int{} // id of a partly taken dose → its position
	for _, i := range group {
		if records[i].GetBody().GetMedicationLog().GetOutcome() == carev1.DoseOutcome_DOSE_OUTCOME_PARTIAL {
			partial[string(records[i].GetId())] = i
		}
	}
	remainder, follows := map[int]int{}, map[int]bool{} // each partly taken dose has one remainder; a second is a dose
	for _, i := range group {
		of := records[i].GetBody().GetMedicationLog().GetRemainderOf()
		first, ok := partial[string(of)]
		if _, taken := remainder[first]; ok && !taken && len(of) > 0 {
			remainder[first], follows[i] = i, true
		}
	}
	n, reached := 0, 0
	for _, i := range group {
		if follows[i] {
			continue
		}
		n, reached = n+1, reached+1
		for next, ok := remainder[i]; ok; next, ok = remainder[next] {
			reached++
		}
	}
	return n + len(group) - reached // what is not reached goes round in a circle; each counts, the worse case
}

// PossibleDuplicate tells whether two records may be the same thing written twice, or done twice: they share a domain
// key and neither is retracted; of doses, both were taken; and nobody decided that they are two. It is computed wherever they are shown, as the worse case;
// only a person's decision about it is ever stored.
func PossibleDuplicate(a, b *carev1.Record) bool {
	if a.GetBody().GetMedicationLog() != nil || b.GetBody().GetMedicationLog() != nil {
		return DoubleDose(a, b)
	}
	kind, ok := KindOf(a.GetBody())
	gone := carev1.RecordStatus_RECORD_STATUS_RETRACTED
	if !ok || a.GetStatus() == gone || b.GetStatus() == gone || decidedDistinct(a, b) {
		return false
	}
	one, has := DomainKey(kind, a.GetBody())
	other, too := DomainKey(kind, b.GetBody())
	return has && too && one == other
}
