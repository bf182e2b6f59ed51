package simtest

import (
	"bytes"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// whole checks that a tablet shows each of its complete streams at its cursor: everything up to there that is of the
// months which it shows, and nothing that is older than that. It is looked at after everything that a tablet takes in.
func (o *oracle) whole(d *device) {
	streams, err := d.replica.Streams()
	if err != nil {
		d.world.problem("tablet %s: %v", d.id, err)
		return
	}
	for _, s := range streams {
		if s.Complete {
			o.wholeStream(d, s)
		}
	}
}

func (o *oracle) wholeStream(d *device, s replica.StreamView) {
	at := s.Cursor.GetVersion().GetSeq()
	if at > uint64(len(o.log.hashes[s.ID])) || at > 0 && !ledger.SameHash(o.log.hashes[s.ID][at-1], s.Cursor.GetHash()) {
		return // of a log that was lost, and the tablet has not heard of it
	}
	shown := map[id]replica.View{}
	err := d.replica.Records(s.ID, func(v replica.View) error {
		shown[v.ID] = v
		return nil
	})
	if err != nil {
		if !d.damaged[s.ID] {
			d.world.problem("tablet %s: %v", d.id, err)
		}
		return
	}
	for _, record := range slices.SortedFunc(maps.Keys(shown), func(a, b id) int { return bytes.Compare(a[:], b[:]) }) {
		if seq := shown[record].Version.GetVersion().GetSeq(); seq > at && !d.damaged[s.ID] {
			d.world.problem("PAST THE CURSOR: tablet %s at %d of %s shows record %s at %d", d.id, at, s.ID, name(record), seq)
			return
		}
	}
	younger := false
	for _, key := range o.log.keys() {
		r := o.log.records[key]
		if key.stream == s.ID && r.section != 0 && r.section < s.OldestMonth {
			d.world.count("in a month that is not held")
		}
		younger = younger || d.hurt[key] && key.stream == s.ID && r.created <= at && r.version.GetSeq() > at
		if key.stream != s.ID || r.created > at || r.section != 0 && r.section < s.OldestMonth ||
			r.version.GetSeq() > at && s.OldestMonth != 0 {
			continue // younger than the cursor, or not of its months then
		}
		if s.OldestMonth != 0 {
			d.world.count("seen in a window")
		}
		v, has := shown[key.id]
		missing := !has || v.Version == nil
		old := !missing && r.version.GetSeq() <= at && string(v.ConfirmedBytes) != string(r.bytes)
		if !missing && !old {
			continue
		}
		if !d.damaged[s.ID] {
			d.world.problem("BETWEEN TWO CURSORS: tablet %s at %d of %s lacks record %s at %d, or shows an older one (%v)",
				d.id, at, s.ID, name(key.id), r.version.GetSeq(), missing)
		}
		return
	}
	if !younger { // of a record that was damaged and has changed since, nobody can tell whether the tablet has it as it was
		d.damaged[s.ID] = false
	}
}

// sums compares the digests that a tablet keeps with those of the log, once all is quiet.
func (o *oracle) sums(d *device, s replica.StreamView) {
	want := map[uint32]ledger.Digest{}
	for key, r := range o.log.records {
		if key.stream == s.ID && (r.section == 0 || r.section >= s.OldestMonth) {
			want[r.section] = want[r.section].Add(ledger.Term(key.id, r.version, r.bytes))
		}
	}
	have, err := d.replica.Digests(s.ID)
	if err != nil {
		d.world.problem("tablet %s: %v", d.id, err)
	}
	for _, h := range have {
		if h.GetSection() != 0 && h.GetSection() < s.OldestMonth {
			continue
		}
		if w := want[h.GetSection()]; string(w[:]) != string(h.GetDigest()) {
			d.world.problem("tablet %s keeps another digest of section %d of %s than the log", d.id, h.GetSection(), s.ID)
		}
	}
}

// narrowed checks that a tablet has dropped the months that it gave up.
func (o *oracle) narrowed(d *device, s replica.StreamView, open map[id]bool) {
	d.stored(familyRecord, s.ID, func(_ []byte, record id, value []byte) {
		page := &syncv1.PageRecord{}
		if proto.Unmarshal(value, page) != nil || open[record] {
			return
		}
		if page.GetSection() != 0 && page.GetSection() < s.OldestMonth {
			d.world.problem("tablet %s still has record %s of a month that it gave up", d.id, name(record))
		}
	})
}
