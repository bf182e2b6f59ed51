package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// Severity says what a finding asks of the writer.
type Severity int

const (
	// Refused: impossible or contradictory. The entry has to be corrected.
	Refused Severity = iota + 1
	// Unlikely: possible, but somebody has to look again. A reading is then named in VitalSigns.confirmed.
	Unlikely
)

// String returns the severity in one word.
func (s Severity) String() string {
	switch s {
	case Refused:
		return "refused"
	case Unlikely:
		return "unlikely"
	default:
		return "unknown"
	}
}

// Finding is one thing to correct or to confirm before a body is written. It is shown to the writer on the device:
// it names the field, the range and what to do, and never a value or a person.
type Finding struct {
	Field    string           // path within the body's member, such as "oxygen.flow_tenths_l_per_min"
	Item     carev1.VitalItem // the reading it is about; unspecified if it is about none
	Severity Severity
	Range    string // such as "20.0–46.0 °C"; empty if the rule is not a range
	En, Ja   string // one sentence each
}

// Check looks at a body as the device does before it is written. Nil: nothing to say.
//
// Refused is what the contract's rules refuse, plus contradictions within one set of readings that the contract
// cannot know of (see contradictions). Unlikely is what lies outside the confirm limits and is not confirmed.
func Check(b *carev1.Body) []Finding {
	m := Message(b)
	if m == nil {
		return nil
	}
	var found []Finding
	for _, v := range Validate(m) {
		found = append(found, refusal(m, v))
	}
	switch m := m.(type) {
	case *carev1.VitalSigns:
		found = append(found, contradictions(m)...)
		found = append(found, unlikelyReadings(m)...)
	case *carev1.MedicationOrder:
		found = append(found, CheckOrder(m)...)
	}
	return found
}
