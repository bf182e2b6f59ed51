package replica

import "bytes"

// ServerNow is the server's time in milliseconds since 1970, as far as the device can tell. proven: since the server said
// its time the device was not started anew, so that the time follows from a clock that nobody sets. Else it follows from
// the wall clock, which may have been set since, and nothing must be denied because of it alone.
func (r *Replica) ServerNow(c Clock) (ms int64, proven bool, err error) {
	err = r.view(func(rd Reader) error {
		d, err := loadDevice(rd)
		if err != nil {
			return err
		}
		sameBoot := d.GetTime() != nil && len(c.BootID) > 0 && bytes.Equal(c.BootID, d.GetTimeBootId())
		if proven = sameBoot && c.MonotonicMs >= d.GetTimeMonotonicMs(); proven {
			ms = d.GetTime().GetUnixMs() + int64(c.MonotonicMs-d.GetTimeMonotonicMs())
			return nil
		}
		ms = c.WallMs - d.GetClockOffsetMs()
		return nil
	})
	return ms, proven, err
}
