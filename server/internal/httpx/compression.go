package httpx

import (
	"errors"
	"io"

	"connectrpc.com/connect"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// What a message may expand to: beyond the slack at most so many times its compressed size. Real requests carry ids
// and seals that do not compress; what expands further is a bomb.
const (
	maxRatio   = 50
	ratioSlack = 64 << 10
)

// The zstd decoder's bounds: windows as browsers use them, and no more than one of them.
const (
	zstdWindow = 8 << 20
	zstdMemory = 32 << 20
)

// minCompressed is the size below which compressing an answer costs more than it saves.
const minCompressed = 512

var (
	errBomb       = connect.NewError(connect.CodeResourceExhausted, errors.New("the message is too large when decompressed, nothing was stored; send it in smaller parts"))
	errCompressed = errors.New("the message cannot be decompressed, nothing was stored; send it again")
)

// Compression offers gzip and zstd to the handlers, and lets neither expand beyond limit bytes.
func Compression(limit int) []connect.HandlerOption {
	return []connect.HandlerOption{
		connect.WithCompressMinBytes(minCompressed),
		connect.WithCompression("gzip",
			func() connect.Decompressor { return &bounded{inner: new(gzipReader), limit: int64(limit)} },
			newGzipWriter),
		connect.WithCompression("zstd",
			func() connect.Decompressor { return &bounded{inner: newZstdReader(), limit: int64(limit)} },
			newZstdWriter),
	}
}

func newGzipWriter() connect.Compressor {
	w, err := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant of the package
	}
	return w
}

func newZstdWriter() connect.Compressor {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		panic(err) // the options are constants
	}
	return w
}

// gzipReader is a gzip reader that can be closed before it was ever used.
type gzipReader struct{ gzip.Reader }

// zstdReader is a decoder that a pool may keep: closing it must not end it.
type zstdReader struct{ *zstd.Decoder }

// newZstdReader makes a decoder that decodes as it is read. Without DecodeBuffersBelow it would decode a small input
// at once and whole, whatever it expands to.
func newZstdReader() zstdReader {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecodeBuffersBelow(0), zstd.WithDecoderMaxMemory(zstdMemory))
	if err != nil {
		panic(err) // the options are constants
	}
	return zstdReader{d}
}

// Close lets go of the source.
func (z zstdReader) Close() error { return z.Reset(nil) }

// bounded stops a decompressor hard: beyond its limit it gives an error and decompresses no more, also when Connect
// drains it to learn a message's size. Its errors quote nothing.
type bounded struct {
	inner  connect.Decompressor
	source counter
	limit  int64
	out    int64
}

// Read gives what may be given.
func (b *bounded) Read(p []byte) (int, error) {
	// One byte beyond the limit is let through, by which Connect sees that the message is too large.
	if b.out > b.limit || b.out > ratioSlack+maxRatio*b.source.n {
		return 0, errBomb
	}
	n, err := b.inner.Read(p[:min(int64(len(p)), b.limit+1-b.out)])
	b.out += int64(n)
	if err != nil && err != io.EOF { //nolint:errorlint // readers return io.EOF itself
		err = errCompressed
	}
	return n, err
}

// Reset begins with another message.
func (b *bounded) Reset(r io.Reader) error {
	b.out, b.source = 0, counter{r: r}
	if err := b.inner.Reset(&b.source); err != nil {
		return errCompressed
	}
	return nil
}

// Close lets go of the message.
func (b *bounded) Close() error {
	_ = b.inner.Close()
	return nil
}

// counter counts the compressed bytes that were read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
