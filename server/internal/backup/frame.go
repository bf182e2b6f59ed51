package backup

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"
)

// kind says what a frame holds. The numbers are part of the format.
type kind byte

const (
	frameHeader    kind = 'H' // JSON of Header
	frameKeys      kind = 'K' // JSON of Keys
	frameDirectory kind = 'D' // a piece of the directory file
	frameRows      kind = 'R' // rows, one behind the other
	frameBlob      kind = 'B' // JSON of blobHead; its content follows
	frameContent   kind = 'C' // a piece of the blob
	frameTrailer   kind = 'T' // JSON of trailer
)

const (
	// maxFrame bounds a frame. The largest is one of rows, which ends with the row that fills it.
	maxFrame = 1 << 20
	// pieceBytes is the size of a piece of a file.
	pieceBytes = 256 << 10
)

// ErrBroken refuses a backup that is not what was written.
var ErrBroken = errors.New("the backup was cut or altered, or the key is not the one it was made for; nothing was changed: take another backup")

// frameWriter writes frames and digests them.
type frameWriter struct {
	out io.Writer
	sum hash.Hash
}

func newFrameWriter(out io.Writer) *frameWriter { return &frameWriter{out, sha256.New()} }

func (w *frameWriter) write(k kind, payload []byte) error {
	head := binary.BigEndian.AppendUint32([]byte{byte(k)}, uint32(len(payload)))
	for _, part := range [...][]byte{head, payload} {
		_, _ = w.sum.Write(part) // a hash takes everything
		if _, err := w.out.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// frameReader reads frames. Their bytes are valid until the next one.
type frameReader struct {
	in     io.Reader
	sum    hash.Hash
	before [sha256.Size]byte // the digest of everything before this frame
	space  []byte
}

func newFrameReader(in io.Reader) *frameReader { return &frameReader{in: in, sum: sha256.New()} }

func (r *frameReader) next() (kind, []byte, error) {
	r.sum.Sum(r.before[:0])
	var head [5]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		return 0, nil, broken(err)
	}
	size := binary.BigEndian.Uint32(head[1:])
	if size > maxFrame {
		return 0, nil, ErrBroken
	}
	if int(size) > cap(r.space) {
		r.space = make([]byte, size)
	}
	payload := r.space[:size]
	if _, err := io.ReadFull(r.in, payload); err != nil {
		return 0, nil, broken(err)
	}
	_, _ = r.sum.Write(head[:])
	_, _ = r.sum.Write(payload)
	return kind(head[0]), payload, nil
}

// end makes sure that nothing follows.
func (r *frameReader) end() error {
	n, err := r.in.Read(make([]byte, 1))
	if n != 0 || !errors.Is(err, io.EOF) {
		return broken(err)
	}
	return nil
}

// broken is what a person is told of any error while reading; the cause stays in the chain.
func broken(cause error) error {
	if cause == nil {
		return ErrBroken
	}
	return &brokenError{cause}
}

type brokenError struct{ cause error }

func (e *brokenError) Error() string   { return ErrBroken.Error() }
func (e *brokenError) Unwrap() []error { return []error{ErrBroken, e.cause} }
