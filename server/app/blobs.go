package app

import (
	"context"
	"crypto/rand"
	"path/filepath"
	"time"

	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/blobs"
	"github.com/tsunagu-care/tsunagu/server/internal/keys"
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

// openBlobs opens the place of photos and files, and takes them into backups.
func (a *App) openBlobs(ctx context.Context, key [keys.Size]byte) (err error) {
	if a.vault, err = openVault(ctx, a.config.Storage, a.config.Blobs, a.config.MinFree, key); err != nil {
		return err
	}
	if a.options.blobs == nil {
		a.options.blobs = a.vault
	}
	return nil
}

// CollectBlobs removes the photos and files that nothing in the store mentions and that are older than grace, and the
// uploads that were given up. With dry nothing is removed.
func (a *App) CollectBlobs(ctx context.Context, grace time.Duration, dry bool) (blobs.Collected, error) {
	done, err := a.vault.Collect(ctx, blobs.Collection{Rows: a.engine.Dump, Grace: grace, DryRun: dry, Now: time.Now()})
	if err == nil && !dry {
		a.log.Info().Int("collected", done.Collected).Int("kept", done.Kept).Int("uploads", done.Uploads).Msg("photos and files were collected")
	}
	return done, err
}
