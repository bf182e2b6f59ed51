package hub

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Verified is what Verify looked at.
type Verified struct {
	Streams, Entries, Records, Sections int
	// Damage says what differs, a line each, at most maxDamage. Streams are named by number, in the store's order.
	Damage []string
	// More tells that there was more damage than that.
	More bool
	// Whole tells that everything that was written is whole: what differs, if anything, are counts, which Recount puts
	// right.
	Whole bool
}

// maxDamage bounds the lines of a report.
const maxDamage = 100

// verifyChunk is how many entries one view reads, so that no view is long.
const verifyChunk = 20_000

// Verify walks every hash chain from its first entry, follows every record to its newest version, adds up every digest and
// counts again what heads and inboxes count. Nothing may be written meanwhile. after is called when a stream is done.
func (h *Hub) Verify(ctx context.Context, after func(stream int, v *Verified)) (*Verified, error) {
	streams, err := h.streams(ctx)
	total := &Verified{Whole: true}
	for i, s := range streams {
		if err != nil {
			break
		}
		total.Streams++
		c := &checker{store: h.store, stream: s, number: i + 1, out: total, sums: map[uint32]*sectionDigest{}}
		if err = c.run(ctx); err == nil && after != nil {
			after(c.number, total)
		}
	}
	if err == nil {
		err = h.verifyInboxes(ctx, total)
	}
	return total, outward(err)
}

// report adds a line of damage.
func (v *Verified) report(format string, args ...any) {
	if len(v.Damage) == maxDamage {
		v.More = true
		return
	}
	v.Damage = append(v.Damage, fmt.Sprintf(format, args...))
}

// checker verifies one stream.
type checker struct {
	store  store.Store
	stream store.Stream
	number int
	out    *Verified
	head   *storev1.StreamHead
	seq    uint64
	hash   []byte
	sums   map[uint32]*sectionDigest
	newest map[store.ID]uint64
	// answers is the newest entry about each mutation that somebody sent.
	answers map[store.ID]uint64
	erased  map[store.ID]bool // records of which an entry was
	held    []uint64
	// conflicts is how many records have candidates, and made how many the server derived.
	conflicts, made uint64
}

func (c *checker) damage(format string, args ...any) {
	c.out.Whole = false
	c.miscounted(format, args...)
}

// miscounted reports a count that differs from what is there.
func (c *checker) miscounted(format string, args ...any) {
	c.out.report("stream %d: %s", c.number, fmt.Sprintf(format, args...))
}

func (c *checker) run(ctx context.Context) error {
	c.newest, c.answers, c.erased = map[store.ID]uint64{}, map[store.ID]uint64{}, map[store.ID]bool{}
	err := c.store.View(ctx, func(r store.Reader) (err error) {
		c.head, err = readHead(r, c.stream)
		return err
	})
	for more := true; err == nil && more; {
		before := c.seq
		err = c.store.View(ctx, c.entries)
		more = c.seq >= before+verifyChunk
	}
	if err != nil {
		return err
	}
	if c.seq != c.head.GetVersion().GetSeq() || !bytes.Equal(c.hash, c.head.GetHash()) {
		c.damage("the head says %d entries, the chain has %d or another hash", c.head.GetVersion().GetSeq(), c.seq)
	}
	if err := c.store.View(ctx, c.records); err != nil {
		return err
	}
	if err := c.store.View(ctx, c.indexes); err != nil {
		return err
	}
	return c.store.View(ctx, c.digests)
}

// entries walks one chunk of the chain.
func (c *checker) entries(r store.Reader) error {
	n := 0
	return r.Entries(c.stream, c.seq, func(seq uint64, raw []byte) error {
		c.out.Entries++
		if seq != c.seq+1 {
			c.damage("entry %d follows entry %d", seq, c.seq)
		}
		c.seq = seq
		e := &storev1.Entry{}
		if proto.Unmarshal(raw, e) != nil {
			c.damage("entry %d cannot be read", seq)
			c.hash = nil
			return nil
		}
		want, err := ledger.Hash(e, c.hash)
		if err != nil || !bytes.Equal(want, e.GetHash()) || e.GetVersion().GetSeq() != seq {
			c.damage("entry %d does not have the hash that the chain asks for", seq)
		}
		c.hash = bytes.Clone(e.GetHash())
		if len(e.GetRecordId()) != 16 || len(e.GetMutationId()) != 16 {
			c.damage("entry %d names no record or no mutation", seq)
			return nil
		}
		c.erasure(seq, e)
		c.derived(seq, e)
		if ledger.Changed(e.GetEffect()) {
			c.newest[store.ID(e.GetRecordId())] = seq
		}
		if n++; n == verifyChunk {
			return store.ErrStop
		}
		return nil
	})
}

// records follows every record to its newest version and adds up the digests.
func (c *checker) records(r store.Reader) error {
	seen := 0
	err := r.Records(c.stream, store.ID{}, func(id store.ID, raw []byte) error {
		seen++
		c.out.Records++
		state := &storev1.RecordState{}
		if proto.Unmarshal(raw, state) != nil {
			c.damage("the state of a record cannot be read")
			return nil
		}
		seq := state.GetVersion().GetSeq()
		if c.newest[id] != seq {
			c.damage("a record's state names entry %d, the log %d", seq, c.newest[id])
			return nil
		}
		entry, err := r.Entry(c.stream, seq)
		if err != nil {
			return err
		}
		return c.record(r, id, state, entry)
	})
	if err == nil && seen != len(c.newest) {
		c.damage("the log has %d records, the store %d", len(c.newest), seen)
	}
	if err == nil && c.head.GetConflicts() != c.conflicts {
		c.miscounted("the head counts %d records with values to decide, there are %d; what was written is safe, and lists of work may leave them out: "+countAnew,
			c.head.GetConflicts(), c.conflicts)
	}
	if err == nil {
		c.countsDerived()
	}
	return err
}

func (c *checker) record(r store.Reader, id store.ID, state *storev1.RecordState, entry []byte) error {
	seq := state.GetVersion().GetSeq()
	if state.GetConflict() {
		c.conflicts++
	}
	if kind, ok := care.KindByNumber(state.GetKind()); ok && kind.Derived {
		c.made++
	}
	g, err := ledger.Look(entry)
	if err != nil {
		c.damage("entry %d cannot be read", seq)
		return nil
	}
	if old, err := r.Superseded(c.stream, seq); err != nil || old {
		c.damage("entry %d is marked superseded and is not", seq)
		return err
	}
	if g.Section != state.GetSection() {
		c.damage("entry %d stands in another section than its record", seq)
	}
	d := c.sums[g.Section]
	if d == nil {
		d = &sectionDigest{}
		c.sums[g.Section] = d
	}
	v := &syncv1.Version{Epoch: g.Epoch, Seq: g.Seq}
	d.sum, d.count = d.sum.Add(ledger.TermOf(id, v, sha256.Sum256(g.Record))), d.count+1
	return c.content(r, id, state, g.Record, g.Derived)
}

// digests compares the stored digests with the sums.
func (c *checker) digests(r store.Reader) error {
	stored, err := readDigests(r, c.stream)
	if err != nil {
		return err
	}
	for _, d := range stored {
		c.out.Sections++
		sum := c.sums[d.GetSection()]
		if sum == nil {
			sum = &sectionDigest{}
		}
		if !bytes.Equal(sum.sum[:], d.GetDigest()) || sum.count != d.GetCount() {
			c.damage("the digest of section %d differs from its records", d.GetSection())
		}
		delete(c.sums, d.GetSection())
	}
	for section := range c.sums {
		c.damage("section %d has records and no digest", section)
	}
	return nil
}
