package sdk

import (
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// forgetConfirmed takes out of a body what its author confirmed when it was written.
func forgetConfirmed(body *carev1.Body) {
	if v := body.GetVitalSigns(); v != nil {
		v.Confirmed = nil
	}
	if o := body.GetMedicationOrder(); o != nil {
		o.Confirmed = nil
	}
	if i := body.GetInstruction(); i != nil {
		i.Confirmed = nil
	}
}

// markConfirmed writes into a body what its author has looked at and means.
func markConfirmed(body *carev1.Body, found []care.Finding) {
	v, o, i := body.GetVitalSigns(), body.GetMedicationOrder(), body.GetInstruction()
	for _, f := range found {
		if v != nil && f.Item != 0 && !slices.Contains(v.Confirmed, f.Item) {
			v.Confirmed = append(v.Confirmed, f.Item)
		}
		if o != nil && !slices.Contains(o.Confirmed, f.Field) {
			o.Confirmed = append(o.Confirmed, f.Field)
		}
		if i != nil && !slices.Contains(i.Confirmed, f.Field) {
			i.Confirmed = append(i.Confirmed, f.Field)
		}
	}
}
