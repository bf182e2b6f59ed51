package replica

import (
	"bytes"

	"google.golang.org/protobuf/proto"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// NextCompare returns the next comparison that narrows a section which differs down to the records that do; false if
// there is none now. It saves bytes and decides nothing: NextRepair fetches what is put down, narrowed or not. Whoever
// calls both asks for comparisons until there are none, and then for one fetch.
func (r *Replica) NextCompare() (*syncv1.CompareSectionRequest, bool, error) {
	var req *syncv1.CompareSectionRequest
	err := r.view(func(rd Reader) error {
		p, s, err := nextRepair(rd)
		if err != nil || p == nil || len(p.GetAfter()) > 0 {
			return err
		}
		at := first(p)
		if at.GetFetch() {
			return nil
		}
		if len(p.GetRanges()) == 0 {
			has, err := loadSum(rd, p.GetStreamId(), p.GetSection())
			if err != nil || has.count < compareFrom {
				return err
			}
		}
		req = &syncv1.CompareSectionRequest{
			StreamId: p.GetStreamId(), Section: p.GetSection(), AfterRecordId: at.GetAfter(), UntilRecordId: at.GetUntil(),
			Ranges: compareParts, Cursor: s.GetCursor(),
		}
		return nil
	})
	return req, req != nil, err
}

// first is the range that a repair is at: the whole section if it was not narrowed.
func first(p *devicev1.Repair) *devicev1.RepairRange {
	if len(p.GetRanges()) > 0 {
		return p.GetRanges()[0]
	}
	return &devicev1.RepairRange{}
}

// AbsorbCompare takes up the digests of a section's ranges. Those that differ take the place of the range that was
// asked about.
func (r *Replica) AbsorbCompare(req *syncv1.CompareSectionRequest, resp *syncv1.CompareSectionResponse) error {
	if !inOrder(req, resp.GetRanges()) {
		return ErrAnswer
	}
	return r.update(func(tx Tx) error {
		key := sectionKey(keyRepair, req.GetStreamId(), req.GetSection())
		p := &devicev1.Repair{}
		there, err := load(tx, key, p)
		at := first(p)
		if err != nil || !there || len(p.GetAfter()) > 0 || !bytes.Equal(at.GetAfter(), req.GetAfterRecordId()) ||
			!bytes.Equal(at.GetUntil(), req.GetUntilRecordId()) {
			return err // settled or begun anew meanwhile
		}
		s, err := loadStream(tx, req.GetStreamId())
		if err != nil || !s.GetComplete() {
			return err
		}
		if !proto.Equal(resp.GetSnapshot().GetVersion(), s.GetCursor().GetVersion()) {
			p.Ranges, p.Waiting = nil, true // what moved meanwhile would differ too
			return save(tx, key, p)
		}
		differ, err := differing(tx, req, resp.GetRanges())
		if err != nil {
			return err
		}
		rest := p.GetRanges()
		if len(rest) > 0 {
			rest = rest[1:]
		}
		if p.Ranges = bounded(append(differ, rest...)); len(p.Ranges) > 0 {
			return save(tx, key, p)
		}
		return nothingDiffers(tx, s, key, p)
	})
}

// inOrder tells whether the ranges follow each other and end where the one asked about does.
func inOrder(req *syncv1.CompareSectionRequest, ranges []*syncv1.RangeDigest) bool {
	if len(ranges) == 0 || len(ranges) > compareParts {
		return false
	}
	before := req.GetAfterRecordId()
	for _, r := range ranges[:len(ranges)-1] {
		if len(r.GetUntilRecordId()) != len(ID{}) || bytes.Compare(r.GetUntilRecordId(), before) <= 0 {
			return false
		}
		before = r.GetUntilRecordId()
	}
	return bytes.Equal(ranges[len(ranges)-1].GetUntilRecordId(), req.GetUntilRecordId())
}

// differing adds the device's own records up by the server's ranges and returns those that differ.
func differing(tx Tx, req *syncv1.CompareSectionRequest, theirs []*syncv1.RangeDigest) ([]*devicev1.RepairRange, error) {
	ours := make([]sum, len(theirs))
	n := 0
	prefix, after := streamKey(keyRecord, req.GetStreamId()), []byte(nil)
	if len(req.GetAfterRecordId()) > 0 {
		after = append(bytes.Clone(prefix), req.GetAfterRecordId()...)
	}
	err := tx.Scan(prefix, after, func(key, value []byte) error {
		id := idOf(key)
		for len(theirs[n].GetUntilRecordId()) > 0 && bytes.Compare(id[:], theirs[n].GetUntilRecordId()) > 0 {
			if n++; n == len(theirs) {
				return ErrStop
			}
		}
		rec := &syncv1.PageRecord{}
		if proto.Unmarshal(value, rec) == nil && rec.GetSection() == req.GetSection() {
			ours[n].add(id, rec)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var differ []*devicev1.RepairRange
	from := req.GetAfterRecordId()
	for i, r := range theirs {
		is := sumOf(&syncv1.SectionDigest{Digest: r.GetDigest(), Count: r.GetCount()})
		if *is != ours[i] {
			small := r.GetCount() <= fetchUpTo || len(theirs) == 1
			differ = append(differ, &devicev1.RepairRange{After: from, Until: r.GetUntilRecordId(), Fetch: small})
		}
		from = r.GetUntilRecordId()
	}
	return differ, nil
}

// bounded makes one range of those that are too many: from the first to the last, to be fetched.
func bounded(ranges []*devicev1.RepairRange) []*devicev1.RepairRange {
	if len(ranges) <= maxRanges {
		return ranges
	}
	return []*devicev1.RepairRange{{After: ranges[0].GetAfter(), Until: ranges[len(ranges)-1].GetUntil(), Fetch: true}}
}

// nothingDiffers: the records are the server's, and only the digest that was kept of them was not.
func nothingDiffers(tx Tx, s *devicev1.StreamState, key []byte, p *devicev1.Repair) error {
	if _, err := recount(tx, s, p.GetSection()); err != nil {
		return err
	}
	return doneWith(tx, s, key)
}
