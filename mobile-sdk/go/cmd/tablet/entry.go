package main

import (
	"errors"
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// entryFlags go with every new record.
type entryFlags struct {
	At      string `help:"When it was measured, given or seen: HH:MM today, or 2026-11-23 09:30, in Japan. Default: now."`
	Confirm bool   `help:"You looked at the unlikely values and mean them."`
}

func (f entryFlags) entry(e *env) (sdk.Entry, error) {
	at, err := parseTime(f.At, e.now())
	return sdk.Entry{At: at, Confirm: f.Confirm}, err
}

// parseTime reads a time as people write it.
func parseTime(s string, now time.Time) (time.Time, error) {
	if s = narrow(s); s == "" {
		return time.Time{}, nil
	}
	if clock, err := time.ParseInLocation("15:04", s, tokyo); err == nil {
		day := now.In(tokyo)
		return time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, tokyo), nil
	}
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02T15:04", time.RFC3339} {
		if at, err := time.ParseInLocation(layout, s, tokyo); err == nil {
			return at, nil
		}
	}
	return time.Time{}, usage("a time is written 09:30 or 2026-11-23 09:30", "時刻は 09:30 または 2026-11-23 09:30 の形で入力してください")
}

func usage(en, ja string) error {
	return &sdk.Problem{En: "Not saved: " + en + ".", Ja: "保存していません：" + ja + "。"}
}

// unclear is about a question that was typed wrongly: nothing was to be saved.
func unclear(en, ja string) error {
	return &sdk.Problem{En: "Please check the command: " + en + ".", Ja: "コマンドを確認してください：" + ja + "。"}
}

// create writes a new record and says that it is safe here.
func (e *env) create(chart chartFlag, flags entryFlags, body *carev1.Body) error {
	entry, err := flags.entry(e)
	if err != nil {
		return err
	}
	return e.createEntry(chart, entry, body)
}

func (e *env) createEntry(chart chartFlag, entry sdk.Entry, body *carev1.Body) error {
	id, err := chart.id(e)
	if err != nil {
		return err
	}
	if !entry.Confirm {
		if err := e.asked(id, body, nil, entry.At); err != nil {
			return e.question(err, id, body, entry.At)
		}
	}
	saved, err := e.tablet.Create(id, body, entry)
	if err != nil {
		return e.question(err, id, body, entry.At)
	}
	return e.saved(saved)
}

// question puts what was entered, and for whom, into the question whether it is meant: whoever confirms has to see both.
func (e *env) question(err error, chart string, body *carev1.Body, at time.Time) error {
	var check *sdk.CheckError
	if !errors.As(err, &check) || !check.Confirm {
		return err
	}
	ja, en := sdk.Words(err)
	sja, sen, failed := e.tablet.Summary(chart+"/care", body) // any stream of the chart: it finds the drug of a dose
	if failed != nil {
		sja, sen = care.Summary(body)
	}
	if !at.IsZero() {
		sja, sen = stamp(at)+" "+sja, stamp(at)+" "+sen
	}
	who := e.patient(chart)
	return &sdk.Problem{
		En: en + " Entered for " + who + ": " + sen + ". If it is right, repeat the command with --confirm.",
		Ja: ja + "入力（" + who + "）：" + sja + "。正しければ --confirm を付けて、もう一度実行してください。",
	}
}
