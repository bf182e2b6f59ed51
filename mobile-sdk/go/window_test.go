package sdk_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// TestTabletHoldsMonthsAndWidens: a new tablet takes what is recent, and the rest when somebody asks for it.
func TestTabletHoldsMonthsAndWidens(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	for back := 8; back >= 0; back-- {
		at := time.Now().AddDate(0, 0, -30*back)
		s.ahead = time.Until(at)
		if _, err := a.Create(chart, vitals(368), sdk.Entry{At: at, Confirm: true}); err != nil {
			t.Fatal(err)
		}
		synced(t, a)
	}
	s.ahead = 0
	b, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "suzuki")
	synced(t, b)
	few := len(timeline(t, b))
	c, err := b.Chart(chart)
	if ja, en := c.OldestWords(); err != nil || few < 3 || few > 5 || c.OldestMonth == 0 || ja == "" || en == "" {
		t.Fatalf("%d records from %d, %v", few, c.OldestMonth, err)
	}
	if err := b.Widen(chart, time.Now().AddDate(0, 0, -30*6)); err != nil {
		t.Fatal(err)
	}
	if c, err = b.Chart(chart); err != nil || !c.Widening || len(timeline(t, b)) != few {
		t.Errorf("before the synchronisation: %+v, %v", c, err)
	}
	synced(t, b)
	if n := len(timeline(t, b)); n < 7 || n > 8 {
		t.Errorf("%d records", n)
	}
	if err := b.Widen(chart, time.Time{}); err != nil {
		t.Fatal(err)
	}
	synced(t, b)
	if c, err = b.Chart(chart); err != nil || c.OldestMonth != 0 || c.Widening || len(timeline(t, b)) != 9 {
		t.Errorf("in the end: %+v, %d records, %v", c, len(timeline(t, b)), err)
	}
}

// TestDamageIsFoundAfterAHardEnd: a tablet that was switched off hard looks at its copy before it synchronises, and what
// it cannot have is mended for few bytes.
func TestDamageIsFoundAfterAHardEnd(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	dir := filepath.Join(t.TempDir(), "b")
	b, _ := s.tablet(t, dir, "tablet-b", "suzuki")
	synced(t, a)
	const records = 600
	for n := range int32(records) {
		if _, err := a.Create(chart, vitals(360+n%20), sdk.Entry{}); err != nil {
			t.Fatal(err)
		}
	}
	synced(t, a, b)
	if err := b.Damage(records / 2); err != nil {
		t.Fatal(err)
	}
	if report, err := b.Sync(t.Context()); err != nil || report.Repaired != 0 {
		t.Fatalf("nothing was due: %+v, %v", report, err)
	}
	_ = b.Close()
	b, _ = s.tablet(t, dir, "tablet-b", "suzuki")
	if report, err := b.Sync(t.Context()); err != nil || report.Repaired != 0 {
		t.Fatalf("after a clean end: %+v, %v", report, err)
	}
	if err := b.CloseHard(); err != nil {
		t.Fatal(err)
	}
	b, _ = s.tablet(t, dir, "tablet-b", "suzuki")
	s.wire = 0
	report, err := b.Sync(t.Context())
	if err != nil || report.Repaired != 1 || s.wire == 0 || s.wire > 20_000 {
		t.Fatalf("%+v, %d bytes, %v", report, s.wire, err)
	}
	mine, theirs := temperatures(t, b), temperatures(t, a)
	if len(mine) != records || !slices.Equal(mine, theirs) {
		t.Error("the tablets differ")
	}
}

func temperatures(t *testing.T, tablet *sdk.Tablet) (all []int32) {
	for _, i := range timeline(t, tablet) {
		all = append(all, i.Record.GetBody().GetVitalSigns().GetTemperatureTenthsC())
	}
	return all
}

// TestMovedToTheRightPatient also without a network: the right chart has it, the wrong one shows that it was an error.
func TestMovedToTheRightPatient(t *testing.T) {
	s := newServer(t)
	s.two = true
	a, net := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	b, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "suzuki")
	synced(t, a, b)
	at := time.Now().Add(-time.Hour).Truncate(time.Second)
	saved, err := a.Create(wrongChart, vitals(368), sdk.Entry{At: at, Confirm: true})
	if err != nil {
		t.Fatal(err)
	}
	synced(t, a, b)
	net.down = true
	for name, reason := range map[string]string{"none": "", "blank": "　"} {
		shown, err := a.Record(saved.StreamID, saved.RecordID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Move(shown, chart, "", reason); err == nil {
			t.Errorf("a reason of %s was taken", name)
		}
		if _, err := a.Move(shown, wrongChart, "", "wrong patient"); err == nil {
			t.Error("it was moved to where it is")
		}
	}
	shown, err := a.Record(saved.StreamID, saved.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	moved, err := a.Move(shown, chart, "", "wrong patient")
	if err != nil {
		t.Fatal(err)
	}
	if queue, err := a.Queue(); err != nil || len(queue) != 3 {
		t.Fatalf("%d in the queue, %v", len(queue), err)
	}
	net.down = false
	synced(t, a, b)
	there, err := b.Record(moved.StreamID, moved.RecordID)
	if err != nil || there.State != replica.Safe || !there.At.Equal(at) || there.Record.GetBody().GetVitalSigns().GetTemperatureTenthsC() != 368 {
		t.Errorf("in the right chart: %+v, %v", there, err)
	}
	links := there.Record.GetEnvelope().GetLinks()
	if len(links) != 1 || replica.ID(links[0].GetRecordId()) != saved.RecordID || links[0].GetStreamId() != saved.StreamID {
		t.Errorf("it does not say where it came from: %v", links)
	}
	if there.Record.GetEnvelope().GetPerformer().GetPersonId() != "sato" {
		t.Error("who measured it is lost")
	}
	here, err := b.Record(saved.StreamID, saved.RecordID)
	if err != nil || !here.Retracted {
		t.Errorf("in the wrong chart: %+v, %v", here, err)
	}
	queue, err := a.Queue()
	to := queue[2].Mutation.GetRecord().GetEnvelope().GetLinks()
	if err != nil || len(to) != 1 || replica.ID(to[0].GetRecordId()) != moved.RecordID {
		t.Errorf("the history does not say where it went: %v, %v", to, err)
	}
	if _, err := b.Move(here, chart, "", "again"); err == nil {
		t.Error("a retracted record was moved")
	}
}
