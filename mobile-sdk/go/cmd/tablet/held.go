package main

import (
	"encoding/hex"
	"strings"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

type heldCmd struct {
	Chart   string `help:"One chart only. Left out: all that you may decide about."` // not from the environment: nothing would look like nothing anywhere
	Release string `help:"Release the entry with this number: it is judged as if it had come now." xor:"what"`
	Reject  string `help:"Refuse the entry with this number." xor:"what"`
	Words   string `help:"Why. Its author reads it; required to refuse."`
}

// Run lists what the server holds, or decides about one of it. It asks the server: what others wrote is not here.
func (c heldCmd) Run(e *env) error {
	items, err := e.tablet.ListHeldOnServer(e.ctx, c.Chart)
	if err != nil {
		return err
	}
	if typed := c.Release + c.Reject; typed != "" {
		return c.judge(e, items, strings.ToLower(typed))
	}
	for _, i := range items {
		e.printHeld(i)
	}
	if len(items) == 0 {
		e.say("%s", e.both("サーバーで保留中の入力はありません", "the server holds nothing that you may decide about")+e.only(c.Chart))
	}
	return nil
}

func (c heldCmd) judge(e *env, items []*chartv1.WorkItem, typed string) error {
	var found []*chartv1.WorkItem
	for _, i := range items {
		id := hex.EncodeToString(i.GetHeld().GetMutationId())
		if strings.HasPrefix(id, typed) || strings.HasSuffix(id, typed) {
			found = append(found, i)
		}
	}
	switch {
	case len(found) == 0:
		return sdk.ErrNotThere
	case len(found) > 1:
		return sdk.ErrAmbiguous
	}
	id := replica.ID(found[0].GetHeld().GetMutationId())
	result, err := e.tablet.Judge(e.ctx, found[0].GetStreamId(), id, c.Release != "", c.Words)
	if err != nil {
		return err
	}
	e.say("%s  %s", short(id), e.both(sdk.ResultWords(result)))
	return nil
}

func (e *env) printHeld(i *chartv1.WorkItem) {
	h := i.GetHeld()
	what := e.both("内容は表示できません", "its content cannot be shown")
	if body := h.GetProposed().GetBody(); body != nil {
		what = e.summary(i.GetStreamId(), body)
	}
	e.say("%s  %s  %s  %s: %s", hex.EncodeToString(h.GetMutationId()[12:]), stamp(h.GetReceived().AsTime()),
		e.patient(i.GetChartId()), e.both(sdk.OperationWords(h.GetOperation())), what)
	record := h.GetRecordId()
	if h.GetOperation() == syncv1.Operation_OPERATION_CREATE {
		record = h.GetMutationId() // the record that it would be
	}
	e.say("          %s  [%s]  %s %s", e.author(h.GetAuthor()), e.both(sdk.HeldWords(h.GetReason())),
		e.both("記録番号", "record"), hex.EncodeToString(record))
}
