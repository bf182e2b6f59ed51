package simtest

import (
	"context"
	"crypto/sha256"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/store"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// comeToRest ends all faults and lets every tablet sync until nothing moves any more.
func (w *world) comeToRest() {
	w.faults = false
	w.note("the network is good from here on")
	w.server.confirm()
	for _, d := range w.devices {
		d.settled(d.replica.Unclean()) // what they hold is looked at once more
		d.verify()
	}
	for round := 0; ; round++ {
		if round == maxQuietRounds {
			w.problem("the tablets do not come to rest")
			return
		}
		before := w.oracle.position()
		again := false
		for _, d := range w.devices {
			d.exchange(func(more bool) { again = again || more })
		}
		if !again && before == w.oracle.position() && round > 2 {
			return
		}
	}
}

// position is how far the log is.
func (o *oracle) position() (n uint64) {
	for _, seq := range o.log.read {
		n += seq
	}
	return n
}

// judgeEnd judges what is left when all is quiet.
func (o *oracle) judgeEnd() {
	o.digests()
	for _, d := range o.world.devices {
		d.findings(o)
	}
	o.nothingLost()
	o.nothingStuck()
	o.everyEmergencyIsTold()
}

// digests adds up the sections of the fold and compares them with those the server keeps.
func (o *oracle) digests() {
	type place struct {
		stream  string
		section uint32
	}
	sums := map[place]ledger.Digest{}
	for key, r := range o.log.records {
		at := place{key.stream, r.section}
		sums[at] = sums[at].Add(ledger.TermOf(key.id, r.version, sha256.Sum256(r.bytes)))
	}
	err := o.world.server.store.View(context.Background(), func(r store.Reader) error {
		for _, ref := range o.world.server.dir.streams {
			err := r.Digests(stream(ref.ID), func(section uint32, raw []byte) error {
				d := &syncv1.SectionDigest{}
				if err := proto.Unmarshal(raw, d); err != nil {
					return err
				}
				if want := sums[place{ref.ID, section}]; string(want[:]) != string(d.GetDigest()) {
					o.world.problem("the server's digest of section %d of %s is not that of its log", section, ref.ID)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.world.problem("the digests cannot be read: %v", err)
	}
	if v, err := o.world.server.hub.Verify(context.Background(), nil); err != nil || len(v.Damage) > 0 {
		o.world.problem("verify: %v %v", err, v.Damage)
	}
}

// nothingStuck: nothing is held for what has come.
func (o *oracle) nothingStuck() {
	for _, m := range o.order {
		is, known := o.log.decided[m]
		if !known || is.outcome != syncv1.Outcome_OUTCOME_HELD || o.gone[o.written[m].key] {
			continue
		}
		waits := true
		switch is.reason {
		case syncv1.HeldReason_HELD_REASON_MISSING_PREDECESSOR:
			waits = !ledger.Changed(o.log.decided[is.predecessor].outcome)
		case syncv1.HeldReason_HELD_REASON_PREDECESSOR_HELD:
			before, there := o.log.decided[is.predecessor]
			waits = there && !ledger.Changed(before.outcome)
		case syncv1.HeldReason_HELD_REASON_MISSING_RECORD:
			waits = o.log.records[o.written[m].key] == nil
		case syncv1.HeldReason_HELD_REASON_RESTORED:
			waits = false
		}
		if !waits {
			o.world.problem("STUCK: mutation %s is held (%s), and what it waits for has come", name(m), is.reason)
		}
	}
}

// nothingLost: every acknowledged mutation is in the log, unless the server went back to before it and the tablet
// that wrote it did too: then nobody has it any more.
func (o *oracle) nothingLost() {
	for _, m := range o.order {
		d := o.acknowledged[m]
		if d == nil {
			continue
		}
		if _, ok := o.log.decided[m]; ok {
			continue
		}
		if o.world.counts["restore"] > 0 && o.world.counts["tablet copy restored"] > 0 {
			continue
		}
		if o.inInbox(m) || o.gone[o.written[m].key] {
			continue
		}
		if o.world.counts["restore"] > 0 && o.world.counts["grant ended"] > 0 && d.has(m) {
			continue // of a stream that may not be read, a loss is not told; the bytes stay on the tablet
		}
		o.world.problem("LOST: mutation %s was acknowledged to %s and is gone", name(m), d.id)
	}
}

// has tells whether a mutation is in the tablet's queue.
func (d *device) has(m id) bool {
	entries, err := d.replica.Queue()
	if err != nil {
		d.world.problem("tablet %s: %v", d.id, err)
	}
	return slices.ContainsFunc(entries, func(q replica.Own) bool { return q.MutationID == m })
}

func (o *oracle) inInbox(m id) bool {
	found := false
	o.world.server.store.View(context.Background(), func(r store.Reader) error {
		item, err := r.Inbox(store.Organisation{Tenant: tenant, Name: "station"}, m)
		found = item != nil
		return err
	})
	return found
}
