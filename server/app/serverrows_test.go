package app

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/backup"
	"github.com/tsunagu-care/tsunagu/server/internal/keys"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// ownRow is a row of the server's own that nobody works on, and ownDue when it is to be looked at: long after the test.
var (
	ownRow = store.ServerKey{Tenant: "demo", Table: store.TableDigest, Key: "nobody/2100-01-01"}
	ownDue = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
)

// restoredOwn restores a backup and returns the row and the number of its marks in what came of it.
func restoredOwn(t *testing.T, c Restoring, seal [keys.Size]byte) (row []byte, due int) {
	t.Helper()
	if _, err := Restore(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	k, err := keys.Load(c.KeysFolder(), true)
	if err != nil || k.Seal != seal {
		t.Fatal(err)
	}
	s := settings(t)
	s.Storage = c.Storage
	r := start(t, s, onDisk)
	err = r.engine.View(t.Context(), func(reader store.Reader) (err error) {
		raw, err := reader.ServerRow(ownRow)
		if err != nil {
			return err
		}
		row = bytes.Clone(raw)
		return reader.Due(ownDue, func(at int64, k store.ServerKey) error {
			if at == ownDue && k == ownRow {
				due++
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return row, due
}

// TestTheServersOwnRowsAreRestored with their marks; and a backup of a version that had none restores without them.
func TestTheServersOwnRowsAreRestored(t *testing.T) {
	c := settings(t)
	r := start(t, c, onDisk)
	note(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
	k, err := keys.Load(c.KeysFolder(), true)
	if err != nil {
		t.Fatal(err)
	}
	err = r.engine.Update(t.Context(), func(tx store.Tx) error {
		if err := tx.PutServerRow(ownRow, []byte("row")); err != nil {
			return err
		}
		return tx.PutDue(ownDue, ownRow)
	})[0]
	if err != nil {
		t.Fatal(err)
	}
	directory, err := r.directory.Content()
	if err != nil {
		t.Fatal(err)
	}
	var older bytes.Buffer
	_, err = backup.Write(t.Context(), &older, backup.Source{
		Header: backup.Header{ID: "older", Made: time.Now().UTC()}, Seal: k.Seal[:], Directory: directory, Blobs: r.vault,
		Rows: func(ctx context.Context, fn func(store.Row) error) error {
			return r.engine.Dump(ctx, func(row store.Row) error {
				if row.Table >= store.RowServer {
					return nil
				}
				return fn(row)
			})
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if row, due := restoredOwn(t, restoring(t, backedUp(t, r)), k.Seal); string(row) != "row" || due != 1 {
		t.Errorf("the row is %q, and has %d marks", row, due)
	}
	if row, due := restoredOwn(t, restoring(t, older.Bytes()), k.Seal); row != nil || due != 0 {
		t.Errorf("of an older backup: the row is %q, and has %d marks", row, due)
	}
}
