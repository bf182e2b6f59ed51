// Package blobs keeps photos and files on a tablet, sealed, in a folder of its own: what its people took, and what was
// fetched to be looked at.
//
// It promises that what was added is on disk when the call returns, that nothing in the folder can be read without the
// tablet's key, and that a changed byte is noticed. It never removes anything by itself: only who knows what is safe on
// the server can tell.
package blobs

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/blob"
)

// What the end of a file's name says of it.
const (
	ownSuffix       = ".own"
	thumbnailSuffix = ".t"
	partSuffix      = ".part"
	makingPrefix    = "making-"
)

// Store is the folder. It may be used by several goroutines at once.
type Store struct {
	root string
	keys blob.Keys
}

// Open opens the folder, or makes it. What a killed program was making is removed; unfinished downloads stay.
func Open(root string, secret []byte) (*Store, error) {
	keys, err := blob.DeriveKeys(secret)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(root, 0o700); err != nil {
		return nil, fmt.Errorf("the tablet's folder of photos cannot be made: %w", err)
	}
	leftovers, _ := filepath.Glob(filepath.Join(root, makingPrefix+"*"))
	for _, name := range leftovers {
		if err := os.Remove(name); err != nil {
			return nil, fmt.Errorf("the tablet's folder of photos cannot be written: %w", err)
		}
	}
	return &Store{root: root, keys: keys}, nil
}

func (s *Store) path(n blob.Name, suffix string) string {
	return filepath.Join(s.root, s.keys.Object(n)+suffix)
}

// own is the name of what was added here: the content alone, before anybody knows to which chart it goes.
func own(sum [sha256.Size]byte) blob.Name { return blob.Name{SHA256: sum} }

// Add seals a file into the folder, and returns its hash and size. It reads the file twice, and refuses one that changes
// in between (blob.ErrHash), an empty one and one above most bytes (blob.ErrTooLarge).
func (s *Store) Add(file io.ReadSeeker, most uint64) (sum [sha256.Size]byte, size uint64, err error) {
	hash := sha256.New()
	n, err := io.Copy(hash, io.LimitReader(file, int64(most)+1))
	if err != nil {
		return sum, 0, err
	}
	if n == 0 || uint64(n) > most {
		return sum, 0, blob.ErrTooLarge
	}
	sum = [sha256.Size]byte(hash.Sum(nil))
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return sum, 0, err
	}
	m := blob.Meta{Name: own(sum), Size: uint64(n)}
	return sum, uint64(n), s.keep(s.path(m.Name, ownSuffix), m, file)
}

// keep seals a content into a file, checks what lies there and makes it durable before it has its name.
func (s *Store) keep(path string, m blob.Meta, content io.Reader) error {
	file, err := os.CreateTemp(s.root, makingPrefix)
	if err != nil {
		return err
	}
	err = s.fill(file, m, content)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return s.syncFolder()
}

func (s *Store) fill(file *os.File, m blob.Meta, content io.Reader) error {
	sealed, head, err := s.keys.New(m, rand.Reader)
	if err != nil {
		return err
	}
	if _, err := file.Write(head); err != nil {
		return err
	}
	piece := make([]byte, blob.ChunkBytes)
	for chunk := range blob.Chunks(m.Size) {
		piece := piece[:blob.ChunkLen(m.Size, chunk)]
		if _, err := io.ReadFull(content, piece); err != nil {
			return errors.Join(blob.ErrHash, err) // it was longer a moment ago
		}
		out, err := sealed.Seal(chunk, piece, rand.Reader)
		if err != nil {
			return err
		}
		if _, err := file.WriteAt(out, sealed.Offset(chunk)); err != nil {
			return err
		}
	}
	_, err = sealed.Check(file)
	return err
}

// File is an open blob.
type File struct {
	*blob.Sealed
	io.Reader
	file *os.File
}

// Piece reads one chunk.
func (f *File) Piece(chunk uint32) ([]byte, error) { return f.Chunk(f.file, chunk) }

// Close closes it.
func (f *File) Close() error { return f.file.Close() }

// Get opens a blob: what was added here, or what was fetched for a stream. It is read through once, so that what is
// handed out is whole: blob.ErrDamaged if it is not, fs.ErrNotExist if it is not here.
func (s *Store) Get(stream string, sum [sha256.Size]byte) (*File, error) {
	f, err := s.open(own(sum), ownSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = s.open(blob.Name{Stream: stream, SHA256: sum}, "")
	}
	return f, err
}

// HasOwn tells whether something was added here and is still kept.
func (s *Store) HasOwn(sum [sha256.Size]byte) bool {
	_, err := os.Stat(s.path(own(sum), ownSuffix))
	return err == nil
}

// Has tells whether Get would find something.
func (s *Store) Has(stream string, sum [sha256.Size]byte) bool {
	_, err := os.Stat(s.path(blob.Name{Stream: stream, SHA256: sum}, ""))
	return err == nil || s.HasOwn(sum)
}

func (s *Store) open(n blob.Name, suffix string) (*File, error) {
	file, err := os.Open(s.path(n, suffix))
	if err != nil {
		return nil, err
	}
	sealed, err := s.keys.Open(file)
	if err == nil && sealed.Name != n {
		err = blob.ErrDamaged
	}
	if err == nil {
		_, err = sealed.Check(file)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	_ = os.Chtimes(file.Name(), time.Time{}, time.Now()) // it was looked at: others go first
	return &File{sealed, sealed.Reader(file), file}, nil
}

// Thumbnail returns a thumbnail that was kept; fs.ErrNotExist if none was.
func (s *Store) Thumbnail(stream string, sum [sha256.Size]byte) ([]byte, error) {
	f, err := s.open(blob.Name{Stream: stream, SHA256: sum}, thumbnailSuffix)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Piece(0)
}

// KeepThumbnail keeps a thumbnail for as long as the record, which is not a part of its name.
func (s *Store) KeepThumbnail(n blob.Name, record string, data []byte) error {
	m := blob.Meta{Name: n, Record: record, Size: uint64(len(data)), MediaType: blob.JPEG, Thumbnail: true}
	return s.keep(s.path(n, thumbnailSuffix), m, strings.NewReader(string(data)))
}

func (s *Store) syncFolder() error {
	d, err := os.Open(s.root)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
