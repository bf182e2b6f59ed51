package alarm

import (
	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// reopen has people told again of what an answer ended and, since it was taken back, ends no more. Somebody else may have
// answered it too: they are told all the same, since one push too many costs less than an alert of which nobody knows.
// What is long over, or was found to be none, pages nobody again, whatever becomes of its answers: it stands in the digest.
func (w *ward) reopen(e event) error {
	for _, id := range e.GetTakenBack() {
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
		joined, err := w.join(a)
		if err != nil {
			return err
		}
		if joined && a.GetSeverity() == carev1.AlertSeverity_ALERT_SEVERITY_NOTICE {
			w.notices++
		}
	}
	return nil
}

// standing reads an alert as it stands; nil for what is none, is in another stream, or was erased. One that was raised more
// than pagedAgain ago, or is void by what it rests on now, is a notice by now.
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
	severity, age := a.GetSeverity(), t.nowMs()-state.GetArrivedMs()
	if a.GetAmendment().GetVoid() || age > pagedAgain.Milliseconds() {
		severity = carev1.AlertSeverity_ALERT_SEVERITY_NOTICE
	}
	return &storev1.GroupedAlert{StreamId: stream, RecordId: id, Severity: severity, RaisedMs: state.GetArrivedMs()}, nil
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
