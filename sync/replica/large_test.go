package replica_test

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/replica/memstore"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// source is a large stream, in order of ids, that answers as a server does.
type source struct {
	t    *testing.T
	recs []item
}

// item is a record with its id and what it adds to a digest.
type item struct {
	*syncv1.PageRecord
	id   []byte
	term ledger.Digest
}

// newSource makes records, as many in each of the months.
func newSource(t *testing.T, records int, months ...uint32) *source {
	s := &source{t: t}
	for n := range records {
		id := make([]byte, 16)
		binary.BigEndian.PutUint64(id, uint64(n+1)<<20)
		raw, err := proto.Marshal(&carev1.Record{Id: id, Status: 1, Envelope: &carev1.Envelope{
			Effective: &timestamppb.Timestamp{Seconds: 1795392000 + int64(n)}, BootId: id[:8],
		}, Body: vitals(368), Arrival: &carev1.Arrival{DeviceId: "a", Author: &carev1.Actor{PersonId: "sato", Name: "佐藤 彩"}}})
		if err != nil {
			t.Fatal(err)
		}
		v := &syncv1.Version{Epoch: 1, Seq: uint64(n + 1)}
		page := &syncv1.PageRecord{Version: v, Record: raw, Section: months[n*len(months)/records]}
		s.recs = append(s.recs, item{page, id, ledger.Term([16]byte(id), v, raw)})
	}
	return s
}

func (s *source) head() *syncv1.Cursor {
	return &syncv1.Cursor{Version: s.recs[len(s.recs)-1].GetVersion(), Hash: make([]byte, 32)}
}

func sumOf(recs []item) []byte {
	var d ledger.Digest
	for _, rec := range recs {
		d = d.Add(rec.term)
	}
	return d[:]
}

// in returns the records of a section after one id and up to another.
func (s *source) in(section uint32, after, until []byte) []item {
	from, _ := slices.BinarySearchFunc(s.recs, section, func(i item, to uint32) int { return cmp.Compare(i.GetSection(), to) })
	to, _ := slices.BinarySearchFunc(s.recs, section+1, func(i item, to uint32) int { return cmp.Compare(i.GetSection(), to) })
	return slices.DeleteFunc(slices.Clone(s.recs[from:to]), func(i item) bool {
		return bytes.Compare(i.id, after) <= 0 || len(until) > 0 && bytes.Compare(i.id, until) > 0
	})
}

func (s *source) sections() (all []*syncv1.SectionDigest) {
	for _, rec := range s.recs {
		section := rec.GetSection()
		if len(all) == 0 || all[len(all)-1].GetSection() != section {
			recs := s.in(section, nil, nil)
			all = append(all, &syncv1.SectionDigest{Section: section, Digest: sumOf(recs), Count: uint64(len(recs))})
		}
	}
	return all
}

func (s *source) compare(req *syncv1.CompareSectionRequest) *syncv1.CompareSectionResponse {
	recs := s.in(req.GetSection(), req.GetAfterRecordId(), req.GetUntilRecordId())
	resp := &syncv1.CompareSectionResponse{Snapshot: s.head()}
	parts := min(int(req.GetRanges()), len(recs))
	for n := range parts {
		part := recs[n*len(recs)/parts : (n+1)*len(recs)/parts]
		until := part[len(part)-1].id
		if n == parts-1 {
			until = req.GetUntilRecordId()
		}
		resp.Ranges = append(resp.Ranges, &syncv1.RangeDigest{UntilRecordId: until, Digest: sumOf(part), Count: uint64(len(part))})
	}
	return resp
}

func (s *source) fetch(req *syncv1.FetchSectionRequest) *syncv1.FetchSectionResponse {
	recs := s.in(req.GetSection(), req.GetAfterRecordId(), req.GetUntilRecordId())
	more := len(recs) > 2000
	whole := s.in(req.GetSection(), nil, nil)
	resp := &syncv1.FetchSectionResponse{
		More: more, Snapshot: s.head(),
		Digest: &syncv1.SectionDigest{Section: req.GetSection(), Digest: sumOf(whole), Count: uint64(len(whole))},
	}
	for _, rec := range recs[:min(len(recs), 2000)] {
		resp.Records = append(resp.Records, rec.PageRecord)
	}
	return resp
}

// fill brings a tablet to the source's head with what is not older than the month that it asks for.
func (s *source) fill(r *replica.Replica) {
	s.t.Helper()
	sections := s.sections()
	for at := 0; at < len(s.recs); at += 4000 {
		page := &syncv1.Page{StreamId: care}
		part := s.recs[at:min(at+4000, len(s.recs))]
		page.Staged = &syncv1.Cursor{Version: part[len(part)-1].GetVersion(), Hash: make([]byte, 32)}
		if at+4000 >= len(s.recs) {
			page.Last, page.Sections = true, sections
		}
		req, err := r.NextRequest(replica.Clock{WallMs: 1795392000_000})
		if err != nil {
			s.t.Fatal(err)
		}
		for _, rec := range part {
			if rec.GetSection() == 0 || rec.GetSection() >= req.GetOldestMonth() {
				page.Records = append(page.Records, rec.PageRecord)
			}
		}
		_, err = r.Absorb(replica.Clock{WallMs: 1795392000_000}, nil, req, &syncv1.SyncResponse{
			Verdicts: []*syncv1.StreamVerdict{{StreamId: care, Verdict: syncv1.Verdict_VERDICT_BEHIND, Bases: []*syncv1.EpochBase{{Epoch: 1}}}},
			Pages:    []*syncv1.Page{page},
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// told answers the next request with what the source is.
func (s *source) told(r *replica.Replica) {
	s.t.Helper()
	req, err := r.NextRequest(replica.Clock{WallMs: 1795392000_000})
	if err != nil || len(req.GetPositions()) != 1 {
		s.t.Fatal(req, err)
	}
	v := &syncv1.StreamVerdict{StreamId: care, Verdict: syncv1.Verdict_VERDICT_UP_TO_DATE, Head: s.head()}
	sent := map[uint32]*syncv1.SectionDigest{}
	for _, d := range req.GetPositions()[0].GetSections() {
		sent[d.GetSection()], v.SectionsCompared = d, true
	}
	for _, d := range s.sections() {
		if v.SectionsCompared && d.GetSection() >= req.GetPositions()[0].GetOldestMonth() && !proto.Equal(sent[d.GetSection()], d) {
			v.Differing = append(v.Differing, d)
		}
	}
	resp := &syncv1.SyncResponse{Verdicts: []*syncv1.StreamVerdict{v}}
	if _, err := r.Absorb(replica.Clock{WallMs: 1795392000_000}, nil, req, resp); err != nil {
		s.t.Fatal(err)
	}
}

// mend does what is put down, and returns what it cost on the wire.
func (s *source) mend(r *replica.Replica) (size int) {
	s.t.Helper()
	for range 500 {
		compare, needed, err := r.NextCompare()
		if err == nil && needed {
			resp := s.compare(compare)
			size += proto.Size(compare) + proto.Size(resp)
			err = r.AbsorbCompare(compare, resp)
		}
		if err != nil {
			s.t.Fatal(err)
		}
		if needed {
			continue
		}
		fetch, needed, err := r.NextRepair()
		if err == nil && needed {
			resp := s.fetch(fetch)
			size += proto.Size(fetch) + proto.Size(resp)
			err = r.AbsorbRepair(fetch, resp)
		}
		if err != nil {
			s.t.Fatal(err)
		}
		if !needed {
			return size
		}
	}
	s.t.Fatal("the repair does not come to an end")
	return size
}

// TestOneDamagedRecordCostsLittle: a promise of the protocol, counted in bytes before compression.
func TestOneDamagedRecordCostsLittle(t *testing.T) {
	records := 100_000
	if testing.Short() {
		records = 10_000
	}
	s := newSource(t, records, 202611)
	store := memstore.New()
	r, err := replica.Open(store, "tablet")
	if err != nil {
		t.Fatal(err)
	}
	s.fill(r)
	d := &device{w: &world{t: t}, store: store, Replica: r}
	d.spoil(records/3, false)
	if n, err := r.RecomputeDigests(); n != 1 || err != nil {
		t.Fatalf("%d sections differ, %v", n, err)
	}
	if size := s.mend(r); size > 20_000 || size == 0 {
		t.Errorf("the repair took %d bytes", size)
	}
	done, open, err := r.Repairs()
	if now, _ := r.Digests(care); done != 1 || open != 0 || err != nil || !bytes.Equal(now[0].GetDigest(), s.sections()[0].GetDigest()) {
		t.Errorf("%d repairs, %d open, %v", done, open, err)
	}
}

// meter is a store that knows how much its largest transaction wrote.
type meter struct {
	*memstore.Store
	keys, bytes int
}

func (m *meter) Update(fn func(replica.Tx) error) error {
	return m.Store.Update(func(tx replica.Tx) error {
		c := &counted{Tx: tx}
		err := fn(c)
		m.keys, m.bytes = max(m.keys, c.keys), max(m.bytes, c.bytes)
		return err
	})
}

type counted struct {
	replica.Tx
	keys, bytes int
}

func (c *counted) Set(key, value []byte) error {
	c.keys, c.bytes = c.keys+1, c.bytes+len(key)+len(value)
	return c.Tx.Set(key, value)
}

func (c *counted) Delete(key []byte) error {
	c.keys++
	return c.Tx.Delete(key)
}

// TestTwoYearsOfAChart: 36,000 records over 24 months come, go and come back in transactions that stay small.
func TestTwoYearsOfAChart(t *testing.T) {
	var months []uint32
	for n := range uint32(24) {
		months = append(months, (2024*12+11+n)/12*100+(11+n)%12+1) // December 2024 to November 2026
	}
	s := newSource(t, 36_000, months...)
	store := &meter{Store: memstore.New()}
	r, err := replica.Open(store, "tablet")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.SetWindow(3); err != nil {
		t.Fatal(err)
	}
	count := func(want int, oldest uint32) {
		t.Helper()
		n := 0
		if err := r.Records(care, func(replica.View) error { n++; return nil }); err != nil {
			t.Fatal(err)
		}
		if streams, err := r.Streams(); err != nil || n != want || streams[0].OldestMonth != oldest {
			t.Fatalf("%d records from %d, %v; want %d from %d", n, streams[0].OldestMonth, err, want, oldest)
		}
	}
	s.fill(r)
	count(4*1500, 202608)
	if err := r.Widen(replica.Clock{WallMs: 1795392000_000}, care, 0); err != nil {
		t.Fatal(err)
	}
	s.told(r)
	s.mend(r)
	count(36_000, 0)
	store.keys, store.bytes = 0, 0
	if err := r.SetWindow(2); err != nil {
		t.Fatal(err)
	}
	s.told(r) // widened to everything, so everything stays
	count(36_000, 0)
	if store.keys > 3000 || store.bytes > 2<<20 {
		t.Errorf("a transaction wrote %d keys, %d bytes", store.keys, store.bytes)
	}
}
