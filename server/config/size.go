package config

import (
	"fmt"
	"strconv"
	"strings"
)

// Size is a number of bytes, written with or without a unit: 1048576, 1024KiB, 1MiB.
type Size uint64

var units = []struct {
	name  string
	bytes uint64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}}

// UnmarshalText reads a size.
func (s *Size) UnmarshalText(text []byte) error {
	digits, unit := strings.TrimSpace(string(text)), uint64(1)
	for _, u := range units {
		if cut, found := strings.CutSuffix(digits, u.name); found {
			digits, unit = strings.TrimSpace(cut), u.bytes
			break
		}
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || n > (1<<62)/unit {
		return fmt.Errorf("%q is not a size; write it as 268435456 or 256MiB", text)
	}
	*s = Size(n * unit)
	return nil
}
