package synthetic

import (
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Tenant is the tenant of every world.
const Tenant = "demo"

// Directory is who and what there is, as a directory file says it. Nothing in it has a secret: whoever writes the file
// gives them out.
type Directory struct {
	Organisations []Organisation
	People        []Person
	Devices       []Device
	Charts        []Chart
	Grants        []Grant
}

// Organisation is a station, a home, a clinic, an office or a pharmacy.
type Organisation struct{ ID, Name string }

// Person is somebody who works there.
type Person struct {
	ID, Name, Organisation string
	Role                   carev1.Role
}

// Device is a tablet or a computer.
type Device struct{ ID, Organisation string }

// Chart is a patient or a resident. Its streams are ID/care, ID/clinical and ID/internal/ORGANISATION.
type Chart struct {
	ID, Patient string
	// Home tells a resident of the home from a patient of the station.
	Home bool
}

// Grant lets a person into charts. Until is zero for one that goes on.
type Grant struct {
	Person      string
	Charts      []string
	From, Until time.Time
}

// CareStream, ClinicalStream and InternalStream are the ids of a chart's streams.
func CareStream(chart string) string { return chart + "/care" }

// ClinicalStream is read by physicians, nurses, pharmacists and therapists.
func ClinicalStream(chart string) string { return chart + "/clinical" }

// InternalStream is read by one organisation.
func InternalStream(chart, organisation string) string { return chart + "/internal/" + organisation }
