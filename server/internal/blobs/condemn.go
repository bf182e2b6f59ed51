package blobs

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// condemnedFolder holds an empty file for every object whose record is erased by an order: the next collection takes it,
// whatever its age, unless another record mentions it. It is there before the record goes, so that a server which dies in
// between still knows what to take.
const condemnedFolder = "condemned"

// RecordName names a record in the store.
type RecordName struct {
	Tenant, Stream string
	Record         store.ID
}

// Condemn puts down, durably, that the blobs which only these records mention are to go with the next collection. It has
// to be called before the records are erased: after that nothing tells what they mentioned. rows is as in Collection.
func (v *Vault) Condemn(ctx context.Context, rows func(context.Context, func(store.Row) error) error, records []RecordName) error {
	about := map[RecordName]bool{}
	for _, name := range records {
		about[name] = true
	}
	named := map[string]bool{}
	err := rows(ctx, func(row store.Row) error {
		stream, record, message, err := aboutRecord(row)
		if err == nil && about[RecordName{row.Tenant, stream, record}] {
			v.keys.Mentioned(row.Tenant, stream, message, func(object string) { named[object] = true })
		}
		return err
	})
	if err != nil || len(named) == 0 {
		return err
	}
	return outward(v.putDown(ctx, named))
}

// aboutRecord returns the stream and the record that a row is about, with what it says of it.
func aboutRecord(row store.Row) (stream string, record store.ID, message []byte, err error) {
	switch row.Table {
	case store.RowEntry:
		e := &storev1.Entry{}
		if proto.Unmarshal(row.Value, e) != nil {
			return "", record, nil, store.ErrDamaged
		}
		copy(record[:], e.GetRecordId())
		return row.Name, record, row.Value, nil
	case store.RowInbox:
		item, m := &storev1.InboxItem{}, &syncv1.Mutation{}
		if proto.Unmarshal(row.Value, item) != nil {
			return "", record, nil, store.ErrDamaged
		}
		if proto.Unmarshal(item.GetPayload(), m) != nil || len(ledger.About(m)) != len(record) {
			return "", record, nil, nil // it cannot be read: it names no record
		}
		copy(record[:], ledger.About(m))
		return m.GetStreamId(), record, item.GetPayload(), nil
	}
	return "", record, nil, nil
}

// putDown marks those objects that are here, whole or under way.
func (v *Vault) putDown(ctx context.Context, named map[string]bool) error {
	folder := v.folder(condemnedFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	uploads, err := v.unfinished()
	if err != nil {
		return err
	}
	here := map[string]bool{}
	for _, u := range uploads {
		here[u.object] = true
	}
	for object := range named {
		if !here[object] {
			file, err := v.options.Bucket.Open(ctx, object)
			if errors.Is(err, fs.ErrNotExist) {
				continue // 32 bytes that are no hash of a blob
			}
			if err != nil {
				return err
			}
			_ = file.Close()
		}
		if err := os.WriteFile(filepath.Join(folder, object), nil, 0o600); err != nil {
			return err
		}
	}
	return errors.Join(syncFolder(folder), syncFolder(v.options.Staging))
}

// condemned lists what was put down.
func (v *Vault) condemned() (map[string]bool, error) {
	names, err := os.ReadDir(v.folder(condemnedFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	all := map[string]bool{}
	for _, one := range names {
		all[one.Name()] = true
	}
	return all, err
}

// pardon takes the marks away of what a collection has dealt with: it is gone, or another record keeps it.
func (v *Vault) pardon(objects map[string]bool) error {
	for object := range objects {
		if err := os.Remove(filepath.Join(v.folder(condemnedFolder), object)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
