package care_test

import (
	"encoding/hex"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func oxygen() *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_TemporaryInstruction{TemporaryInstruction: &carev1.TemporaryInstruction{
		Text: "酸素 1L/分", From: &timestamppb.Timestamp{Seconds: 1_800_000_000}, Until: &timestamppb.Timestamp{Seconds: 1_800_172_800},
	}}}
}

// TestShownSum: the sum is part of the format of receipts, so that a tablet of today and a server of tomorrow agree on
// what was received; whatever changes in the text changes it, also a field that this build does not know.
func TestShownSum(t *testing.T) {
	sum := care.ShownSum(oxygen())
	if got := hex.EncodeToString(sum[:]); got != "2599e5a91378b89ebaab284e067ea457ae3308f2269ed7c475941fb0da6afc6b" {
		t.Errorf("the sum of an instruction is %s", got)
	}
	changed := oxygen()
	changed.GetTemporaryInstruction().Text = "酸素 2L/分"
	newer := oxygen()
	field := protowire.AppendString(protowire.AppendTag(nil, 900, protowire.BytesType), "of tomorrow")
	newer.GetTemporaryInstruction().ProtoReflect().SetUnknown(field)
	for name, body := range map[string]*carev1.Body{"another text": changed, "a field of tomorrow": newer} {
		if care.ShownSum(body) == sum {
			t.Errorf("%s has the same sum", name)
		}
	}
	wire, err := proto.Marshal(newer)
	if err != nil {
		t.Fatal(err)
	}
	again := &carev1.Body{}
	if err := proto.Unmarshal(wire, again); err != nil || care.ShownSum(again) != care.ShownSum(newer) {
		t.Errorf("another sum after the wire: %v", err)
	}
}

func TestInstructionIsForNursesUnlessItSaysOtherwise(t *testing.T) {
	nurse, worker := carev1.Role_ROLE_NURSE, carev1.Role_ROLE_CARE_WORKER
	all := &carev1.TemporaryInstruction{}
	home := &carev1.TemporaryInstruction{ToRoles: []carev1.Role{worker}}
	if !care.InstructionFor(all, nurse) || care.InstructionFor(all, worker) || care.InstructionFor(home, nurse) || !care.InstructionFor(home, worker) {
		t.Error("an instruction is for the wrong role")
	}
}
