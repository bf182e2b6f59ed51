package replica_test

import (
	"bytes"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/seal"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const elsewhere = "second/care"

func elsewhereDraft(temperature int32) replica.Draft {
	d := create(vitals(temperature))
	d.StreamID = elsewhere
	return d
}

func (d *device) next() *syncv1.SyncRequest {
	d.w.t.Helper()
	req, err := d.NextRequest(d.clock())
	if err != nil {
		d.w.t.Fatal(err)
	}
	return req
}

// TestOneStreamsRetryDoesNotHoldUpAnother: what the server cannot store now waits behind what it can.
func TestOneStreamsRetryDoesNotHoldUpAnother(t *testing.T) {
	d := newWorld(t, hub.Limits{}).device("a", nurse)
	for n := range int32(1500) { // more than one request carries
		d.write(create(vitals(360 + n%60)))
	}
	other := d.write(elsewhereDraft(370))
	retry := make([]*syncv1.MutationResult, 1000)
	for i := range retry {
		retry[i] = result(syncv1.Outcome_OUTCOME_RETRY, 0)
	}
	if p := d.told(&syncv1.SyncResponse{Results: retry}); !p.More {
		t.Error("nothing else is sent")
	}
	req := d.next()
	if len(req.GetMutations()) != 1 || !bytes.Contains(req.GetMutations()[0].GetPayload(), other[:]) {
		t.Fatalf("%d mutations are sent", len(req.GetMutations()))
	}
	d.told(one(result(syncv1.Outcome_OUTCOME_APPLIED, 1)))
	if n := len(d.next().GetMutations()); n != 1000 {
		t.Errorf("then %d are sent again", n)
	}
	if p := d.told(&syncv1.SyncResponse{Results: retry}); p.More {
		t.Error("the same is asked for again and again")
	}
}

// TestServerSetBackMeanwhile: what was written in a stream that is no longer readable is offered again, when another
// stream shows that the server was restored from an older copy.
func TestServerSetBackMeanwhile(t *testing.T) {
	for name, told := range map[string]*syncv1.SyncResponse{
		"lost": {Verdicts: []*syncv1.StreamVerdict{{StreamId: care, Verdict: syncv1.Verdict_VERDICT_HISTORY_LOST}}},
		"adopted": {Verdicts: []*syncv1.StreamVerdict{{
			StreamId: care, Verdict: syncv1.Verdict_VERDICT_ADOPTED, Head: &syncv1.Cursor{Version: &syncv1.Version{Epoch: 9, Seq: 9}},
		}}},
		"restoring": {Restoring: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, hub.Limits{})
			d := w.device("a", nurse)
			d.write(create(vitals(361)))
			d.sync()
			gone := d.write(elsewhereDraft(362))
			d.told(&syncv1.SyncResponse{
				Results:  []*syncv1.MutationResult{result(syncv1.Outcome_OUTCOME_APPLIED, 1)},
				Verdicts: []*syncv1.StreamVerdict{{StreamId: elsewhere, Verdict: syncv1.Verdict_VERDICT_REVOKED}},
			})
			if n := len(d.next().GetMutations()); n != 0 {
				t.Fatalf("%d mutations are sent before", n)
			}
			d.told(told)
			found := false
			for _, q := range d.next().GetMutations() {
				found = found || bytes.Contains(q.GetPayload(), gone[:]) && q.GetFirstLanding() != nil
			}
			if !found {
				t.Error("it is not offered again, with the receipt of its first landing")
			}
			if d.statusOf().Restoring != (name == "restoring") {
				t.Error("it is not shown whether the server waits")
			}
		})
	}
}

func (d *device) statusOf() replica.Status {
	d.w.t.Helper()
	s, err := d.Status()
	if err != nil {
		d.w.t.Fatal(err)
	}
	return s
}

// TestNothingIsPurgedWhileTheServerIsRestored: grants are not confirmed then.
func TestNothingIsPurgedWhileTheServerIsRestored(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	a, b := w.device("a", nurse), w.device("b", other)
	a.write(create(vitals(361)))
	a.sync()
	b.sync()
	revoked := []*syncv1.StreamVerdict{{StreamId: care, Verdict: syncv1.Verdict_VERDICT_REVOKED}}
	if p := b.told(&syncv1.SyncResponse{Verdicts: revoked, Restoring: true}); len(p.Revoked) != 0 || !p.Restoring {
		t.Errorf("%+v", p)
	}
	same(t, a, b)
	if p := b.told(&syncv1.SyncResponse{Verdicts: revoked}); len(p.Revoked) != 1 || !p.More {
		t.Errorf("afterwards: %+v", p)
	}
	req := b.next()
	if !req.GetManifestComplete() || len(req.GetPositions()) != 0 || len(b.shown()) != 0 {
		t.Errorf("the purge is not confirmed by a whole manifest: %v", req)
	}
}

// TestChartsMergedInTheDirectoryReachTheDevice also once nothing else moves.
func TestChartsMergedInTheDirectoryReachTheDevice(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	d.write(create(vitals(361)))
	d.sync()
	now := &syncv1.StreamInfo{ChartId: "merged", StreamClass: carev1.StreamClass_STREAM_CLASS_CARE}
	before := d.next().GetDescriptionsHash()
	d.told(&syncv1.SyncResponse{Streams: []*syncv1.StreamDescription{{StreamId: care, Info: now}, {StreamId: "unknown", Info: now}}})
	if got := d.stream().Info; !proto.Equal(got, now) {
		t.Errorf("described as %v", got)
	}
	want := ledger.Descriptions([]*syncv1.StreamDescription{{StreamId: care, Info: now}})
	if got := d.next().GetDescriptionsHash(); !bytes.Equal(got, want) || bytes.Equal(got, before) {
		t.Error("the hash is not that of the new description")
	}
	d.sync() // the server says what it knows
	if got := d.stream().Info.GetChartId(); got != "chart" {
		t.Errorf("after the sync: %q", got)
	}
}

func TestReportCountsWhatTheServerMayNotHave(t *testing.T) {
	d := newWorld(t, hub.Limits{}).device("a", nurse)
	d.SetReport("2.1", func() uint32 { return 4 })
	first := d.w.now
	d.write(create(vitals(361)))
	d.told(one(result(syncv1.Outcome_OUTCOME_HELD, 1)))
	d.w.now = d.w.now.Add(time.Minute)
	second := d.w.now
	d.write(create(vitals(362)))
	d.write(create(vitals(363)))
	r := d.next().GetReport()
	if r.GetAppVersion() != "2.1" || r.GetBlobs() != 4 || r.GetHeld() != 1 || r.GetPending() != 2 ||
		r.GetOldestPendingMs() != second.UnixMilli() || first.Equal(second) {
		t.Errorf("report: %v", r)
	}
}

func TestHeldIsNotCountedAsTaken(t *testing.T) {
	d := newWorld(t, hub.Limits{}).device("a", nurse)
	for n := range int32(3) {
		d.write(create(vitals(360 + n)))
	}
	p := d.told(&syncv1.SyncResponse{Results: []*syncv1.MutationResult{
		result(syncv1.Outcome_OUTCOME_APPLIED, 1), result(syncv1.Outcome_OUTCOME_HELD, 2), result(syncv1.Outcome_OUTCOME_REJECTED, 3),
	}})
	if p.Pushed != 3 || p.Taken != 1 || p.Held != 1 || p.Rejected != 1 {
		t.Errorf("%+v", p)
	}
}

// TestDurableWithWindowsAndAfterALoss: what a backup covers is forgotten also if its month is not held; after a loss
// nothing is covered.
func TestDurableWithWindowsAndAfterALoss(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	w.now = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	d := w.device("a", nurse)
	w.months(d, 9, 1)
	d.window(1)
	d.rest()
	if n := len(d.queue()); n != 10 || d.stream().OldestMonth != 202610 {
		t.Fatalf("%d mutations, from %d", n, d.stream().OldestMonth)
	}
	durable := []*syncv1.Durable{{StreamId: care, Version: &syncv1.Version{Epoch: d.stream().Cursor.GetVersion().GetEpoch(), Seq: 4}}}
	d.told(&syncv1.SyncResponse{Durable: durable, Verdicts: []*syncv1.StreamVerdict{d.fits()}})
	if n := len(d.queue()); n != 6 {
		t.Errorf("%d mutations are kept", n)
	}
	d.told(&syncv1.SyncResponse{Durable: durable, Verdicts: []*syncv1.StreamVerdict{{StreamId: care, Verdict: syncv1.Verdict_VERDICT_HISTORY_LOST}}})
	if n := len(d.next().GetMutations()); n != 6 {
		t.Errorf("%d mutations are offered again", n)
	}
	if d.next().GetPositions()[0].GetOldestMonth() != 202610 {
		t.Error("the refill asks for other months than those that are held")
	}
}

// later is a field that no build of today knows, of number 900.
func later(text string) []byte {
	return protowire.AppendString(protowire.AppendTag(nil, 900, protowire.BytesType), text)
}

// TestLaterSchemaSurvives: fields of a later schema come back unchanged after an edit, and a kind of a later schema is
// shown as such, kept byte by byte, and not edited.
func TestLaterSchemaSurvives(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	id := d.write(create(vitals(361)))
	d.sync()
	body := vitals(365)
	body.GetVitalSigns().ProtoReflect().SetUnknown(later("field"))
	d.write(patch(id, body))
	d.sync()
	shown := d.shown()[id]
	edited := proto.CloneOf(shown.Record.GetBody())
	edited.GetVitalSigns().TemperatureTenthsC = proto.Int32(366)
	d.write(patch(id, edited))
	d.sync()
	after := d.shown()[id].Record.GetBody().GetVitalSigns()
	if after.GetTemperatureTenthsC() != 366 || !bytes.Equal(after.ProtoReflect().GetUnknown(), later("field")) {
		t.Errorf("after the edit: %v", after)
	}
	kind := &carev1.Body{}
	kind.ProtoReflect().SetUnknown(later("kind"))
	raw, err := proto.Marshal(&carev1.Record{Id: bytes.Repeat([]byte{7}, 16), Body: kind, Status: 1})
	if err != nil {
		t.Fatal(err)
	}
	at := d.stream().Cursor
	next := &syncv1.Version{Epoch: at.GetVersion().GetEpoch(), Seq: at.GetVersion().GetSeq() + 1}
	d.told(&syncv1.SyncResponse{
		SchemaVersion: 99, Verdicts: []*syncv1.StreamVerdict{{StreamId: care, Verdict: syncv1.Verdict_VERDICT_BEHIND}},
		Pages: []*syncv1.Page{{
			StreamId: care, Last: true, Staged: &syncv1.Cursor{Version: next, Hash: make([]byte, 32)},
			Records: []*syncv1.PageRecord{{Version: next, Record: raw, Section: 202611}},
		}},
	})
	v := d.shown()[replica.ID(bytes.Repeat([]byte{7}, 16))]
	if !v.NeedsUpdate || !bytes.Equal(v.ConfirmedBytes, raw) {
		t.Errorf("a kind of a later schema: %v", v)
	}
	if _, err := d.Write(nurse, d.clock(), w.newID, patch(v.ID, v.Record.GetBody())); err == nil {
		t.Error("a record of an unknown kind was edited")
	}
	if !d.statusOf().NeedsUpdate {
		t.Error("the tablet does not say that it needs an update")
	}
}

// TestNewerTabletThanServer: what a tablet of a later schema wrote is durable on the server, and held with its reason.
func TestNewerTabletThanServer(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	id := d.write(create(vitals(361)))
	req := d.next()
	m := &syncv1.Mutation{}
	if err := proto.Unmarshal(req.GetMutations()[0].GetPayload(), m); err != nil {
		t.Fatal(err)
	}
	m.SchemaVersion = 99
	payload, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	req.Mutations[0] = &syncv1.QueuedMutation{Payload: payload, AuthorSeal: seal.Author(w.seals.AuthorKey(tenant, nurse, "a"), payload)}
	r := d.answer(req).GetResults()[0]
	if r.GetOutcome() != syncv1.Outcome_OUTCOME_HELD || r.GetHeldReason() != syncv1.HeldReason_HELD_REASON_NEWER_SCHEMA || r.GetVersion() == nil {
		t.Fatalf("answered with %v", r)
	}
	d.told(one(r))
	own := d.queue()[0]
	if own.MutationID != id || own.State != replica.Held || own.Result.GetHeldReason() != syncv1.HeldReason_HELD_REASON_NEWER_SCHEMA {
		t.Errorf("shown as %+v", own)
	}
}

func TestSeveralDraftsAreWrittenTogetherOrNotAtAll(t *testing.T) {
	d := newWorld(t, hub.Limits{}).device("a", nurse)
	wrong := func([]replica.ID) replica.Draft { return replica.Draft{} }
	right := func([]replica.ID) replica.Draft { return create(vitals(361)) }
	if _, err := d.WriteAll(nurse, d.clock(), d.w.newID, right, wrong); err == nil || len(d.queue()) != 0 {
		t.Errorf("half of it was written: %v, %d", err, len(d.queue()))
	}
	var given []replica.ID
	ids, err := d.WriteAll(nurse, d.clock(), d.w.newID, right, func(before []replica.ID) replica.Draft {
		given = before
		return create(vitals(362))
	})
	if err != nil || len(ids) != 2 || len(given) != 1 || given[0] != ids[0] || len(d.queue()) != 2 {
		t.Errorf("%v %v %v", ids, given, err)
	}
}
