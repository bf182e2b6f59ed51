package hub_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestOneBadMutationDelaysNobody: what is wrong is held with its reason, its neighbours are applied.
func TestOneBadMutationDelaysNobody(t *testing.T) {
	b := newBench(t)
	good, alsoGood := b.create("sato", temperature(365)), b.create("sato", temperature(366))
	impossible := b.create("sato", temperature(999))
	newer := b.create("sato", temperature(367))
	newer.SchemaVersion = 99
	unknown := b.create("sato", &carev1.Body{})
	unknown.Record.Body.ProtoReflect().SetUnknown(protowire.AppendTag(nil, 99, protowire.BytesType))
	unknown.Record.Body.ProtoReflect().SetUnknown(protowire.AppendBytes(protowire.AppendTag(nil, 99, protowire.BytesType), nil))
	forged := b.create("sato", temperature(365))
	forged.Record.Arrival = &carev1.Arrival{DeviceId: "x"}
	noTime := b.create("sato", temperature(365))
	noTime.Record.Envelope.Effective = nil
	order := b.create("takahashi", &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
		Drug: &carev1.Drug{Name: "x"}, Dosage: &carev1.Dosage{AmountThousandths: 1000, Unit: "錠"}, State: carev1.OrderState_ORDER_STATE_ACTIVE,
	}}})
	got := b.push("sato", good, impossible, newer, unknown, forged, noTime, order, alsoGood)
	b.expect(got, "APPLIED", "HELD INVALID", "HELD NEWER_SCHEMA", "HELD UNKNOWN_KIND", "HELD INVALID", "HELD INVALID",
		"HELD ROLE", "APPLIED")
	if n := len(b.records("sato")); n != 2 {
		t.Errorf("%d records, want 2", n)
	}
	if v := b.verify(); len(v.Damage) > 0 || v.Entries != 8 {
		t.Errorf("%d entries, damage %v", v.Entries, v.Damage)
	}
}

// TestSameIDOtherContent: nothing is swallowed, and what depends on it waits for the new id.
func TestSameIDOtherContent(t *testing.T) {
	b := newBench(t)
	m := b.create("sato", temperature(365))
	b.expect(b.push("sato", m), "APPLIED")
	other := b.create("suzuki", temperature(380))
	other.Id, other.Record.Id = m.Id, m.Id
	dependant := b.patch("suzuki", m.Id, nil, temperature(381))
	hash := seal.PayloadHash(b.queued(other).GetPayload())
	dependant.Predecessor = &syncv1.Predecessor{Id: m.Id, PayloadHash: hash[:]}
	b.expect(b.push("suzuki", other, dependant), "ID_REUSED", "RETRY")
	again := b.push("sato", m)
	b.expect(again, "APPLIED")
	if !again[0].GetRepeated() {
		t.Error("the repeated mutation is not marked as known")
	}
	if v := b.verify(); v.Entries != 1 {
		t.Errorf("%d entries, want 1", v.Entries)
	}
}

// TestWhatCannotBePlacedIsKept: payloads that cannot be read, seals that do not fit and authors without any grant go
// to the inbox, and the answer does not tell whether the stream exists.
func TestWhatCannotBePlacedIsKept(t *testing.T) {
	b := newBench(t)
	unreadable := b.sealed("sato", []byte{0xff, 0xff, 0xff})
	twice := b.queued(b.create("sato", temperature(365)))
	rec, _ := proto.Marshal(&carev1.Record{Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE})
	twice = b.sealed("sato", protowire.AppendBytes(protowire.AppendTag(twice.GetPayload(), 13, protowire.BytesType), rec))
	forged := b.queued(b.create("sato", temperature(365)))
	forged.AuthorSeal = make([]byte, 16)
	b.expect(b.sync("sato", b.request(unreadable, twice, forged)).GetResults(),
		"HELD UNREADABLE", "HELD UNREADABLE", "HELD AUTHOR_SEAL")

	stranger, nowhere := b.create("nobody", temperature(365)), b.create("nobody", temperature(365))
	nowhere.StreamId = "no-such-chart/care"
	got := b.push("nobody", stranger, nowhere)
	b.expect(got, "HELD NO_GRANT", "HELD NO_GRANT")
	if !proto.Equal(got[0], got[1]) {
		t.Errorf("the answer tells whether the stream exists:\n%v\n%v", got[0], got[1])
	}
	if n := b.inboxSize(); n != 5 {
		t.Errorf("%d in the inbox, want 5", n)
	}
	again := b.push("nobody", stranger)
	b.expect(again, "HELD NO_GRANT")
	if !again[0].GetRepeated() || b.inboxSize() != 5 {
		t.Error("sent again, it stands twice in the inbox")
	}
}

// TestReceiptsProve: a receipt fits the entry, and nothing else.
func TestReceiptsProve(t *testing.T) {
	b := newBench(t)
	m := b.create("sato", temperature(365))
	q := b.queued(m)
	r := b.sync("sato", b.request(q)).GetResults()[0]
	hash := seal.PayloadHash(q.GetPayload())
	receipt := hub.Receipt("yamada/care", m.GetId(), hash[:], r)
	if !b.seals.ReceiptFits(tenant, receipt) {
		t.Fatal("the receipt does not fit")
	}
	for name, forge := range map[string]func(*syncv1.Receipt){
		"stream":  func(r *syncv1.Receipt) { r.StreamId = "other/care" },
		"seq":     func(r *syncv1.Receipt) { r.Version = &syncv1.Version{Epoch: 1, Seq: 2} },
		"arrival": func(r *syncv1.Receipt) { r.ArrivedMs++ },
		"payload": func(r *syncv1.Receipt) { r.PayloadHash = make([]byte, 32) },
	} {
		forged := proto.CloneOf(receipt)
		forge(forged)
		if b.seals.ReceiptFits(tenant, forged) {
			t.Errorf("a receipt with another %s fits", name)
		}
	}
}

// TestNobodyReadsWithoutGrant: no grant, empty feed; a stream of others looks like one that does not exist.
func TestNobodyReadsWithoutGrant(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)))
	if resp := b.sync("nobody", b.request()); len(resp.GetPages()) > 0 || len(resp.GetVerdicts()) > 0 {
		t.Errorf("somebody without a grant gets %v", resp)
	}
	req := b.request()
	req.Positions = []*syncv1.StreamPosition{{StreamId: "yamada/care"}, {StreamId: "no-such/care"}}
	resp := b.sync("mori", req)
	for _, v := range resp.GetVerdicts() {
		if v.GetStreamId() == "other/care" {
			continue
		}
		want := &syncv1.StreamVerdict{StreamId: v.GetStreamId(), Verdict: syncv1.Verdict_VERDICT_REVOKED}
		if !proto.Equal(v, want) {
			t.Errorf("the verdict tells of the stream: %v", v)
		}
	}
	for _, stream := range []string{"yamada/care", "no-such/care"} {
		_, err := b.hub.FetchSection(context.Background(), b.call("mori"), &syncv1.FetchSectionRequest{StreamId: stream})
		if hub.CodeOf(err) != hub.NotFound {
			t.Errorf("a section of %s: %v", stream, err)
		}
	}
}

// TestFailedCommitIsRetry: nothing was stored, the device is told to send again, and once only.
func TestFailedCommitIsRetry(t *testing.T) {
	b := newBench(t)
	m := b.create("sato", temperature(365))
	b.store.FailNext(store.ErrFull)
	req := b.request(b.queued(m))
	resp := b.sync("sato", req)
	b.expect(resp.GetResults(), "RETRY")
	if resp.GetRetryAfterMs() == 0 {
		t.Error("a device that cannot write is not asked to wait")
	}
	b.store.CommitThenFailNext(store.ErrUnknownOutcome)
	b.expect(b.sync("sato", req).GetResults(), "RETRY")
	b.expect(b.sync("sato", req).GetResults(), "APPLIED")
	if v := b.verify(); v.Entries != 1 {
		t.Errorf("%d entries, want 1", v.Entries)
	}
}

// TestOldAppsAndLargeRequests get a clear refusal.
func TestOldAppsAndLargeRequests(t *testing.T) {
	b := newBench(t)
	req := b.request()
	req.ProtocolVersion = 2
	_, _, err := b.hub.Sync(context.Background(), b.call("sato"), req)
	var e *hub.Error
	if !errors.As(err, &e) || e.Code != hub.NeedsUpdate {
		t.Errorf("protocol version 2: %v", err)
	}
	req = b.request(make([]*syncv1.QueuedMutation, 1001)...)
	if _, _, err = b.hub.Sync(context.Background(), b.call("sato"), req); hub.CodeOf(err) != hub.TooLarge {
		t.Errorf("1001 mutations: %v", err)
	}
}

// TestInterval: written between the last sealed time and the arrival. A grant over all of it is a right; a grant at
// the moment that the device's own clock names is one for review; anything else is held.
func TestInterval(t *testing.T) {
	b := newBench(t)
	b.now = day.AddDate(-3, 0, 0).Add(2 * time.Hour) // the grant began two hours ago
	late := b.create("sato", temperature(365))
	late.NotBefore = b.seals.Time(tenant, "tablet", b.now.Add(-3*time.Hour).UnixMilli()) // from before the grant
	own := b.create("sato", temperature(366))
	own.NotBefore = late.NotBefore
	own.NotBeforeMonotonicMs = proto.Uint64(1000)
	own.Record.Envelope.BootId, own.Record.Envelope.MonotonicMs = []byte("bootboot"), 1000+uint64((2*time.Hour).Milliseconds())
	future := proto.CloneOf(own) // a clock that points past the arrival proves nothing
	future.Id = b.id()
	future.Record.Id = future.Id
	future.Record.Envelope.MonotonicMs += uint64((5 * time.Hour).Milliseconds())
	foreign := b.create("sato", temperature(367))
	foreign.NotBefore = b.seals.Time(tenant, "another tablet", b.now.UnixMilli())
	inside := b.create("sato", temperature(368))
	b.expect(b.push("sato", late, own, future, foreign, inside), "HELD NO_GRANT", "APPLIED", "HELD NO_GRANT", "HELD NO_GRANT", "APPLIED")
	for id, r := range b.records("sato") {
		rec := &carev1.Record{}
		if err := proto.Unmarshal(r.GetRecord(), rec); err != nil {
			t.Fatal(err)
		}
		if want := id == string(own.GetId()); rec.GetArrival().GetForReview() != want {
			t.Errorf("record of %x: for review is %v", id, !want)
		}
	}
}

// TestPagesAreBounded: every record comes once, newest version only, whatever the size of the pages.
func TestPagesAreBounded(t *testing.T) {
	b := newBench(t)
	seen := map[string]int{}
	var first *syncv1.Mutation
	for i := range 30 {
		m := b.create("sato", temperature(int32(357+i%16)))
		if first == nil {
			first = m
		}
		b.push("sato", m)
	}
	old := b.records("sato")[string(first.GetId())]
	sum := sha256.Sum256(old.GetRecord())
	b.expect(b.push("sato", b.patch("sato", first.GetId(), &syncv1.RecordVersion{Version: old.GetVersion(), Sha256: sum[:]}, temperature(370))), "APPLIED")
	position := &syncv1.StreamPosition{StreamId: "yamada/care"}
	for pages := 0; ; pages++ {
		if pages > 40 {
			t.Fatal("the pages do not end")
		}
		req := b.request()
		req.MaxResponseBytes, req.Positions = 400, []*syncv1.StreamPosition{position}
		page := b.sync("sato", req).GetPages()[0]
		for _, r := range page.GetRecords() {
			seen[string(r.GetRecord())]++
		}
		if page.GetLast() {
			break
		}
		position.Staged = page.GetStaged()
	}
	if len(seen) != 30 {
		t.Errorf("%d records came, want 30", len(seen))
	}
	for _, n := range seen {
		if n != 1 {
			t.Errorf("a record came %d times", n)
		}
	}
}

// TestManifestHash: 32 bytes say that there is nothing new, or that there is.
func TestManifestHash(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)))
	cursor := b.sync("sato", b.request()).GetPages()[0].GetStaged()
	req := b.request()
	req.ManifestComplete = false
	req.ManifestHash = manifest(&syncv1.StreamPosition{StreamId: "yamada/care", Cursor: cursor})
	if resp := b.sync("sato", req); resp.GetManifestNeeded() || len(resp.GetVerdicts()) > 0 || proto.Size(resp) > 64 {
		t.Errorf("nothing new takes %d bytes: %v", proto.Size(resp), resp)
	}
	b.push("suzuki", b.create("suzuki", temperature(366)))
	if resp := b.sync("sato", req); !resp.GetManifestNeeded() {
		t.Error("something is new and the manifest is said to fit")
	}
}
