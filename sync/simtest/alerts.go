package simtest

import (
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/care/news2"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// derived judges what the server derived: an alert of something that happened, under the name that its cause gives it,
// with its event beside it.
func (o *oracle) derived(r store.Reader, streamID string, seq uint64, e *storev1.Entry) error {
	o.world.count("alert or a version of one")
	o.world.note("log %s %d: alert %s", streamID, seq, name(id(e.GetRecordId())))
	key := recordKey{streamID, id(e.GetRecordId())}
	if o.world.server.unconfirmed {
		o.world.problem("ALERT TOO SOON: %s was raised before the restore is confirmed", name(key.id))
	}
	if event, err := r.ServerRow(hub.OutboxKey(tenant, key.id, seq)); err != nil || event == nil {
		o.world.problem("ALERT WITHOUT EVENT: nobody will be told of %s, entry %d (%v)", name(key.id), seq, err)
	}
	rec := &carev1.Record{}
	if ledger.Erased(e) {
		return nil // read late: the stub follows
	}
	if err := proto.Unmarshal(e.GetRecord(), rec); err != nil {
		return err
	}
	a, state := rec.GetBody().GetAlert(), o.log.records[key]
	switch {
	case a == nil:
		o.world.problem("entry %d of %s is what the server derived, and no alert", seq, streamID)
	case state == nil && rules.AlertID(a.GetRule(), a.GetTopic(), e.GetCause()) != key.id:
		o.world.problem("RAISED TWICE: alert %s is not named after its cause, and another offer of it would raise it again", name(key.id))
	case state == nil && e.GetPreviousSeq() != 0, state != nil && e.GetPreviousSeq() != state.version.GetSeq():
		o.world.problem("entry %d of %s does not follow the version before it", seq, streamID)
	}
	if cause, known := o.log.decided[id(e.GetCause())]; !known || !ledger.Changed(cause.outcome) {
		o.world.problem("alert %s was raised by what never took effect", name(key.id))
	}
	if state == nil {
		state = &recordState{stands: map[uint32]set{}, history: set{}, created: seq, derived: true}
		o.log.records[key] = state
	}
	state.record, state.bytes, state.version, state.section = rec, e.GetRecord(), e.GetVersion(), e.GetSection()
	return nil
}

// quietAfter is how long a critical alert may keep another one of its matter silent.
const quietAfter = 4 * time.Hour

// everyEmergencyIsTold looks for a critical score of NEWS2 of which nobody was told.
func (o *oracle) everyEmergencyIsTold() {
	for _, key := range o.log.keys() {
		rec := o.log.records[key].record
		vitals := rec.GetBody().GetVitalSigns()
		if vitals == nil || rec.GetStatus() > carev1.RecordStatus_RECORD_STATUS_ACTIVE || news2.Score(vitals, news2.Scale1).AtLeast() != news2.High {
			continue
		}
		o.world.count("emergency looked for")
		if !o.toldOfEmergency(key.stream, rec.GetEnvelope().GetEffective().AsTime()) && !o.erasedIn(key.stream) {
			o.world.problem("NOBODY TOLD: the score of record %s is an emergency, and no alert says so", name(key.id))
		}
	}
}

// toldOfEmergency tells whether an alert of the log says, as it stands now, that a score near a time was 7 or more.
func (o *oracle) toldOfEmergency(streamID string, at time.Time) bool {
	for key, state := range o.log.records {
		a := state.record.GetBody().GetAlert()
		if a == nil || key.stream != streamID || a.GetTopic() != "news2" || a.GetAmendment().GetVoid() {
			continue
		}
		severity := a.GetSeverity()
		if now := a.GetAmendment(); now != nil {
			severity = now.GetSeverity()
		}
		if severity == rules.Critical && at.Sub(a.GetObserved().AsTime()).Abs() < quietAfter {
			return true
		}
	}
	return false
}

// erasedIn tells whether anything of a stream was ordered to be erased: what an erased alert kept silent is not told.
func (o *oracle) erasedIn(streamID string) bool {
	for key := range o.gone {
		if key.stream == streamID {
			return true
		}
	}
	return false
}

// restOn are the alerts that name a record: they quote it, and an order to erase it is one to erase them.
func (o *oracle) restOn(key recordKey) (alerts []recordKey) {
	for _, k := range o.log.keys() {
		for _, e := range o.log.records[k].record.GetBody().GetAlert().GetEvidence() {
			if k.stream == key.stream && id(e.GetRecordId()) == key.id {
				alerts = append(alerts, k)
			}
		}
	}
	return alerts
}

// derivedRecord tells whether the server made a record.
func (o *oracle) derivedRecord(key recordKey) bool { return o.log.records[key].derived }

// byPeople tells whether people write records of this kind.
func byPeople(r *carev1.Record) bool {
	kind, ok := care.KindOf(r.GetBody())
	return !ok || !kind.Derived
}
