package sdk_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

func vitals(tenths int32) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{
		TemperatureTenthsC: proto.Int32(tenths), TemperatureSite: carev1.TemperatureSite_TEMPERATURE_SITE_AXILLA,
		PulsePerMin: proto.Uint32(72),
	}}}
}

func synced(t *testing.T, tablets ...*sdk.Tablet) {
	t.Helper()
	for _, tablet := range tablets {
		if _, err := tablet.Sync(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func timeline(t *testing.T, tablet *sdk.Tablet) []sdk.Item {
	t.Helper()
	items, err := tablet.Timeline(chart, sdk.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func TestWriteOfflineAndSyncLater(t *testing.T) {
	s := newServer(t)
	dir := filepath.Join(t.TempDir(), "a")
	a, net := s.tablet(t, dir, "tablet-a", "sato")
	b, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "suzuki")
	synced(t, a, b)
	if charts, err := a.Charts(); err != nil || len(charts) != 1 || charts[0].Name != "山田 花子" || !charts[0].Complete {
		t.Fatalf("charts: %+v, %v", charts, err)
	}
	net.down = true
	if _, err := a.Create(chart, vitals(368), sdk.Entry{At: time.Now().Add(-time.Hour)}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Sync(t.Context()); !errors.Is(err, sdk.ErrOffline) {
		t.Errorf("offline: %v", err)
	}
	if err := a.Close(); err != nil { // switched off
		t.Fatal(err)
	}
	a, err := sdk.Open(sdk.Options{Dir: dir, Device: "tablet-a", Server: s.url})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	if items := timeline(t, a); len(items) != 1 || items[0].State != replica.OnTablet || items[0].Author.GetName() != "name of sato" {
		t.Fatalf("before the sync: %+v", items)
	}
	synced(t, a, b)
	for _, tablet := range []*sdk.Tablet{a, b} {
		if items := timeline(t, tablet); len(items) != 1 || items[0].State != replica.Safe || !strings.Contains(items[0].Ja, "36.8") {
			t.Errorf("after the sync: %+v", items)
		}
	}
	if queue, err := a.Queue(); err != nil || len(queue) != 1 || queue[0].Receipt == nil || !queue[0].Retired {
		t.Errorf("queue: %+v, %v", queue, err)
	}
}

func TestAnswerThatIsLostChangesNothingTwice(t *testing.T) {
	s := newServer(t)
	a, net := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	for range 3 {
		if _, err := a.Create(chart, vitals(368), sdk.Entry{}); err != nil {
			t.Fatal(err)
		}
	}
	net.lose = 1
	if _, err := a.Sync(t.Context()); !errors.Is(err, sdk.ErrOffline) {
		t.Fatalf("a lost answer: %v", err)
	}
	report, err := a.Sync(t.Context())
	if err != nil || report.Pushed != 3 {
		t.Fatalf("report %+v, %v", report, err)
	}
	if items := timeline(t, a); len(items) != 3 {
		t.Errorf("%d records", len(items))
	}
	queue, _ := a.Queue()
	if len(queue) != 3 || !queue[0].Result.GetRepeated() {
		t.Errorf("queue: %+v", queue)
	}
}

func TestValuesAreRefusedOrConfirmed(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	var check *sdk.CheckError
	if _, err := a.Create(chart, vitals(600), sdk.Entry{Confirm: true}); !errors.As(err, &check) || check.Confirm || check.Findings[0].Range == "" {
		t.Errorf("an impossible value: %v", err)
	}
	if _, err := a.Create(chart, vitals(420), sdk.Entry{}); !errors.As(err, &check) || !check.Confirm {
		t.Errorf("an unlikely value: %v", err)
	}
	if items := timeline(t, a); len(items) != 0 {
		t.Fatalf("%d records were saved", len(items))
	}
	if _, err := a.Create(chart, vitals(420), sdk.Entry{Confirm: true}); err != nil {
		t.Fatal(err)
	}
	v := timeline(t, a)[0].Record.GetBody().GetVitalSigns()
	if len(v.GetConfirmed()) != 1 || v.GetConfirmed()[0] != carev1.VitalItem_VITAL_ITEM_TEMPERATURE {
		t.Errorf("confirmed: %v", v.GetConfirmed())
	}
}

func TestTwoAmendmentsConflictAndAreResolved(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	b, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "suzuki")
	synced(t, a)
	saved, err := a.Create(chart, vitals(368), sdk.Entry{})
	if err != nil {
		t.Fatal(err)
	}
	synced(t, a, b)
	for tablet, tenths := range map[*sdk.Tablet]int32{a: 371, b: 381} {
		if _, err := tablet.Amend(saved.StreamID, saved.RecordID, vitals(tenths), "typo", false); err != nil {
			t.Fatal(err)
		}
	}
	synced(t, a, b, a)
	items, err := a.Timeline(chart, sdk.Filter{Attention: true})
	if err != nil || len(items) != 1 || items[0].State != replica.Conflict || len(items[0].Record.GetCandidates()) != 1 {
		t.Fatalf("conflicts: %+v, %v", items, err)
	}
	if _, err := a.Resolve(saved.StreamID, saved.RecordID, 0, "measured again"); err != nil {
		t.Fatal(err)
	}
	synced(t, a, b)
	for _, tablet := range []*sdk.Tablet{a, b} {
		i, err := tablet.Record(saved.StreamID, saved.RecordID)
		if err != nil || i.State != replica.Safe || i.Record.GetBody().GetVitalSigns().GetTemperatureTenthsC() != 381 {
			t.Errorf("resolved: %v %v %v", i.State, i.En, err)
		}
	}
	if _, err := b.Retract(saved.StreamID, saved.RecordID, "wrong patient"); err != nil {
		t.Fatal(err)
	}
	synced(t, b, a)
	if i, err := a.Record(saved.StreamID, saved.RecordID); err != nil || !i.Retracted {
		t.Errorf("the retraction did not arrive: %v", err)
	}
}

func TestDraftIsWrittenTogether(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	b, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "suzuki")
	synced(t, a)
	draft := &carev1.DraftNote{Format: carev1.NoteFormat_NOTE_FORMAT_SOAP, Subjective: "s"}
	body := &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: draft}}
	saved, err := a.Create(chart, body, sdk.Entry{})
	if err != nil {
		t.Fatal(err)
	}
	synced(t, a, b)
	draft.Objective = "o"
	if _, err := a.Amend(saved.StreamID, saved.RecordID, body, "", false); err != nil {
		t.Fatal(err)
	}
	other := proto.CloneOf(body)
	other.GetDraftNote().Objective, other.GetDraftNote().Plan = "", "p"
	if _, err := b.Amend(saved.StreamID, saved.RecordID, other, "", false); err != nil {
		t.Fatal(err)
	}
	synced(t, a, b, a)
	got := timeline(t, a)[0].Record.GetBody().GetDraftNote()
	if got.GetSubjective() != "s" || got.GetObjective() != "o" || got.GetPlan() != "p" {
		t.Errorf("the draft: %v", got)
	}
}

func TestRequestThatIsTooLargeIsHalved(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	s.most = 3
	for range 20 {
		if _, err := a.Create(chart, vitals(368), sdk.Entry{}); err != nil {
			t.Fatal(err)
		}
	}
	if report, err := a.Sync(t.Context()); err != nil || report.Pushed != 20 {
		t.Errorf("report %+v, %v", report, err)
	}
}

func TestSignInIsRefusedInWords(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	err := a.SignIn(t.Context(), "device", "sato", "wrong")
	if ja, en := sdk.Words(err); !errors.Is(err, sdk.ErrRefused) || ja == "" || en == "" {
		t.Errorf("a wrong secret: %v", err)
	}
	if p, ok, err := a.Person(); !ok || p.Name != "name of sato" || err != nil {
		t.Errorf("person: %+v %v %v", p, ok, err)
	}
}

func TestWatchBringsWhatMoves(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	b, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "suzuki")
	synced(t, a, b)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	reports := make(chan sdk.SyncReport, 100)
	done := make(chan error, 1)
	go func() {
		done <- b.Watch(ctx, func(r sdk.SyncReport, err error) {
			if err == nil {
				reports <- r
			}
		})
	}()
	<-reports // the watch has begun
	if _, err := a.Create(chart, vitals(368), sdk.Entry{}); err != nil {
		t.Fatal(err)
	}
	synced(t, a)
	for len(timeline(t, b)) == 0 {
		select {
		case <-reports:
		case <-time.After(10 * time.Millisecond):
		case <-ctx.Done():
			t.Fatal("nothing arrived")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestEveryHeldReasonHasWords(t *testing.T) {
	_, general := sdk.HeldWords(0)
	for n := range syncv1.HeldReason_name {
		if ja, en := sdk.HeldWords(syncv1.HeldReason(n)); ja == "" || n != 0 && en == general {
			t.Errorf("%v has no words of its own", syncv1.HeldReason(n))
		}
	}
}

// TestFormOpenedBefore: what came to the tablet while a form was open is not overwritten by what the form saves.
func TestFormOpenedBefore(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	b, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "suzuki")
	synced(t, a)
	saved, err := a.Create(chart, vitals(365), sdk.Entry{})
	if err != nil {
		t.Fatal(err)
	}
	synced(t, a, b)
	form, err := a.Record(saved.StreamID, saved.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Amend(saved.StreamID, saved.RecordID, vitals(399), "typo", false); err != nil {
		t.Fatal(err)
	}
	synced(t, b, a) // and the form on a still shows 36.5
	if _, err := a.AmendSeen(form, vitals(366), "typo", false); err != nil {
		t.Fatal(err)
	}
	synced(t, a)
	i, err := a.Record(saved.StreamID, saved.RecordID)
	if err != nil || i.State != replica.Conflict || i.Record.GetBody().GetVitalSigns().GetTemperatureTenthsC() != 399 {
		t.Errorf("%v %s %v: want 39.9 with 36.6 beside it", i.State, i.En, err)
	}
}
