package simtest

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// The people of a history. Suzuki's grant ends while tablets are out; Takahashi's role may not write orders.
const (
	sato      = "sato"
	suzuki    = "suzuki"
	takahashi = "takahashi"
	tanaka    = "tanaka"
)

// build makes server, people and tablets, and puts down what is going to happen.
func (w *world) build() {
	w.server = newServer(w)
	w.oracle = newOracle(w)
	dir := w.server.dir
	dir.add(sato, carev1.Role_ROLE_NURSE, start.AddDate(-1, 0, 0), time.Time{})
	dir.add(suzuki, carev1.Role_ROLE_NURSE, start.AddDate(-1, 0, 0), start.Add(w.between(24*time.Hour, 240*time.Hour)))
	dir.add(takahashi, carev1.Role_ROLE_CARE_WORKER, start.AddDate(-1, 0, 0), time.Time{})
	dir.add(tanaka, carev1.Role_ROLE_PHYSICIAN, start.AddDate(-1, 0, 0), time.Time{})
	w.addDevice("tablet-a", sato, takahashi)
	w.addDevice("tablet-b", sato, suzuki)
	w.addDevice("tablet-c", tanaka)
	if w.chance(50) {
		w.addDevice("tablet-d", takahashi, suzuki)
	}
	for _, d := range w.devices {
		d.acts = 6 + w.dice.IntN(14)
		w.after(w.between(0, time.Hour), d.live)
		w.after(w.between(0, 2*time.Hour), d.connect)
	}
	w.planDisasters()
	for range 6 {
		w.after(w.between(24*time.Hour, 300*time.Hour), w.judgeHeld)
	}
}

// planDisasters: in some histories the server comes back from an old copy, in some a tablet does.
func (w *world) planDisasters() {
	if w.chance(40) {
		for range 1 + w.dice.IntN(2) {
			copied := w.between(time.Hour, 150*time.Hour)
			w.after(copied, func() {
				w.note("the server is copied")
				w.server.backup = &backup{store: w.server.store.Snapshot(), oracle: w.oracle.log.clone()}
			})
			w.after(copied+w.between(time.Hour, 100*time.Hour), w.server.restore)
		}
		return
	}
	if w.chance(40) {
		d := w.devices[w.dice.IntN(len(w.devices))]
		copied := w.between(time.Hour, 100*time.Hour)
		w.after(copied, func() { d.copied = d.store.Snapshot() })
		w.after(copied+w.between(time.Hour, 100*time.Hour), func() {
			w.note("%s is restored from its copy", d.id)
			w.count("tablet copy restored")
			d.store = d.copied.Snapshot()
			d.open()
		})
	}
}

// live is one act of a tablet's user, and the plan for the next.
func (d *device) live() {
	if d.acts == 0 {
		return
	}
	d.acts--
	d.act()
	d.world.after(d.world.between(time.Minute, 30*time.Hour), d.live)
}

func (d *device) act() {
	w := d.world
	author := d.authors[w.dice.IntN(len(d.authors))]
	streams := w.server.dir.chart.Streams
	streamID := streams[w.dice.IntN(10)/7%len(streams)].ID
	v, ok := d.pick(streamID)
	switch dice := w.dice.IntN(100); {
	case !ok || dice < 25:
		rec := &carev1.Record{Body: w.newBody()}
		d.write(author, replica.Draft{StreamID: streamID, Operation: syncv1.Operation_OPERATION_CREATE, Record: rec})
	case len(v.Record.GetCandidates()) > 0 && dice < 65:
		d.resolve(author, streamID, v)
	case dice < 35:
		d.write(author, replica.Draft{StreamID: streamID, RecordID: v.ID, Operation: syncv1.Operation_OPERATION_RETRACT, Reason: "mistake"})
	default:
		d.patch(author, streamID, v)
	}
}

// pick chooses one of the records that the tablet shows, more often an early one: people meet on the same records.
func (d *device) pick(streamID string) (replica.View, bool) {
	var all []replica.View
	err := d.replica.Records(streamID, func(v replica.View) error {
		all = append(all, v)
		return nil
	})
	if err != nil {
		d.world.problem("tablet %s: %v", d.id, err)
	}
	if len(all) == 0 {
		return replica.View{}, false
	}
	return all[min(d.world.dice.IntN(len(all)), d.world.dice.IntN(4))], true
}

func (d *device) patch(author, streamID string, v replica.View) {
	kind, ok := care.KindOf(v.Record.GetBody())
	if !ok {
		return
	}
	body := d.world.bodyOf(kind)
	draft := replica.Draft{
		StreamID: streamID, RecordID: v.ID, Operation: syncv1.Operation_OPERATION_PATCH, Reason: "amend",
		Record: &carev1.Record{Body: body}, Groups: d.world.groups(kind),
	}
	d.write(author, draft)
}

// groups chooses fields to write, for a kind that merges by field.
func (w *world) groups(kind *care.Kind) []uint32 {
	if kind.WholeRecord() {
		return nil
	}
	return slices.Compact(slices.Sorted(slices.Values([]uint32{2 + uint32(w.dice.IntN(3)), 2 + uint32(w.dice.IntN(3))})))
}

// resolve decides a conflict: one of the values, or a third one.
func (d *device) resolve(author, streamID string, v replica.View) {
	kind, ok := care.KindOf(v.Record.GetBody())
	if !ok {
		return
	}
	draft := replica.Draft{
		StreamID: streamID, RecordID: v.ID, Operation: syncv1.Operation_OPERATION_RESOLVE,
		Record: &carev1.Record{Body: d.world.bodyOf(kind), Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE},
	}
	if !kind.WholeRecord() {
		for _, c := range v.Record.GetCandidates() {
			draft.Groups = append(draft.Groups, c.GetGroup())
		}
		draft.Groups = slices.Compact(slices.Sorted(slices.Values(draft.Groups)))
	}
	if d.world.chance(50) {
		draft.Record.Body = proto.CloneOf(v.Record.GetBody()) // what stands is right
	}
	d.write(author, draft)
}

// newBody is the content of a new record, of any kind.
func (w *world) newBody() *carev1.Body {
	kinds := care.Kinds()
	return w.bodyOf(kinds[w.dice.IntN(len(kinds))])
}

// bodyOf draws from few values, so that people also write the same without knowing of each other.
func (w *world) bodyOf(kind *care.Kind) *carev1.Body {
	n := w.dice.IntN(3)
	texts := []string{"calm", "restless", "asleep"}
	switch kind.Name {
	case "vital_signs":
		t := int32(365 + n)
		return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{TemperatureTenthsC: &t}}}
	case "draft_note":
		return &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{
			Format: carev1.NoteFormat_NOTE_FORMAT_SOAP, Subjective: texts[n], Objective: texts[w.dice.IntN(3)],
			Assessment: texts[w.dice.IntN(3)],
		}}}
	case "signed_note":
		return &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{
			Format: carev1.NoteFormat_NOTE_FORMAT_FREE, Text: texts[n],
		}}}
	case "medication_order":
		return &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
			Drug: &carev1.Drug{Name: "amlodipine 5 mg"}, State: carev1.OrderState_ORDER_STATE_ACTIVE,
			Dosage: &carev1.Dosage{AmountThousandths: uint32(1000 * (1 + n)), Unit: "tablet"},
		}}}
	default:
		return &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: &carev1.MedicationLog{
			OrderId: make([]byte, 16), Slot: "2026-11-01/after-breakfast",
			Outcome: carev1.DoseOutcome(1 + n),
		}}}
	}
}

// connect is the tablet's network: offline for minutes or for days, and exchanges while it is there.
func (d *device) connect() {
	w := d.world
	if d.acts == 0 && w.chance(30) {
		return
	}
	if d.busy {
		return
	}
	d.busy = true
	d.exchange(func(more bool) {
		d.busy = false
		switch {
		case more:
			w.after(w.between(10*time.Millisecond, time.Second), d.connect)
		case w.chance(15):
			w.after(w.between(20*time.Hour, 120*time.Hour), d.connect)
		default:
			w.after(w.between(time.Minute, 6*time.Hour), d.connect)
		}
	})
}

// judgeHeld is a person at the station who looks through what is held.
func (w *world) judgeHeld() {
	for _, m := range w.oracle.order {
		d, ok := w.oracle.log.decided[m]
		if !ok || d.outcome != syncv1.Outcome_OUTCOME_HELD || !w.chance(50) {
			continue
		}
		w.count("judged")
		call := w.server.call(w.devices[0])
		for _, ref := range w.server.dir.chart.Streams {
			_, _, err := w.server.hub.JudgeHeld(context.Background(), call, hub.Judgement{
				StreamID: ref.ID, MutationID: m, Release: w.chance(70), Words: "looked at",
			})
			if err == nil {
				w.note("judged %s", name(m))
			}
		}
		w.oracle.observe()
	}
}
