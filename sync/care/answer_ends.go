package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// AnswerEnds tells whether the answer of somebody in a role ends an alert. A physician, a nurse, a care manager, a
// pharmacist and a therapist can see to what a rule found, or to somebody who does. A care worker (介護職) mostly stands
// beside the patient alone, and may not be the one who decides that an emergency is none: their answer is kept and shown
// to everybody, and whoever has to be told is told all the same. A role that this build does not know ends nothing.
func AnswerEnds(role carev1.Role) bool {
	switch role {
	case carev1.Role_ROLE_PHYSICIAN, carev1.Role_ROLE_NURSE, carev1.Role_ROLE_CARE_MANAGER, carev1.Role_ROLE_PHARMACIST,
		carev1.Role_ROLE_THERAPIST:
		return true
	}
	return false
}
