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
	day := narrow(c.Day)
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
		e.printDose(d)
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

// printDose prints a dose: when, of what and how much, what became of it, and what has to be read in the order first.
func (e *env) printDose(d care.DueDose) {
	much := d.Amount()
	if much == "" {
		much = e.both("量は指示を確認", "read the order for how much")
	}
	e.say("%s  %s  %s  %s  [%s] %s", e.both(care.SlotTitle(d.Slot)), d.Order.GetBody().GetMedicationOrder().GetDrug().GetName(), much,
		recordNumber(d.Order), e.both(care.DueTitle(d.State)), e.both(d.Ja, d.En))
	if d.CheckDays {
		e.say("          %s", e.both("毎日の薬ではない可能性があります。今日の分か、指示を確認してください", "it may not be for every day: read the order whether it is for this one"))
	}
	if d.Undecided {
		e.say("          %s", e.both("指示に判断待ちの値があります", "the order has values that wait for a decision"))
	}
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
