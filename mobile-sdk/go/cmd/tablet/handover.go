package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

type handoverCmd struct {
	Chart string `help:"One chart only. Left out: all on this tablet."` // not from the environment, as for held
	All   bool   `help:"Also those that you have read."`
	Days  int    `help:"How many days back." default:"7"`
}

// maxHandoverDays is how far back handovers are listed: ten years.
const maxHandoverDays = 3650

// handed is a handover with its chart and those who have read it.
type handed struct {
	chart sdk.Chart
	item  sdk.Item
	by    map[string]string
}

// Run lists handovers (申し送り) of all charts together, the important ones first and the newest first among them, with those
// who have read them. `tablet read` marks one.
func (c handoverCmd) Run(e *env) error {
	p, signedIn, err := e.tablet.Person()
	if err != nil || !signedIn {
		return errors.Join(err, sdk.ErrSignIn)
	}
	if c.Days < 1 || c.Days > maxHandoverDays {
		return unclear("--days is 1 to 3650", "--days は 1 から 3650 で指定してください")
	}
	charts, err := c.charts(e)
	if err != nil {
		return err
	}
	var list []handed
	for _, chart := range charts {
		items, err := e.tablet.Timeline(chart.ID, sdk.Filter{Kinds: []string{"signed_note", "read_mark"}})
		if err != nil {
			return err
		}
		list = append(list, c.toRead(chart, items, p.ID)...)
	}
	from := e.now().AddDate(0, 0, -c.Days)
	recent := slices.DeleteFunc(slices.Clone(list), func(h handed) bool { return h.item.At.Before(from) })
	slices.SortStableFunc(recent, soonest)
	for _, h := range recent {
		e.printHandover(h)
	}
	if len(recent) == 0 {
		e.say("%s", e.both(fmt.Sprintf("この%d日間に未読の申し送りはありません", c.Days), fmt.Sprintf("no unread handovers of the last %d days", c.Days))+e.only(c.Chart))
	}
	if older := len(list) - len(recent); older > 0 {
		e.say("%s", e.both(fmt.Sprintf("それより前に%d件：--days で日数を指定", older), fmt.Sprintf("%d older: --days lists them", older)))
	}
	return nil
}

// toRead are the handovers of a chart that the person has not read and did not write; with All, all of them.
func (c handoverCmd) toRead(chart sdk.Chart, items []sdk.Item, person string) (list []handed) {
	marks := readers(items)
	for _, i := range items {
		_, read := marks[i.ID][person]
		mine := read || i.Author.GetPersonId() == person
		if i.Record.GetBody().GetSignedNote().GetHandoverTo() == "" || i.Retracted || mine && !c.All {
			continue
		}
		list = append(list, handed{chart, i, marks[i.ID]})
	}
	return list
}

// soonest puts what is important first, and the newer of two first.
func soonest(a, b handed) int {
	if ai := a.item.Record.GetBody().GetSignedNote().GetImportant(); ai != b.item.Record.GetBody().GetSignedNote().GetImportant() {
		if ai {
			return -1
		}
		return 1
	}
	return b.item.At.Compare(a.item.At)
}

func (c handoverCmd) charts(e *env) ([]sdk.Chart, error) {
	if c.Chart == "" {
		return e.tablet.Charts()
	}
	one, err := e.tablet.Chart(c.Chart)
	return []sdk.Chart{one}, err
}

// readers are the people who have marked a record as read themselves, by the record: their ids with their names.
func readers(items []sdk.Item) map[replica.ID]map[string]string {
	marks := map[replica.ID]map[string]string{}
	for _, i := range items {
		person, record, ok := care.ReadBy(i.Record, i.Author)
		if !ok || i.Retracted || len(record) != len(replica.ID{}) {
			continue
		}
		id := replica.ID(record)
		if marks[id] == nil {
			marks[id] = map[string]string{}
		}
		marks[id][person] = i.Author.GetName()
	}
	return marks
}

func (e *env) printHandover(h handed) {
	e.say("%s  %s  %s %s", short(h.item.ID), stamp(h.item.At), h.chart.ID, h.chart.Name)
	e.say("          %s  %s", e.both(h.item.Ja, h.item.En), e.author(h.item.Author))
	if len(h.by) > 0 {
		e.say("          %s: %s", e.both("既読", "read by"), strings.Join(slices.Sorted(maps.Values(h.by)), "、"))
	}
}
