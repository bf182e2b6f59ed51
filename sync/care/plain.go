package care

import (
	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// plain tells, in a fraction of the time that the rules of the contract take, that a message certainly keeps them.
// False says nothing: the rules decide. It knows only what is written most: vital signs, doses taken, and
// envelopes.
//
// It repeats rules, so a test fails as soon as a rule or a field of these messages changes in the contract, and
// another one holds every answer of `plain` against the rules.
func plain(m proto.Message) bool {
	switch m := m.(type) {
	case *carev1.VitalSigns:
		return m != nil && plainVitals(m)
	case *carev1.Envelope:
		return plainEnvelope(m)
	case *carev1.MedicationLog:
		return plainLog(m)
	case *carev1.Body:
		return plain(m.GetVitalSigns()) || plainLog(m.GetMedicationLog())
	case *carev1.Record:
		return plainRecord(m)
	default:
		return false
	}
}

// plainVitals: readings within the reject limits and short texts; nothing nested but the JCS without modifiers and
// oxygen.
func plainVitals(v *carev1.VitalSigns) bool {
	if v.GetGlucose() != nil || v.GetGcs() != nil || v.GetPain() != nil || len(v.GetAbsent()) > 0 ||
		len(v.GetConfirmed()) > 0 || v.GetConsciousness() < 0 ||
		v.GetConsciousness() > carev1.Consciousness_CONSCIOUSNESS_UNRESPONSIVE ||
		len(v.GetSpo2Site()) > 64 || len(v.GetObservation()) > 4000 ||
		len(v.GetJcs().GetModifiers()) > 0 || !plainOxygen(v.GetOxygen()) {
		return false
	}
	if _, ok := jcsLevel(v.GetJcs().GetLevel()); !ok {
		return false
	}
	if v.SystolicMmhg != nil && v.DiastolicMmhg != nil && v.GetSystolicMmhg() <= v.GetDiastolicMmhg() {
		return false
	}
	if v.RespirationsPerMin != nil && v.GetRespirationsPerMin() == 0 && v.GetObservation() == "" {
		return false
	}
	readings := 0
	for i := range limits {
		if limits[i].item == carev1.VitalItem_VITAL_ITEM_OXYGEN { // does not count as a reading by itself
			continue
		}
		if value, ok := limits[i].read(v); ok {
			if !limits[i].reject.holds(value) {
				return false
			}
			readings++
		}
	}
	return readings > 0
}

func plainOxygen(o *carev1.Oxygen) bool {
	return o == nil || o.GetFlowTenthsLPerMin() <= 700 && o.Fio2Percent == nil && len(o.GetDevice()) <= 64
}

// plainLog: a scheduled dose of an order that was taken.
func plainLog(l *carev1.MedicationLog) bool {
	switch l.GetOutcome() {
	case carev1.DoseOutcome_DOSE_OUTCOME_GIVEN, carev1.DoseOutcome_DOSE_OUTCOME_WATCHED,
		carev1.DoseOutcome_DOSE_OUTCOME_FOUND_TAKEN, carev1.DoseOutcome_DOSE_OUTCOME_PARTIAL:
	default:
		return false
	}
	return plainSlot(l.GetSlot()) && len(l.GetOrderId()) == 16 && plainID(l.GetRemainderOf()) &&
		l.GetAmountThousandths() <= 100_000_000 && len(l.GetUnit()) <= 32 && len(l.GetReason()) <= 1000 &&
		len(l.GetPrnIndication()) <= 200 && len(l.GetSource()) <= 200 && len(l.GetWitness()) <= 128 &&
		len(l.GetLot()) <= 64 && len(l.GetSite()) <= 64 && len(l.GetEffect()) <= 1000 && l.GetDrug() == nil
}

// plainID: an id that may be missing.
func plainID(id []byte) bool { return len(id) == 0 || len(id) == 16 }

// plainSlot: "2026-11-23/after-breakfast". 29 February is left to the rules.
func plainSlot(s string) bool {
	const date = len("2026-11-23/")
	if len(s) <= date || len(s) > date+32 || s[4] != '-' || s[7] != '-' || s[10] != '/' {
		return false
	}
	month, day := s[5:7], s[8:10]
	if !digits(s[:4], 4, 4) || !digits(month, 2, 2) || month < "01" || month > "12" ||
		!digits(day, 2, 2) || day < "01" || day > lastDay(month) {
		return false
	}
	_, rest := leading(s[date:], func(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' })
	return rest == ""
}

// lastDay returns the last day that a month has every year.
func lastDay(month string) string {
	switch month {
	case "02":
		return "28"
	case "04", "06", "09", "11":
		return "30"
	default:
		return "31"
	}
}

// plainEnvelope: a point in time, people, and no references.
func plainEnvelope(e *carev1.Envelope) bool {
	boot := len(e.GetBootId())
	return e.GetEffectiveEnd() == nil && len(e.GetIdentifiers()) == 0 && len(e.GetBlobs()) == 0 &&
		len(e.GetLinks()) == 0 && len(e.GetZone()) <= 64 && (boot == 0 || boot >= 8 && boot <= 16) &&
		plainID(e.GetEpisode().GetId()) && e.GetSpokenOrder() == nil &&
		plainActor(e.GetPerformer()) && plainActor(e.GetEnterer()) && plainActor(e.GetConfirmation().GetBy())
}

// plainActor counts bytes where the rules count characters: never more lenient.
func plainActor(a *carev1.Actor) bool {
	return len(a.GetPersonId()) <= 64 && len(a.GetName()) <= 128 && len(a.GetOrganisationId()) <= 64
}

func plainRecord(r *carev1.Record) bool {
	return len(r.GetId()) == 16 && r.GetStatus() >= 0 && r.GetStatus() <= carev1.RecordStatus_RECORD_STATUS_RETRACTED &&
		len(r.GetCandidates()) == 0 && plainActor(r.GetArrival().GetAuthor()) && plainActor(r.GetArrival().GetReleasedBy()) &&
		plainActor(r.GetLastChange().GetAuthor()) && plainActor(r.GetLastChange().GetReleasedBy()) && plainEnvelope(r.GetEnvelope()) && plain(r.GetBody())
}
