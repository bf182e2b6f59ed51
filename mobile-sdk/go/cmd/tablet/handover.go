package main

import (
	"errors"
	"maps"
	"slices"
	"strings"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

type handoverCmd struct {
	Chart string `help:"One chart only. Left out: all on this tablet." env:"TSUNAGU_CHART"`
	All   bool   `help:"Also those that you have read."`
}

// Run lists handovers (申し送り), newest first in each chart, with those who have read them. `tablet read` marks one.
func (c handoverCmd) Run(e *env) error {
	p, signedIn, err := e.tablet.Person()
	if err != nil || !signedIn {
		return errors.Join(err, sdk.ErrSignIn)
	}
	charts, err := c.charts(e)
	if err != nil {
		return err
	}
	shown := 0
	for _, chart := range charts {
		items, err := e.tablet.Timeline(chart.ID, sdk.Filter{Kinds: []string{"signed_note", "read_mark"}})
		if err != nil {
			return err
		}
		marks := readers(items)
		for _, i := range items {
			_, read := marks[i.ID][p.ID]
			mine := read || i.Author.GetPersonId() == p.ID
			if i.Record.GetBody().GetSignedNote().GetHandoverTo() == "" || i.Retracted || mine && !c.All {
				continue
			}
			e.printHandover(chart, i, marks[i.ID])
			shown++
		}
	}
	if shown == 0 {
		e.say("%s", e.both("未読の申し送りはありません", "no unread handovers"))
	}
	return nil
}

func (c handoverCmd) charts(e *env) ([]sdk.Chart, error) {
	if c.Chart == "" {
		return e.tablet.Charts()
	}
	one, err := e.tablet.Chart(c.Chart)
	return []sdk.Chart{one}, err
}

// readers are the people who have marked a record as read, by the record: their ids with their names.
func readers(items []sdk.Item) map[replica.ID]map[string]string {
	marks := map[replica.ID]map[string]string{}
	for _, i := range items {
		mark := i.Record.GetBody().GetReadMark()
		if mark == nil || i.Retracted || len(mark.GetRecordId()) != len(replica.ID{}) {
			continue
		}
		id := replica.ID(mark.GetRecordId())
		if marks[id] == nil {
			marks[id] = map[string]string{}
		}
		marks[id][mark.GetPersonId()] = i.Author.GetName()
	}
	return marks
}

func (e *env) printHandover(chart sdk.Chart, i sdk.Item, by map[string]string) {
	e.say("%s  %s  %s %s", short(i.ID), stamp(i.At), chart.ID, chart.Name)
	e.say("          %s  %s", e.both(i.Ja, i.En), e.author(i.Author))
	if len(by) > 0 {
		e.say("          %s: %s", e.both("既読", "read by"), strings.Join(slices.Sorted(maps.Values(by)), "、"))
	}
}
