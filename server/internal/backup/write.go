package backup

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Source is what goes into a backup.
type Source struct {
	Header Header
	// Seal is the sealing key.
	Seal []byte
	// Directory is the directory file as it stands.
	Directory []byte
	// Rows gives every row of the store, all from one snapshot: store.Store's Dump.
	Rows func(ctx context.Context, fn func(store.Row) error) error
	// Blobs gives every blob. It may be nil: there are none. It is asked after the rows, so that whatever a record of
	// the snapshot refers to is there.
	Blobs Blobs
}

// Blobs are the photos and files that records refer to.
type Blobs interface {
	// Each calls fn for every blob, with as many bytes as it says.
	Each(ctx context.Context, fn func(name string, size int64, content io.Reader) error) error
}

// Write writes a backup, compressed and not encrypted. Without an error everything was written, the end too.
func Write(ctx context.Context, out io.Writer, s Source) (Counts, error) {
	packed, err := zstd.NewWriter(out, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return Counts{}, err
	}
	w := &writer{frames: newFrameWriter(packed), counter: newCounter()}
	if err := w.all(ctx, s); err != nil {
		return w.Counts, errors.Join(err, packed.Close())
	}
	return w.Counts, packed.Close()
}

type writer struct {
	*counter
	frames *frameWriter
	batch  []byte
	rows   int
}

func (w *writer) all(ctx context.Context, s Source) error {
	s.Header.Format = Version
	if err := w.json(frameHeader, s.Header); err != nil {
		return err
	}
	if err := w.json(frameKeys, Keys{Seal: hex.EncodeToString(s.Seal)}); err != nil {
		return err
	}
	if err := w.directory(s.Directory); err != nil {
		return err
	}
	if err := s.Rows(ctx, w.row); err != nil {
		return err
	}
	if err := w.flush(); err != nil {
		return err
	}
	if s.Blobs != nil {
		if err := s.Blobs.Each(ctx, w.blob); err != nil {
			return err
		}
	}
	digest := w.frames.sum.Sum(nil)
	return w.json(frameTrailer, trailer{Counts: w.Counts, SHA256: hex.EncodeToString(digest)})
}

func (w *writer) json(k kind, value any) error {
	payload, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return w.frames.write(k, payload)
}

func (w *writer) directory(content []byte) error {
	w.Directory = len(content)
	for len(content) > 0 {
		n := min(len(content), pieceBytes)
		if err := w.frames.write(frameDirectory, content[:n]); err != nil {
			return err
		}
		content = content[n:]
	}
	return nil
}

func (w *writer) row(row store.Row) error {
	w.counter.row(row)
	w.batch = appendRow(w.batch, row)
	if w.rows++; w.rows < maxRows && len(w.batch) < maxRowBytes {
		return nil
	}
	return w.flush()
}

func (w *writer) flush() error {
	if w.rows == 0 {
		return nil
	}
	err := w.frames.write(frameRows, w.batch)
	w.batch, w.rows = w.batch[:0], 0
	return err
}

func (w *writer) blob(name string, size int64, content io.Reader) error {
	if err := w.json(frameBlob, blobHead{name, size}); err != nil {
		return err
	}
	w.Blobs++
	w.BlobBytes += size
	piece := make([]byte, pieceBytes)
	for left := size; left > 0; {
		n := min(left, pieceBytes)
		if _, err := io.ReadFull(content, piece[:n]); err != nil {
			return fmt.Errorf("a blob cannot be read whole; no backup was made: run tsunagu verify: %w", err)
		}
		if err := w.frames.write(frameContent, piece[:n]); err != nil {
			return err
		}
		left -= n
	}
	return nil
}
