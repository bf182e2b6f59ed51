package sdk

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Force is whether something with a beginning and an end counts now.
type Force int

// What is ordered is in one of these states.
const (
	InForce Force = iota + 1
	NotBegun
	Ended
	Withdrawn
)

// ForceWords names the state.
func ForceWords(f Force) (ja, en string) {
	switch f {
	case InForce:
		return "有効", "in force"
	case NotBegun:
		return "開始前", "not begun"
	case Ended:
		return "終了", "ended"
	case Withdrawn:
		return "取り消し", "withdrawn"
	}
	return "不明", "unknown"
}

// forceAt is the state of what counts from a time on, until another, exclusive.
func forceAt(withdrawn bool, from, until, now time.Time) Force {
	switch {
	case withdrawn:
		return Withdrawn
	case !now.Before(until):
		return Ended
	case now.Before(from):
		return NotBegun
	}
	return InForce
}

// Receiving is whether the person who uses the tablet has an instruction to receive (指示受け).
type Receiving int

// The states of it.
const (
	// NotMine: it is for others, or over before they received it.
	NotMine Receiving = iota
	// New: they have not received it.
	New
	// Changed since they received it: its text, its end, or that it was withdrawn.
	Changed
	// Received as it stands.
	Received
)

// ReceivingWords names the state; empty for NotMine.
func ReceivingWords(r Receiving) (ja, en string) {
	switch r {
	case New:
		return "新しい指示：指示受けが必要", "new: to be received"
	case Changed:
		return "指示が変更されました：もう一度指示受けが必要", "changed: to be received again"
	case Received:
		return "指示受け済み", "received"
	}
	return "", ""
}

// Instruction is a temporary instruction on this tablet.
type Instruction struct {
	Item
	// Chart is the patient's.
	Chart string
	// Text is what is ordered, with when to call and until when.
	Text *carev1.TemporaryInstruction
	// Force is whether it counts now, by this tablet's clock.
	Force Force
	// Mine is whether whoever uses the tablet has to receive it.
	Mine Receiving
	// Receipts of it, oldest first.
	Receipts []Receipt
}

// Receipt says that somebody has received an instruction.
type Receipt struct {
	Item
	// Chart is the patient's, Instruction the one that was received.
	Chart       string
	Instruction replica.ID
	// Current: they had the version before them that stands now.
	Current bool
	// Words are what the receiver added, such as a question.
	Words string
}

// Due tells whether whoever uses the tablet has to receive it.
func (i Instruction) Due() bool { return i.Mine == New || i.Mine == Changed }

// Instructions lists the temporary instructions on this tablet: of one chart, or, without one, of all. What has to be
// received comes first, then what is in force, what has not begun, and what is over; the urgent and the newest first in
// each. It needs no network.
func (t *Tablet) Instructions(chart string) ([]Instruction, error) {
	all, err := t.mattersOf(chart)
	if err != nil {
		return nil, err
	}
	me, err := t.me()
	if err != nil {
		return nil, err
	}
	var list []Instruction
	for _, m := range all {
		list = append(list, m.instructed(me, t.now())...)
	}
	slices.SortStableFunc(list, func(a, b Instruction) int {
		return cmp.Or(openFirst(a.Due(), b.Due()), cmp.Compare(a.Force, b.Force), openFirst(a.Text.GetUrgent(), b.Text.GetUrgent()), b.At.Compare(a.At))
	})
	return list, nil
}

// instructed puts the instructions of a chart together with their receipts.
func (m matters) instructed(me *carev1.Actor, now time.Time) []Instruction {
	var list []Instruction
	for _, item := range m.instructions {
		text := item.Record.GetBody().GetTemporaryInstruction()
		i := Instruction{Item: item, Chart: m.chart.ID, Text: text, Receipts: m.receiptsOf(item)}
		i.Force = forceAt(text.GetWithdrawn() || item.Retracted, text.GetFrom().AsTime(), text.GetUntil().AsTime(), now)
		i.Mine = i.receiving(me)
		list = append(list, i)
	}
	return list
}

func (m matters) receiptsOf(of Item) []Receipt {
	sum := care.ShownSum(of.Record.GetBody())
	var list []Receipt
	for _, item := range m.receipts {
		r := item.Record.GetBody().GetInstructionReceipt()
		if counts(item) && bytes.Equal(r.GetInstructionId(), of.ID[:]) {
			list = append(list, Receipt{item, m.chart.ID, of.ID, bytes.Equal(r.GetShownSha256(), sum[:]), r.GetWords()})
		}
	}
	slices.Reverse(list)
	return list
}

// receiving is what the instruction asks of a person. What is over asks nothing, but that it was withdrawn is told to those
// who carry it out.
func (i Instruction) receiving(me *carev1.Actor) Receiving {
	before := false
	for _, r := range i.Receipts {
		if r.Author.GetPersonId() != me.GetPersonId() {
			continue
		}
		if r.Current {
			return Received
		}
		before = true
	}
	switch {
	case !care.InstructionFor(i.Text, me.GetRole()) || !mayReceive(me) || i.Force == Ended || i.Retracted:
		return NotMine
	case before:
		return Changed
	case i.Force == Withdrawn:
		return NotMine
	}
	return New
}

func mayReceive(me *carev1.Actor) bool {
	kind, known := care.KindByName("instruction_receipt")
	return known && kind.MayWrite(me.GetRole())
}
