package alarm

import (
	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// reopen has people told again of the alerts of an answer that was taken back. Somebody else may have answered them too:
// they are told all the same, since one push too many costs less than an alert of which nobody knows.
func (w *ward) reopen(e event) error {
	rec, err := w.record(e.GetStreamId(), e.GetSeq())
	if err != nil {
		return err
	}
	for _, id := range rec.GetBody().GetAlertResponse().GetAlertIds() {
		a, err := w.standing(e.GetStreamId(), id)
		if err != nil {
			return err
		}
		if a == nil {
			continue
		}
		if w.group != nil {
			escalation.Forget(w.group.Escalation, id)
		}
		if _, err := w.join(a); err != nil {
			return err
		}
	}
	return nil
}

// standing reads an alert as it stands; nil for what is none, is in another stream, or was erased.
func (t *turn) standing(stream string, id []byte) (*storev1.GroupedAlert, error) {
	if len(id) != len(store.ID{}) {
		return nil, nil
	}
	raw, err := t.tx.Record(store.Stream{Tenant: t.tenant, Name: stream}, store.ID(id))
	state := &storev1.RecordState{}
	if err != nil || raw == nil || proto.Unmarshal(raw, state) != nil {
		return nil, err
	}
	rec, err := t.record(stream, state.GetVersion().GetSeq())
	a := rec.GetBody().GetAlert()
	if err != nil || a == nil {
		return nil, err
	}
	return &storev1.GroupedAlert{StreamId: stream, RecordId: id, Severity: a.GetSeverity(), RaisedMs: t.nowMs()}, nil
}

// record reads the record of an entry. One that is not there, was erased or cannot be read is an empty one.
func (t *turn) record(stream string, seq uint64) (*carev1.Record, error) {
	encoded, err := t.tx.Entry(store.Stream{Tenant: t.tenant, Name: stream}, seq)
	entry, rec := &storev1.Entry{}, &carev1.Record{}
	if err != nil || encoded == nil || proto.Unmarshal(encoded, entry) != nil {
		return rec, err
	}
	written, err := ledger.Record(entry)
	if err != nil || proto.Unmarshal(written, rec) != nil {
		return &carev1.Record{}, nil
	}
	return rec, nil
}
