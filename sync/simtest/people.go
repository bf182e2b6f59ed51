package simtest

import (
	"errors"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// The people of a history. Suzuki's grant ends while tablets are out; Takahashi's role may not write orders; Mori never
// had a grant, and writes on the station's tablet all the same.
const (
	sato      = "sato"
	suzuki    = "suzuki"
	takahashi = "takahashi"
	tanaka    = "tanaka"
	mori      = "mori"
)

// build makes server, people and tablets, and puts down what is going to happen.
func (w *world) build() {
	w.now = start.Add(w.between(0, 60*24*time.Hour)).Truncate(time.Second)
	if w.chance(40) {
		w.pace = time.Duration(2 + w.dice.IntN(11))
	}
	w.server = newServer(w)
	w.oracle = newOracle(w)
	if w.chance(50) {
		w.server.covered = map[string]*syncv1.Version{}
	}
	dir := w.server.dir
	dir.know(mori, carev1.Role_ROLE_NURSE)
	dir.add(sato, carev1.Role_ROLE_NURSE, start.AddDate(-1, 0, 0), time.Time{})
	dir.add(suzuki, carev1.Role_ROLE_NURSE, start.AddDate(-1, 0, 0), w.now.Add(w.paced(24*time.Hour, 240*time.Hour)))
	dir.add(takahashi, carev1.Role_ROLE_CARE_WORKER, start.AddDate(-1, 0, 0), time.Time{})
	dir.add(tanaka, carev1.Role_ROLE_PHYSICIAN, start.AddDate(-1, 0, 0), time.Time{})
	w.addDevice("tablet-a", sato, takahashi, mori)
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
	for range 6 {
		w.after(w.paced(24*time.Hour, 300*time.Hour), w.judgeHeld)
	}
	w.planOffice()
}

// live is one act of a tablet's user, and the plan for the next.
func (d *device) live() {
	if d.acts == 0 {
		return
	}
	d.acts--
	d.act()
	d.world.after(d.world.paced(time.Minute, 30*time.Hour), d.live)
}

func (d *device) act() {
	w := d.world
	author := d.authors[w.dice.IntN(len(d.authors))]
	if author == mori && w.chance(70) {
		author = d.person
	}
	streams := w.server.dir.streams
	streamID := streams[w.dice.IntN(10)/7%len(streams)].ID
	v, ok := d.pick(streamID)
	switch dice := w.dice.IntN(114); {
	case dice >= 104:
		d.window(streamID)
	case dice >= 102:
		d.damage()
	case dice >= 100 && ok:
		d.move(author, streamID, v)
	case !ok || dice < 25:
		rec := &carev1.Record{Body: w.newBody(), Envelope: w.when()}
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
		if byPeople(v.Record) {
			all = append(all, v)
		}
		return nil
	})
	if err != nil && !d.damaged[streamID] {
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
	if d.world.chance(20) {
		draft.Record.Envelope = d.world.when()
		if !kind.WholeRecord() {
			draft.Groups = append(draft.Groups, uint32(carev1.Group_GROUP_ENVELOPE))
		}
	}
	d.write(author, draft)
}

// move brings what was written on the wrong patient's chart to the right one: both are on the tablet, or neither.
func (d *device) move(author, from string, v replica.View) {
	to := "care"
	if from == to {
		to = "clinical"
	}
	if kind, ok := care.KindOf(v.Record.GetBody()); !ok || kind == nil {
		return
	}
	create := replica.Draft{StreamID: to, Operation: syncv1.Operation_OPERATION_CREATE, Record: &carev1.Record{
		Body: proto.CloneOf(v.Record.GetBody()),
		Envelope: &carev1.Envelope{Effective: v.Record.GetEnvelope().GetEffective(), Links: []*carev1.RecordLink{{
			Relation: carev1.LinkRelation_LINK_RELATION_MOVED_FROM, RecordId: v.ID[:], StreamId: from,
		}}},
	}}
	retract := replica.Draft{StreamID: from, RecordID: v.ID, Operation: syncv1.Operation_OPERATION_RETRACT, Reason: "wrong patient"}
	before := d.sight(retract)
	d.maybeFail()
	ids, err := d.replica.WriteAll(author, d.clock(), d.world.newID, func([]id) replica.Draft { return create }, func(made []id) replica.Draft {
		retract.Record = &carev1.Record{Envelope: &carev1.Envelope{Links: []*carev1.RecordLink{{
			Relation: carev1.LinkRelation_LINK_RELATION_MOVED_TO, RecordId: made[0][:], StreamId: to,
		}}}}
		return retract
	})
	if errors.Is(err, replica.ErrErased) || !d.settled(err) {
		return
	}
	d.world.count("moved to another chart")
	d.world.oracle.wrote(ids[0], author, create, sight{own: set{}, pending: set{}})
	d.world.oracle.wrote(ids[1], author, retract, before)
	d.world.note("%s %s moves record %s to %s", d.id, author, name(v.ID), to)
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
	kinds := []string{"vital_signs", "draft_note", "signed_note", "medication_order", "medication_log"}
	kind, _ := care.KindByName(kinds[w.dice.IntN(len(kinds))])
	return w.bodyOf(kind)
}

// bodyOf draws from few values, so that people also write the same without knowing of each other.
func (w *world) bodyOf(kind *care.Kind) *carev1.Body {
	n := w.dice.IntN(3)
	texts := []string{"calm", "restless", "asleep"}
	switch kind.Name {
	case "vital_signs":
		v, t, p := &carev1.VitalSigns{}, int32(365+n), uint32(60+n)
		if which := w.dice.IntN(3); which < 2 {
			v.TemperatureTenthsC = &t
			if which == 1 {
				v.PulsePerMin = &p
			}
		} else {
			v.PulsePerMin = &p
			if n == 2 { // an emergency
				fast, short, low := uint32(132), uint32(25), uint32(89)
				v.PulsePerMin, v.RespirationsPerMin, v.SystolicMmhg = &fast, &short, &low
			}
		}
		return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: v}}
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
	if d.badDisk && w.chance(20) {
		d.damage()
	}
	d.verify()
	d.mendLater()
	d.exchange(func(more bool) {
		d.busy = false
		switch {
		case more:
			w.after(w.between(10*time.Millisecond, time.Second), d.connect)
		case w.chance(15):
			w.after(w.paced(20*time.Hour, 120*time.Hour), d.connect)
		default:
			w.after(w.paced(time.Minute, 6*time.Hour), d.connect)
		}
	})
}
