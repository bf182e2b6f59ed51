//go:build !linux

package sdk

import "time"

const countsSleep = false

func monotonic() func() time.Duration { return sinceStart() }
