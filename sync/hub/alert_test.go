package hub_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// pulse is a set of vital signs with one reading: 112 is urgent by the default limits, 132 critical and a single 3 of NEWS2.
func pulse(perMin uint32) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{PulsePerMin: &perMin}}}
}

// at moves the effective time of a mutation.
func at(m *syncv1.Mutation, effective time.Time) *syncv1.Mutation {
	m.Record.Envelope.Effective = timestamppb.New(effective)
	return m
}

// alerts are the alerts that a pull shows, by id.
func (b *bench) alerts() map[string]*carev1.Record {
	b.t.Helper()
	all := map[string]*carev1.Record{}
	for id, page := range b.records("sato") {
		rec := &carev1.Record{}
		if err := proto.Unmarshal(page.GetRecord(), rec); err != nil {
			b.t.Fatal(err)
		}
		if rec.GetBody().GetAlert() != nil {
			all[id] = rec
		}
	}
	return all
}

// said are rule and severity of the alerts, in order.
func (b *bench) said() (said []string) {
	for _, rec := range b.alerts() {
		a := rec.GetBody().GetAlert()
		said = append(said, a.GetRule()+" "+strings.ToLower(strings.TrimPrefix(a.GetSeverity().String(), "ALERT_SEVERITY_")))
	}
	slices.Sort(said)
	return said
}

func (b *bench) says(want ...string) {
	b.t.Helper()
	if got := b.said(); !slices.Equal(got, want) {
		b.t.Errorf("the alerts say %q, want %q", got, want)
	}
}

// events are the rows of the outbox, by key, and due tells how many of them are to be looked at.
func (b *bench) events() (all map[string]*storev1.OutboxEvent, due int) {
	b.t.Helper()
	all = map[string]*storev1.OutboxEvent{}
	err := b.store.View(context.Background(), func(r store.Reader) error {
		err := r.ServerRows(tenant, store.TableOutbox, "", func(key string, row []byte) error {
			e := &storev1.OutboxEvent{}
			all[key] = e
			return proto.Unmarshal(row, e)
		})
		if err != nil {
			return err
		}
		return r.Due(b.now.UnixMilli(), func(_ int64, k store.ServerKey) error {
			due++
			return nil
		})
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return all, due
}

func (b *bench) sound() {
	b.t.Helper()
	if v := b.verify(); len(v.Damage) > 0 {
		b.t.Errorf("verify: %q", v.Damage)
	}
}

// TestAnAlertIsRaisedInTheCommit: what a human must hear of is a record of the stream, with its event, as soon as the write
// is answered; what is sent again raises nothing again.
func TestAnAlertIsRaisedInTheCommit(t *testing.T) {
	b := newBench(t)
	quiet, loud := b.create("sato", pulse(70)), b.create("sato", pulse(132))
	b.expect(b.push("sato", quiet, loud), "APPLIED", "APPLIED")
	b.says("news2 urgent", "threshold critical")
	events, due := b.events()
	if len(events) != 2 || due != 2 {
		t.Errorf("%d events, %d due", len(events), due)
	}
	for id, rec := range b.alerts() {
		a, arrival := rec.GetBody().GetAlert(), rec.GetArrival()
		want := rules.AlertID(a.GetRule(), a.GetTopic(), loud.GetId())
		if id != string(want[:]) || arrival.GetAuthor().GetPersonId() != "rule:"+a.GetRule() || !arrival.GetReceived().AsTime().Equal(b.now) {
			t.Errorf("%x by %v", id, arrival)
		}
		if ev := a.GetEvidence(); len(ev) != 1 || !bytes.Equal(ev[0].GetRecordId(), loud.GetId()) || ev[0].GetSeq() != 2 {
			t.Errorf("it rests on %v", ev)
		}
		prefix := hex.EncodeToString([]byte(id)) + "-"
		for key, e := range events {
			if strings.HasPrefix(key, prefix) && (e.GetSeverity() != a.GetSeverity() || e.GetStreamId() != "yamada/care" ||
				key != prefix+fmt.Sprintf("%016x", e.GetSeq()) || e.GetWrittenMs() != b.now.UnixMilli() || e.GetPersonId() != "") {
				t.Errorf("event %s: %v", key, e)
			}
		}
	}
	b.now = b.now.Add(time.Hour)
	b.push("sato", quiet, loud)
	b.push("suzuki", quiet, loud)
	if events, _ := b.events(); len(events) != 2 {
		t.Errorf("sent again: %d events", len(events))
	}
	b.says("news2 urgent", "threshold critical")
	b.sound()
}

// TestLateDataSaysSo: what is received long after it was measured is told, and says so.
func TestLateDataSaysSo(t *testing.T) {
	b := newBench(t)
	b.push("sato", at(b.create("sato", pulse(112)), b.now.Add(-26*time.Hour)))
	for _, rec := range b.alerts() {
		if a := rec.GetBody().GetAlert(); !strings.Contains(a.GetReasonEn(), "Measured 26 h ago, received now.") {
			t.Errorf("%s", a.GetReasonEn())
		}
	}
	b.says("threshold urgent")
}

// TestEveryWayIntoTheLogRaises: by the typed call, by the release of what was held, and of what waited for its record.
func TestEveryWayIntoTheLogRaises(t *testing.T) {
	t.Run("write", func(t *testing.T) {
		b := newBench(t)
		_, _, err := b.hub.Write(context.Background(), b.call("sato"), &chartv1.WriteRequest{
			ChartId: "yamada", MutationId: b.id(), Operation: syncv1.Operation_OPERATION_CREATE, Body: pulse(112),
			Envelope: &carev1.Envelope{Effective: timestamppb.New(b.now)},
		})
		if err != nil {
			t.Fatal(err)
		}
		b.says("threshold urgent")
	})
	t.Run("released", func(t *testing.T) {
		b := newBench(t)
		m := b.create("sato", pulse(112))
		m.NotBefore = b.seals.Time(tenant, "tablet", day.AddDate(-4, 0, 0).UnixMilli()) // before the grant
		b.expect(b.push("sato", m), "HELD NO_GRANT")
		b.says()
		b.now = b.now.Add(3 * time.Hour)
		_, _, err := b.hub.Judge(context.Background(), b.call("suzuki"), &chartv1.JudgeRequest{StreamId: "yamada/care", MutationId: m.GetId(), Release: true})
		if err != nil {
			t.Fatal(err)
		}
		b.says("threshold urgent")
		for _, rec := range b.alerts() {
			if a := rec.GetBody().GetAlert(); !strings.Contains(a.GetReasonEn(), "Measured 3 h ago") {
				t.Errorf("a reading that was held for hours: %s", a.GetReasonEn())
			}
		}
	})
	t.Run("waited", func(t *testing.T) {
		b := newBench(t)
		made := b.create("sato", pulse(70))
		amended := b.patch("sato", made.GetId(), nil, pulse(112))
		amended.Predecessor = &syncv1.Predecessor{Id: made.GetId(), PayloadHash: sha(b.queued(made).GetPayload()), Shown: true}
		b.expect(b.push("sato", amended), "HELD MISSING_PREDECESSOR")
		b.push("sato", made)
		b.says("threshold urgent")
		b.sound()
	})
}

// TestQuietUntilWorse: a finding that is no worse stays silent, over commits and within one.
func TestQuietUntilWorse(t *testing.T) {
	b := newBench(t)
	b.push("sato", at(b.create("sato", pulse(112)), b.now.Add(-3*time.Hour)), at(b.create("sato", pulse(113)), b.now.Add(-2*time.Hour)))
	b.push("sato", at(b.create("sato", pulse(114)), b.now.Add(-time.Hour)))
	b.says("threshold urgent")
	b.push("sato", b.create("sato", pulse(132)))
	b.says("news2 urgent", "threshold critical", "threshold urgent")
	b.sound()
}

// TestAnAmendmentIsJudgedAnew: a slip of the pen that is put right makes the alert void and keeps what it said; a worse
// value raises a new one.
func TestAnAmendmentIsJudgedAnew(t *testing.T) {
	b := newBench(t)
	m := b.create("sato", pulse(132))
	b.push("sato", m)
	ids := slices.Sorted(maps.Keys(b.alerts()))
	b.now = b.now.Add(time.Minute)
	b.expect(b.push("sato", b.patch("sato", m.GetId(), b.seen(m.GetId()), pulse(72))), "APPLIED")
	if got := slices.Sorted(maps.Keys(b.alerts())); !slices.Equal(got, ids) {
		t.Fatalf("other alerts than before")
	}
	for id, rec := range b.alerts() {
		a := rec.GetBody().GetAlert()
		if !a.GetAmendment().GetVoid() || !bytes.Equal(a.GetAmendment().GetRecordId(), m.GetId()) || a.GetAmendment().GetSeq() == 0 {
			t.Errorf("%s: %v", a.GetRule(), a.GetAmendment())
		}
		resp, err := b.hub.GetRecordHistory(context.Background(), b.call("sato"), &chartv1.GetRecordHistoryRequest{ChartId: "yamada", RecordId: []byte(id)})
		if err != nil || len(resp.GetItems()) != 2 {
			t.Fatalf("%v: %d versions", err, len(resp.GetItems()))
		}
		now, first := resp.GetItems()[0], resp.GetItems()[1]
		if first.GetRecord().GetBody().GetAlert().GetAmendment() != nil || first.GetOperation() != syncv1.Operation_OPERATION_CREATE ||
			now.GetOperation() != syncv1.Operation_OPERATION_PATCH || now.GetAuthor().GetPersonId() != "rule:"+a.GetRule() {
			t.Errorf("history: %v", resp)
		}
		if a.GetRule() == "news2" && first.GetRecord().GetBody().GetAlert().GetNews2().GetSum() != 3 {
			t.Error("the old score does not stand in the history")
		}
	}
	events, _ := b.events()
	amended := 0
	for _, e := range events {
		if e.GetAmended() {
			amended++
		}
	}
	if len(events) != 4 || amended != 2 {
		t.Errorf("%d events, %d of them of amendments", len(events), amended)
	}
	b.expect(b.push("sato", b.patch("sato", m.GetId(), b.seen(m.GetId()), pulse(112))), "APPLIED")
	b.says("news2 urgent", "threshold critical", "threshold urgent")
	b.sound()
}

// seen is the version of a record as a pull shows it.
func (b *bench) seen(record []byte) *syncv1.RecordVersion {
	page := b.records("sato")[string(record)]
	return &syncv1.RecordVersion{Version: page.GetVersion(), Sha256: sha(page.GetRecord())}
}

// TestErasureTakesTheAlertsToo: the reason of an alert quotes what it rests on.
func TestErasureTakesTheAlertsToo(t *testing.T) {
	b := newBench(t)
	m := b.create("sato", pulse(132))
	b.push("sato", m)
	ids := slices.Sorted(maps.Keys(b.alerts()))
	for range 2 {
		if err := b.hub.Erase(context.Background(), b.call("sato"), "yamada/care", store.ID(m.GetId())); err != nil {
			t.Fatal(err)
		}
	}
	b.says()
	for _, id := range ids {
		rec := &carev1.Record{}
		if err := proto.Unmarshal(b.records("sato")[id].GetRecord(), rec); err != nil || rec.GetStatus() != carev1.RecordStatus_RECORD_STATUS_ERASED {
			t.Errorf("%v: %v is no stub", err, rec)
		}
	}
	err := b.store.View(context.Background(), func(r store.Reader) error {
		return r.Entries(store.Stream{Tenant: tenant, Name: "yamada/care"}, 0, func(seq uint64, raw []byte) error {
			if bytes.Contains(raw, []byte("132")) || bytes.Contains(raw, []byte("NEWS2です")) {
				t.Errorf("entry %d still quotes it", seq)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	if events, _ := b.events(); len(events) != 2 {
		t.Errorf("%d events", len(events))
	}
	b.push("sato", m)
	b.says()
	b.sound()
}

// TestAnswersAreTold: an answer, an instruction and its receipt are put into the outbox; an answer names only alerts of its
// own stream.
func TestAnswersAreTold(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", pulse(112)))
	alert := []byte(slices.Sorted(maps.Keys(b.alerts()))[0])
	answer := b.create("sato", &carev1.Body{Kind: &carev1.Body_AlertResponse{AlertResponse: &carev1.AlertResponse{
		AlertIds: [][]byte{alert, b.id()}, Answer: carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED,
	}}})
	receipt := b.create("sato", &carev1.Body{Kind: &carev1.Body_InstructionReceipt{InstructionReceipt: &carev1.InstructionReceipt{
		InstructionId: b.id(), ShownSha256: make([]byte, 32),
	}}})
	b.expect(b.push("sato", answer, receipt), "APPLIED", "APPLIED")
	events, _ := b.events()
	told := map[string]*storev1.OutboxEvent{}
	for _, e := range events {
		told[string(e.GetRecordId())] = e
	}
	if e := told[string(answer.GetId())]; len(e.GetAnswers()) != 1 || !bytes.Equal(e.GetAnswers()[0], alert) || e.GetPersonId() != "sato" {
		t.Errorf("the answer: %v", e)
	}
	if e := told[string(receipt.GetId())]; e == nil || len(e.GetAnswers()) != 0 {
		t.Errorf("the receipt: %v", e)
	}
}

// TestTheNameOfAnAlertIsNotTaken: a device cannot silence an alert by taking its id first, and one that comes with the id of
// an alert later is told to take another.
func TestTheNameOfAnAlertIsNotTaken(t *testing.T) {
	b := newBench(t)
	m := b.create("sato", pulse(112))
	id := rules.AlertID("threshold", "limit/2/high", m.GetId())
	squat := b.create("sato", temperature(365))
	squat.Id, squat.Record.Id = id[:], id[:]
	b.expect(b.push("sato", squat, m), "APPLIED", "APPLIED")
	b.says("threshold urgent")
	for taken := range b.alerts() {
		late := b.create("sato", temperature(365))
		late.Id, late.Record.Id = []byte(taken), []byte(taken)
		b.expect(b.push("sato", late), "ID_REUSED")
		change := b.patch("sato", late.GetId(), nil, temperature(366))
		change.Id = []byte(taken)
		b.expect(b.push("sato", change), "ID_REUSED")
	}
	b.sound()
}

// TestTheOutboxRings: whoever empties the outbox is woken after the commit, and only then.
func TestTheOutboxRings(t *testing.T) {
	b := newBench(t)
	rang := 0
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b, Outbox: func() {
		if events, _ := b.events(); len(events) == 0 {
			t.Error("rung before the commit")
		}
		rang++
	}})
	b.push("sato", b.create("sato", pulse(70)))
	if rang != 0 {
		t.Error("rung for nothing")
	}
	b.push("sato", b.create("sato", pulse(112)))
	if rang != 1 {
		t.Errorf("rung %d times", rang)
	}
}

// TestARestoredLogRaisesTheSameAlerts: what devices offer again to a server that came back from an older copy raises
// alerts of the same ids.
func TestARestoredLogRaisesTheSameAlerts(t *testing.T) {
	b := newBench(t)
	first, second := b.create("sato", pulse(112)), b.create("suzuki", pulse(132))
	b.push("sato", first)
	before := b.store.Snapshot()
	b.push("suzuki", second)
	want := slices.Sorted(maps.Keys(b.alerts()))
	b.store = before
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b})
	b.now = b.now.Add(5 * time.Hour)
	b.push("suzuki", second)
	b.push("sato", first)
	if got := slices.Sorted(maps.Keys(b.alerts())); !slices.Equal(got, want) {
		t.Errorf("%x, before the restore %x", got, want)
	}
	b.sound()
}

// TestAVoidAlertKeepsNobodySilent: the reading beside one that was a slip of the pen was kept silent by its alert, and is
// told as soon as that one is void.
func TestAVoidAlertKeepsNobodySilent(t *testing.T) {
	b := newBench(t)
	slip, real := at(b.create("sato", pulse(115)), b.now.Add(-time.Hour)), b.create("sato", pulse(112))
	b.push("sato", slip, real)
	b.says("threshold urgent")
	b.expect(b.push("sato", b.patch("sato", slip.GetId(), b.seen(slip.GetId()), pulse(75))), "APPLIED")
	b.says("threshold urgent", "threshold urgent")
	void := 0
	for _, rec := range b.alerts() {
		a := rec.GetBody().GetAlert()
		if a.GetAmendment().GetVoid() {
			void++
		} else if !bytes.Equal(a.GetEvidence()[0].GetRecordId(), real.GetId()) {
			t.Errorf("it rests on %v", a.GetEvidence())
		}
	}
	if void != 1 {
		t.Errorf("%d of them are void", void)
	}
	b.sound()
}

// TestARetractedReadingVoidsItsAlert: what was written by mistake stands no more, and whoever was told can see it.
func TestARetractedReadingVoidsItsAlert(t *testing.T) {
	b := newBench(t)
	m := b.create("sato", pulse(112))
	b.push("sato", m)
	taken := b.patch("sato", m.GetId(), b.seen(m.GetId()), nil)
	taken.Operation, taken.Record.Body = syncv1.Operation_OPERATION_RETRACT, nil
	b.expect(b.push("sato", taken), "APPLIED")
	for _, rec := range b.alerts() {
		if !rec.GetBody().GetAlert().GetAmendment().GetVoid() {
			t.Errorf("%v", rec.GetBody().GetAlert())
		}
	}
	b.says("threshold urgent")
}

// TestEveryNameTaken: even whoever takes every name that an alert could have does not silence it, nor change a record.
func TestEveryNameTaken(t *testing.T) {
	b := newBench(t)
	m := b.create("sato", pulse(112))
	before := 0
	for n := range 12 {
		id := rules.AlertID("threshold", "limit/2/high", append(bytes.Clone(m.GetId()), make([]byte, n)...))
		squat := b.create("sato", temperature(365))
		squat.Id, squat.Record.Id = id[:], id[:]
		b.expect(b.push("sato", squat), "APPLIED")
		before++
	}
	b.push("sato", m)
	b.says("threshold urgent")
	if n := len(b.records("sato")); n != before+2 {
		t.Errorf("%d records, want %d", n, before+2)
	}
	b.sound()
}
