package sdk

import (
	"bytes"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// beside finds what is unlikely about an entry beside what the tablet already has of the chart: its date, and a dose that
// is recorded already; and consciousness that is not given as NEWS2 needs it. A change of a record is not asked about what
// was asked when it was new. The caller holds the lock.
func (t *Tablet) beside(by sight, e entered, now time.Time, order *carev1.Record) ([]care.Finding, error) {
	checked := care.Entered{Body: e.body, At: e.at, Now: now, Order: order}
	if is := e.body.GetVitalSigns(); is != nil && e.amends != nil {
		return care.CheckConsciousness(e.amends.GetBody().GetVitalSigns(), is), nil
	}
	if e.amends != nil && sameDose(e.amends.GetBody().GetMedicationLog(), e.body.GetMedicationLog()) {
		return nil, nil
	}
	if err := t.gather(by, e, &checked); err != nil {
		return nil, err
	}
	if e.amends != nil {
		return care.CheckDose(checked), nil
	}
	return care.CheckEntry(checked), nil
}

// sameDose tells whether a change leaves what a dose is: one that was not given stays so, and one that was is of the same
// order and slot. Whatever is no dose is the same too.
func sameDose(was, is *carev1.MedicationLog) bool {
	if is == nil || !care.CountsAsTaken(is.GetOutcome()) {
		return true
	}
	return care.CountsAsTaken(was.GetOutcome()) && bytes.Equal(was.GetOrderId(), is.GetOrderId()) && was.GetSlot() == is.GetSlot()
}

// gather reads the doses beside an entry that is one, and whether the patient has died. Doses of earlier months than the
// entry's cannot be the same one. The caller holds the lock.
func (t *Tablet) gather(by sight, e entered, into *care.Entered) error {
	streams, err := t.replica.Streams()
	if err != nil {
		return err
	}
	month := monthOf(into.Now) + 1 // what stands alone
	if into.Body.GetMedicationLog() != nil {
		month = monthOf(e.at.AddDate(0, 0, -2)) // a slot of the day before, in any zone
	}
	chart := chartIn(streams, e.stream)
	for _, s := range streams {
		if chartOf(s) != chart {
			continue
		}
		err := t.replica.RecordsSince(s.ID, month, func(v replica.View) error {
			if !by.shows(v) || e.amends != nil && bytes.Equal(v.Record.GetId(), e.amends.GetId()) {
				return nil
			}
			if died, dead := diedAt(v.Record); dead && (into.Died.IsZero() || died.Before(into.Died)) {
				into.Died = died
			}
			if v.StreamID == e.stream && v.Record.GetBody().GetMedicationLog() != nil {
				into.Doses = append(into.Doses, care.GivenDose{Record: v.Record, By: t.item(v).Author.GetName()})
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// diedAt returns when a record says that the patient died.
func diedAt(r *carev1.Record) (time.Time, bool) {
	e := r.GetBody().GetEpisode()
	dead := e.GetKind() == carev1.EpisodeKind_EPISODE_KIND_DEATH && r.GetStatus() != carev1.RecordStatus_RECORD_STATUS_RETRACTED
	return e.GetPeriod().GetStart().AsTime(), dead && e.GetPeriod().GetStart() != nil
}

func monthOf(t time.Time) uint32 {
	year, month, _ := t.UTC().Date()
	return uint32(max(year, 0))*100 + uint32(month)
}
