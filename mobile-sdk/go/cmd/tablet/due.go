package main

import (
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type dueCmd struct {
	chartFlag
	Day string `help:"The day, such as 2026-11-23. Default: today, in Japan."`
}

// Run lists the doses and visits of a day, what became of each, and which rest because the patient is elsewhere.
func (c dueCmd) Run(e *env) error {
	day := c.Day
	if day == "" {
		day = e.now().In(tokyo).Format(time.DateOnly)
	}
	byKind, err := c.records(e)
	if err != nil {
		return err
	}
	doses, err := care.DueDoses(byKind["medication_order"], byKind["medication_log"], byKind["episode"], day, tokyo)
	if err != nil {
		return unclear("a day is written 2026-11-23", "日付は 2026-11-23 の形で入力してください")
	}
	visits, err := care.DueVisits(byKind["visit"], byKind["episode"], day, tokyo)
	if err != nil {
		return err
	}
	for _, d := range doses {
		e.say("%s  %s  %s  [%s] %s", e.both(care.SlotTitle(d.Slot)), d.Order.GetBody().GetMedicationOrder().GetDrug().GetName(),
			recordNumber(d.Order), e.both(care.DueTitle(d.State)), e.both(d.Ja, d.En))
	}
	for _, v := range visits {
		e.say("%s  %s  %s  [%s] %s", v.At.In(tokyo).Format("15:04"), e.both(care.Summary(v.Visit.GetBody())), recordNumber(v.Visit),
			e.both(care.DueTitle(v.State)), e.both(v.Ja, v.En))
	}
	if len(doses)+len(visits) == 0 {
		e.say("%s", e.both("この日の予定はありません", "nothing is due on this day"))
	}
	return nil
}

// records are those of the chart that decide what is due, by their kind.
func (c dueCmd) records(e *env) (map[string][]*carev1.Record, error) {
	chart, err := c.id(e)
	if err != nil {
		return nil, err
	}
	items, err := e.tablet.Timeline(chart, sdk.Filter{Kinds: []string{"medication_order", "medication_log", "episode", "visit"}})
	byKind := map[string][]*carev1.Record{}
	for _, i := range items {
		byKind[i.Kind] = append(byKind[i.Kind], i.Record)
	}
	return byKind, err
}
