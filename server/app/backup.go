package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/backup"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Backup implements operator.Service. It reads one snapshot; whoever writes meanwhile waits for nothing.
func (a *App) Backup(ctx context.Context, out io.Writer) (backup.Counts, error) {
	directory, err := a.directory.Content()
	if err != nil {
		return backup.Counts{}, err
	}
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		return backup.Counts{}, err
	}
	counts, err := backup.Write(ctx, out, backup.Source{
		Header: backup.Header{ID: hex.EncodeToString(id[:]), Made: time.Now().UTC().Truncate(time.Second), Program: a.options.version},
		Seal:   a.options.seals[:], Directory: directory, Rows: a.engine.Dump, Blobs: a.vault,
	})
	if err != nil {
		a.log.Error().Str("why", cause(err)).Msg("a backup did not come to its end")
		return counts, err
	}
	a.log.Info().Int("streams", counts.Streams).Uint64("entries", counts.Entries).Msg("a backup was made")
	return counts, nil
}

// Cover implements operator.Service. A stream counts as covered only if this store's log has the entry that the
// backup's ends with: a backup of another history covers nothing.
func (a *App) Cover(ctx context.Context, c operator.Checked) (operator.Covered, error) {
	var covered operator.Covered
	var list []journal.Cover
	for _, head := range c.Heads {
		epoch, err := a.epochAt(ctx, head)
		if err != nil {
			return operator.Covered{}, err
		}
		if epoch == 0 {
			covered.Strange++
			continue
		}
		list = append(list, journal.Cover{Tenant: head.Tenant, Stream: head.Stream, Epoch: epoch, Seq: head.Seq})
	}
	covered.Streams = len(list)
	if covered.Streams == 0 && covered.Strange > 0 { // another server's
		return covered, nil
	}
	b := journal.Backup{ID: c.ID, Made: c.Made, Entries: c.Entries}
	if err := a.journal.Verified(b, list, time.Now().UTC()); err != nil {
		return operator.Covered{}, err
	}
	a.surveyNow(ctx)
	return covered, nil
}

// epochAt returns the epoch of the entry that a head names, 0 if this store's log has another one or none there.
func (a *App) epochAt(ctx context.Context, head operator.Head) (epoch uint64, err error) {
	err = a.engine.View(ctx, func(r store.Reader) error {
		raw, err := r.Entry(store.Stream{Tenant: head.Tenant, Name: head.Stream}, head.Seq)
		if err != nil || raw == nil {
			return err
		}
		entry, err := ledger.Look(raw)
		if err == nil && bytes.Equal(entry.Hash, head.Hash) {
			epoch = entry.Epoch
		}
		return err
	})
	return epoch, err
}
