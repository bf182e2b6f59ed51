package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// FamilyMaySee tells whether a record may stand on a page or a screen for the patient and the family, and on what is
// left at home. It never answers true for a diagnosis that the patient has not been told (未告知), for what must not be
// passed on (未提供), for what the staff say among themselves, for what is given out on request only, nor for a kind
// that this build does not know. A value that waits for a decision counts like the current one: a diagnosis stays
// hidden as soon as one of the values says that the patient has not been told.
func FamilyMaySee(r *carev1.Record) bool {
	if r.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED || !familyMaySee(r.GetBody()) {
		return false
	}
	for _, c := range r.GetCandidates() {
		if c.GetGroup() == uint32(carev1.Group_GROUP_UNSPECIFIED) && !familyMaySee(c.GetBody()) {
			return false
		}
	}
	return true
}

// forFamily are the kinds that the family may see, by name. Everything else is told by the physician (laboratory
// results), given out on request (notes, instructions, documents), or internal (inquiries, tasks, read-marks, alerts).
var forFamily = map[string]bool{
	"vital_signs": true, "medication_order": true, "medication_log": true,
	"allergy": true, "condition": true, "advance_directive": true,
	"patient_profile": true, "visit": true, "daily_care": true, "episode": true,
}

func familyMaySee(b *carev1.Body) bool {
	k, ok := KindOf(b)
	if !ok || !forFamily[k.Name] {
		return false
	}
	c := b.GetCondition()
	return c.GetUninformed() == nil && !c.GetUndelivered()
}
