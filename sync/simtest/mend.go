package simtest

import (
	"context"
	"crypto/sha256"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// damage is a disk that loses or spoils one confirmed record. The tablet was not switched off in order, and so it looks
// at what it holds when it is next used.
func (d *device) damage() {
	w := d.world
	streamID := w.server.dir.streams[w.dice.IntN(len(w.server.dir.streams))].ID
	var keys, values [][]byte
	d.stored(familyRecord, streamID, func(key []byte, record id, value []byte) {
		if state := w.oracle.log.records[recordKey{streamID, record}]; state != nil && state.derived {
			return
		}
		keys, values = append(keys, append([]byte{}, key...)), append(values, append([]byte{}, value...))
	})
	if len(keys) == 0 {
		return
	}
	at := w.dice.IntN(len(keys))
	w.count("record damaged on a tablet")
	w.note("record %x of %s is damaged on %s", keys[at][len(keys[at])-6:], streamID, d.id)
	d.damaged[streamID], d.hurt[recordKey{streamID, id(keys[at][len(keys[at])-16:])}] = true, true
	d.store.FailAt(0)
	err := d.store.Update(func(tx replica.Tx) error {
		if w.chance(50) {
			return tx.Delete(keys[at])
		}
		was, is := &syncv1.PageRecord{}, &syncv1.PageRecord{}
		spoilt := spoilt(values[at])
		must(proto.Unmarshal(values[at], was))
		must(proto.Unmarshal(spoilt, is))
		w.oracle.versions[sha256.Sum256(is.GetRecord())] = w.oracle.versions[sha256.Sum256(was.GetRecord())]
		w.oracle.spoilt[sha256.Sum256(is.GetRecord())] = true
		return tx.Set(keys[at], spoilt)
	})
	must(err)
	d.open()
	d.settled(d.replica.Unclean())
}

// spoilt is a record that has other bytes and is read as before: whoever sees it has seen the record.
func spoilt(value []byte) []byte {
	page := &syncv1.PageRecord{}
	must(proto.Unmarshal(value, page))
	page.Record = append(page.GetRecord(), 0xf8, 0x3f, 0x01) // a field that nobody knows
	value, err := proto.Marshal(page)
	must(err)
	return value
}

// verify adds the tablet's digests up anew if that is due.
func (d *device) verify() {
	due, err := d.replica.VerifyDue(d.clock())
	for due && err == nil {
		var turn replica.Verified
		turn, err = d.replica.VerifyTurn(d.clock())
		due = turn.More
	}
	d.settled(err)
}

// nextMend returns the tablet's next question about what differs: it is asked of the server, which gives what then is to
// be taken in. Nil if there is none.
func (d *device) nextMend() func() func() error {
	compare, ok, err := d.replica.NextCompare()
	if !d.settled(err) {
		return nil
	}
	if ok {
		return func() func() error { return d.compareSection(proto.CloneOf(compare)) }
	}
	fetch, ok, err := d.replica.NextRepair()
	if !d.settled(err) || !ok {
		return nil
	}
	return func() func() error { return d.fetchSection(proto.CloneOf(fetch)) }
}

func (d *device) compareSection(req *syncv1.CompareSectionRequest) func() error {
	d.world.count("section compared")
	resp, err := d.world.server.hub.CompareSection(context.Background(), d.world.server.call(d), req)
	if err != nil {
		return nil
	}
	d.world.oracle.readBy(d)
	return func() error { return d.replica.AbsorbCompare(req, proto.CloneOf(resp)) }
}

func (d *device) fetchSection(req *syncv1.FetchSectionRequest) func() error {
	d.world.count("section fetched")
	resp, err := d.world.server.hub.FetchSection(context.Background(), d.world.server.call(d), req)
	if err != nil {
		return nil
	}
	d.world.oracle.readBy(d)
	return func() error { return d.replica.AbsorbRepair(req, proto.CloneOf(resp)) }
}

// mend does all that is put down for repair, at once; it answers whether there was anything.
func (d *device) mend() (did bool) {
	for range 100 {
		ask := d.nextMend()
		if ask == nil {
			return did
		}
		take := ask()
		if take == nil || !d.settled(take()) {
			return did
		}
		did = true
		d.world.oracle.whole(d)
	}
	d.world.problem("tablet %s repairs without an end", d.id)
	return did
}

// mendLater does the same over the network, while the tablet goes on syncing: answers get lost, come late, and twice.
func (d *device) mendLater() {
	w := d.world
	if d.mending {
		return
	}
	ask := d.nextMend()
	if ask == nil {
		return
	}
	d.mending = true
	w.after(w.between(50*time.Millisecond, 20*time.Second), func() {
		take := ask()
		if take == nil || w.chance(10) {
			d.mending = false
			return
		}
		if w.chance(25) { // the tablet asks again before the answer comes
			w.count("repair late")
			d.late = take
			w.after(30*time.Second, func() { d.mendAgain(w.chance(50)) })
			return
		}
		w.after(w.between(50*time.Millisecond, 5*time.Second), func() { d.mendAgain(d.taken(take)) })
		if w.chance(15) {
			w.count("repair twice")
			w.after(w.paced(time.Minute, 20*time.Hour), func() { d.taken(take) })
		}
	})
}

func (d *device) mendAgain(more bool) {
	d.mending = false
	if more {
		d.mendLater()
	}
}

func (d *device) taken(take func() error) bool {
	d.maybeFail()
	if !d.settled(take()) {
		return false
	}
	d.world.oracle.whole(d)
	if late := d.late; late != nil {
		d.late = nil
		return d.taken(late) // an older answer comes after a newer one
	}
	return true
}
