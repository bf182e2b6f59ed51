package sdk_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// TestBothWereGiven: a pair that somebody decided about is in no list any more, on no tablet and not on the server, and
// says who decided; a third record is asked about anew.
func TestBothWereGiven(t *testing.T) {
	order := sdk.NewID()
	visit := &carev1.Visit{
		Kind: carev1.VisitKind_VISIT_KIND_NURSING, StaffId: "sato", StaffName: "name of sato",
		PlannedStart: timestamppb.New(time.Now().Truncate(time.Second)), PlannedMinutes: 60,
		Progress: &carev1.VisitProgress{State: carev1.VisitState_VISIT_STATE_PLANNED},
	}
	for name, body := range map[string]*carev1.Body{
		"dose":  doseBody(order[:], time.Now().Format("2006-01-02")+"/after-breakfast", carev1.DoseOutcome_DOSE_OUTCOME_GIVEN),
		"visit": {Kind: &carev1.Body_Visit{Visit: visit}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t)
			a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
			b, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "suzuki")
			synced(t, a, b)
			write := func(on *sdk.Tablet) sdk.Saved {
				saved, err := on.Create(chart, body, sdk.Entry{Confirm: true})
				if err != nil {
					t.Fatal(err)
				}
				return saved
			}
			left := func(want int) {
				t.Helper()
				work, err := b.Work(t.Context(), chartv1.WorkKind_WORK_KIND_POSSIBLE_DUPLICATE, chart)
				if err != nil || (len(work) > 0) != (want > 0) {
					t.Errorf("on the server: %v, %v", work, err)
				}
				for _, tablet := range []*sdk.Tablet{a, b} {
					items, err := tablet.Timeline(chart, sdk.Filter{Attention: true})
					if err != nil || len(items) != want {
						t.Errorf("%d wait for a person, want %d, %v", len(items), want, err)
					}
				}
			}
			first := write(a)
			write(b)
			synced(t, a, b, a)
			left(2)
			shown, err := a.Record(first.StreamID, first.RecordID)
			if err != nil {
				t.Fatal(err)
			}
			if name == "dose" {
				if _, err := a.BothHappened(shown, ""); !errors.Is(err, replica.ErrReason) {
					t.Errorf("without a reason: %v", err)
				}
			}
			if _, err := a.BothHappened(shown, "both were given"); err != nil {
				t.Fatal(err)
			}
			synced(t, a, b)
			left(0)
			shown, err = b.Record(first.StreamID, first.RecordID)
			if err != nil || len(shown.Distinct) != 1 || shown.Distinct[0].Decision.GetBy().GetName() != "name of sato" {
				t.Errorf("who decided: %+v, %v", shown.Distinct, err)
			}
			if _, err := b.BothHappened(shown, "again"); !errors.Is(err, sdk.ErrNoConflict) {
				t.Errorf("a second decision: %v", err)
			}
			write(b)
			synced(t, b, a)
			left(3)
		})
	}
}
