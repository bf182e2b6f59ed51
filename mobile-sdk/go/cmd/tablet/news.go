package main

import (
	"cmp"
	"fmt"
	"slices"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
)

// tellNews says what a synchronisation brought of alerts and instructions: it must not drown among the counts.
func (e *env) tellNews(before sdk.Mark) error {
	news, err := e.tablet.NewsSince(before)
	if err != nil {
		return err
	}
	e.newAlerts(news.Alerts)
	e.headline(len(news.Answers), "アラートへの返事", "answers to alerts")
	for _, a := range news.Answers {
		e.say("%s  %s", e.patient(a.Chart), shorts(sdk.AlertIDs(a.Response)))
		e.printAnswer(a)
	}
	e.headline(len(news.Instructions), "新しい指示・変更された指示（指示受けが必要）", "instructions, new or changed, to be received")
	for _, i := range news.Instructions {
		e.printInstruction(i)
	}
	e.headline(len(news.Receipts), "指示受け", "instructions received by others")
	for _, r := range news.Receipts {
		e.say("%s  %s", e.patient(r.Chart), short(r.Instruction))
		e.printReceipt(r)
	}
	return nil
}

// mostNews is how many alerts a synchronisation prints; the critical ones come first and are always printed.
const mostNews = 10

// newAlerts prints the worst first. Those that only the next look is for are counted.
func (e *env) newAlerts(list []sdk.Alert) {
	e.headline(len(list), "新しいアラート", "new alerts")
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b sdk.Alert) int { return cmp.Compare(b.Alert.GetSeverity(), a.Alert.GetSeverity()) })
	shown, chart := 0, ""
	for _, a := range list {
		severity := a.Alert.GetSeverity()
		if severity == rules.Notice || severity < rules.Critical && shown >= mostNews {
			continue
		}
		if a.Chart != chart {
			chart = a.Chart
			e.say("%s", e.patient(chart))
		}
		e.printAlert(a)
		shown++
	}
	if more := len(list) - shown; more > 0 {
		e.say("%s", e.both(fmt.Sprintf("ほか%d件：tablet alerts で表示", more), fmt.Sprintf("%d more: tablet alerts lists them", more)))
	}
}

func (e *env) headline(n int, ja, en string) {
	if n > 0 {
		e.say("■ %s", e.both(fmt.Sprintf("%s %d件", ja, n), fmt.Sprintf("%s: %d", en, n)))
	}
}
