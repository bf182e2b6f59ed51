package blobs

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tsunagu-care/tsunagu/sync/blob"
)

// Begin opens an upload, or finds where one goes on.
func (v *Vault) Begin(ctx context.Context, u blob.Upload) (p blob.Progress, err error) {
	err = v.exclusively(ctx, u, func(path string) error {
		var file *os.File
		var sealed *blob.Sealed
		if p.Complete, file, sealed, err = v.begin(ctx, u, path); err != nil || p.Complete {
			return err
		}
		defer file.Close()
		p.Next, err = next(file, sealed)
		return err
	})
	return p, outward(err)
}

// Put takes one chunk. One that is here already is passed over, one that comes too early is not kept: the answer says
// which is next. With the last one everything is checked against the hash, and is durable when Put returns. If it does
// not fit, the upload is forgotten: blob.ErrHash.
func (v *Vault) Put(ctx context.Context, u blob.Upload, chunk uint32, data []byte) (p blob.Progress, err error) {
	if u.Size > v.options.MaxBytes || u.Size == 0 {
		return p, blob.ErrTooLarge
	}
	if !blob.Fits(u.Size, chunk, len(data)) {
		return p, blob.ErrChunk
	}
	err = v.exclusively(ctx, u, func(path string) (err error) {
		p, err = v.put(ctx, u, path, chunk, data)
		return err
	})
	return p, outward(err)
}

func (v *Vault) put(ctx context.Context, u blob.Upload, path string, chunk uint32, data []byte) (p blob.Progress, err error) {
	complete, file, sealed, err := v.begin(ctx, u, path)
	if err != nil || complete {
		return blob.Progress{Complete: complete}, err
	}
	defer file.Close()
	if p.Next, err = next(file, sealed); err != nil {
		return p, err
	}
	if p.Next == chunk {
		if err := v.room(); err != nil {
			return p, err
		}
		out, err := sealed.Seal(chunk, data, v.options.Random)
		if err != nil {
			return p, err
		}
		if _, err := file.WriteAt(out, sealed.Offset(chunk)); err != nil {
			return p, err
		}
		p.Next++
	}
	if p.Next < blob.Chunks(u.Size) {
		return p, nil
	}
	return v.finish(ctx, u, path, file, sealed)
}

// finish checks what has arrived and makes it an object. Chunks that a power cut has spoilt are asked for again.
func (v *Vault) finish(ctx context.Context, u blob.Upload, path string, file *os.File, sealed *blob.Sealed) (blob.Progress, error) {
	intact, err := sealed.Check(file)
	switch {
	case errors.Is(err, blob.ErrDamaged):
		return blob.Progress{Next: intact}, file.Truncate(sealed.Offset(intact))
	case errors.Is(err, blob.ErrHash):
		return blob.Progress{}, errors.Join(blob.ErrHash, os.Remove(path))
	case err != nil:
		return blob.Progress{}, err
	}
	if there, err := v.has(ctx, v.keys.Object(u.Name)); err != nil || there { // which a blind one is told now
		return blob.Progress{Complete: there, Next: intact}, errors.Join(err, os.Remove(path))
	}
	if err := file.Sync(); err != nil {
		return blob.Progress{}, err
	}
	if err := v.options.Bucket.Adopt(ctx, v.keys.Object(u.Name), path); err != nil {
		return blob.Progress{}, err
	}
	return blob.Progress{Complete: true, Next: intact}, nil
}

// next is where an upload goes on, by what its file holds. The end of a file that was cut is written again.
func next(file *os.File, sealed *blob.Sealed) (uint32, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	at := sealed.Next(info.Size())
	if at == blob.Chunks(sealed.Size) {
		at-- // all seems here, and nobody has checked it: the last one is asked for again, and with it the check
	}
	return at, nil
}

// begin finds the file of an upload, or makes it. complete: there is nothing to bring.
func (v *Vault) begin(ctx context.Context, u blob.Upload, path string) (complete bool, file *os.File, sealed *blob.Sealed, err error) {
	if u.Size > v.options.MaxBytes || u.Size == 0 {
		return false, nil, nil, blob.ErrTooLarge
	}
	if !u.Blind {
		if complete, err = v.has(ctx, v.keys.Object(u.Name)); err != nil || complete {
			if complete {
				_ = os.Remove(path) // another device was faster
			}
			return complete, nil, nil, err
		}
	}
	file, err = os.OpenFile(path, os.O_RDWR, 0)
	if err == nil {
		sealed, err = v.keys.Open(file)
		if err == nil && sealed.Name == u.Name && sealed.Size == u.Size {
			return false, file, sealed, nil
		}
		// The record says something else now, or the head was never written: it begins anew.
		_ = file.Close()
		err = os.Remove(path)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, nil, nil, err
	}
	file, sealed, err = v.create(u, path)
	return false, file, sealed, err
}

// create makes the file of a new upload, if the device may have one more.
func (v *Vault) create(u blob.Upload, path string) (*os.File, *blob.Sealed, error) {
	if err := v.room(); err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, nil, err
	}
	if err := v.mayOpen(filepath.Dir(path), u.Size); err != nil {
		return nil, nil, err
	}
	sealed, head, err := v.keys.New(blob.Meta{Name: u.Name, Size: u.Size, MediaType: u.MediaType}, v.options.Random)
	if err != nil {
		return nil, nil, err
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, nil, err
	}
	if _, err := file.Write(head); err != nil {
		return nil, nil, errors.Join(err, file.Close(), os.Remove(path))
	}
	return file, sealed, nil
}

// mayOpen refuses an upload to a device that has too many unfinished ones, in number or in bytes.
func (v *Vault) mayOpen(folder string, size uint64) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer d.Close()
	names, err := d.Readdirnames(v.options.Open + 1)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if len(names) >= v.options.Open {
		return blob.ErrOpen
	}
	total := size
	for _, name := range names {
		total += v.declared(filepath.Join(folder, name))
	}
	if total > v.options.OpenBytes {
		return blob.ErrOpen
	}
	return nil
}

// declared is how large an unfinished upload will be; 0 if its file says nothing.
func (v *Vault) declared(path string) uint64 {
	file, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer file.Close()
	sealed, err := v.keys.Open(file)
	if err != nil {
		return 0
	}
	return sealed.Size
}

// exclusively calls fn with the file of an upload, one call at a time for each device: so its count of unfinished
// uploads holds. No collection runs meanwhile that could take what fn relies on.
func (v *Vault) exclusively(ctx context.Context, u blob.Upload, fn func(path string) error) error {
	device := v.keys.Device(u.Tenant, u.Device)
	v.mu.Lock()
	one := v.uploads[device]
	if one == nil {
		one = &upload{}
		v.uploads[device] = one
	}
	one.users++
	v.mu.Unlock()
	one.Lock()
	defer func() {
		one.Unlock()
		v.mu.Lock()
		if one.users--; one.users == 0 {
			delete(v.uploads, device)
		}
		v.mu.Unlock()
	}()
	if err := ctx.Err(); err != nil {
		return err
	}
	v.collect.RLock()
	defer v.collect.RUnlock()
	return fn(filepath.Join(v.folder(partialFolder), device, v.keys.Object(u.Name)))
}
