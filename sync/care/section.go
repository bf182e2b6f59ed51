package care

import (
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// StandingSection is the section of what holds until it is changed: orders, allergies, plans.
const StandingSection = 0

// Section returns the section of a record: StandingSection, or year*100+month, in UTC, of the later of its first
// arrival and its effective time. A year outside 1 to 9999, which no timestamp of the contract has, is clamped.
func Section(k *Kind, arrived, effective time.Time) uint32 {
	if k.Section == carev1.SectionPolicy_SECTION_POLICY_STANDING {
		return StandingSection
	}
	later := arrived
	if effective.After(arrived) {
		later = effective
	}
	year, month, _ := later.UTC().Date()
	return uint32(min(max(year, 1), 9999))*100 + uint32(month)
}
