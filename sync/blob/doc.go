// Package blob is what server and tablets share about photos and files: how they are cut into chunks, how they lie on a
// disk, and which media types are shown.
//
// It promises that nothing of a blob can be read from what it seals without the key, that a changed, moved or missing
// byte of that is noticed before it is served, and that a blob which records still mention is always found to be so.
//
// It never opens a file, and draws no randomness and no key of its own: they are handed in.
package blob

import "errors"

// Limits of blobs, in one place. A record refers to at most 32 (tsunagu.care.v1.Envelope).
const (
	// ChunkBytes is the size of every chunk but the last.
	ChunkBytes = 256 << 10
	// MaxBytes is the largest blob that any configuration may allow.
	MaxBytes = 1 << 30
	// DefaultBytes is the largest blob if nothing else is configured.
	DefaultBytes = 64 << 20
	// DefaultOpen is how many uploads of one device may be unfinished.
	DefaultOpen = 32
	// DefaultOpenBytes is how large they may be together, by what their records say.
	DefaultOpenBytes = 512 << 20
	// MaxThumbnailBytes bounds a thumbnail; 320 pixels a side take a tenth of it.
	MaxThumbnailBytes = ChunkBytes
	// ThumbnailSide is the longest side of a thumbnail, in pixels.
	ThumbnailSide = 320
)

// Errors, a sentence each. None says anything of a blob.
var (
	// ErrHash: the content is not what the record says.
	ErrHash = errors.New("the file that arrived is not the one the record names; nothing of it was kept, the original stays on the tablet: send it again from the start")
	// ErrChunk: a chunk beyond the end, or of a size that contradicts that of the blob.
	ErrChunk = errors.New("this piece does not belong to a file of the size that the record says; nothing was changed: send the pieces as the record's size asks for")
	// ErrTooLarge: more than the server takes.
	ErrTooLarge = errors.New("the file is larger than this server takes, or empty; nothing was stored and the record stands without it: attach a smaller one")
	// ErrOpen: too many unfinished uploads.
	ErrOpen = errors.New("this tablet has too many unfinished uploads; nothing was stored and the files stay on the tablet: finish some of them first")
	// ErrFull: the disk is nearly full.
	ErrFull = errors.New("the server's disk is nearly full; nothing was stored and the file stays on the tablet: try again later")
	// ErrAbsent: not here.
	ErrAbsent = errors.New("the file is not here yet; the record is safe: try again once the tablet that holds it has synchronised")
	// ErrDamaged: what was read is not what was written.
	ErrDamaged = errors.New("a stored file is damaged and is not shown; keep what is on the tablets, and restore it from a backup")
)
