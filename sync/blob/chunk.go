package blob

// Chunks is how many chunks a blob of the size has.
func Chunks(size uint64) uint32 {
	return uint32((size + ChunkBytes - 1) / ChunkBytes)
}

// ChunkLen is the length of one chunk of a blob of the size, 0 beyond its end.
func ChunkLen(size uint64, chunk uint32) int {
	begin := uint64(chunk) * ChunkBytes
	if begin >= size {
		return 0
	}
	return int(min(ChunkBytes, size-begin))
}

// Fits tells whether a chunk of so many bytes has its place in a blob of the size.
func Fits(size uint64, chunk uint32, length int) bool {
	return length > 0 && length == ChunkLen(size, chunk)
}
