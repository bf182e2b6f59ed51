package escalation

import (
	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// The roles of the built-in policy: they are known for every chart, where persons and rotas are not.
const (
	physician   = carev1.Role_ROLE_PHYSICIAN
	nurse       = carev1.Role_ROLE_NURSE
	careManager = carev1.Role_ROLE_CARE_MANAGER
)

// BuiltIn returns the policy that counts where nobody made one. It knows no quiet hours: NEWS2 calls for a physician from 5 on,
// which is urgent here, and letting that wait for the morning is for people to decide who know the night. The caller may
// change what it gets.
func BuiltIn() *alertv1.Policy {
	return &alertv1.Policy{
		Critical: &alertv1.Plan{
			Steps: []*alertv1.Step{
				{AfterMinutes: 0, AgainMinutes: 2, To: roles(physician)},
				{AfterMinutes: 5, To: roles(nurse, physician)},
				{AfterMinutes: 10, To: roles(nurse, physician, careManager)},
			},
			Loops: 1, WaitMinutes: 15,
		},
		Urgent: &alertv1.Plan{
			Steps: []*alertv1.Step{
				{AfterMinutes: 0, To: roles(physician)},
				{AfterMinutes: 60, To: roles(nurse, physician)},
				{AfterMinutes: 240, To: roles(careManager)},
			},
			WaitMinutes: 240,
		},
		DigestAt: "08:30",
		Zone:     "Asia/Tokyo",
	}
}

func roles(all ...carev1.Role) []*alertv1.Recipient {
	to := make([]*alertv1.Recipient, len(all))
	for i, role := range all {
		to[i] = &alertv1.Recipient{Who: &alertv1.Recipient_Role{Role: role}}
	}
	return to
}
