package app

import (
	"context"
	"errors"
	"fmt"
	"io"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/backup"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// Loaded is a backup that was read whole into a store of its own and checked there.
type Loaded struct {
	backup.Result
	// Verified is what the check of chains and digests looked at.
	Verified *hub.Verified
	// Heads are the ends of the logs.
	Heads []operator.Head
}

// loader puts the rows of a backup into a store.
type loader struct {
	store store.Store
	heads []operator.Head
}

// rows stores one frame, whole.
func (l *loader) rows(ctx context.Context, rows []store.Row) error {
	for _, row := range rows {
		if row.Table != store.RowHead {
			continue
		}
		head := &storev1.StreamHead{}
		if err := proto.Unmarshal(row.Value, head); err != nil {
			return backup.ErrBroken
		}
		l.heads = append(l.heads, operator.Head{
			Tenant: row.Tenant, Stream: row.Name,
			Epoch: head.GetVersion().GetEpoch(), Seq: head.GetVersion().GetSeq(), Hash: head.GetHash(),
		})
	}
	return l.store.Update(ctx, func(tx store.Tx) error {
		for _, row := range rows {
			if err := store.PutRow(tx, row); err != nil {
				return err
			}
		}
		return nil
	})[0]
}

// errBackupDamaged refuses a backup of a damaged store: it was written as it is.
type errBackupDamaged struct{ v *hub.Verified }

func (e errBackupDamaged) Error() string {
	return fmt.Sprintf("the backup is whole, and the store that it was made of was damaged (%s); nothing was changed: take an older backup", e.v.Damage[0])
}

// load reads a backup into the loader's store and checks every chain and digest there.
func (l *loader) load(ctx context.Context, in io.Reader, sink backup.Sink) (*Loaded, error) {
	sink.Rows = func(rows []store.Row) error { return l.rows(ctx, rows) }
	result, err := backup.Read(in, sink)
	if err != nil {
		return nil, err
	}
	verified, err := hub.New(hub.Config{Store: l.store, Seals: seal.Master{}}).Verify(ctx, nil)
	if err != nil {
		return nil, err
	}
	if !verified.Whole { // counts alone may differ: a restore counts anew
		return nil, errBackupDamaged{verified}
	}
	return &Loaded{Result: result, Verified: verified, Heads: l.heads}, nil
}

// Checked is what a server is told of the backup.
func (l *Loaded) Checked() operator.Checked {
	c := operator.Checked{ID: l.Header.ID, Made: l.Header.Made, Entries: l.Counts.Entries}
	for _, head := range l.Heads {
		if head.Seq > 0 {
			c.Heads = append(c.Heads, head)
		}
	}
	return c
}

// VerifyBackup reads a whole backup, decrypted, into a store of its own below a folder, checks it there as `tsunagu
// verify` checks a store, and removes that again. Blobs are read and counted; their names are checked by whoever
// restores them. So much of the disk as minFree says stays free; 0: the default.
func VerifyBackup(ctx context.Context, in io.Reader, folder string, minFree config.Size) (loaded *Loaded, err error) {
	temporary, err := openTemporary(folder, minFree)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, temporary.Close()) }()
	loaded, err = (&loader{store: temporary}).load(ctx, in, backup.Sink{})
	return loaded, noRoom(err, temporary.folder, "--temp")
}
