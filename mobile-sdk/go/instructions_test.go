package sdk_test

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func twoDays(text string) *carev1.TemporaryInstruction {
	return &carev1.TemporaryInstruction{
		Text: text, CallWhen: "SpO2 88%以下", Urgent: true,
		From: timestamppb.New(time.Now().Add(-time.Minute)), Until: timestamppb.New(time.Now().Add(48 * time.Hour)),
	}
}

// ward is a nurse's and a physician's tablet of one chart.
func ward(t *testing.T) (nurse, doctor *sdk.Tablet, net *flaky) {
	t.Helper()
	s := newServer(t)
	nurse, net = s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	doctor, _ = s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "dr-ito")
	synced(t, nurse, doctor)
	return nurse, doctor, net
}

func only(t *testing.T, tablet *sdk.Tablet) sdk.Instruction {
	t.Helper()
	list, err := tablet.Instructions(chart)
	if err != nil || len(list) != 1 {
		t.Fatalf("%d instructions, %v", len(list), err)
	}
	return list[0]
}

// TestInstructionIsReceivedInEachVersion: a receipt is of one version; a change has to be received again, and so has that
// it was withdrawn.
func TestInstructionIsReceivedInEachVersion(t *testing.T) {
	nurse, doctor, net := ward(t)
	if _, err := doctor.Instruct(chart, twoDays("酸素 1L/分"), sdk.Entry{}); err != nil {
		t.Fatal(err)
	}
	if i := only(t, doctor); i.Mine != sdk.NotMine || i.State != replica.OnTablet || i.Force != sdk.InForce {
		t.Errorf("the physician's own: %+v", i)
	}
	exchange := func() { t.Helper(); synced(t, doctor, nurse, doctor) }
	receive := func(want sdk.Receiving) {
		t.Helper()
		net.down = true
		shown := only(t, nurse)
		if shown.Mine != want {
			t.Fatalf("before: %v, want %v", shown.Mine, want)
		}
		if _, err := nurse.Receive(shown, ""); err != nil {
			t.Fatal(err)
		}
		if i := only(t, nurse); i.Mine != sdk.Received || i.Receipts[len(i.Receipts)-1].State != replica.OnTablet {
			t.Errorf("after: %v", i.Mine)
		}
		if _, err := nurse.Receive(only(t, nurse), ""); !errors.Is(err, sdk.ErrReceived) {
			t.Errorf("again: %v", err)
		}
		net.down = false
		synced(t, nurse, doctor)
	}
	exchange()
	receive(sdk.New)
	seen := only(t, doctor)
	if len(seen.Receipts) != 1 || !seen.Receipts[0].Current || seen.Receipts[0].Author.GetName() != "name of sato" {
		t.Fatalf("the physician sees: %+v", seen.Receipts)
	}
	better := proto.CloneOf(seen.Text)
	better.Text = "酸素 2L/分"
	if _, err := doctor.AmendInstruction(seen.Item, better, ""); err != nil {
		t.Fatal(err)
	}
	if i := only(t, doctor); i.Receipts[0].Current {
		t.Error("a receipt of another version counts")
	}
	exchange()
	receive(sdk.Changed)
	if _, err := doctor.WithdrawInstruction(only(t, doctor).Item, "入院"); err != nil {
		t.Fatal(err)
	}
	exchange()
	if i := only(t, nurse); i.Force != sdk.Withdrawn || i.Text.GetWithdrawnReason() != "入院" {
		t.Errorf("withdrawn: %v", i.Text)
	}
	receive(sdk.Changed)
	if i := only(t, doctor); len(i.Receipts) != 3 || !i.Receipts[2].Current || i.Receipts[1].Current {
		t.Errorf("receipts: %+v", i.Receipts)
	}
}

// TestNursesDoNotOrder, but type in what a physician signed.
func TestNursesDoNotOrder(t *testing.T) {
	nurse, doctor, _ := ward(t)
	if _, err := nurse.Instruct(chart, twoDays("酸素"), sdk.Entry{}); !errors.Is(err, sdk.ErrMayNotOrder) {
		t.Errorf("an instruction: %v", err)
	}
	if _, _, err := nurse.OrderThreshold(chart, limit(90), sdk.Entry{}); !errors.Is(err, sdk.ErrMayNotOrder) {
		t.Errorf("a limit: %v", err)
	}
	over := twoDays("酸素")
	over.From, over.Until = timestamppb.New(time.Now().Add(-2*time.Hour)), timestamppb.New(time.Now().Add(-time.Hour))
	if _, err := doctor.Instruct(chart, over, sdk.Entry{}); !errors.Is(err, sdk.ErrOver) {
		t.Errorf("one that is over: %v", err)
	}
	paper := sdk.Entry{At: time.Now().Add(-time.Hour), Paper: &sdk.Paper{
		Signed: &carev1.Actor{Name: "架空 医師", Role: carev1.Role_ROLE_PHYSICIAN}, Record: replica.ID{1},
	}}
	if _, err := nurse.Instruct(chart, twoDays("酸素 1L/分"), paper); err != nil {
		t.Fatal(err)
	}
	if _, _, err := nurse.OrderThreshold(chart, limit(90), paper); err != nil {
		t.Fatal(err)
	}
	synced(t, nurse, doctor)
	i := only(t, doctor)
	if i.State != replica.Safe || len(i.Remarks) != 1 || i.Record.GetEnvelope().GetPerformer().GetName() != "架空 医師" {
		t.Errorf("typed in: %v %v", i.State, i.Remarks)
	}
	better := proto.CloneOf(i.Text)
	better.CallWhen = "SpO2 90%以下"
	synced(t, nurse)
	if _, err := nurse.AmendInstruction(only(t, nurse).Item, better, "写し間違い"); err != nil {
		t.Error(err)
	}
	synced(t, nurse, doctor)
	if _, err := doctor.ConfirmSeen(only(t, doctor).Item); err != nil {
		t.Fatal(err)
	}
	synced(t, doctor, nurse)
	if _, err := nurse.WithdrawInstruction(only(t, nurse).Item, "x"); !errors.Is(err, sdk.ErrMayNotOrder) {
		t.Errorf("a nurse withdraws what a physician confirmed: %v", err)
	}
}
