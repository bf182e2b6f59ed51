package replica

import (
	"bytes"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Verified says what a turn of adding digests up anew found.
type Verified struct {
	// Records were looked at; Differing sections did not give the digest that was kept.
	Records, Differing int
	// More: there are streams left; call VerifyTurn again.
	More bool
}

// VerifyDue tells whether the digests are to be added up anew: a day after the last time, after the clock was set
// back, after an unclean end, and while that is under way.
func (r *Replica) VerifyDue(c Clock) (due bool, err error) {
	err = r.store.View(func(rd Reader) error {
		d, err := loadDevice(rd)
		since := c.WallMs - d.GetVerifiedMs()
		due = d.GetVerifiedMs() == 0 || d.GetVerifiedUpTo() != "" || since >= verifyEveryMs || since < 0
		return err
	})
	return due, err
}

// Unclean says that the device was not switched off in order: what it holds is looked at again.
func (r *Replica) Unclean() error {
	return r.update(func(tx Tx) error {
		d, err := loadDevice(tx)
		if err != nil {
			return err
		}
		d.VerifiedMs = 0
		return save(tx, deviceKey(), d)
	})
}

// VerifyTurn adds the digests of some streams up anew, from the records themselves. A section that does not give the
// digest that was kept is put down for repair, and the next request tells the server what was found.
func (r *Replica) VerifyTurn(c Clock) (Verified, error) {
	out := Verified{}
	if err := r.settle(); err != nil {
		return out, err
	}
	for out.Records < verifyRecords {
		s, err := r.nextToVerify()
		if err != nil {
			return out, err
		}
		err = r.store.Update(func(tx Tx) error { return verifyStream(tx, s, c, &out) })
		if err != nil || s == nil {
			return out, err
		}
	}
	out.More = true
	return out, nil
}

// nextToVerify returns the stream after the last that is done; nil if that was the last.
func (r *Replica) nextToVerify() (next *devicev1.StreamState, err error) {
	err = r.store.View(func(rd Reader) error {
		d, err := loadDevice(rd)
		if err != nil {
			return err
		}
		streams, err := loadStreams(rd)
		done := streamKey(keyStream, d.GetVerifiedUpTo())
		for _, s := range streams {
			later := d.GetVerifiedUpTo() == "" || bytes.Compare(streamKey(keyStream, s.GetStreamId()), done) > 0
			if later && next == nil {
				next = s
			}
		}
		return err
	})
	return next, err
}

// verifyStream adds one stream up; nil ends the turn of all. One that is being filled is added up too: what the disk lost of
// the pages so far shows when the last page brings the server's digests.
func verifyStream(tx Tx, s *devicev1.StreamState, c Clock, out *Verified) error {
	d, err := loadDevice(tx)
	if err != nil {
		return err
	}
	if d.VerifiedUpTo = s.GetStreamId(); s == nil {
		d.VerifiedMs = max(c.WallMs, 1)
	}
	if err := save(tx, deviceKey(), d); err != nil || s == nil || s.GetGone() {
		return err
	}
	return recompute(tx, s, out)
}

// RecomputeDigests adds every digest up anew at once, and answers how many sections differ from what was kept.
func (r *Replica) RecomputeDigests() (differing int, err error) {
	if err := r.settle(); err != nil {
		return 0, err
	}
	var streams []*devicev1.StreamState
	err = r.store.View(func(rd Reader) (err error) {
		streams, err = loadStreams(rd)
		return err
	})
	out := Verified{}
	for _, s := range streams {
		if err != nil || s.GetGone() {
			continue
		}
		err = r.store.Update(func(tx Tx) error { return recompute(tx, s, &out) })
	}
	return out.Differing, err
}

func recompute(tx Tx, s *devicev1.StreamState, out *Verified) error {
	stream := s.GetStreamId()
	was, err := sumsOf(tx, stream)
	if err != nil {
		return err
	}
	now := newSections(tx, s)
	for section := range was {
		now.sums[section] = &sum{}
	}
	err = tx.Scan(streamKey(keyRecord, stream), nil, func(key, value []byte) error {
		out.Records++
		rec := &syncv1.PageRecord{}
		if proto.Unmarshal(value, rec) != nil {
			return nil // it does not count, so its section differs and is fetched
		}
		if now.sums[rec.GetSection()] == nil {
			now.sums[rec.GetSection()] = &sum{}
		}
		return now.add(idOf(key), rec)
	})
	if err != nil {
		return err
	}
	for _, section := range slices.Sorted(maps.Keys(now.sums)) {
		if is := was[section]; is != nil && *is == *now.sums[section] || is == nil && *now.sums[section] == (sum{}) {
			continue
		}
		if before(section, kept(s)) {
			continue // nobody could repair it: the server is asked about the months that are held
		}
		out.Differing++
		if err := putDown(tx, stream, section); err != nil {
			return err
		}
	}
	if err := now.flush(); err != nil {
		return err
	}
	s.SectionsDue = true
	return saveStream(tx, s)
}

// putDown puts a section down for repair, from its beginning.
func putDown(tx Tx, stream string, section uint32) error {
	return save(tx, sectionKey(keyRepair, stream, section), &devicev1.Repair{StreamId: stream, Section: section})
}

// Digests returns the section digests that the device keeps of a stream, by section.
func (r *Replica) Digests(stream string) ([]*syncv1.SectionDigest, error) {
	var all []*syncv1.SectionDigest
	err := r.view(func(rd Reader) error {
		sums, err := sumsOf(rd, stream)
		all = listed(sums, 0)
		return err
	})
	return all, err
}

// listed puts sums down in order of sections, from a month on.
func listed(sums map[uint32]*sum, oldest uint32) (all []*syncv1.SectionDigest) {
	for _, section := range slices.Sorted(maps.Keys(sums)) {
		if s := sums[section]; !before(section, oldest) {
			all = append(all, &syncv1.SectionDigest{Section: section, Digest: bytes.Clone(s.digest[:]), Count: s.count})
		}
	}
	return all
}
