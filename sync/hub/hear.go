package hub

import (
	"io"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// hear looks at a version that was just installed: whether a human must hear of it, and whether it answers somebody who
// heard. It is judged at once and not at the end of the transaction, so that what is raised hangs on the order of the log
// and never on which mutations came together.
func (w *writer) hear(v *version) error {
	if v.by == nil {
		return nil // the server made it
	}
	if err := w.tell(v); err != nil || !w.alarms.looks() {
		return err
	}
	w.alarms.changed(v)
	if !rules.Concerns(v.record.GetBody()) {
		return nil
	}
	cause := rules.Seen{Record: v.record, Seq: v.at.GetSeq()}
	if err := w.listAll(); err != nil {
		return err
	}
	might, err := w.alarms.might(v.record)
	if err != nil {
		return err
	}
	if might {
		if err := w.raise(w.newsOf(v)); err != nil {
			return err
		}
	}
	if v.state == nil || w.head.GetDerived() == 0 {
		return nil
	}
	return w.amendAlerts(cause, v.by)
}

// news is what set the rules off.
type news struct {
	cause rules.Seen
	// mutation wrote it, and arrived then; or it was held, and counts from then on.
	mutation []byte
	arrived  time.Time
	// amends: the record was there before.
	amends bool
}

// newsOf is the news of a version.
func (w *writer) newsOf(v *version) news {
	n := news{cause: rules.Seen{Record: v.record, Seq: v.at.GetSeq()}, mutation: v.by.id[:], arrived: v.by.arrived, amends: v.state != nil}
	if v.by.waited {
		n.arrived = w.call.Now
	}
	return n
}

// raise appends an alert for each thing that the rules find through a record and of which nobody was told yet, and releases
// what was held because they were not there.
func (w *writer) raise(n news) error {
	matters, err := w.alarms.findings(n.cause)
	if err != nil {
		return err
	}
	var raised []*carev1.Record
	for _, all := range matters {
		alerts, err := w.raiseOne(all, n)
		if err != nil {
			return err
		}
		raised = append(raised, alerts...)
	}
	return w.releaseAll(raised)
}

// raiseOne appends an alert for the worst of the findings about one matter of which nobody was told: one thing that was
// written is told once.
func (w *writer) raiseOne(all []found, n news) ([]*carev1.Record, error) {
	for _, f := range all {
		if err := w.alarms.readAlerts(f.Observed); err != nil {
			return nil, err
		}
		why, told := rules.Cause{MutationID: n.mutation, Received: n.arrived}, f.Finding
		if f.again {
			why.Received, told = time.Time{}, f.sayLate(n) // its own time says nothing of what was late
		}
		if alerts, err := w.raiseUnlessQuiet(f.view, why, told, n.arrived); len(alerts) > 0 || err != nil {
			return alerts, err
		}
	}
	return nil, nil
}

// raiseUnlessQuiet appends an alert for a finding, unless one that was raised before keeps it silent. arrived is when what it
// is about was there.
func (w *writer) raiseUnlessQuiet(view *rules.View, why rules.Cause, f rules.Finding, arrived time.Time) ([]*carev1.Record, error) {
	ahead := f.Observed.After(arrived.Add(w.hub.limits.ClockTolerance))
	all := []rules.Finding{f}
	view.Alerts = w.alarms.silencing(ahead)
	alerts := rules.Raise(view, why, all)
	for _, rec := range alerts {
		if err := w.derive(rec, all, why.MutationID, ahead); err != nil {
			return nil, err
		}
	}
	return alerts, nil
}

// silencing are the alerts that may keep a finding silent. One whose time lay after its arrival rests on a clock that was
// wrong, or on one that was set to be: it keeps silent only what is ahead of its arrival too, since nobody knows of what
// time it speaks, and a reading of now must not stay untold because of it.
func (a *alarms) silencing(ahead bool) []rules.Seen {
	wrong := func(s rules.Seen) bool { return s.Record.GetArrival().GetTimeUncertain() }
	if ahead || !slices.ContainsFunc(a.raised, wrong) {
		return a.raised
	}
	return slices.DeleteFunc(slices.Clone(a.raised), wrong)
}

// releaseAll releases what was held because alerts were not there.
func (w *writer) releaseAll(alerts []*carev1.Record) error {
	for _, rec := range alerts {
		if err := w.releaseWaiting(store.ID(rec.GetId())); err != nil {
			return err
		}
	}
	return nil
}

// maxTaken bounds how many ids are tried for an alert: whoever knows a mutation's id before it is sent can compute what its
// alert will be called, and must not silence it by taking that name.
const maxTaken = 8

// derive appends one alert. One that is there already, or was erased, is not raised again. ahead: what it speaks of lies
// after the arrival of what it rests on.
func (w *writer) derive(rec *carev1.Record, found []rules.Finding, cause []byte, ahead bool) error {
	a := rec.GetBody().GetAlert()
	raised, err := w.nameAlert(rec, cause)
	if err != nil || raised {
		return err
	}
	rec.Arrival = &carev1.Arrival{Received: w.now(), Author: ruleAuthor(a), TimeUncertain: ahead}
	v, err := w.appendDerived(rec, nil, nil, cause)
	if err != nil {
		return err
	}
	w.head.Derived++
	if err := w.indexAlert(v, found); err != nil {
		return err
	}
	return w.putEvent(v, &storev1.OutboxEvent{Severity: a.GetSeverity()})
}

// nameAlert gives an alert an id that is free, and tells whether it was raised before.
func (w *writer) nameAlert(rec *carev1.Record, cause []byte) (raised bool, err error) {
	a := rec.GetBody().GetAlert()
	for n := range maxTaken {
		longer := append(cause[:len(cause):len(cause)], make([]byte, n)...)
		if planted.Bug == planted.AlertNamedByPlace {
			longer = append(longer, byte(w.head.GetVersion().GetSeq()))
		}
		id := rules.AlertID(a.GetRule(), a.GetTopic(), longer)
		rec.Id = id[:]
		there, err := w.lookup(id)
		if err != nil || there == nil {
			return false, err
		}
		if there.derived || there.erased {
			return true, nil
		}
	}
	_, err = io.ReadFull(w.call.Entropy, rec.Id) // nobody takes this one
	return false, err
}

// ruleAuthor is who wrote an alert: nobody but a rule.
func ruleAuthor(a *carev1.ClinicalAlert) *carev1.Actor {
	return &carev1.Actor{PersonId: "rule:" + a.GetRule(), Name: a.GetRule() + " " + a.GetRuleVersion()}
}

// now is the server's time, in milliseconds as everything it writes down.
func (w *writer) now() *timestamppb.Timestamp {
	return timestamppb.New(time.UnixMilli(w.call.Now.UnixMilli()))
}

// appendDerived appends the entry of a record that the server derived, or of a new version of it, and makes it current.
func (w *writer) appendDerived(rec *carev1.Record, state *storev1.RecordState, old []byte, cause []byte) (*version, error) {
	at, err := w.next()
	if err != nil {
		return nil, err
	}
	kind, _ := care.KindOf(rec.GetBody())
	v := &version{id: store.ID(rec.GetId()), kind: kind, record: rec, state: state, oldBytes: old, arrivedMs: w.call.Now.UnixMilli(), at: at}
	e := &storev1.Entry{
		Version: at, Effect: syncv1.Outcome_OUTCOME_APPLIED, MutationId: rec.GetId(), RecordId: rec.GetId(),
		ArrivedMs: v.arrivedMs, Cause: cause, PreviousSeq: state.GetVersion().GetSeq(),
	}
	if state != nil {
		v.arrivedMs, v.markers, e.Author = state.GetArrivedMs(), state.GetMarkers(), rec.GetLastChange().GetAuthor()
	}
	raw, err := ledger.Marshal(rec)
	if err != nil {
		return nil, err
	}
	v.setBytes(raw)
	e.Section, e.Record = v.section(), raw
	if err := w.append(e, v.hash[:]); err != nil {
		return nil, err
	}
	return v, w.install(v)
}

// maxRecomputed bounds the alerts that the change of one record is held against.
const maxRecomputed = 128

// amendAlerts judges the alerts that rest on a record anew after it was changed. One that says something else now gets a
// new version; what it said before stands in its history.
func (w *writer) amendAlerts(changed rules.Seen, by *prepared) error {
	ids, err := w.tx.Keyed(w.stream, restsKey(changed.Record.GetId()))
	if err != nil {
		return err
	}
	for _, id := range ids[:min(len(ids), maxRecomputed)] {
		if err := w.amendAlert(id, changed, by); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) amendAlert(id store.ID, changed rules.Seen, by *prepared) error {
	state, err := w.recordState(id)
	if err != nil || state == nil {
		return err
	}
	old, err := w.recordBytes(state.GetVersion().GetSeq())
	if err != nil {
		return err
	}
	rec := &carev1.Record{}
	if proto.Unmarshal(old, rec) != nil {
		return store.ErrDamaged
	}
	a := rec.GetBody().GetAlert()
	if a == nil { // erased
		return nil
	}
	view, err := w.alarms.around(a.GetObserved().AsTime())
	if err != nil {
		return err
	}
	now := rules.Amend(view, a, changed)
	if now == nil {
		return nil
	}
	a.Amendment = now
	rec.LastChange = &carev1.Change{MutationId: by.id[:], Author: ruleAuthor(a), Received: w.now()}
	v, err := w.appendDerived(rec, state, old, by.id[:])
	if err != nil {
		return err
	}
	w.alarms.keep(rules.Seen{Record: rec, Seq: v.at.GetSeq()})
	if err := w.indexAmended(view, a, id); err != nil {
		return err
	}
	if err := w.putEvent(v, &storev1.OutboxEvent{Severity: now.GetSeverity(), Amended: true}); err != nil {
		return err
	}
	return w.unsilence(a, by)
}

// unsilence raises what an alert kept silent, where the alert says less than before: a human who was told that it is void
// must hear of the reading beside it.
func (w *writer) unsilence(a *carev1.ClinicalAlert, by *prepared) error {
	at := a.GetObserved().AsTime()
	view, err := w.alarms.around(at)
	if err != nil {
		return err
	}
	worst, found := rules.Kept(view, a)
	if !found {
		return nil
	}
	if err := w.alarms.readAlerts(worst.Observed); err != nil {
		return err
	}
	view.Seq = w.head.GetVersion().GetSeq()
	alerts, err := w.raiseUnlessQuiet(view, rules.Cause{MutationID: by.id[:], Received: w.call.Now}, worst, w.call.Now)
	if err != nil {
		return err
	}
	return w.releaseAll(alerts)
}
