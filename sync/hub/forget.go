package hub

import (
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// forget takes a version of a record out of what is looked up by its content: its effective time out of the timeline, and
// its record from under its domain key. It reads both from the entry, so it goes before the entry's erasure, in one commit
// with it.
func forget(tx store.Tx, stream store.Stream, e *storev1.Entry) error {
	if !ledger.Changed(e.GetEffect()) {
		return nil
	}
	raw, err := ledger.Record(e)
	rec := &carev1.Record{}
	if err != nil || proto.Unmarshal(raw, rec) != nil {
		return store.ErrDamaged
	}
	place := store.Place{EffectiveMs: rec.GetEnvelope().GetEffective().AsTime().UnixMilli(), Seq: e.GetVersion().GetSeq()}
	if err := tx.ErasePlace(stream, place); err != nil {
		return err
	}
	kind, known := care.KindOf(rec.GetBody())
	if !known {
		return nil
	}
	id := store.ID(e.GetRecordId())
	if a := rec.GetBody().GetAlert(); a != nil {
		return tx.EraseKeyed(stream, dayKey(alertDay(a.GetObserved().AsTime())), id)
	}
	if listedKinds[kind.Number] {
		return unlist(tx, stream, kind.Number, id)
	}
	if key, ok := care.DomainKey(kind, rec.GetBody()); ok {
		return tx.EraseKeyed(stream, key, id)
	}
	return nil
}
