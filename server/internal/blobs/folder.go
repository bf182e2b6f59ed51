package blobs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Folder keeps objects as files, in folders by the first two digits of their names.
type Folder struct{ root string }

// NewFolder makes the folder if it is missing.
func NewFolder(root string) (*Folder, error) {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("the folder of photos and files cannot be made; nothing was changed: check the data folder and its owner: %w", err)
	}
	return &Folder{root: root}, syncFolder(filepath.Dir(root))
}

func (f *Folder) path(name string) string { return filepath.Join(f.root, name[:2], name) }

// Adopt implements Bucket: a rename within one disk, and the names of both folders made durable.
func (f *Folder) Adopt(_ context.Context, name, file string) error {
	to := f.path(name)
	if err := os.Mkdir(filepath.Dir(to), 0o700); err == nil {
		if err := syncFolder(f.root); err != nil {
			return err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := os.Rename(file, to); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(to))
}

// Open implements Bucket.
func (f *Folder) Open(_ context.Context, name string) (Object, error) { return os.Open(f.path(name)) }

// Each implements Bucket.
func (f *Folder) Each(ctx context.Context, fn func(Listed) error) error {
	return filepath.WalkDir(f.root, func(path string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || d.IsDir() || !isObject(d.Name()) {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return fn(Listed{Name: d.Name(), Size: info.Size(), Modified: info.ModTime()})
	})
}

// Remove implements Bucket.
func (f *Folder) Remove(_ context.Context, name string) error {
	err := os.Remove(f.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(f.path(name)))
}

const thumbnailSuffix = ".t"

// isObject tells whether a file's name is one that this package gives.
func isObject(name string) bool {
	digits := strings.TrimSuffix(name, thumbnailSuffix)
	return len(digits) == 64 && strings.Trim(digits, "0123456789abcdef") == ""
}

// syncFolder makes the names in a folder durable.
func syncFolder(folder string) error {
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
