package replica_test

import (
	"bytes"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// noting is a store that puts down which records are deleted.
type noting struct {
	replica.Store
	deleted [][]byte
}

type notingTx struct {
	replica.Tx
	of *noting
}

func (n *noting) Update(fn func(replica.Tx) error) error {
	return n.Store.Update(func(tx replica.Tx) error { return fn(notingTx{tx, n}) })
}

func (t notingTx) Delete(key []byte) error {
	if key[0] == 'c' {
		t.of.deleted = append(t.of.deleted, bytes.Clone(key))
	}
	return t.Tx.Delete(key)
}

// TestRepairDeletesInOrder: the same damage has the same writes, so that a history can be played again.
func TestRepairDeletesInOrder(t *testing.T) {
	w := newWorld(t, small)
	b := w.device("b", other)
	b.write(create(vitals(365)))
	b.sync()
	err := b.store.Update(func(tx replica.Tx) error {
		var key []byte
		if err := tx.Scan([]byte("c"), nil, func(k, _ []byte) error { key = bytes.Clone(k); return nil }); err != nil {
			return err
		}
		for n := range byte(12) {
			id := bytes.Repeat([]byte{9 + n}, 16)
			rec, err := proto.Marshal(&carev1.Record{Id: id})
			if err != nil {
				return err
			}
			page, err := proto.Marshal(&syncv1.PageRecord{Version: &syncv1.Version{Epoch: 1, Seq: 1}, Section: 202611, Record: rec})
			if err != nil {
				return err
			}
			if err := tx.Set(append(key[:len(key)-16:len(key)-16], id...), page); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := b.RecomputeDigests(); n != 1 || err != nil {
		t.Fatalf("%d sections differ, %v", n, err)
	}
	store := &noting{Store: b.store}
	if b.Replica, err = replica.Open(store, "b"); err != nil {
		t.Fatal(err)
	}
	b.repair()
	if len(store.deleted) != 12 || !slices.IsSortedFunc(store.deleted, bytes.Compare) {
		t.Errorf("%d were deleted, in this order: %x", len(store.deleted), store.deleted)
	}
}
