package care

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// The SpO2 scales of NEWS2.
const (
	DefaultSpo2Scale     = 1 // where nobody decided otherwise
	HypercapnicSpo2Scale = 2 // confirmed hypercapnic respiratory failure
)

// decidedAhead is how far after its record a decision may be dated: the clock of a tablet may be off by a little.
const decidedAhead = time.Hour

// Spo2Scale returns the SpO2 scale of NEWS2 that counts by the record of a patient's profile: the one that was decided,
// else scale 1, and whether a decision counts. It is never inferred from a diagnosis or from readings. A decision for
// scale 2 counts only if neither its decider nor its date speaks against it (see the remarks on the record): scale 2 hears
// less of a low saturation.
func Spo2Scale(r *carev1.Record) (scale int, decided bool) {
	d := r.GetBody().GetPatientProfile().GetSpo2Scale()
	if d.GetScale() != HypercapnicSpo2Scale {
		return DefaultSpo2Scale, d != nil
	}
	if !clinicianDecided(d) || decidedLater(r, d) {
		return DefaultSpo2Scale, false
	}
	return HypercapnicSpo2Scale, true
}

// clinicianDecided tells whether a physician decided, or a nurse wrote the physician's decision down, as far as the record
// says who it was: somebody from outside the directory has no role.
func clinicianDecided(d *carev1.Spo2ScaleDecision) bool {
	switch d.GetDecidedBy().GetRole() {
	case carev1.Role_ROLE_PHYSICIAN, carev1.Role_ROLE_NURSE, carev1.Role_ROLE_UNSPECIFIED:
		return true
	}
	return false
}

// decidedLater tells whether a decision is dated after the last moment at which its record is known to have been written.
func decidedLater(r *carev1.Record, d *carev1.Spo2ScaleDecision) bool {
	var last time.Time
	for _, at := range []*timestamppb.Timestamp{
		r.GetEnvelope().GetRecorded(), r.GetArrival().GetReceived(), r.GetLastChange().GetRecorded(), r.GetLastChange().GetReceived(),
	} {
		if at.IsValid() && at.AsTime().After(last) {
			last = at.AsTime()
		}
	}
	return !last.IsZero() && d.GetDecidedAt().AsTime().After(last.Add(decidedAhead))
}

// scaleRemarks say why a decision for scale 2 does not count.
func scaleRemarks(r *carev1.Record) (all []Remark) {
	d := r.GetBody().GetPatientProfile().GetSpo2Scale()
	if d.GetScale() != HypercapnicSpo2Scale {
		return nil
	}
	if !clinicianDecided(d) {
		all = append(all, Remark{"SpO2スケール2：決定者が医師・看護師ではないため使われず、スケール1で判定します",
			"SpO2 scale 2: decided by neither a physician nor a nurse; scale 1 counts"})
	}
	if decidedLater(r, d) {
		all = append(all, Remark{"SpO2スケール2：決定日時が記録より後のため使われず、スケール1で判定します",
			"SpO2 scale 2: decided at a time after it was written; scale 1 counts"})
	}
	return all
}
