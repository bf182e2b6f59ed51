package replica

import (
	"bytes"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// sum is the digest of one section and how many records it covers.
type sum struct {
	digest ledger.Digest
	count  uint64
}

// sections keeps the digests of one stream up to date within one transaction.
type sections struct {
	tx     Tx
	stream string
	sums   map[uint32]*sum
}

func newSections(tx Tx, stream string) *sections {
	return &sections{tx: tx, stream: stream, sums: map[uint32]*sum{}}
}

func (c *sections) of(section uint32) (*sum, error) {
	if s := c.sums[section]; s != nil {
		return s, nil
	}
	s, err := loadSum(c.tx, c.stream, section)
	if err == nil {
		c.sums[section] = s
	}
	return s, err
}

func loadSum(r Reader, stream string, section uint32) (*sum, error) {
	d := &syncv1.SectionDigest{}
	if _, err := load(r, sectionKey(keyDigest, stream, section), d); err != nil {
		return nil, err
	}
	return sumOf(d), nil
}

func sumOf(d *syncv1.SectionDigest) *sum {
	s := &sum{count: d.GetCount()}
	copy(s.digest[:], d.GetDigest())
	return s
}

func (c *sections) add(id ID, rec *syncv1.PageRecord) error {
	s, err := c.of(rec.GetSection())
	if err != nil {
		return err
	}
	s.digest = s.digest.Add(ledger.Term(id, rec.GetVersion(), rec.GetRecord()))
	s.count++
	return nil
}

func (c *sections) remove(id ID, rec *syncv1.PageRecord) error {
	s, err := c.of(rec.GetSection())
	if err != nil {
		return err
	}
	s.digest = s.digest.Sub(ledger.Term(id, rec.GetVersion(), rec.GetRecord()))
	s.count--
	return nil
}

// flush stores what changed.
func (c *sections) flush() error {
	for _, section := range slices.Sorted(maps.Keys(c.sums)) {
		s := c.sums[section]
		d := &syncv1.SectionDigest{Section: section, Digest: s.digest[:], Count: s.count}
		if err := save(c.tx, sectionKey(keyDigest, c.stream, section), d); err != nil {
			return err
		}
	}
	return nil
}

// compareDigests compares the stream with the digests of its last page, and puts down for repair what differs.
func compareDigests(tx Tx, s *devicev1.StreamState, _ *budget) (bool, error) {
	theirs := map[uint32]*sum{}
	for _, d := range s.GetSections() {
		theirs[d.GetSection()] = sumOf(d)
	}
	ours, err := sumsOf(tx, s.GetStreamId())
	if err != nil {
		return false, err
	}
	for section := range ours {
		if theirs[section] == nil {
			theirs[section] = &sum{}
		}
	}
	for _, section := range slices.Sorted(maps.Keys(theirs)) {
		own := ours[section]
		if own == nil {
			own = &sum{}
		}
		key := sectionKey(keyRepair, s.GetStreamId(), section)
		if *own == *theirs[section] {
			err = tx.Delete(key)
		} else {
			err = save(tx, key, &devicev1.Repair{StreamId: s.GetStreamId(), Section: section})
		}
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// sumsOf returns the digests that were kept of a stream.
func sumsOf(r Reader, stream string) (map[uint32]*sum, error) {
	sums := map[uint32]*sum{}
	err := r.Scan(streamKey(keyDigest, stream), nil, func(_, value []byte) error {
		d := &syncv1.SectionDigest{}
		if err := proto.Unmarshal(value, d); err != nil {
			return ErrDamaged
		}
		sums[d.GetSection()] = sumOf(d)
		return nil
	})
	return sums, err
}

// RecomputeDigests adds every digest up again from the records, as is due daily and after an unclean end. A section
// whose records do not give the digest that was kept is put down for repair; it answers how many there were.
func (r *Replica) RecomputeDigests() (differing int, err error) {
	if err := r.settle(); err != nil {
		return 0, err
	}
	var streams []*devicev1.StreamState
	err = r.store.View(func(rd Reader) (err error) {
		streams, err = loadStreams(rd)
		return err
	})
	for _, s := range streams {
		if err != nil {
			return differing, err
		}
		if !s.GetComplete() {
			continue
		}
		err = r.store.Update(func(tx Tx) error {
			n, err := recompute(tx, s.GetStreamId())
			differing += n
			return err
		})
	}
	return differing, err
}

func recompute(tx Tx, stream string) (differing int, err error) {
	kept, err := sumsOf(tx, stream)
	if err != nil {
		return 0, err
	}
	fresh := &sections{tx: tx, stream: stream, sums: map[uint32]*sum{}}
	for section := range kept {
		fresh.sums[section] = &sum{}
	}
	err = tx.Scan(streamKey(keyRecord, stream), nil, func(key, value []byte) error {
		rec := &syncv1.PageRecord{}
		if proto.Unmarshal(value, rec) != nil {
			return nil // it does not count, so its section differs and is fetched
		}
		if fresh.sums[rec.GetSection()] == nil {
			fresh.sums[rec.GetSection()] = &sum{}
		}
		return fresh.add(idOf(key), rec)
	})
	if err != nil {
		return 0, err
	}
	for _, section := range slices.Sorted(maps.Keys(fresh.sums)) {
		before := kept[section]
		if before == nil {
			before = &sum{}
		}
		if *before == *fresh.sums[section] {
			continue
		}
		differing++
		repair := &devicev1.Repair{StreamId: stream, Section: section}
		if err := save(tx, sectionKey(keyRepair, stream, section), repair); err != nil {
			return differing, err
		}
	}
	return differing, fresh.flush()
}

// Digests returns the section digests that the device keeps of a stream, by section.
func (r *Replica) Digests(stream string) ([]*syncv1.SectionDigest, error) {
	var all []*syncv1.SectionDigest
	err := r.view(func(rd Reader) error {
		sums, err := sumsOf(rd, stream)
		for _, section := range slices.Sorted(maps.Keys(sums)) {
			s := sums[section]
			all = append(all, &syncv1.SectionDigest{Section: section, Digest: bytes.Clone(s.digest[:]), Count: s.count})
		}
		return err
	})
	return all, err
}
