package hub

import (
	"io"
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
		if err := w.raise(cause, v.by); err != nil {
			return err
		}
	}
	if v.state == nil || w.head.GetDerived() == 0 {
		return nil
	}
	return w.amendAlerts(cause, v.by)
}

// raise appends an alert for each thing that the rules find in a record and of which nobody was told yet.
func (w *writer) raise(cause rules.Seen, by *prepared) error {
	found, view, err := w.alarms.judge(cause)
	if err != nil || len(found) == 0 {
		return err
	}
	if err := w.alarms.readAlerts(effective(cause)); err != nil {
		return err
	}
	view.Alerts = w.alarms.raised
	why := rules.Cause{MutationID: by.id[:], Received: by.arrived}
	if by.waited {
		why.Received = w.call.Now
	}
	return w.raiseAll(rules.Raise(view, why, found), found, why.MutationID)
}

// raiseAll appends alerts, and releases what was held because they were not there.
func (w *writer) raiseAll(alerts []*carev1.Record, found []rules.Finding, cause []byte) error {
	for _, rec := range alerts {
		if err := w.derive(rec, found, cause); err != nil {
			return err
		}
	}
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

// derive appends one alert. One that is there already, or was erased, is not raised again.
func (w *writer) derive(rec *carev1.Record, found []rules.Finding, cause []byte) error {
	a := rec.GetBody().GetAlert()
	raised, err := w.nameAlert(rec, cause)
	if err != nil || raised {
		return err
	}
	rec.Arrival = &carev1.Arrival{Received: w.now(), Author: ruleAuthor(a)}
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
	view.Alerts, view.Seq = w.alarms.raised, w.head.GetVersion().GetSeq()
	all := []rules.Finding{worst}
	return w.raiseAll(rules.Raise(view, rules.Cause{MutationID: by.id[:], Received: w.call.Now}, all), all, by.id[:])
}
