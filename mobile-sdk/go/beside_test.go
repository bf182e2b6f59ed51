package sdk_test

import (
	"context"
	"crypto/rand"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func doseBody(order []byte, slot string, outcome carev1.DoseOutcome) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: &carev1.MedicationLog{
		OrderId: order, Slot: slot, Outcome: outcome, Reason: "r",
	}}}
}

// asked tells that an entry waits for a confirmation, with these words in its question.
func asked(t *testing.T, err error, words string) {
	t.Helper()
	var check *sdk.CheckError
	if ja, _ := sdk.Words(err); !errors.As(err, &check) || !check.Confirm || !strings.Contains(ja, words) {
		t.Errorf("got %v, want a question with %q", err, words)
	}
}

// TestDoseOfAColleagueIsAskedAbout: what the tablet already has is not recorded a second time without a word.
func TestDoseOfAColleagueIsAskedAbout(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	b, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "suzuki")
	order, slot := sdk.NewID(), time.Now().Format("2006-01-02")+"/after-breakfast"
	const given, refused = carev1.DoseOutcome_DOSE_OUTCOME_GIVEN, carev1.DoseOutcome_DOSE_OUTCOME_REFUSED
	synced(t, a, b)
	mine, err := a.Create(chart, doseBody(order[:], slot, given), sdk.Entry{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = a.Create(chart, doseBody(order[:], slot, given), sdk.Entry{}) // before it was ever sent
	asked(t, err, "name of sato により記録済み")
	synced(t, a, b)
	_, err = b.Create(chart, doseBody(order[:], slot, given), sdk.Entry{})
	asked(t, err, "name of sato により記録済み")
	if _, err := a.Amend(mine.StreamID, mine.RecordID, mended(doseBody(order[:], slot, given)), "typo", false); err != nil {
		t.Errorf("the dose stands in its own way: %v", err)
	}
	theirs, err := b.Create(chart, doseBody(order[:], slot, refused), sdk.Entry{})
	if err != nil {
		t.Errorf("one that was refused: %v", err)
	}
	_, err = b.Amend(theirs.StreamID, theirs.RecordID, doseBody(order[:], slot, given), "typo", false)
	asked(t, err, "name of sato により記録済み")
	if _, err := b.Create(chart, doseBody(order[:], slot, given), sdk.Entry{Confirm: true}); err != nil {
		t.Errorf("confirmed: %v", err)
	}
}

func mended(b *carev1.Body) *carev1.Body {
	b.GetMedicationLog().Reason = "another"
	return b
}

func TestEntryAfterADeathIsAskedAbout(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	died := &carev1.CareEpisode{Kind: carev1.EpisodeKind_EPISODE_KIND_DEATH, Period: &carev1.EpisodePeriod{Start: timestamppb.New(time.Now().Add(-time.Hour))}}
	body := &carev1.Body{Kind: &carev1.Body_Episode{Episode: died}}
	_, err := a.Create(chart, body, sdk.Entry{})
	asked(t, err, "死亡の記録です")
	if _, err := a.Create(chart, body, sdk.Entry{Confirm: true}); err != nil {
		t.Fatal(err)
	}
	synced(t, a)
	_, err = a.Create(chart, vitals(368), sdk.Entry{})
	asked(t, err, "死亡の記録より後")
	if _, err := a.Create(chart, vitals(368), sdk.Entry{At: time.Now().Add(-2 * time.Hour)}); err != nil {
		t.Errorf("before the death: %v", err)
	}
	_, err = a.Create(chart, vitals(368), sdk.Entry{At: time.Now().AddDate(0, 0, -31)})
	asked(t, err, "30日より前")
}

func TestErasedRecordSaysSo(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	saved, err := a.Create(chart, vitals(368), sdk.Entry{})
	if err != nil {
		t.Fatal(err)
	}
	synced(t, a)
	c := hub.Call{Session: hub.Session{Tenant: tenant, PersonID: "operator"}, Now: time.Now(), Entropy: rand.Reader}
	if err := s.hub.Erase(context.Background(), c, saved.StreamID, store.ID(saved.RecordID), "o"); err != nil {
		t.Fatal(err)
	}
	synced(t, a)
	i, err := a.Record(saved.StreamID, saved.RecordID)
	if err != nil || !i.Erased || i.NeedsUpdate || i.Ja != "消去された記録" || i.En != "a record that was erased by order" {
		t.Errorf("%+v, %v", i, err)
	}
	if items := timeline(t, a); len(items) != 1 || items[0].Ja != "消去された記録" {
		t.Errorf("the timeline: %+v", items)
	}
	_, amend := a.AmendSeen(i, vitals(370), "typo", false)
	_, retract := a.RetractSeen(i, "typo")
	_, move := a.Move(i, wrongChart, "", "typo")
	_, sign := a.Sign(i)
	_, confirm := a.ConfirmSeen(i)
	for _, err := range []error{amend, retract, move, sign, confirm} {
		if ja, _ := sdk.Words(err); !errors.Is(err, replica.ErrErased) || !strings.Contains(ja, "消去されました") {
			t.Errorf("%v: %s", err, ja)
		}
	}
}

// TestChartThatIsThereIsNotDenied: whoever may not write a kind is told that, and not that there is no such chart.
func TestChartThatIsThereIsNotDenied(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	body := &carev1.Body{Kind: &carev1.Body_Condition{Condition: &carev1.Condition{Name: &carev1.CodedText{Text: "架空"}}}}
	if _, err := a.Create(chart, body, sdk.Entry{}); !errors.Is(err, sdk.ErrNotYours) {
		t.Errorf("a kind of another stream: %v", err)
	}
	if _, err := a.Create("chart-9", body, sdk.Entry{}); !errors.Is(err, sdk.ErrNoChart) {
		t.Errorf("no such chart: %v", err)
	}
}

// TestClockThatWasWrongSignsNobodyOut, whichever way it was wrong, and whether it was so at the sign-in or after it.
func TestClockThatWasWrongSignsNobodyOut(t *testing.T) {
	for name, wrong := range map[string]time.Duration{"ahead": 100_000 * time.Hour, "behind": -100_000 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			s.expires = time.Now().Add(time.Hour)
			var off time.Duration
			boot, system := byte(0), sdk.SystemClock()
			a, err := sdk.Open(sdk.Options{Dir: filepath.Join(t.TempDir(), "a"), Device: "tablet-a", Server: s.url, Clock: func() replica.Clock {
				c := system()
				c.WallMs += off.Milliseconds()
				c.BootID = []byte{boot, 2, 3, 4, 5, 6, 7, 8}
				return c
			}})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = a.Close() }()
			if err := a.SignIn(t.Context(), "device", "sato", "secret"); err != nil {
				t.Fatal(err)
			}
			synced(t, a)
			off = wrong
			synced(t, a)
			boot, off = 1, 0 // started anew, with the clock right again
			synced(t, a)
			off = wrong
			if err := a.SignIn(t.Context(), "device", "sato", "secret"); err != nil {
				t.Fatal(err)
			}
			boot, off = 2, 0
			synced(t, a)
		})
	}
}
