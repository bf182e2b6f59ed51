package main

import (
	"encoding/hex"
	"strings"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

type signCmd struct {
	chartFlag
	Record string `arg:"" help:"The draft, as listed by show."`
}

// Run signs a draft: what was written together becomes one person's note, and the draft is closed with it.
func (c signCmd) Run(e *env) error {
	chart, i, err := e.located(c.chartFlag, c.Record)
	if err != nil {
		return err
	}
	saved, err := e.tablet.Sign(i)
	if err != nil {
		return e.question(err, chart.Chart, i.Record.GetBody(), i.At)
	}
	return e.saved(saved)
}

type acknowledgeCmd struct {
	Entry string `arg:"" help:"The refused entry, as listed by queue."`
}

// Run takes a refused entry off the list, once its author has seen that it was refused.
func (c acknowledgeCmd) Run(e *env) error {
	queue, err := e.tablet.Queue()
	if err != nil {
		return err
	}
	typed := strings.ToLower(strings.ReplaceAll(c.Entry, "-", ""))
	var found []replica.Own
	for _, own := range queue {
		id := hex.EncodeToString(own.MutationID[:])
		if typed != "" && (strings.HasPrefix(id, typed) || strings.HasSuffix(id, typed)) {
			found = append(found, own)
		}
	}
	switch {
	case len(found) == 0:
		return replica.ErrUnknownMutation
	case len(found) > 1:
		return sdk.ErrAmbiguous
	case found[0].State != replica.Rejected:
		return unclear("this entry was not refused", "この入力は差し戻されていません")
	}
	if err := e.tablet.Acknowledge(found[0].MutationID); err != nil {
		return err
	}
	e.say("%s  %s", short(found[0].MutationID), e.both("確認済みにしました", "taken off the list"))
	return nil
}

type useCmd struct {
	Person string `arg:"" help:"Somebody who signed in on this tablet before."`
}

func (c useCmd) Run(e *env) error {
	if err := e.tablet.Use(c.Person); err != nil {
		return err
	}
	p, _, err := e.tablet.Person()
	if err == nil {
		e.say("%s: %s", e.both("この端末を使う人", "now writing on this tablet"), p.Name)
	}
	return err
}

type rescueCmd struct{}

// Run lists what the server lost, after a backup was restored there for instance. Somebody has to write it again.
func (rescueCmd) Run(e *env) error {
	list, err := e.tablet.Rescue()
	if err != nil {
		return err
	}
	for _, r := range list {
		env, arrival := r.Record.GetEnvelope(), r.Record.GetArrival()
		e.say("%s  %s  %s  %s  %s", short(r.ID), stamp(env.GetEffective().AsTime()), r.StreamID,
			e.both(care.Summary(r.Record.GetBody())), arrival.GetAuthor().GetName())
	}
	if len(list) == 0 {
		e.say("%s", e.both("サーバーから失われた記録はありません", "the server has lost no records of this tablet"))
		return nil
	}
	e.say("%s", e.both("サーバーにない記録です。この端末だけに残っている可能性があります。管理者に連絡してください。",
		"the server does not have these records, and this may be the only copy: tell whoever runs the server"))
	return nil
}
