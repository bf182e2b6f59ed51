package blobs

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/blob"
)

// Kept is a file of the folder.
type Kept struct {
	blob.Meta
	// Own: added here. Else it was fetched, is being fetched, or is a thumbnail.
	Own  bool
	Disk int64
	// Used is when it was added or last looked at.
	Used time.Time
	path string
}

// maxFiles bounds what one look at the folder takes in.
const maxFiles = 100_000

// List returns what is in the folder. A file that says nothing of itself any more has an empty Meta.
func (s *Store) List() ([]Kept, error) {
	d, err := os.Open(s.root)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(maxFiles)
	if err != nil && len(names) > 0 {
		return nil, err
	}
	var all []Kept
	for _, name := range names {
		if strings.HasPrefix(name, makingPrefix) {
			continue
		}
		one, err := s.look(filepath.Join(s.root, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func (s *Store) look(path string) (Kept, error) {
	file, err := os.Open(path)
	if err != nil {
		return Kept{}, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return Kept{}, err
	}
	k := Kept{Own: strings.HasSuffix(path, ownSuffix), Disk: info.Size(), Used: info.ModTime(), path: path}
	if sealed, err := s.keys.Open(file); err == nil {
		k.Meta = sealed.Meta
	}
	return k, nil
}

// Remove removes a file from the folder.
func (s *Store) Remove(k Kept) error {
	err := os.Remove(k.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
