package blobs

import (
	"crypto/rand"
	"errors"
	"os"

	"github.com/tsunagu-care/tsunagu/sync/blob"
)

// Part is a download under way. It may be cut off anywhere; who begins it again goes on where it was.
type Part struct {
	sealed *blob.Sealed
	file   *os.File
	path   string
	store  *Store
}

// Begin opens a download, or goes on with one.
func (s *Store) Begin(m blob.Meta) (*Part, error) {
	path := s.path(m.Name, partSuffix)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	sealed, err := s.keys.Open(file)
	if err == nil && sealed.Name == m.Name && sealed.Size == m.Size {
		return &Part{sealed, file, path, s}, nil
	}
	var head []byte
	if sealed, head, err = s.keys.New(m, rand.Reader); err == nil {
		if err = file.Truncate(0); err == nil {
			_, err = file.WriteAt(head, 0)
		}
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &Part{sealed, file, path, s}, nil
}

// Next is the number of the chunk that is missing; the number of chunks if none is.
func (p *Part) Next() (uint32, error) {
	info, err := p.file.Stat()
	if err != nil {
		return 0, err
	}
	return p.sealed.Next(info.Size()), nil
}

// Put takes the next chunk.
func (p *Part) Put(chunk uint32, data []byte) error {
	out, err := p.sealed.Seal(chunk, data, rand.Reader)
	if err != nil {
		return err
	}
	_, err = p.file.WriteAt(out, p.sealed.Offset(chunk))
	return err
}

// Finish checks what arrived against its hash, and keeps it. What does not fit is forgotten: blob.ErrHash or
// blob.ErrDamaged.
func (p *Part) Finish() error {
	_, err := p.sealed.Check(p.file)
	if errors.Is(err, blob.ErrHash) || errors.Is(err, blob.ErrDamaged) {
		return errors.Join(err, os.Remove(p.path))
	}
	if err == nil {
		err = p.file.Sync()
	}
	if err == nil {
		err = os.Rename(p.path, p.store.path(p.sealed.Name, ""))
	}
	if err != nil {
		return err
	}
	return p.store.syncFolder()
}

// Close closes the file; what has arrived stays.
func (p *Part) Close() error { return p.file.Close() }
