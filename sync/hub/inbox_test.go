package hub_test

import (
	"context"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// moving is a directory in which people change their organisation, and rights come later.
type moving struct {
	people
	of    map[string]string // person → organisation; else "station"
	later map[string]bool   // people who have a right to "yamada" besides
}

func (m *moving) Person(tenant, id string) (*carev1.Actor, bool) {
	who, ok := m.people.Person(tenant, id)
	if to := m.of[id]; to != "" {
		who.OrganisationId = to
	}
	return who, ok
}

func (m *moving) Grants(tenant, person, stream string) []hub.Grant {
	if m.later[person] && stream == "yamada/care" {
		return []hub.Grant{{Role: roles[person], From: day.AddDate(-1, 0, 0)}}
	}
	return m.people.Grants(tenant, person, stream)
}

// openItems counts what waits in an organisation's inbox, and all that was ever there.
func (b *bench) openItems(name string) (open, ever uint64) {
	box := store.Organisation{Tenant: tenant, Name: name}
	err := b.store.View(context.Background(), func(r store.Reader) (err error) {
		if open, err = hub.OpenInInbox(r, box); err != nil {
			return err
		}
		if ever, err = r.InboxSize(box); ever > open {
			ever-- // the count of those that wait no longer
		}
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return open, ever
}

// TestOnlyWhatWaitsFillsAnInbox: what was rejected, released or erased makes room.
func TestOnlyWhatWaitsFillsAnInbox(t *testing.T) {
	b := newBench(t)
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b, Limits: hub.Limits{InboxItems: 3}})
	var ms []*syncv1.Mutation
	for range 4 {
		ms = append(ms, b.create("nobody", temperature(365)))
	}
	b.expect(b.push("nobody", ms...), "HELD NO_GRANT", "HELD NO_GRANT", "HELD NO_GRANT", "RETRY")
	b.expect(b.push("nobody", ms[0]), "HELD NO_GRANT") // one that is there needs no room
	for _, decide := range []func(){
		func() { b.decided(b.decide("suzuki", "", ms[0].GetId(), false, "別人の記録です"), "REJECTED") },
		func() { b.decided(b.decide("suzuki", "", ms[1].GetId(), true, ""), "APPLIED") },
		func() {
			if err := b.hub.Erase(context.Background(), b.call("suzuki"), "yamada/care", store.ID(ms[2].GetId()), "station"); err != nil {
				t.Fatal(err)
			}
		},
	} {
		more := b.create("nobody", temperature(366))
		b.expect(b.push("nobody", more), "RETRY")
		decide()
		b.expect(b.push("nobody", more), "HELD NO_GRANT")
	}
	if open, ever := b.openItems("station"); open != 3 || ever != 6 {
		t.Errorf("%d wait of %d", open, ever)
	}
}

// TestInboxOfAMovedAuthor: a mutation that is in an inbox is answered from there, wherever its author or its device
// belongs to now, and stands nowhere else.
func TestInboxOfAMovedAuthor(t *testing.T) {
	b := newBench(t)
	dir := &moving{of: map[string]string{}}
	b.hub = hub.New(hub.Config{
		Store: b.store, Directory: dir, Seals: b.seals, Epochs: b, Limits: hub.Limits{InboxItems: 1},
		Organisations: func(string) []string { return []string{"home", "pharmacy", "station"} },
	})
	m := b.create("nobody", temperature(365))
	b.expect(b.push("nobody", m), "HELD NO_GRANT")
	dir.of["nobody"] = "home"
	b.expect(b.push("nobody", b.create("nobody", temperature(366))), "HELD NO_GRANT") // fills that of home
	results := b.push("nobody", m)
	b.expect(results, "HELD NO_GRANT")
	if !results[0].GetRepeated() {
		t.Error("it is held anew")
	}
	b.decided(b.decide("suzuki", "", m.GetId(), false, "別人の記録です"), "REJECTED")
	req := b.request(b.queued(m))
	req.Held = []*syncv1.HeldRef{{StreamId: "yamada/care", MutationId: m.GetId(), PersonId: "nobody"}}
	resp := b.sync("nobody", req)
	for _, result := range [][]*syncv1.MutationResult{resp.GetResults(), resp.GetHeld()} {
		b.expect(result, "REJECTED NO_GRANT")
	}
	if _, ever := b.openItems("home"); ever != 1 {
		t.Errorf("%d in the inbox of home, 1 is to be there", ever)
	}

	// What has no proven author lies where its device belonged.
	call := b.call("nobody")
	call.Session.Organisation = "pharmacy"
	for _, organisation := range []string{"pharmacy", "station"} {
		call.Session.Organisation = organisation
		resp, _, err := b.hub.Sync(context.Background(), call, b.request(&syncv1.QueuedMutation{Payload: []byte("torn")}))
		if err != nil {
			t.Fatal(err)
		}
		b.expect(resp.GetResults(), "HELD UNREADABLE")
	}
	if _, ever := b.openItems("pharmacy"); ever != 1 {
		t.Errorf("%d in the inbox of the pharmacy, 1 is to be there", ever)
	}
}

// TestInboxesAreConfirmed: what was offered while a restore waited, to a stream for which the old directory knew no right,
// goes into it with the directory that is confirmed; what still has no right says so. Nothing is lost, and once is enough.
func TestInboxesAreConfirmed(t *testing.T) {
	b, flag := newBench(t), restoring(true)
	dir := &moving{later: map[string]bool{}}
	b.hub = hub.New(hub.Config{
		Store: b.store, Directory: dir, Seals: b.seals, Epochs: b, Restored: &flag,
		Organisations: func(string) []string { return []string{"home", "station"} },
	})
	first := b.create("nobody", temperature(365))
	amended := b.patch("nobody", first.GetId(), nil, temperature(371))
	foreign := b.create("mori", temperature(366))
	torn := &syncv1.QueuedMutation{Payload: []byte("torn")}
	b.expect(b.push("nobody", first, amended), "HELD RESTORED", "HELD RESTORED")
	b.expect(b.push("mori", foreign), "HELD RESTORED")
	b.expect(b.sync("nobody", b.request(torn)).GetResults(), "HELD UNREADABLE")
	arrived := b.now

	b.now, flag = b.now.Add(time.Hour), false
	dir.later["nobody"] = true
	for _, want := range []int{2, 0} {
		if n, err := b.hub.ConfirmRestore(context.Background(), b.call("")); err != nil || n != want {
			t.Fatalf("%d judged, %v; want %d", n, err, want)
		}
	}
	if open, ever := b.openItems("station"); open != 2 || ever != 4 {
		t.Errorf("%d wait of %d; those without a right are to wait, and the torn one", open, ever)
	}
	results := b.push("nobody", first, amended)
	if results[0].GetOutcome() != syncv1.Outcome_OUTCOME_APPLIED || results[1].GetVersion().GetSeq() == 0 || !results[0].GetRepeated() {
		t.Errorf("%v", results)
	}
	if at := results[0].GetArrivedMs(); at != arrived.UnixMilli() {
		t.Errorf("it arrived at %d, not when it came", at)
	}
	b.expect(b.push("mori", foreign), "HELD NO_GRANT")
	if v := b.verify(); len(v.Damage) > 0 || v.Records != 1 {
		t.Errorf("%+v", v)
	}
}

// TestReleaseOfATakenID: two must not share an id, and nothing that was acknowledged leaves the list without a chart.
func TestReleaseOfATakenID(t *testing.T) {
	b := newBench(t)
	waiting := b.create("nobody", temperature(399))
	b.expect(b.push("nobody", waiting), "HELD NO_GRANT")
	other := b.create("takahashi", temperature(360))
	other.Id, other.Record.Id = waiting.GetId(), waiting.GetId()
	b.expect(b.push("takahashi", other), "APPLIED")
	b.decided(b.decide("sato", "", waiting.GetId(), true, ""), "invalid")
	if open, _ := b.openItems("station"); open != 1 {
		t.Errorf("%d wait, it is to stay", open)
	}
	req := b.request()
	req.Held = []*syncv1.HeldRef{{StreamId: "yamada/care", MutationId: waiting.GetId(), PersonId: "nobody"}}
	b.expect(b.sync("nobody", req).GetHeld(), "HELD NO_GRANT")
	b.decided(b.decide("sato", "", waiting.GetId(), false, "written anew"), "REJECTED")
}

// TestClockOfAnInboxItem: that a tablet's clock was off is told of what went through an inbox too.
func TestClockOfAnInboxItem(t *testing.T) {
	b := newBench(t)
	m := b.create("nobody", temperature(399))
	behind := timestamppb.New(b.now.AddDate(0, 0, -3))
	m.Record.Envelope.Recorded, m.Record.Envelope.Effective = behind, behind
	req := b.request(b.queued(m))
	req.Clock.WallMs = behind.AsTime().UnixMilli()
	b.expect(b.sync("nobody", req).GetResults(), "HELD NO_GRANT")
	b.decided(b.decide("sato", "", m.GetId(), true, ""), "APPLIED")
	rec := &carev1.Record{}
	if err := proto.Unmarshal(b.records("sato")[string(m.GetId())].GetRecord(), rec); err != nil {
		t.Fatal(err)
	}
	if offset := rec.GetArrival().GetClockOffsetMs(); offset != -3*24*time.Hour.Milliseconds() || !rec.GetArrival().GetTimeUncertain() {
		t.Errorf("offset %d ms, uncertain %t", offset, rec.GetArrival().GetTimeUncertain())
	}
}

// TestErasedInAnInbox: an erasure finds what was never placed, whatever the item says besides its id.
func TestErasedInAnInbox(t *testing.T) {
	b := newBench(t)
	m := b.create("nobody", temperature(399))
	m.RecordId = b.id()
	b.expect(b.push("nobody", m), "HELD NO_GRANT")
	if err := b.hub.Erase(context.Background(), b.call("sato"), "yamada/care", store.ID(m.GetId()), "station"); err != nil {
		t.Fatal(err)
	}
	if open, _ := b.openItems("station"); open != 0 {
		t.Errorf("%d wait; what was erased has nothing left to decide about", open)
	}
	req := b.request(b.queued(m))
	req.Held = []*syncv1.HeldRef{{StreamId: "yamada/care", MutationId: m.GetId(), PersonId: "nobody"}}
	resp := b.sync("nobody", req)
	b.expect(resp.GetResults(), "HELD ERASED") // its tablet destroys what it has
	b.expect(resp.GetHeld(), "HELD ERASED")
}
