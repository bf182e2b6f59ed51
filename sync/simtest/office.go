package simtest

import (
	"context"
	"maps"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// planOffice puts down what happens away from the tablets: old copies come back, grants end, charts are merged and
// parted, courts order.
func (w *world) planOffice() {
	w.planDisasters()
	if w.chance(25) {
		person := []string{takahashi, tanaka}[w.dice.IntN(2)]
		w.after(w.paced(w.hours(1), w.hours(150)), func() { w.endGrants(person) })
	}
	if w.chance(20) {
		w.after(w.paced(w.hours(1), w.hours(100)), func() { w.server.dir.move(1, "other") })
		if w.chance(50) {
			w.after(w.paced(w.hours(100), w.hours(200)), func() { w.server.dir.move(1, "chart") })
		}
	}
	if w.chance(30) {
		for range 1 + w.dice.IntN(2) {
			w.after(w.paced(w.hours(2), w.hours(200)), w.order)
		}
	}
	for _, d := range w.devices {
		if w.pace > 4 && w.chance(70) {
			d.settled(d.replica.SetWindow(1))
		}
	}
	if w.chance(15) {
		w.devices[w.dice.IntN(len(w.devices))].badDisk = true
	}
	if w.chance(10) {
		w.after(w.between(time.Minute, w.hours(2)), w.devices[0].manyReadings)
		w.devices[1].badDisk = true
	}
}

// planDisasters: in some histories the server comes back from an old copy, in some a tablet does.
func (w *world) planDisasters() {
	if w.chance(12) {
		w.planLostHour()
		return
	}
	if w.chance(40) {
		for range 1 + w.dice.IntN(2) {
			copied := w.paced(time.Hour, 150*time.Hour)
			w.after(copied, func() {
				if !w.server.unconfirmed {
					w.server.copied()
				}
			})
			back := w.server.setBack
			if w.chance(50) {
				back = w.server.restore
			}
			w.after(copied+w.paced(time.Hour, 100*time.Hour), func() {
				if w.server.backup != nil {
					back()
				}
			})
		}
		return
	}
	if w.chance(40) {
		d := w.devices[w.dice.IntN(len(w.devices))]
		copied := w.paced(time.Hour, 100*time.Hour)
		var damaged map[string]bool
		w.after(copied, func() { d.copied, damaged = d.store.Snapshot(), maps.Clone(d.damaged) })
		w.after(copied+w.paced(time.Hour, 100*time.Hour), func() {
			w.note("%s is restored from its copy", d.id)
			w.count("tablet copy restored")
			d.store, d.damaged = d.copied.Snapshot(), damaged
			d.open()
		})
	}
}

// planLostHour: what one tablet wrote in the last hour is lost with the server's disk, and before that tablet comes
// again another one has written to the same record, so that the log has other entries under the numbers that were lost.
func (w *world) planLostHour() {
	at := w.paced(w.hours(20), w.hours(100))
	a, b := w.devices[1], w.devices[2]
	patch := func(d *device) {
		if keys := w.oracle.log.keys(); len(keys) > 0 {
			if v, ok, err := d.replica.Record(keys[0].stream, keys[0].id); ok && err == nil {
				d.patch(d.person, keys[0].stream, v)
			}
		}
	}
	for _, step := range []struct {
		after time.Duration
		do    func()
	}{
		{0, w.server.copied},
		{10 * time.Minute, func() { patch(a); a.connect() }},
		{20 * time.Minute, func() { patch(a) }},
		{30 * time.Minute, w.server.setBack},
		{40 * time.Minute, func() { patch(b); b.connect() }},
		{50 * time.Minute, a.connect},
	} {
		w.after(at+step.after, step.do)
	}
}

// endGrants ends a person's grants, and in some histories gives them back.
func (w *world) endGrants(person string) {
	if w.server.unconfirmed {
		return
	}
	w.count("grant ended")
	w.note("the grants of %s end", person)
	w.server.dir.end(person, w.now)
	if w.chance(50) {
		w.after(w.paced(w.hours(10), w.hours(100)), func() {
			if !w.server.unconfirmed {
				w.note("%s has grants again", person)
				w.server.dir.add(person, w.server.dir.people[person].GetRole(), w.now, time.Time{})
			}
		})
	}
}

// manyReadings is a chart with so many readings that a section is compared in parts.
func (d *device) manyReadings() {
	for range 40 {
		t := int32(360 + d.world.dice.IntN(20))
		body := &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{TemperatureTenthsC: &t}}}
		d.write(d.person, replica.Draft{
			StreamID: "care", Operation: syncv1.Operation_OPERATION_CREATE, Record: &carev1.Record{Body: body, Envelope: d.world.when()},
		})
	}
}

// judgeHeld is a person at the station who looks through what is held, in the logs and in the inbox.
func (w *world) judgeHeld() {
	judge := []string{sato, tanaka}[w.dice.IntN(2)]
	for _, m := range w.oracle.order {
		d, ok := w.oracle.log.decided[m]
		if ok && d.outcome == syncv1.Outcome_OUTCOME_HELD && w.chance(50) {
			w.judge(judge, w.oracle.written[m].key.stream, m)
		}
	}
	var items []id
	err := w.server.store.View(context.Background(), func(r store.Reader) error {
		return r.InboxItems(store.Organisation{Tenant: tenant, Name: "station"}, func(m store.ID, raw []byte) error {
			item := &storev1.InboxItem{}
			err := proto.Unmarshal(raw, item)
			if item.GetDecision() == 0 {
				items = append(items, m)
			}
			return err
		})
	})
	if err != nil {
		w.problem("the inbox cannot be read: %v", err)
	}
	for _, m := range items {
		if w.chance(60) {
			w.judge(judge, "", m)
		}
	}
	w.oracle.observe()
}

func (w *world) judge(judge, streamID string, m id) {
	release := w.chance(70)
	_, _, err := w.server.hub.Judge(context.Background(), w.server.callOf(judge, "desk"), &chartv1.JudgeRequest{
		StreamId: streamID, MutationId: m[:], Release: release, Words: "looked at",
	})
	if err != nil {
		w.note("%s may not judge %s", judge, name(m))
		return
	}
	w.count("judged")
	if streamID == "" {
		w.count("judged in the inbox")
	}
	w.note("%s judged %s: %v", judge, name(m), release)
	if w.server.unconfirmed {
		w.problem("mutation %s was judged by hand before the restore is confirmed", name(m))
	}
	if release && w.oracle.written[m].author == judge {
		w.problem("%s released what they wrote themselves: %s", judge, name(m))
	}
}
