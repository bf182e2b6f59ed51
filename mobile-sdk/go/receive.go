package sdk

import (
	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Receive says that whoever uses the tablet has an instruction, in the version that they have before them (指示受け). A
// later version has to be received anew. The words are for a question; they may be empty.
func (t *Tablet) Receive(shown Instruction, words string) (Saved, error) {
	switch shown.Mine {
	case Received:
		return Saved{}, ErrReceived
	case NotMine:
		return Saved{}, ErrNotForYou
	}
	sum := care.ShownSum(shown.Record.GetBody())
	return t.Create(shown.Chart, &carev1.Body{Kind: &carev1.Body_InstructionReceipt{InstructionReceipt: &carev1.InstructionReceipt{
		InstructionId: shown.ID[:], ShownSha256: sum[:], Words: words,
	}}}, Entry{Stream: shown.StreamID, Confirm: true})
}
