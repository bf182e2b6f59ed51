package rules

import (
	"iter"
	"sort"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Seen is one record in the version in which a rule sees it.
type Seen struct {
	// Record is not copied and not changed.
	Record *carev1.Record
	// Seq is the log's number of that version; 0 on a tablet for what the server does not have yet.
	Seq uint64
}

// at is when what the record says was so.
func (s Seen) at() time.Time { return s.Record.GetEnvelope().GetEffective().AsTime() }

// ms is the same as logs order records by it: within a millisecond the order is that of the log.
func (s Seen) ms() int64 { return s.at().UnixMilli() }

// View is what a rule may look at: records of one stream.
type View struct {
	// Zone is the patient's.
	Zone *time.Location
	// Standing are the profile, orders, limits and episodes.
	Standing []Seen
	// Recent are the records of the months from From on, latest first by effective time. Retracted and erased ones may
	// be among them and count nowhere.
	Recent []Seen
	// Alerts are alerts that were raised before, in any order, where they are not among Recent.
	Alerts []Seen
	// From is the effective time from which on Recent is complete.
	From time.Time
	// Seq is the newest entry of the log that the view holds.
	Seq uint64
	// Defaults are the limits of the organisation, for readings for which nobody ordered others.
	Defaults []Limit

	orders map[string]*carev1.Record // of Standing by id; nil until one is asked for
}

// Lookback is how far before a record the rules look. A view that begins later makes some of them silent.
const Lookback = 15 * 24 * time.Hour

// stands tells whether a record counts.
func stands(r *carev1.Record) bool { return r.GetStatus() <= carev1.RecordStatus_RECORD_STATUS_ACTIVE }

// profile is the patient's; nil if there is none.
func (v *View) profile() *carev1.PatientProfile {
	return v.profileRecord().GetBody().GetPatientProfile()
}

// profileRecord is the record of the profile. Where there are several, the one seen last in the log counts.
func (v *View) profileRecord() *carev1.Record {
	var newest Seen
	for _, s := range v.Standing {
		if s.Record.GetBody().GetPatientProfile() != nil && stands(s.Record) && s.Seq >= newest.Seq {
			newest = s
		}
	}
	return newest.Record
}

// set is one set of vital signs.
type set struct {
	Seen
	vitals *carev1.VitalSigns
}

// sets yields the vital signs from one time until another, both included, latest first.
func (v *View) sets(from, until time.Time) iter.Seq[set] {
	return func(yield func(set) bool) {
		for s := range v.between(from, until) {
			if vitals := s.Record.GetBody().GetVitalSigns(); vitals != nil && !yield(set{s, vitals}) {
				return
			}
		}
	}
}

// between yields the records that stand from one time until another, both included, latest first. It looks at no others,
// so that a long view costs no more than a short one.
func (v *View) between(from, until time.Time) iter.Seq[Seen] {
	return func(yield func(Seen) bool) {
		first := sort.Search(len(v.Recent), func(i int) bool { return v.Recent[i].ms() <= until.UnixMilli() })
		for _, s := range v.Recent[first:] {
			if s.ms() < from.UnixMilli() {
				return
			}
			if at := s.at(); stands(s.Record) && !at.Before(from) && !at.After(until) && !yield(s) {
				return
			}
		}
	}
}

// number is one reading of one set.
type number struct {
	Seen
	value int64
}

// numbers yields the readings of one item, latest first; a meter's "Lo" and "Hi" are among them.
func (v *View) numbers(item carev1.VitalItem, from, until time.Time) iter.Seq[number] {
	return func(yield func(number) bool) {
		for s := range v.sets(from, until) {
			if value, ok := reading(s.vitals, item); ok && !yield(number{s.Seen, value}) {
				return
			}
		}
	}
}

// day is the calendar day of a time in the patient's zone, as the number of days since 1970.
func (v *View) day(t time.Time) int {
	y, m, d := t.In(v.zone()).Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

func (v *View) zone() *time.Location {
	if v.Zone == nil {
		return time.UTC
	}
	return v.Zone
}
