package app

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"time"

	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/blobs"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/keys"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// openVault opens the place of photos and files: the data folder, or an S3-compatible store.
func openVault(ctx context.Context, s config.Storage, b config.Blobs, minFree config.Size, key [keys.Size]byte) (*blobs.Vault, error) {
	bucket, err := openBucket(ctx, s, b)
	if err != nil {
		return nil, err
	}
	return blobs.Open(blobs.Options{
		Staging: filepath.Join(s.BlobsFolder(), "staging"), Bucket: bucket, Secret: key[:], Random: rand.Reader,
		MaxBytes: uint64(b.BlobMax), MinFreeBytes: uint64(minFree),
	})
}

func openBucket(ctx context.Context, s config.Storage, b config.Blobs) (blobs.Bucket, error) {
	if err := b.CheckBlobs(); err != nil {
		return nil, err
	}
	if b.BlobsS3Endpoint == "" {
		return blobs.NewFolder(filepath.Join(s.BlobsFolder(), "objects"))
	}
	secret, err := b.Secret()
	if err != nil {
		return nil, err
	}
	return blobs.NewS3(ctx, blobs.S3Options{
		Endpoint: b.BlobsS3Endpoint, Insecure: b.BlobsS3Insecure, Region: b.BlobsS3Region, Bucket: b.BlobsS3Bucket,
		Prefix: b.BlobsS3Prefix, AccessKey: b.BlobsS3AccessKey, SecretKey: secret,
	})
}

// openBlobs opens the place of photos and files.
func (a *App) openBlobs(ctx context.Context, key [keys.Size]byte) (err error) {
	a.vault, err = openVault(ctx, a.config.Storage, a.config.Blobs, a.config.MinFree, key)
	return err
}

// How the server itself collects photos and files.
const (
	// collectGrace is how old something has to be that nothing mentions. After a restore the record of a photo comes back
	// with a tablet, which may be away for long; what is erased by an order waits for nothing.
	collectGrace = 30 * 24 * time.Hour
	// collectWait bounds one collection, so that a bucket which hangs does not keep the next day's from being tried.
	collectWait = 2 * time.Hour
)

// Collect implements operator.Service.
func (a *App) Collect(ctx context.Context, c operator.Collecting) (operator.Collected, error) {
	if a.journal.Unconfirmed() && !c.DryRun {
		return operator.Collected{}, errors.New("this store was restored and nobody has confirmed it; nothing was removed: tablets may still bring back what mentions a photo, so run tsunagu restore confirm first")
	}
	done, err := a.collect(ctx, blobs.Collection{Grace: c.Grace, DryRun: c.DryRun, Now: time.Now()})
	return operator.Collected{Kept: done.Kept, Collected: done.Collected, Bytes: done.Bytes, Uploads: done.Uploads}, err
}

// collect removes photos and files, after another collection has ended. The log has counts only.
func (a *App) collect(ctx context.Context, c blobs.Collection) (blobs.Collected, error) {
	select {
	case a.collecting <- struct{}{}:
		defer func() { <-a.collecting }()
	case <-ctx.Done():
		return blobs.Collected{}, ctx.Err()
	}
	c.Rows = a.engine.Dump
	done, err := a.vault.Collect(ctx, c)
	if err == nil && !c.DryRun {
		a.metrics.Collected(done.Collected, done.Uploads)
		a.log.Info().Int("collected", done.Collected).Int("kept", done.Kept).Int("uploads", done.Uploads).Msg("photos and files were collected")
	}
	return done, err
}

// collectDaily collects whenever a day is over, until the context ends. What it cannot do today it does tomorrow.
func (a *App) collectDaily(ctx context.Context, days <-chan time.Time) {
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-days:
			a.collectOnce(ctx, now)
		}
	}
}

func (a *App) collectOnce(ctx context.Context, now time.Time) {
	if a.journal.Unconfirmed() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, collectWait)
	defer cancel()
	_, err := a.collect(ctx, blobs.Collection{Grace: collectGrace, Now: now})
	if err == nil {
		err = a.countMissing(ctx, now)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		a.log.Error().Str("why", cause(err)).Msg("photos and files could not be collected; nothing that is needed was removed, it is tried again tomorrow")
	}
}

// condemn puts down what the records of erasures mention, before they are erased.
func condemn(ctx context.Context, s store.Store, vault *blobs.Vault, list []journal.Erasure) error {
	if vault == nil || len(list) == 0 {
		return nil
	}
	var records []blobs.RecordName
	for _, e := range list {
		id, err := recordID(e.Record)
		if err != nil {
			return err
		}
		records = append(records, blobs.RecordName{Tenant: e.Tenant, Stream: e.Stream, Record: id})
	}
	return vault.Condemn(ctx, s.Dump, records)
}
