package sdk_test

import (
	"encoding/hex"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func order(slots ...string) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
		Drug:   &carev1.Drug{Name: "アムロジピン錠5mg"},
		Dosage: &carev1.Dosage{AmountThousandths: 1000, Unit: "錠", Slots: slots}, State: carev1.OrderState_ORDER_STATE_ACTIVE,
	}}}
}

func dose(of replica.ID, slot string) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: &carev1.MedicationLog{
		OrderId: of[:], Slot: slot, Outcome: carev1.DoseOutcome_DOSE_OUTCOME_GIVEN,
	}}}
}

// one is a synchronised tablet of a nurse.
func one(t *testing.T) *sdk.Tablet {
	t.Helper()
	a, _ := newServer(t).tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	return a
}

func create(t *testing.T, a *sdk.Tablet, body *carev1.Body) sdk.Saved {
	t.Helper()
	saved, err := a.Create(chart, body, sdk.Entry{Confirm: true})
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

func asks(err error) bool {
	var check *sdk.CheckError
	return errors.As(err, &check) && check.Confirm
}

func TestConfirmationEndsWithItsValue(t *testing.T) {
	a := one(t)
	saved := create(t, a, vitals(420))
	amend := func(tenths int32, confirm bool) error {
		i, err := a.Record(saved.StreamID, saved.RecordID)
		if err != nil {
			t.Fatal(err)
		}
		body := proto.CloneOf(i.Record.GetBody())
		body.GetVitalSigns().TemperatureTenthsC = proto.Int32(tenths)
		_, err = a.AmendSeen(i, body, "typo", confirm)
		return err
	}
	if err := amend(368, false); err != nil {
		t.Fatal(err)
	}
	i, _ := a.Record(saved.StreamID, saved.RecordID)
	if c := i.Record.GetBody().GetVitalSigns().GetConfirmed(); len(c) != 0 {
		t.Errorf("the confirmation stayed: %v", c)
	}
	if err := amend(450, false); !asks(err) {
		t.Errorf("45 was taken without a question: %v", err)
	}
	if err := amend(450, true); err != nil {
		t.Fatal(err)
	}
}

func TestConfirmedOrderSaysSo(t *testing.T) {
	a := one(t)
	if _, err := a.Create(chart, order(), sdk.Entry{}); !asks(err) {
		t.Errorf("an order without a time: %v", err)
	}
	saved := create(t, a, order())
	i, err := a.Record(saved.StreamID, saved.RecordID)
	if err != nil || !slices.Equal(i.Record.GetBody().GetMedicationOrder().GetConfirmed(), []string{"dosage.slots"}) {
		t.Errorf("%v %v", i.Record, err)
	}
}

func TestDoseNamesItsDrugAndItsDouble(t *testing.T) {
	a := one(t)
	o := create(t, a, order("after-breakfast"))
	first := create(t, a, dose(o.RecordID, "2026-11-23/after-breakfast"))
	second := create(t, a, dose(o.RecordID, "2026-11-23/after-breakfast"))
	refused := dose(o.RecordID, "2026-11-23/after-breakfast")
	refused.GetMedicationLog().Outcome, refused.GetMedicationLog().Reason = carev1.DoseOutcome_DOSE_OUTCOME_REFUSED, "嘔気"
	third := create(t, a, refused)
	for saved, double := range map[sdk.Saved][]replica.ID{first: {second.RecordID}, second: {first.RecordID}, third: nil} {
		i, err := a.Record(saved.StreamID, saved.RecordID)
		if err != nil || !slices.Equal(i.PossibleDuplicates, double) {
			t.Errorf("duplicates of one: %x, want %x, %v", i.PossibleDuplicates, double, err)
		}
		f, err := a.Find(chart, hex.EncodeToString(saved.RecordID[:]))
		if err != nil || !slices.Equal(f.PossibleDuplicates, double) {
			t.Errorf("duplicates in the list: %x, want %x, %v", f.PossibleDuplicates, double, err)
		}
		for _, words := range []string{i.Ja, i.En, f.Ja, f.En} {
			if !strings.HasPrefix(words, "アムロジピン錠5mg ") {
				t.Errorf("no drug: %q", words)
			}
		}
	}
	items, err := a.Timeline(chart, sdk.Filter{Attention: true})
	if err != nil || len(items) != 2 {
		t.Errorf("%d items need attention, %v", len(items), err)
	}
}

func TestUnlikelyTimesAndDosesAreAskedAbout(t *testing.T) {
	a := one(t)
	for _, at := range []time.Time{time.Now().Add(2 * time.Hour), time.Date(1899, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if _, err := a.Create(chart, vitals(368), sdk.Entry{At: at}); !asks(err) {
			t.Errorf("%v: %v", at, err)
		}
	}
	if _, err := a.Create(chart, vitals(368), sdk.Entry{At: time.Now().Add(30 * time.Minute)}); err != nil {
		t.Error(err)
	}
	o := create(t, a, order("after-breakfast"))
	if _, err := a.Create(chart, dose(o.RecordID, "2026-11-23/after-dinner"), sdk.Entry{}); !asks(err) {
		t.Errorf("a slot that is not ordered: %v", err)
	}
	ten := dose(o.RecordID, "2026-11-23/after-breakfast")
	ten.GetMedicationLog().AmountThousandths = proto.Uint32(10_000)
	if _, err := a.Create(chart, ten, sdk.Entry{}); !asks(err) {
		t.Errorf("ten times: %v", err)
	}
	stopped := order("after-breakfast")
	stopped.GetMedicationOrder().State = carev1.OrderState_ORDER_STATE_STOPPED
	if _, err := a.Amend(o.StreamID, o.RecordID, stopped, "stopped", true); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Create(chart, dose(o.RecordID, "2026-11-23/after-breakfast"), sdk.Entry{}); !asks(err) {
		t.Errorf("a stopped order: %v", err)
	}
	if items := timeline(t, a); len(items) != 2 {
		t.Errorf("%d records", len(items))
	}
}

func TestNothingIsNotWritten(t *testing.T) {
	a := one(t)
	saved := create(t, a, vitals(368))
	if _, err := a.Amend(saved.StreamID, saved.RecordID, vitals(368), "typo", false); !errors.Is(err, sdk.ErrUnchanged) {
		t.Errorf("an amendment without a change: %v", err)
	}
	if _, err := a.Amend(saved.StreamID, saved.RecordID, vitals(369), " 　", false); !errors.Is(err, sdk.ErrBlank) {
		t.Errorf("a blank reason: %v", err)
	}
	if _, err := a.Retract(saved.StreamID, saved.RecordID, "\t"); !errors.Is(err, sdk.ErrBlank) {
		t.Errorf("a blank reason: %v", err)
	}
	if _, err := a.Resolve(saved.StreamID, saved.RecordID, sdk.Keep, ""); !errors.Is(err, sdk.ErrNoConflict) {
		t.Errorf("no conflict: %v", err)
	}
	note := &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_FREE, Text: "　",
	}}}
	if _, err := a.Create(chart, note, sdk.Entry{}); !errors.Is(err, sdk.ErrBlank) {
		t.Errorf("a blank note: %v", err)
	}
	if queue, _ := a.Queue(); len(queue) != 1 {
		t.Errorf("%d entries", len(queue))
	}
}
