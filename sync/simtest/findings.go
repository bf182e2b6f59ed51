package simtest

import (
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// findings compares a device with the log once all is quiet.
func (d *device) findings(o *oracle) {
	w := d.world
	entries, err := d.replica.Queue()
	if err != nil {
		w.problem("tablet %s: %v", d.id, err)
	}
	readable := w.server.dir.journal.cover(d.person, w.now, anyRole)
	open := map[id]bool{}
	for _, q := range entries {
		if q.State == replica.OnTablet {
			w.problem("tablet %s still has mutation %s to send", d.id, name(q.MutationID))
		}
		open[q.RecordID] = open[q.RecordID] || !q.Retired
		if readable {
			o.told(d, q)
		}
	}
	if differing, left, err := d.replica.Repairs(); err != nil || left > 0 {
		w.problem("tablet %s: %d sections differ, %d were mended: %v", d.id, left, differing, err)
	}
	if !readable {
		o.purged(d)
		return
	}
	streams, err := d.replica.Streams()
	if err != nil {
		w.problem("tablet %s: %v", d.id, err)
	}
	if len(streams) != len(w.server.dir.streams) {
		w.problem("tablet %s has %d streams of %d", d.id, len(streams), len(w.server.dir.streams))
	}
	for _, s := range streams {
		o.compare(d, s)
		o.sums(d, s)
		o.narrowed(d, s, open)
		ref, _ := w.server.dir.Stream(tenant, s.ID)
		if !proto.Equal(s.Info, ref.Info) {
			w.problem("tablet %s takes %s for a part of another chart", d.id, s.ID)
		}
	}
	for _, key := range o.log.keys() {
		if o.gone[key] && erased(o.log.records[key].record) {
			o.keepsErased(d, key)
		}
	}
}

// told compares what a tablet says of one of its mutations with the log.
func (o *oracle) told(d *device, q replica.Own) {
	is, known := o.log.decided[q.MutationID]
	if !known && o.inInbox(q.MutationID) && q.State != replica.Held && q.State != replica.Rejected {
		d.world.problem("tablet %s says %v of mutation %s, which stands in the inbox", d.id, q.State, name(q.MutationID))
	}
	if known && q.Result.GetOutcome() != is.outcome {
		d.world.problem("tablet %s says %s of mutation %s, the log says %s", d.id, q.Result.GetOutcome(), name(q.MutationID), is.outcome)
	}
	if q.Retired && q.Result.GetOutcome() == syncv1.Outcome_OUTCOME_HELD {
		d.world.problem("tablet %s is done with mutation %s, which is held", d.id, name(q.MutationID))
	}
}

// purged checks that a tablet has nothing of streams that its person may not read.
func (o *oracle) purged(d *device) {
	for _, ref := range d.world.server.dir.streams {
		for _, family := range []byte{familyRecord, familyStaged} {
			d.stored(family, ref.ID, func(_ []byte, record id, _ []byte) {
				d.world.problem("NOT PURGED: tablet %s still has record %s of %s", d.id, name(record), ref.ID)
			})
		}
	}
}

// compare holds a device's copy of a stream against the fold of the log.
func (o *oracle) compare(d *device, s replica.StreamView) {
	if !s.Complete || s.Widening {
		d.world.problem("tablet %s has no whole copy of %s", d.id, s.ID)
		return
	}
	shown := map[id]bool{}
	err := d.replica.Records(s.ID, func(v replica.View) error {
		if v.Version == nil && (v.State == replica.Held || v.State == replica.Rejected) {
			return nil // on this tablet only, and it says so
		}
		shown[v.ID] = true
		want := o.log.records[recordKey{s.ID, v.ID}]
		past := v.Section != 0 && v.Section < s.OldestMonth
		switch {
		case past && len(v.Own) > 0: // kept for what its people wrote about it
		case past:
			d.world.problem("tablet %s shows record %s of a month that is not whole", d.id, name(v.ID))
		case v.Version == nil && want != nil && want.section != 0 && want.section < s.OldestMonth:
		case want == nil || string(want.bytes) != string(v.ConfirmedBytes):
			d.world.problem("tablet %s shows record %s of %s at %v (%v) otherwise than the log", d.id, name(v.ID), s.ID, v.Version.GetVersion(), v.State)
		}
		return nil
	})
	if err != nil {
		d.world.problem("tablet %s: %v", d.id, err)
	}
	for _, key := range o.log.keys() {
		r := o.log.records[key]
		if key.stream == s.ID && !shown[key.id] && (r.section == 0 || r.section >= s.OldestMonth) {
			d.world.problem("tablet %s does not show record %s of %s", d.id, name(key.id), s.ID)
		}
	}
}
