package rules

import (
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/care/news2"
)

// Scale is the SpO2 scale of NEWS2 that counts for the patient, by the profile among the standing records.
func (v *View) Scale() news2.Scale {
	scale, _ := care.Spo2Scale(v.profileRecord())
	return news2.Scale(scale)
}
