package hub

import (
	"bytes"
	"context"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const (
	// defaultRanges and maxRanges are how many ranges of a section are compared at a time.
	defaultRanges = 64
	maxRanges     = 256
	// maxCompareViews bounds the views of one call; what one view goes through is one of the Limits.
	maxCompareViews = 64
)

// Refusals of a comparison.
var (
	errMoved      = refuse(Unavailable, "the stream went on while it was compared; nothing is lost: compare again, or a smaller part")
	errTooMany    = refuse(TooLarge, "too many records to be compared at once; nothing is lost: compare a smaller part")
	errNoRecordID = refuse(InvalidArgument, "after_record_id, until_record_id: an id has 16 bytes; nothing was read")
)

// CompareSection reads the digests of a section, or of a range of its ids, in parts of about equal size, at one snapshot.
// A device descends into the part that differs. Of a very large stream it reads one part after the other, and gives up if
// the stream goes on meanwhile.
func (h *Hub) CompareSection(ctx context.Context, c Call, req *syncv1.CompareSectionRequest) (*syncv1.CompareSectionResponse, error) {
	if err := h.serving(); err != nil {
		return nil, err
	}
	if !boundsFit(req.GetAfterRecordId(), req.GetUntilRecordId()) {
		return nil, errNoRecordID
	}
	s := h.newStep(c, &syncv1.SyncRequest{})
	if _, ok := s.readable[req.GetStreamId()]; !ok {
		return nil, errNotFound
	}
	cmp := &comparison{step: s, req: req, after: req.GetAfterRecordId(), atOnce: h.limits.Compared}
	cmp.asked = pageSize(req.GetRanges(), defaultRanges, maxRanges)
	for views := 0; !cmp.done; views++ {
		if views == maxCompareViews {
			return nil, errTooMany
		}
		if err := h.store.View(ctx, cmp.view); err != nil {
			return nil, outward(err)
		}
	}
	return &syncv1.CompareSectionResponse{Ranges: cmp.digests(), Snapshot: cmp.snapshot}, nil
}

// boundsFit tells whether both are ids, or no bound.
func boundsFit(after, until []byte) bool {
	return (len(after) == 0 || len(after) == 16) && (len(until) == 0 || len(until) == 16)
}

// comparison adds up one section over one or more views of the same snapshot.
type comparison struct {
	step     *step
	req      *syncv1.CompareSectionRequest
	asked    int
	atOnce   int
	snapshot *syncv1.Cursor
	after    []byte
	done     bool
	// ranges are stretches of size records each, the last of up to as many.
	ranges []idRange
	size   uint64
}

// idRange is a stretch of ids with the sum of its records.
type idRange struct {
	last store.ID
	sectionDigest
}

// view goes through a bounded number of records.
func (c *comparison) view(r store.Reader) error {
	h, stream := c.step.hub, c.step.stream(c.req.GetStreamId())
	head, err := readHead(r, stream)
	if err != nil {
		return err
	}
	at, _, err := h.stand(r, stream, head, &syncv1.StreamPosition{StreamId: c.req.GetStreamId(), Cursor: c.req.GetCursor()})
	if err != nil {
		return err
	}
	if at != fits {
		return errSyncFirst
	}
	now := h.cursor(stream, head.GetVersion(), head.GetHash())
	if c.snapshot != nil && !proto.Equal(c.snapshot, now) {
		return errMoved
	}
	if c.snapshot == nil {
		if err := c.begin(r, stream); err != nil {
			return err
		}
	}
	c.snapshot = now
	return c.scan(r, stream)
}

// begin guesses the size of the ranges: of a whole section it is known how many records it has.
func (c *comparison) begin(r store.Reader, stream store.Stream) error {
	c.size = 1
	if len(c.req.GetAfterRecordId()) > 0 || len(c.req.GetUntilRecordId()) > 0 {
		return nil
	}
	raw, err := r.Digest(stream, c.req.GetSection())
	if err != nil {
		return err
	}
	d := &syncv1.SectionDigest{}
	if proto.Unmarshal(raw, d) != nil {
		return store.ErrDamaged
	}
	c.size = max(1, (d.GetCount()+uint64(c.asked)-1)/uint64(c.asked))
	return nil
}

func (c *comparison) scan(r store.Reader, stream store.Stream) error {
	left := c.atOnce
	c.done = true
	return eachRecord(r, stream, c.after, c.req.GetUntilRecordId(), func(id store.ID, at ledger.Glance) error {
		if left == 0 {
			c.done = false
			return store.ErrStop
		}
		left--
		c.after = bytes.Clone(id[:])
		if at.Section != c.req.GetSection() {
			return nil
		}
		g, err := entryOf(r, stream, at)
		if err != nil {
			return err
		}
		c.add(id, ledger.Term(id, &syncv1.Version{Epoch: g.Epoch, Seq: g.Seq}, g.Record))
		return nil
	})
}

// add adds a record, in order of ids, in bounded memory: whenever there would be more ranges than asked for, neighbours
// are joined two by two, and each range takes twice as many from then on.
func (c *comparison) add(id store.ID, term ledger.Digest) {
	if n := len(c.ranges); n == 0 || c.ranges[n-1].count == c.size {
		if n == c.asked && n > 1 {
			c.ranges, c.size = joined(c.ranges), 2*c.size
		}
		if n = len(c.ranges); n == 0 || c.ranges[n-1].count == c.size && n < c.asked {
			c.ranges = append(c.ranges, idRange{})
		}
	}
	last := &c.ranges[len(c.ranges)-1]
	last.last, last.sum, last.count = id, last.sum.Add(term), last.count+1
}

// joined joins neighbours two by two. A last one without a neighbour stays.
func joined(ranges []idRange) []idRange {
	half := ranges[:0]
	for i := 0; i < len(ranges); i += 2 {
		one := ranges[i]
		if i+1 < len(ranges) {
			next := ranges[i+1]
			one.last, one.sum, one.count = next.last, one.sum.Add(next.sum), one.count+next.count
		}
		half = append(half, one)
	}
	return half
}

// digests closes the ranges: together they cover all ids that were asked for, those behind the last record too.
func (c *comparison) digests() []*syncv1.RangeDigest {
	if len(c.ranges) == 0 {
		c.ranges = append(c.ranges, idRange{})
	}
	out := make([]*syncv1.RangeDigest, len(c.ranges))
	for i := range c.ranges {
		one := &c.ranges[i]
		out[i] = &syncv1.RangeDigest{UntilRecordId: one.last[:], Digest: one.sum[:], Count: one.count}
	}
	out[len(out)-1].UntilRecordId = c.req.GetUntilRecordId()
	return out
}

// eachRecord calls fn for every record with an id after one and up to another, that one included, with its version and
// section; empty is no bound.
func eachRecord(r store.Reader, stream store.Stream, after, until []byte, fn func(store.ID, ledger.Glance) error) error {
	var from store.ID
	copy(from[:], after)
	return r.Records(stream, from, func(id store.ID, raw []byte) error {
		if len(until) > 0 && bytes.Compare(id[:], until) > 0 {
			return store.ErrStop
		}
		at, err := ledger.LookState(raw)
		if err != nil {
			return store.ErrDamaged
		}
		return fn(id, at)
	})
}

// entryOf reads the entry of a record's newest version.
func entryOf(r store.Reader, stream store.Stream, at ledger.Glance) (ledger.Glance, error) {
	raw, err := r.Entry(stream, at.Seq)
	if err != nil {
		return ledger.Glance{}, err
	}
	g, err := ledger.Look(raw)
	if err != nil {
		return g, store.ErrDamaged
	}
	return g, nil
}
