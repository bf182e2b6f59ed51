package blob

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
)

// A sealed blob is a head and its chunks. The head is a mark, a salt, the length of the sealed meta and that meta.
// Every blob has a key of its own, derived from the salt, so that no chunk fits another blob; every chunk is sealed
// with AES-256-GCM under a nonce of its own and its number among how many. Chunk n stands at a place that follows from
// n, so that a blob which is still being brought can be gone on with.
const (
	mark      = "TSUBLOB1"
	saltBytes = 32
	headBytes = len(mark) + saltBytes + 2
	nonceSize = 12
	overhead  = nonceSize + 16
)

// Sealed is a blob as it lies on a disk, with what is needed to read and to continue it.
type Sealed struct {
	Meta
	aead cipher.AEAD
	base int64
}

// New begins a sealed blob. The head is to be written at its start.
func (k Keys) New(m Meta, random io.Reader) (s *Sealed, head []byte, err error) {
	if !m.sealable() {
		return nil, nil, ErrTooLarge
	}
	head = append(head, mark...)
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, nil, err
	}
	s = &Sealed{Meta: m}
	if s.aead, err = k.cipher(salt); err != nil {
		return nil, nil, err
	}
	meta, err := s.seal([]byte("meta"), m.encode(), random)
	if err != nil {
		return nil, nil, err
	}
	head = append(head, salt...)
	head = binary.BigEndian.AppendUint16(head, uint16(len(meta)))
	head = append(head, meta...)
	s.base = int64(len(head))
	return s, head, nil
}

// Open reads the head of a sealed blob. ErrDamaged if it is none, or of another key.
func (k Keys) Open(r io.ReaderAt) (*Sealed, error) {
	start := make([]byte, headBytes)
	if err := readAt(r, start, 0); err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(start, []byte(mark)) {
		return nil, ErrDamaged
	}
	sealed := make([]byte, binary.BigEndian.Uint16(start[headBytes-2:]))
	if err := readAt(r, sealed, int64(headBytes)); err != nil {
		return nil, err
	}
	aead, err := k.cipher(start[len(mark) : len(mark)+saltBytes])
	if err != nil {
		return nil, err
	}
	s := &Sealed{aead: aead, base: int64(headBytes + len(sealed))}
	meta, err := s.unseal([]byte("meta"), sealed)
	if err != nil {
		return nil, err
	}
	var ok bool
	if s.Meta, ok = decodeMeta(meta); !ok {
		return nil, ErrDamaged
	}
	return s, nil
}

func (k Keys) cipher(salt []byte) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, k.seal, salt, "tsunagu/blob/file/v1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Offset is where a chunk stands.
func (s *Sealed) Offset(chunk uint32) int64 { return s.base + int64(chunk)*(ChunkBytes+overhead) }

// Len is how long the whole is, all chunks there.
func (s *Sealed) Len() int64 {
	return s.base + int64(s.Size) + int64(Chunks(s.Size))*overhead
}

// Next is the number of the first chunk that is missing if so many bytes are there; the number of chunks if none is.
func (s *Sealed) Next(length int64) uint32 {
	if length >= s.Len() {
		return Chunks(s.Size)
	}
	return uint32(max(0, length-s.base) / (ChunkBytes + overhead))
}

// Seal seals a chunk, to be written at its offset. ErrChunk if it has no place in the blob.
func (s *Sealed) Seal(chunk uint32, data []byte, random io.Reader) ([]byte, error) {
	if !Fits(s.Size, chunk, len(data)) {
		return nil, ErrChunk
	}
	return s.seal(s.place(chunk), data, random)
}

// Chunk reads one chunk. ErrChunk beyond the end; ErrDamaged if it is not as it was sealed, or not there.
func (s *Sealed) Chunk(r io.ReaderAt, chunk uint32) ([]byte, error) {
	length := ChunkLen(s.Size, chunk)
	if length == 0 {
		return nil, ErrChunk
	}
	sealed := make([]byte, length+overhead)
	if err := readAt(r, sealed, s.Offset(chunk)); err != nil {
		return nil, err
	}
	return s.unseal(s.place(chunk), sealed)
}

// Check reads everything and compares it with the hash. Intact is how many chunks are as they were sealed: fewer than
// all with ErrDamaged; all with ErrHash, or without an error.
func (s *Sealed) Check(r io.ReaderAt) (intact uint32, err error) {
	sum := sha256.New()
	for chunk := range Chunks(s.Size) {
		data, err := s.Chunk(r, chunk)
		if err != nil {
			return chunk, err
		}
		sum.Write(data)
	}
	if !s.Thumbnail && [sha256.Size]byte(sum.Sum(nil)) != s.SHA256 {
		return Chunks(s.Size), ErrHash
	}
	return Chunks(s.Size), nil
}

// Reader reads the content in order, chunk by chunk.
func (s *Sealed) Reader(r io.ReaderAt) io.Reader { return &reader{sealed: s, from: r} }

type reader struct {
	sealed *Sealed
	from   io.ReaderAt
	chunk  uint32
	left   []byte
}

func (r *reader) Read(p []byte) (int, error) {
	if len(r.left) == 0 {
		if r.chunk == Chunks(r.sealed.Size) {
			return 0, io.EOF
		}
		data, err := r.sealed.Chunk(r.from, r.chunk)
		if err != nil {
			return 0, err
		}
		r.left = data
		r.chunk++
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

func (s *Sealed) place(chunk uint32) []byte {
	place := append([]byte("chunk"), 0, 0, 0, 0, 0, 0, 0, 0)
	binary.BigEndian.PutUint32(place[5:], chunk)
	binary.BigEndian.PutUint32(place[9:], Chunks(s.Size))
	return place
}

func (s *Sealed) seal(place, data []byte, random io.Reader) ([]byte, error) {
	nonce := make([]byte, nonceSize, overhead+len(data))
	if _, err := io.ReadFull(random, nonce); err != nil {
		return nil, err
	}
	return s.aead.Seal(nonce, nonce, data, place), nil
}

func (s *Sealed) unseal(place, sealed []byte) ([]byte, error) {
	if len(sealed) < overhead {
		return nil, ErrDamaged
	}
	data, err := s.aead.Open(nil, sealed[:nonceSize], sealed[nonceSize:], place)
	if err != nil {
		return nil, ErrDamaged
	}
	return data, nil
}

// readAt fills b. A blob that ends before that is damaged; an error of the disk is what it is.
func readAt(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	switch {
	case n == len(b):
		return nil
	case errors.Is(err, io.EOF) || err == nil:
		return ErrDamaged
	default:
		return err
	}
}
