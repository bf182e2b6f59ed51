package blobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"github.com/tsunagu-care/tsunagu/sync/blob"
)

// Options say what a vault stands on.
type Options struct {
	// Staging is a folder on this machine's disk for unfinished uploads.
	Staging string
	// Bucket keeps what is complete.
	Bucket Bucket
	// Secret is what the keys are derived from: the key of the store.
	Secret []byte
	// Random gives salts and nonces.
	Random io.Reader
	// MaxBytes is the largest blob. 0: blob.DefaultBytes.
	MaxBytes uint64
	// Open and OpenBytes bound the unfinished uploads of one device. 0: blob.DefaultOpen and blob.DefaultOpenBytes.
	Open      int
	OpenBytes uint64
	// MinFreeBytes of disk have to stay free.
	MinFreeBytes uint64
}

// Vault keeps blobs. It may be used by many goroutines at once.
type Vault struct {
	options Options
	keys    blob.Keys
	making  chan struct{} // holds an element while a thumbnail is made

	// collect is held for reading by whoever relies on an object being there, for writing by whoever removes one.
	collect sync.RWMutex
	touched map[string]bool // objects that were relied on since a collection began; nil: none runs
	mu      sync.Mutex      // guards touched and uploads
	uploads map[string]*upload
}

// upload is the lock of one unfinished upload.
type upload struct {
	sync.Mutex
	users int
}

// Folder names within the staging folder.
const (
	partialFolder = "partial"
	makingFolder  = "making"
)

// Open opens a vault. What a killed process was making is removed; unfinished uploads stay.
func Open(o Options) (*Vault, error) {
	if o.MaxBytes == 0 {
		o.MaxBytes = blob.DefaultBytes
	}
	if o.Open == 0 {
		o.Open = blob.DefaultOpen
	}
	if o.OpenBytes == 0 {
		o.OpenBytes = blob.DefaultOpenBytes
	}
	o.MaxBytes = min(o.MaxBytes, blob.MaxBytes)
	keys, err := blob.DeriveKeys(o.Secret)
	if err != nil {
		return nil, err
	}
	v := &Vault{options: o, keys: keys, making: make(chan struct{}, 1), uploads: map[string]*upload{}}
	if err = os.RemoveAll(v.folder(makingFolder)); err == nil {
		for _, name := range []string{partialFolder, makingFolder} {
			err = errors.Join(err, os.MkdirAll(v.folder(name), 0o700))
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the folder of unfinished uploads cannot be made; nothing was changed: check the data folder and its owner: %w", err)
	}
	return v, nil
}

func (v *Vault) folder(name string) string { return filepath.Join(v.options.Staging, name) }

// Has tells whether a blob is here, whole.
func (v *Vault) Has(ctx context.Context, n blob.Name) (bool, error) {
	v.collect.RLock()
	defer v.collect.RUnlock()
	return v.has(ctx, v.keys.Object(n))
}

// has answers for an object, and keeps a collection that runs from taking it. The caller holds the lock of collections.
func (v *Vault) has(ctx context.Context, object string) (bool, error) {
	file, err := v.options.Bucket.Open(ctx, object)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, outward(err)
	}
	v.mu.Lock()
	if v.touched != nil {
		v.touched[object] = true
	}
	v.mu.Unlock()
	return true, file.Close()
}

// opened is a whole blob, open.
type opened struct {
	*blob.Sealed
	file Object
}

func (o *opened) Close() error { return o.file.Close() }

// open opens an object and checks that it is what its name says. blob.ErrAbsent if there is none.
func (v *Vault) open(ctx context.Context, object string, n blob.Name) (*opened, error) {
	file, err := v.options.Bucket.Open(ctx, object)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, blob.ErrAbsent
	}
	if err != nil {
		return nil, outward(err)
	}
	sealed, err := v.keys.Open(file)
	if err == nil && sealed.Name != n {
		err = blob.ErrDamaged
	}
	if err != nil {
		return nil, errors.Join(outward(err), file.Close())
	}
	return &opened{sealed, file}, nil
}

// Chunk reads one chunk, and says how large the whole is. blob.ErrAbsent if the blob is not here.
func (v *Vault) Chunk(ctx context.Context, n blob.Name, chunk uint32) (data []byte, size uint64, err error) {
	o, err := v.open(ctx, v.keys.Object(n), n)
	if err != nil {
		return nil, 0, err
	}
	defer o.Close()
	data, err = o.Chunk(o.file, chunk)
	return data, o.Size, outward(err)
}

// Copy makes a blob of one stream one of another, unless it is there. It answers whether it is there now.
func (v *Vault) Copy(ctx context.Context, from, to blob.Name) (bool, error) {
	if there, err := v.Has(ctx, to); there || err != nil {
		return there, err
	}
	o, err := v.open(ctx, v.keys.Object(from), from)
	if errors.Is(err, blob.ErrAbsent) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer o.Close()
	meta := o.Meta
	meta.Name = to
	if err := v.keep(ctx, v.keys.Object(to), meta, o.Reader(o.file)); err != nil {
		return false, err
	}
	return true, nil
}

// keep seals a content, checks it against its hash and makes it an object.
func (v *Vault) keep(ctx context.Context, object string, m blob.Meta, content io.Reader) (err error) {
	if err := v.room(); err != nil {
		return err
	}
	file, err := os.CreateTemp(v.folder(makingFolder), "*")
	if err != nil {
		return outward(err)
	}
	defer func() {
		if closed := file.Close(); err == nil {
			err = outward(closed)
		}
		_ = os.Remove(file.Name()) // of an object that was adopted, the name is free already
	}()
	sealed, err := v.fill(file, m, content)
	if err != nil {
		return err
	}
	if _, err := sealed.Check(file); err != nil {
		return outward(err)
	}
	if err := file.Sync(); err != nil {
		return outward(err)
	}
	v.collect.RLock()
	defer v.collect.RUnlock()
	return outward(v.options.Bucket.Adopt(ctx, object, file.Name()))
}

// fill writes a sealed blob. The content has to have as many bytes as the meta says.
func (v *Vault) fill(file *os.File, m blob.Meta, content io.Reader) (*blob.Sealed, error) {
	sealed, head, err := v.keys.New(m, v.options.Random)
	if err != nil {
		return nil, err
	}
	if _, err := file.Write(head); err != nil {
		return nil, outward(err)
	}
	piece := make([]byte, blob.ChunkBytes)
	for chunk := range blob.Chunks(m.Size) {
		piece := piece[:blob.ChunkLen(m.Size, chunk)]
		if _, err := io.ReadFull(content, piece); err != nil {
			return nil, err
		}
		out, err := sealed.Seal(chunk, piece, v.options.Random)
		if err != nil {
			return nil, err
		}
		if _, err := file.WriteAt(out, sealed.Offset(chunk)); err != nil {
			return nil, outward(err)
		}
	}
	if n, err := content.Read(piece[:1]); n > 0 || err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(blob.ErrChunk, err)
	}
	return sealed, nil
}

// room refuses to write on a disk that is nearly full.
func (v *Vault) room() error {
	free, err := freeBytes(v.options.Staging)
	if err != nil || free < v.options.MinFreeBytes {
		return blob.ErrFull
	}
	return nil
}

// errDisk stands for what the system says, which may name a path.
var errDisk = errors.New("the server could not read or write a photo or file; what was complete is safe and records go on: try again later")

// outward keeps the errors whose words are for people, and hides the others' behind one of ours.
func outward(err error) error {
	for _, said := range []error{
		nil, blob.ErrHash, blob.ErrChunk, blob.ErrTooLarge, blob.ErrOpen, blob.ErrFull, blob.ErrAbsent, blob.ErrDamaged,
		ErrStore, context.Canceled, context.DeadlineExceeded,
	} {
		if errors.Is(err, said) {
			return err
		}
	}
	return &diskError{err}
}

// diskError says errDisk and keeps its cause for the types in a log.
type diskError struct{ cause error }

func (e *diskError) Error() string { return errDisk.Error() }
func (e *diskError) Unwrap() error { return e.cause }
