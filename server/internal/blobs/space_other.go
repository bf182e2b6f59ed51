//go:build !linux

package blobs

import "math"

// freeBytes does not know: where the server is only tried out, the disk is not guarded.
func freeBytes(string) (uint64, error) { return math.MaxUint64 >> 1, nil }
