package sdk

import (
	"bytes"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// japan is the zone of the patients; it has had no summer time since 1951.
var japan = time.FixedZone("Asia/Tokyo", 9*60*60)

// ruleView is what the rules see of a stream when a record is written: what this tablet holds, its own entries included.
// Where it holds less than the rules look back, the view begins with what it holds, and says so.
func (t *Tablet) ruleView(w wrote) (*rules.View, rules.Seen, error) {
	seen, err := t.sight()
	if err != nil {
		return nil, rules.Seen{}, err
	}
	at := w.record.GetEnvelope().GetEffective().AsTime()
	v := &rules.View{Zone: japan, From: at.Add(-rules.Lookback), Defaults: rules.Defaults()}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.reach(w.stream, v); err != nil {
		return nil, rules.Seen{}, err
	}
	cause := rules.Seen{Record: w.record}
	var waiting []wrote
	err = t.replica.RecordsSince(w.stream, monthOf(v.From), func(one replica.View) error {
		s := rules.Seen{Record: t.authored(one), Seq: one.Version.GetVersion().GetSeq()}
		if before, ok := w.after(one); ok && seen.shows(one) {
			waiting = append(waiting, before)
		}
		switch {
		case !seen.shows(one):
		case bytes.Equal(one.Record.GetId(), w.record.GetId()):
			cause.Seq = s.Seq
		case standing(one.Record):
			v.Standing = append(v.Standing, s)
		case !one.Record.GetEnvelope().GetEffective().AsTime().Before(v.From):
			v.Recent = append(v.Recent, s)
		}
		return nil
	})
	v.Recent = append(v.Recent, cause)
	slices.SortFunc(v.Recent, latestFirst)
	slices.SortFunc(waiting, func(a, b wrote) int { return bytes.Compare(a.mutation[:], b.mutation[:]) })
	for _, before := range waiting {
		expect(v, before)
	}
	return v, cause, err
}

// after tells whether a record was written here before what is judged, and waits to be sent: the server will judge it first.
func (w wrote) after(one replica.View) (wrote, bool) {
	if one.Version != nil || len(one.Own) == 0 || !rules.Concerns(one.Record.GetBody()) {
		return wrote{}, false
	}
	before := wrote{stream: w.stream, record: one.Record, mutation: one.Own[len(one.Own)-1].MutationID}
	return before, w.mutation == (replica.ID{}) || bytes.Compare(before.mutation[:], w.mutation[:]) < 0
}

// expect puts the alerts into a view that the server will raise of a record, so that what comes after it is not said to be
// new. They are of this view alone.
func expect(v *rules.View, w wrote) {
	of := rules.Seen{Record: w.record}
	for _, r := range rules.Raise(v, rules.Cause{MutationID: w.mutation[:]}, rules.Judge(v, of)) {
		v.Alerts = append(v.Alerts, rules.Seen{Record: r})
	}
}

// reach says how far the tablet's copy of a stream goes, back and in the log. The caller holds the lock.
func (t *Tablet) reach(stream string, v *rules.View) error {
	streams, err := t.replica.Streams()
	for _, s := range streams {
		if s.ID != stream {
			continue
		}
		v.Seq = s.Cursor.GetVersion().GetSeq()
		if m := s.OldestMonth; m != 0 {
			if oldest := time.Date(int(m/100), time.Month(m%100), 1, 0, 0, 0, 0, time.UTC); oldest.After(v.From) {
				v.From = oldest
			}
		}
	}
	return err
}

// authored is the record with its author and the time of its last change, which the server fills in when it has them. The
// caller holds the lock.
func (t *Tablet) authored(v replica.View) *carev1.Record {
	r := changed(v)
	if v.Version != nil || len(v.Own) == 0 {
		return r
	}
	r = proto.CloneOf(r)
	r.Arrival = &carev1.Arrival{Author: t.actor(v.Own[0].PersonID)}
	return r
}

// changed is a record with the time at which the change was written that waits here. Of what is looked at beside a record,
// only the profile asks when it was changed.
func changed(v replica.View) *carev1.Record {
	last := len(v.Own) - 1
	if last < 0 || v.Own[last].State != replica.OnTablet || v.Record.GetBody().GetPatientProfile() == nil {
		return v.Record
	}
	r := proto.CloneOf(v.Record)
	if r.LastChange == nil {
		r.LastChange = &carev1.Change{}
	}
	r.LastChange.Recorded = v.Own[last].Mutation.GetRecord().GetEnvelope().GetRecorded()
	return r
}

// standing tells whether a record is of those that count until they are changed, whatever their month.
func standing(r *carev1.Record) bool {
	switch r.GetBody().GetKind().(type) {
	case *carev1.Body_PatientProfile, *carev1.Body_MedicationOrder, *carev1.Body_AlertThreshold, *carev1.Body_Episode:
		return true
	}
	return false
}

// latestFirst orders by effective time; of two at one time the one with the higher id is the later one.
func latestFirst(a, b rules.Seen) int {
	if n := b.Record.GetEnvelope().GetEffective().AsTime().Compare(a.Record.GetEnvelope().GetEffective().AsTime()); n != 0 {
		return n
	}
	return bytes.Compare(b.Record.GetId(), a.Record.GetId())
}
