package alarm

import (
	"cmp"
	"encoding/hex"
	"slices"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Kinds of records that events are about: their field numbers in care.v1.Body.
const (
	kindAlert       = 19
	kindAnswer      = 20
	kindInstruction = 22
)

// event is one row of the outbox that is not done.
type event struct {
	mark
	*storev1.OutboxEvent
}

// events reads the rows that are not done, in the order in which they were written.
func (t *turn) events(marks []mark) (all []event, err error) {
	for _, m := range marks {
		row := &storev1.OutboxEvent{}
		found, err := read(t.tx, m.key, row)
		switch {
		case err == errRow:
			t.alarms = append(t.alarms, alarm{code: AlarmDamaged, table: uint32(m.key.Table)})
		case err != nil:
			return nil, err
		case found && row.GetDoneMs() == 0:
			all = append(all, event{m, row})
		}
	}
	slices.SortFunc(all, func(a, b event) int {
		return cmp.Or(cmp.Compare(a.GetWrittenMs(), b.GetWrittenMs()), cmp.Compare(a.GetSeq(), b.GetSeq()), cmp.Compare(a.key.Key, b.key.Key))
	})
	return slices.CompactFunc(all, func(a, b event) bool { return a.key == b.key }), nil
}

// done ends an event. Its mark is gone already.
func (t *turn) done(e event) error {
	e.DoneMs = t.nowMs()
	return write(t.tx, e.key, e.OutboxEvent)
}

// later has an event looked at again. Its mark is gone already.
func (t *turn) later(e event, at int64) error { return t.tx.PutDue(at, e.key) }

// undone returns the event of an alert that nobody has taken in yet; nil if there is none.
func (t *turn) undone(alert []byte) (found *event, err error) {
	prefix := hex.EncodeToString(alert) + "-"
	err = each(t.tx, t.tenant, store.TableOutbox, prefix, prefix, maxEvents, func(key string, row *storev1.OutboxEvent) error {
		if row.GetKind() != kindAlert || row.GetDoneMs() != 0 || row.GetAmended() {
			return nil
		}
		found = &event{mark{row.GetWrittenMs(), store.ServerKey{Tenant: t.tenant, Table: store.TableOutbox, Key: key}}, row}
		return store.ErrStop
	})
	return found, err
}

// asksTheTeam tells whether those at the patient have to hear of a record at once: a question, an answer by instruction, an
// urgent instruction. Beside it, only how soon somebody must act is ever looked at in a record here: that of an alert whose
// answer was taken back.
func (t *turn) asksTheTeam(e event) (bool, error) {
	record, err := t.record(e.GetStreamId(), e.GetSeq())
	if err != nil || record.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED {
		return false, err
	}
	switch record.GetBody().GetAlertResponse().GetAnswer() {
	case carev1.AlertAnswer_ALERT_ANSWER_ASKED, carev1.AlertAnswer_ALERT_ANSWER_INSTRUCTED:
		return true, nil
	}
	return record.GetBody().GetTemporaryInstruction().GetUrgent(), nil
}
