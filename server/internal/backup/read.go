package backup

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Sink takes what is in a backup, in this order. Nothing of it is to be trusted before Read has returned without an
// error. Any function may be nil.
type Sink struct {
	Header func(Header) error
	// Keys gets the sealing key.
	Keys func(seal []byte) error
	// Directory gets the next piece of the directory file.
	Directory func(piece []byte) error
	// Rows gets rows that fit one closure. Keys and values are valid until it returns.
	Rows func([]store.Row) error
	// Blob gets the content of a blob and may leave some of it unread.
	Blob func(name string, size int64, content io.Reader) error
}

// Result is what a backup was found to hold.
type Result struct {
	Header Header
	Counts Counts
}

// maxWindow bounds what the decoder takes in memory.
const maxWindow = 16 << 20

// Read reads a whole backup, decrypted. It answers ErrBroken for one that is not what was written, and the sink's
// error if that has one.
func Read(in io.Reader, sink Sink) (Result, error) {
	unpacked, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow), zstd.WithDecoderLowmem(true))
	if err != nil {
		return Result{}, broken(err)
	}
	defer unpacked.Close()
	r := &reader{frames: newFrameReader(unpacked), counter: newCounter(), sink: sink}
	err = r.all()
	return Result{Header: r.header, Counts: r.Counts}, err
}

type reader struct {
	*counter
	frames *frameReader
	sink   Sink
	header Header
}

// place is where a kind of frame stands; those with the same number may follow each other. -1: nowhere by itself.
func place(k kind) int {
	return strings.IndexByte("HKDRBT", byte(k))
}

func (r *reader) all() error {
	last := -1
	for {
		k, payload, err := r.frames.next()
		if err != nil {
			return err
		}
		at := place(k)
		single := k == frameHeader || k == frameKeys
		if at < 0 || at < last || (single && at != last+1) || (last < 1 && at > last+1) {
			return ErrBroken
		}
		last = at
		if k == frameTrailer {
			return r.trailer(payload)
		}
		if err := r.frame(k, payload); err != nil {
			return err
		}
	}
}

func (r *reader) frame(k kind, payload []byte) error {
	switch k {
	case frameHeader:
		return r.head(payload)
	case frameKeys:
		return r.keys(payload)
	case frameDirectory:
		r.Directory += len(payload)
		return give(r.sink.Directory, payload)
	case frameRows:
		return r.rows(payload)
	default:
		return r.blob(payload)
	}
}

// give calls a function of the sink if there is one.
func give[T any](fn func(T) error, value T) error {
	if fn == nil {
		return nil
	}
	return fn(value)
}

func (r *reader) head(payload []byte) error {
	if err := json.Unmarshal(payload, &r.header); err != nil {
		return broken(err)
	}
	if r.header.Format < 1 || r.header.Format > Version {
		return fmt.Errorf("the backup has format %d and this program reads up to %d; nothing was changed: use the version that wrote it, or a newer one", r.header.Format, Version)
	}
	return give(r.sink.Header, r.header)
}

func (r *reader) keys(payload []byte) error {
	var k Keys
	err := json.Unmarshal(payload, &k)
	seal, form := hex.DecodeString(k.Seal)
	if err = errors.Join(err, form); err != nil {
		return broken(err)
	}
	return give(r.sink.Keys, seal)
}

func (r *reader) rows(payload []byte) error {
	rows, err := parseRows(payload)
	if err != nil {
		return err
	}
	for _, row := range rows {
		r.row(row)
	}
	return give(r.sink.Rows, rows)
}

// blob hands the content of a blob out while it reads it, and reads what is left of it afterwards.
func (r *reader) blob(payload []byte) error {
	var head blobHead
	if err := json.Unmarshal(payload, &head); err != nil || head.Size < 0 {
		return broken(err)
	}
	r.Blobs++
	r.BlobBytes += head.Size
	content := &content{frames: r.frames, left: head.Size}
	if r.sink.Blob != nil {
		if err := r.sink.Blob(head.Name, head.Size, content); err != nil {
			return err
		}
	}
	_, err := io.Copy(io.Discard, content)
	return err
}

// content reads the pieces of one blob.
type content struct {
	frames *frameReader
	piece  []byte
	left   int64
}

func (c *content) Read(p []byte) (int, error) {
	for len(c.piece) == 0 {
		if c.left == 0 {
			return 0, io.EOF
		}
		k, payload, err := c.frames.next()
		if err != nil {
			return 0, err
		}
		if k != frameContent || int64(len(payload)) > c.left || len(payload) == 0 {
			return 0, ErrBroken
		}
		c.piece = payload
		c.left -= int64(len(payload))
	}
	n := copy(p, c.piece)
	c.piece = c.piece[n:]
	return n, nil
}

func (r *reader) trailer(payload []byte) error {
	before := hex.EncodeToString(r.frames.before[:])
	var t trailer
	if err := json.Unmarshal(payload, &t); err != nil || t.Counts != r.Counts || t.SHA256 != before {
		return broken(err)
	}
	return r.frames.end()
}
