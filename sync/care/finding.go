package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// Severity says what a finding asks of the writer.
type Severity int

const (
	// Refused: impossible or contradictory. The entry has to be corrected.
	Refused Severity = iota + 1
	// Unlikely: possible, but somebody has to look again. A reading is then named in VitalSigns.confirmed, a field of
	// an order in MedicationOrder.confirmed, one of an instruction in PhysicianInstruction.confirmed.
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
// it names the field, the range and what to do, and never a value or a patient. Only one about a dose that is there already
// names when and by which colleague that was recorded.
type Finding struct {
	Field    string           // path within the body's member, such as "oxygen.flow_tenths_l_per_min"
	Item     carev1.VitalItem // the reading it is about; unspecified if it is about none
	Severity Severity
	Range    string // such as "20.0–46.0 °C"; empty if the rule is not a range
	En, Ja   string // one sentence each
}

// Check looks at a body as the device does before it is written. Nil: nothing to say.
//
// Refused is exactly what the contract's rules refuse, so that nothing that a device lets through fails at the server.
// Unlikely is what lies outside the confirm limits, or does not fit together in an order or an instruction, and is not
// confirmed.
func Check(b *carev1.Body) []Finding {
	m := Message(b)
	if m == nil {
		return nil
	}
	var found []Finding
	for _, v := range Validate(m) {
		found = append(found, refusals(m, v)...)
	}
	switch m := m.(type) {
	case *carev1.VitalSigns:
		found = append(found, unlikelyReadings(m)...)
	case *carev1.MedicationOrder:
		found = append(found, CheckOrder(m)...)
	case *carev1.PhysicianInstruction:
		found = append(found, CheckInstruction(m)...)
	}
	return found
}
