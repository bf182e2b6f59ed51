package main

import (
	"errors"
	"fmt"
	"strings"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type instructionsCmd struct {
	Chart string `help:"One chart only. Left out: all on this tablet."`
	All   bool   `help:"Also those that are over or were withdrawn."`
}

// Run lists temporary instructions: what has to be received first.
func (c instructionsCmd) Run(e *env) error {
	list, err := e.tablet.Instructions(c.Chart)
	if err != nil {
		return err
	}
	shown := 0
	for _, i := range list {
		if over := i.Force == sdk.Ended || i.Force == sdk.Withdrawn; over && !i.Due() && !c.All {
			continue
		}
		e.printInstruction(i)
		shown++
	}
	if shown == 0 {
		e.say("%s", e.both("有効な臨時の指示はありません", "no temporary instructions in force")+e.only(c.Chart))
	}
	if more := len(list) - shown; more > 0 {
		e.say("%s", e.both(fmt.Sprintf("終了・取り消し%d件：--all で表示", more), fmt.Sprintf("%d ended or withdrawn: --all lists them", more)))
	}
	return nil
}

// printInstruction prints an instruction: what to do, until when, for whom, and who has received it.
func (e *env) printInstruction(i sdk.Instruction) {
	mark := ""
	if i.Text.GetUrgent() {
		mark = e.both("【至急】", "[urgent]") + " "
	}
	e.say("%s  %s  %s%s", short(i.ID), e.patient(i.Chart), mark, care.Printable(i.Text.GetText()))
	e.say("          %s → %s  [%s]  %s", stamp(i.Text.GetFrom().AsTime()), stamp(i.Text.GetUntil().AsTime()), e.both(sdk.ForceWords(i.Force)), e.both(i.Hands()))
	if when := care.Printable(i.Text.GetCallWhen()); when != "" {
		e.say("          %s: %s", e.both("連絡の目安", "call when"), when)
	}
	if len(i.Text.GetToRoles()) > 0 {
		e.say("          %s: %s", e.both("対象の職種", "for"), e.roleTitles(i.Text.GetToRoles()))
	}
	if why := care.Printable(i.Text.GetWithdrawnReason()); why != "" {
		e.say("          %s: %s", e.both("取り消しの理由", "withdrawn because"), why)
	}
	for _, r := range i.Remarks {
		e.say("          [%s]", e.both(r.Ja, r.En))
	}
	for _, r := range i.Receipts {
		e.printReceipt(r)
	}
	e.say("          [%s]", strings.Join(e.instructionMarks(i), "] ["))
}

func (e *env) instructionMarks(i sdk.Instruction) []string {
	marks := []string{e.both(sdk.StateWords(i.State))}
	if ja, en := sdk.ReceivingWords(i.Mine); en != "" {
		marks = append(marks, e.both(ja, en))
	}
	return marks
}

// printReceipt prints who has received an instruction, and in which version.
func (e *env) printReceipt(r sdk.Receipt) {
	version := ""
	if !r.Current {
		version = "  " + e.both("（変更前の版）", "(an earlier version)")
	}
	e.say("          %s: %s  %s%s  %s [%s]", e.both("指示受け", "received"), e.author(r.Author), stamp(r.At), version,
		care.Printable(r.Words), e.both(sdk.StateWords(r.State)))
}

func (e *env) roleTitles(roles []carev1.Role) string {
	var titles []string
	for _, role := range roles {
		titles = append(titles, e.both(care.RoleTitle(role)))
	}
	return strings.Join(titles, "、")
}

type receiveCmd struct {
	chartFlag
	Instruction string `arg:"" help:"The instruction, as listed by instructions."`
	Words       string `help:"What you add, such as a question."`
}

// Run says that whoever uses the tablet has an instruction, as it is shown now (指示受け).
func (c receiveCmd) Run(e *env) error {
	chart, item, err := e.located(c.chartFlag, c.Instruction)
	if err != nil {
		return err
	}
	list, err := e.tablet.Instructions(chart.Chart)
	if err != nil {
		return err
	}
	for _, i := range list {
		if i.ID == item.ID {
			e.printInstruction(i)
			saved, err := e.tablet.Receive(i, c.Words)
			if err != nil {
				return err
			}
			return e.saved(saved)
		}
	}
	return otherKind()
}

type withdrawCmd struct {
	chartFlag
	Record string `arg:"" help:"The temporary instruction or the limit, as listed by instructions or thresholds."`
	Reason string `help:"Why." required:""`
}

// Run takes an instruction or a limit back before its end.
func (c withdrawCmd) Run(e *env) error {
	i, err := e.find(c.chartFlag, c.Record)
	if err != nil {
		return err
	}
	withdraw := e.tablet.WithdrawInstruction
	if i.Kind == "alert_threshold" {
		withdraw = e.tablet.WithdrawThreshold
	}
	saved, err := withdraw(i, c.Reason)
	if errors.Is(err, sdk.ErrNoRecord) {
		return otherKind()
	}
	if err != nil {
		return err
	}
	return e.saved(saved)
}
