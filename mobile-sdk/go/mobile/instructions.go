package mobile

import (
	"encoding/hex"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Instruction is a temporary instruction of a physician, as it stands on the screen.
type Instruction struct {
	ID, Chart string
	// Text is what to do, CallWhen when to call.
	Text, CallWhen string
	// FromMs and UntilMs are when it counts; Force names whether it does now, in the tablet's language.
	FromMs, UntilMs int64
	Force           string
	Urgent          bool
	// Due: whoever uses the tablet has to receive it; Receiving says so in the tablet's language.
	Due       bool
	Receiving string
	// Author wrote it; Receipts, one to a line, say who has received it.
	Author, Receipts string
	// RecordJSON is the record, in JSON of care.v1.Record.
	RecordJSON string

	shown sdk.Instruction
}

// Instructions is a list of instructions.
type Instructions struct {
	tablet *Tablet
	list   []sdk.Instruction
}

// Len is how many there are.
func (l *Instructions) Len() int { return len(l.list) }

// Get returns one; nil if there is none with that number.
func (l *Instructions) Get(n int) *Instruction {
	if n < 0 || n >= len(l.list) {
		return nil
	}
	i, t := l.list[n], l.tablet
	var receipts []string
	for _, r := range i.Receipts {
		receipts = append(receipts, t.received(r))
	}
	return &Instruction{
		ID: hex.EncodeToString(i.ID[:]), Chart: i.Chart, Text: care.Printable(i.Text.GetText()), CallWhen: care.Printable(i.Text.GetCallWhen()),
		FromMs: i.Text.GetFrom().AsTime().UnixMilli(), UntilMs: i.Text.GetUntil().AsTime().UnixMilli(), Force: t.pick(sdk.ForceWords(i.Force)),
		Urgent: i.Text.GetUrgent(), Due: i.Due(), Receiving: t.pick(sdk.ReceivingWords(i.Mine)), Author: i.Author.GetName(),
		Receipts: strings.Join(receipts, "\n"), RecordJSON: recordJSON(i.Record), shown: i,
	}
}

func (t *Tablet) received(r sdk.Receipt) string {
	words := r.Author.GetName()
	if !r.Current {
		words += t.pick("（変更前の版）", " (an earlier version)")
	}
	if said := care.Printable(r.Words); said != "" {
		words += ": " + said
	}
	return words + "  [" + t.pick(sdk.StateWords(r.State)) + "]"
}

// Instructions lists the temporary instructions of a chart, or, without one, of all on this tablet: what has to be received
// first. It needs no network.
func (t *Tablet) Instructions(chart string) (*Instructions, error) {
	list, err := t.tablet.Instructions(chart)
	return &Instructions{t, list}, t.words(err)
}

// Receive says that whoever uses the tablet has an instruction, as it stands on the screen. The words may be empty.
func (t *Tablet) Receive(shown *Instruction, words string) error {
	_, err := t.tablet.Receive(shown.shown, words)
	return t.words(err)
}

// Instruct writes a temporary instruction, in JSON of care.v1.TemporaryInstruction; the alerts that it names are answered
// with it. It returns the id of its record.
func (t *Tablet) Instruct(chart, instructionJSON string) (string, error) {
	i := &carev1.TemporaryInstruction{}
	if err := protojson.Unmarshal([]byte(instructionJSON), i); err != nil {
		return "", t.words(replica.ErrNoBody)
	}
	saved, err := t.tablet.Instruct(chart, i, sdk.Entry{})
	return hex.EncodeToString(saved.RecordID[:]), t.words(err)
}
