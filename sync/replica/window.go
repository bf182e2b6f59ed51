package replica

import (
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/planted"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const (
	// everyMonth is before any section of a month: a position with it says that nothing is left out.
	everyMonth = 1
	// allMonths is a wish for more months than there are.
	allMonths = 12 * 10_000
)

// monthOf is the month of a time, as sections are numbered: year * 100 + month, UTC.
func monthOf(ms int64) uint32 {
	year, month, _ := time.UnixMilli(ms).UTC().Date()
	return uint32(min(max(year, 1), 9999))*100 + uint32(month)
}

// monthsSince counts months since the beginning of year 0.
func monthsSince(month uint32) uint32 { return month/100*12 + month%100 - 1 }

// back returns the month so many months before another; 0 if there is none.
func back(month, months uint32) uint32 {
	n := monthsSince(month)
	if months > n || n-months < 12 {
		return 0
	}
	n -= months
	return n/12*100 + n%12 + 1
}

// monthAfter returns the next month.
func monthAfter(month uint32) uint32 {
	if month%100 == 12 {
		return month + 89
	}
	return month + 1
}

// before tells whether a section holds a month before the oldest one. The standing section is of no month.
func before(section, oldest uint32) bool { return section != 0 && section < oldest }

// kept is the oldest month of which the device keeps records: that which is shown, or that which is being fetched.
func kept(s *devicev1.StreamState) uint32 {
	switch to := s.GetWidenTo(); to {
	case 0:
		return s.GetOldestMonth()
	case everyMonth:
		return 0
	default:
		return to
	}
}

// wished is the oldest month that the device wishes to hold of a stream. A stream that it never had is nil.
//
// The present month is that of the last sync: a wall clock that is set wrong must drop nothing.
func wished(d *devicev1.DeviceState, s *devicev1.StreamState, wallMs int64) uint32 {
	months := d.GetWindowMonths()
	if own := s.GetWindowMonths(); own != 0 && months != 0 {
		months = max(months, own)
	}
	if months == 0 {
		return 0
	}
	return back(present(d, wallMs), months)
}

func present(d *devicev1.DeviceState, wallMs int64) uint32 {
	if t := d.GetTime().GetUnixMs(); t > 0 {
		return monthOf(t)
	}
	return monthOf(wallMs)
}

// fresh tells whether the device has nothing of a stream yet, so that the next answer begins to fill it.
func fresh(s *devicev1.StreamState) bool {
	return !s.GetComplete() && !s.GetRefill() && !s.GetShown() && !s.GetDirect() && s.GetStaged() == nil &&
		s.GetCursor().GetVersion().GetSeq() == 0
}

// SetWindow says how many months the device holds besides the present one; 0: everything. Streams follow at the next
// sync: what is older is dropped, what is missing is fetched.
func (r *Replica) SetWindow(months uint32) error {
	return r.update(func(tx Tx) error {
		d, err := loadDevice(tx)
		if err != nil || d.GetWindowMonths() == months {
			return err
		}
		d.WindowMonths, d.WindowMonth = months, 0
		return save(tx, deviceKey(), d)
	})
}

// Widen asks for the months of a stream from an older one on; 0: all there are. The next syncs fetch them, newest
// first, and a month is shown once it is whole. From then on the stream keeps as many months as it has then.
func (r *Replica) Widen(c Clock, stream string, month uint32) error {
	if month != 0 && (month < 101 || month > 999912 || month%100 < 1 || month%100 > 12) {
		return ErrMonth
	}
	return r.update(func(tx Tx) error {
		s, err := loadStream(tx, stream)
		if err != nil {
			return err
		}
		if s.GetGone() || s.GetRevoked() {
			return ErrNoStream
		}
		d, err := loadDevice(tx)
		if err != nil || s.GetOldestMonth() == 0 || !before(month, s.GetOldestMonth()) && month != 0 {
			return err
		}
		s.WindowMonths = allMonths
		if now := present(d, c.WallMs); month != 0 {
			s.WindowMonths = monthsSince(max(now, month)) - monthsSince(month)
		}
		d.WindowMonth = 0
		if s.GetComplete() && (kept(s) == s.GetOldestMonth() || month < kept(s)) {
			s.WidenTo, s.WidenKnown = max(month, everyMonth), false
		}
		if err := saveStream(tx, s); err != nil {
			return err
		}
		return save(tx, deviceKey(), d)
	})
}

// slide brings every stream to its wish: once a month, and when a wish has changed.
func (a *absorbing) slide() error {
	now := present(a.device, a.c.WallMs)
	if a.device.GetWindowMonth() == now {
		return nil
	}
	known, err := loadStreams(a.tx)
	if err != nil {
		return err
	}
	all := true
	for _, s := range a.streams {
		all = all && (s.GetComplete() || s.GetGone() || s.GetRevoked())
	}
	for _, one := range known {
		s, err := a.stream(one.GetStreamId())
		if err != nil {
			return err
		}
		if s.GetGone() || s.GetRevoked() {
			continue
		}
		if !s.GetComplete() {
			all = false // its fill ends with the months with which it began
			continue
		}
		if slideTo(s, wished(a.device, s, a.c.WallMs)); digestsDue(s) {
			a.widen = true
		}
	}
	if all {
		a.device.WindowMonth = now
	}
	return nil
}

func slideTo(s *devicev1.StreamState, month uint32) {
	oldest := s.GetOldestMonth()
	switch {
	case month > oldest:
		s.OldestMonth, s.Narrow, s.Leftover = month, true, false
		if !before(kept(s), month) {
			s.WidenTo, s.WidenKnown = 0, false
		}
	case month < oldest && month < kept(s):
		s.WidenTo, s.WidenKnown = max(month, everyMonth), false
	}
}

// narrow drops the records of months before the oldest one that is kept. A record about which this device still has
// something to say stays until that is done with.
func narrow(tx Tx, s *devicev1.StreamState, b *budget) (bool, error) {
	sums := newSections(tx, s)
	done, err := each(tx, s, b, streamKey(keyRecord, s.GetStreamId()), func(key []byte) (int, error) {
		page := &syncv1.PageRecord{}
		value, err := tx.Get(key)
		if err != nil || proto.Unmarshal(value, page) != nil || !before(page.GetSection(), kept(s)) &&
			(planted.Bug != planted.NarrowDropsStanding || page.GetSection() != 0) {
			return 0, err
		}
		open, err := tx.Get(recordKey(keyOpen, s.GetStreamId(), idOf(key)))
		if err != nil {
			return 0, err
		}
		if open != nil {
			s.Leftover = true
			return 0, nil
		}
		if err := sums.remove(idOf(key), page); err != nil {
			return 0, err
		}
		return 64, tx.Delete(key)
	})
	if err != nil {
		return false, err
	}
	if err := sums.flush(); err != nil || !done {
		return false, err
	}
	return true, dropRepairs(tx, s)
}

// narrowLeftover makes due that the records which stayed for an open mutation are looked at again: one of them may be done
// with now.
func narrowLeftover(s *devicev1.StreamState) {
	if s.GetLeftover() {
		s.Narrow, s.Leftover = true, false
	}
}

// dropRepairs forgets the repairs of months that the device does not keep.
func dropRepairs(tx Tx, s *devicev1.StreamState) error {
	keys, _, err := collect(tx, streamKey(keyRepair, s.GetStreamId()), nil, maxKept)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if before(sectionOf(key), kept(s)) {
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
	}
	return nil
}

// widened shows the months that have come, newest first: all those after the newest one that still differs.
func widened(tx Tx, s *devicev1.StreamState) error {
	if s.GetWidenTo() == 0 || !s.GetWidenKnown() {
		return nil
	}
	keys, _, err := collect(tx, streamKey(keyRepair, s.GetStreamId()), nil, maxKept)
	if err != nil {
		return err
	}
	missing := uint32(0)
	for _, key := range keys {
		if section := sectionOf(key); before(section, s.GetOldestMonth()) && !before(section, kept(s)) {
			missing = max(missing, section)
		}
	}
	if missing == 0 || planted.Bug == planted.WidenShowsHalves {
		s.OldestMonth, s.WidenTo, s.WidenKnown = kept(s), 0, false
		return nil
	}
	s.OldestMonth = min(s.GetOldestMonth(), monthAfter(missing))
	return nil
}
