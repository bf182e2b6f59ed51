package storetest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"strings"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Hash returns a hash over everything readable: all streams that have a head, with what stands under the ids that the
// scans name, the given organisations' inboxes, and the server's own rows of their tenants with what is due. It panics if
// reading fails.
func Hash(s store.Store, inboxes ...store.Organisation) string {
	sum := sha256.Sum256([]byte(Dump(s, inboxes...)))
	return hex.EncodeToString(sum[:])
}

// Dump returns what Hash adds up, a line for each thing.
func Dump(s store.Store, inboxes ...store.Organisation) string {
	d := &dump{}
	err := s.View(context.Background(), func(r store.Reader) error {
		d.r = r
		err := r.Streams(func(st store.Stream) error { d.stream(st); return nil })
		d.must(err)
		for _, o := range inboxes {
			d.inbox(o)
			d.serverRows(o.Tenant)
		}
		d.must(r.Due(math.MaxInt64, func(at int64, k store.ServerKey) error { d.line("due %d %q", at, k); return nil }))
		return nil
	})
	d.must(err)
	return d.out.String()
}

// dump writes down what a reader shows.
type dump struct {
	r   store.Reader
	out strings.Builder
}

func (d *dump) must(err error) {
	if err != nil {
		panic(fmt.Sprintf("the store cannot be read: %v", err))
	}
}

func (d *dump) line(format string, args ...any) { fmt.Fprintf(&d.out, format+"\n", args...) }

// value writes down a value, or that there is none.
func (d *dump) value(what string, value []byte, err error) {
	d.must(err)
	if value == nil {
		d.line("%s none", what)
		return
	}
	d.line("%s %d %x", what, len(value), sha256.Sum256(value))
}

func (d *dump) stream(s store.Stream) {
	d.line("stream %q %q", s.Tenant, s.Name)
	head, err := d.r.Head(s)
	d.value("head", head, err)
	d.entries(s)
	d.records(s)
	d.must(d.r.Timeline(s, store.Place{EffectiveMs: math.MaxInt64, Seq: math.MaxUint64}, func(p store.Place) error {
		d.line("place %d %d", p.EffectiveMs, p.Seq)
		return nil
	}))
	d.must(d.r.Held(s, func(seq uint64) error { d.line("held %d", seq); return nil }))
	d.must(d.r.Digests(s, func(section uint32, digest []byte) error {
		d.value(fmt.Sprint("digest ", section), digest, nil)
		again, err := d.r.Digest(s, section)
		d.value("again", again, err)
		return nil
	}))
}

// entries writes down the log, by scan and by number.
func (d *dump) entries(s store.Stream) {
	d.must(d.r.Entries(s, 0, func(seq uint64, entry []byte) error {
		d.value(fmt.Sprint("entry ", seq), entry, nil)
		again, err := d.r.Entry(s, seq)
		d.value("again", again, err)
		superseded, err := d.r.Superseded(s, seq)
		d.must(err)
		d.line("superseded %v", superseded)
		return nil
	}))
	d.must(d.r.Current(s, 0, func(seq uint64, entry []byte) error {
		d.value(fmt.Sprint("current ", seq), entry, nil)
		return nil
	}))
}

// records writes down the records, and all that may stand under the id of each.
func (d *dump) records(s store.Stream) {
	d.must(d.r.Records(s, store.ID{}, func(id store.ID, state []byte) error {
		d.value(fmt.Sprintf("record %x", id), state, nil)
		again, err := d.r.Record(s, id)
		d.value("again", again, err)
		seq, err := d.r.Mutation(s, id)
		d.must(err)
		waiting, err := d.r.Waiting(s, id)
		d.must(err)
		keyed, err := d.r.Keyed(s, id)
		d.must(err)
		d.line("mutation %d waiting %x keyed %x", seq, waiting, keyed)
		return nil
	}))
}

// serverRows writes down the rows of all tables, by scan and by key.
func (d *dump) serverRows(tenant string) {
	for t := store.TableOutbox; t <= store.TableDefaults; t++ {
		d.must(d.r.ServerRows(tenant, t, "", func(key string, row []byte) error {
			d.value(fmt.Sprintf("row %d %q", t, key), row, nil)
			again, err := d.r.ServerRow(store.ServerKey{Tenant: tenant, Table: t, Key: key})
			d.value("again", again, err)
			return nil
		}))
	}
}

func (d *dump) inbox(o store.Organisation) {
	size, err := d.r.InboxSize(o)
	d.must(err)
	d.line("inbox %q %q %d", o.Tenant, o.Name, size)
	d.must(d.r.InboxItems(o, func(id store.ID, item []byte) error {
		d.value(fmt.Sprintf("item %x", id), item, nil)
		again, err := d.r.Inbox(o, id)
		d.value("again", again, err)
		return nil
	}))
}
