package hub

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// OutboxKey is the key of the event about one version of a record.
func OutboxKey(tenant string, record store.ID, seq uint64) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: store.TableOutbox, Key: fmt.Sprintf("%s-%016x", hex.EncodeToString(record[:]), seq)}
}

// putEvent puts an event about a version into the outbox, due now, in the transaction that wrote the version.
func (w *writer) putEvent(v *version, e *storev1.OutboxEvent) error {
	if planted.Bug == planted.AlertWithoutEvent && v.by == nil {
		return nil
	}
	now := w.call.Now.UnixMilli()
	e.StreamId, e.RecordId, e.Seq, e.Kind, e.WrittenMs = w.stream.Name, v.id[:], v.at.GetSeq(), v.kind.Number, now
	raw, err := ledger.Marshal(e)
	if err != nil {
		return err
	}
	key := OutboxKey(w.stream.Tenant, v.id, v.at.GetSeq())
	if err := w.tx.PutServerRow(key, raw); err != nil {
		return err
	}
	return w.tx.PutDue(now, key)
}

// tell puts an event into the outbox for what answers an alert, or orders something in answer to one.
func (w *writer) tell(v *version) error {
	e := &storev1.OutboxEvent{PersonId: v.by.m.GetPersonId(), Amended: v.state != nil}
	switch v.kind.Number {
	case answerKind:
		var err error
		if e.Answers, err = w.answered(v.bytes); err != nil {
			return err
		}
		if e.TakenBack, err = w.answered(v.oldBytes); err != nil {
			return err
		}
		e.TakenBack = slices.DeleteFunc(e.TakenBack, func(id []byte) bool {
			return slices.ContainsFunc(e.Answers, func(still []byte) bool { return sameID(still, id) })
		})
	case instructionKind, receiptKind:
	default:
		return nil
	}
	return w.putEvent(v, e)
}

// answered are the alerts of this stream that a version of an answer ends, in the eyes of the log as it is now. An answer in
// another chart ends nothing here, and neither does one that was taken back, one by somebody whose answer ends none, and one
// to an alert that is not there yet: whoever can compute the name of an alert cannot have it born answered.
func (w *writer) answered(version []byte) (ids [][]byte, err error) {
	rec := &carev1.Record{}
	if proto.Unmarshal(version, rec) != nil {
		return nil, store.ErrDamaged
	}
	by := rec.GetArrival().GetAuthor()
	if change := rec.GetLastChange(); change != nil {
		by = change.GetAuthor()
	}
	if rec.GetStatus() > carev1.RecordStatus_RECORD_STATUS_ACTIVE || !care.AnswerEnds(by.GetRole()) {
		return nil, nil
	}
	for _, id := range rec.GetBody().GetAlertResponse().GetAlertIds() {
		state, err := w.recordState(store.ID(id))
		if err != nil {
			return nil, err
		}
		if state.GetKind() == alertKind {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// rung is a store that rings after each commit that put something into the outbox, whatever way it was written.
type rung struct {
	store.Store
	ring func()
}

// Update implements store.Store.
func (s rung) Update(ctx context.Context, closures ...func(store.Tx) error) []error {
	wrote := make([]bool, len(closures))
	heard := make([]func(store.Tx) error, len(closures))
	for i, closure := range closures {
		heard[i] = func(tx store.Tx) error {
			wrote[i] = false // it may run again
			return closure(&listening{tx, &wrote[i]})
		}
	}
	errs := s.Store.Update(ctx, heard...)
	for i, err := range errs {
		if err == nil && wrote[i] {
			s.ring()
			break
		}
	}
	return errs
}

// listening is a transaction that notes whether the outbox was written to.
type listening struct {
	store.Tx
	wrote *bool
}

// PutDue implements store.Tx.
func (t *listening) PutDue(atMs int64, k store.ServerKey) error {
	*t.wrote = *t.wrote || k.Table == store.TableOutbox
	return t.Tx.PutDue(atMs, k)
}
