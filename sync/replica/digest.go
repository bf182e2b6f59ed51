package replica

import (
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
	oldest uint32 // month; of older ones nothing new is taken
	sums   map[uint32]*sum
}

func newSections(tx Tx, s *devicev1.StreamState) *sections {
	return &sections{tx: tx, stream: s.GetStreamId(), oldest: kept(s), sums: map[uint32]*sum{}}
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
	s.add(id, rec)
	return nil
}

func (s *sum) add(id ID, rec *syncv1.PageRecord) {
	s.digest = s.digest.Add(ledger.Term(id, rec.GetVersion(), rec.GetRecord()))
	s.count++
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
