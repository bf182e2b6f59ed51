package main

import (
	"connectrpc.com/connect"
	"github.com/klauspost/compress/zstd"
)

// zstdReader is a decoder that Connect may pool: closing it must not end it. Its bounds are the SDK's.
type zstdReader struct{ *zstd.Decoder }

func newZstdReader() connect.Decompressor {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(8<<20), zstd.WithDecodeBuffersBelow(0), zstd.WithDecoderMaxMemory(32<<20))
	if err != nil {
		panic(err) // the options are constants
	}
	return zstdReader{d}
}

// Close lets go of the source.
func (z zstdReader) Close() error { return z.Reset(nil) }

// newZstdWriter compresses as the SDK does.
func newZstdWriter() connect.Compressor { return newZstdEncoder() }

func newZstdEncoder() *zstd.Encoder {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(1<<20))
	if err != nil {
		panic(err) // the options are constants
	}
	return w
}
