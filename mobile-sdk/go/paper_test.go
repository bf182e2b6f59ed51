package sdk_test

import (
	"errors"
	"path/filepath"
	"testing"

	"google.golang.org/protobuf/proto"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func sheet() *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_Instruction{Instruction: &carev1.PhysicianInstruction{
		Type: carev1.InstructionType_INSTRUCTION_TYPE_VISITING_NURSE, PeriodFrom: "2026-11-01", PeriodTo: "2027-04-30",
		Issued: "2026-10-28", Physician: "架空 医師", Clinic: "架空医院", State: carev1.InstructionState_INSTRUCTION_STATE_ISSUED,
		Diagnoses: []*carev1.CodedText{{Text: "慢性心不全"}},
	}}}
}

// TestPaperIsTypedInAndConfirmed: a nurse types in what a physician signed, and corrects it; it is shown as not confirmed on
// every tablet until a physician has confirmed it.
func TestPaperIsTypedInAndConfirmed(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	b, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "dr-ito")
	synced(t, a, b)
	paper := &sdk.Paper{Signed: &carev1.Actor{Name: "架空 医師", Role: carev1.Role_ROLE_PHYSICIAN}, Record: replica.ID{1}}
	saved, err := a.Create(chart, sheet(), sdk.Entry{Stream: chart + "/care", Paper: paper})
	if err != nil {
		t.Fatal(err)
	}
	shown := func(tablet *sdk.Tablet) sdk.Item {
		t.Helper()
		synced(t, a, b, a)
		for _, i := range timeline(t, tablet) {
			if i.ID == saved.RecordID {
				return i
			}
		}
		t.Fatal("the sheet is not there")
		return sdk.Item{}
	}
	remarked := func(i sdk.Item) bool {
		return len(i.Remarks) > 0 && i.Remarks[0].Ja == "代行入力：医師の確認前" && i.State == replica.Safe
	}
	if i := shown(b); !remarked(i) || i.Record.GetEnvelope().GetEnterer().GetPersonId() != "sato" {
		t.Errorf("typed in: %v, %v", i.State, i.Record)
	}
	better := sheet()
	better.GetInstruction().Clinic = "架空内科医院"
	if _, err := a.AmendSeen(shown(a), better, "typing error", false); err != nil {
		t.Fatal(err)
	}
	if i := shown(b); !remarked(i) || i.Record.GetBody().GetInstruction().GetClinic() != "架空内科医院" {
		t.Errorf("corrected: %v, %v", i.State, i.Record)
	}
	if _, err := a.ConfirmSeen(shown(a)); !errors.Is(err, sdk.ErrMayNotConfirm) {
		t.Errorf("a nurse confirms: %v", err)
	}
	if _, err := b.ConfirmSeen(shown(b)); err != nil {
		t.Fatal(err)
	}
	i := shown(a)
	if remarked(i) || i.State != replica.Safe || i.Record.GetEnvelope().GetConfirmation().GetBy().GetPersonId() != "dr-ito" ||
		!proto.Equal(i.Record.GetBody(), better) {
		t.Errorf("confirmed: %v, %v", i.State, i.Record)
	}
	if _, err := b.ConfirmSeen(shown(b)); !errors.Is(err, sdk.ErrConfirmed) {
		t.Errorf("confirmed again: %v", err)
	}
}

// TestSheetWithoutPaperIsHeld: a nurse who names no paper waits for somebody's decision.
func TestSheetWithoutPaperIsHeld(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	if _, err := a.Create(chart, sheet(), sdk.Entry{Stream: chart + "/care"}); err != nil {
		t.Fatal(err)
	}
	synced(t, a)
	if items := timeline(t, a); len(items) != 1 || items[0].State != replica.Held {
		t.Errorf("%+v", items)
	}
}
