package main

import (
	"time"
)

// maxWiden is how many months back may be asked for: ten years. Who needs more needs all.
const maxWiden = 120

type widenCmd struct {
	chartFlag
	Months int  `help:"How many months back." xor:"how"`
	All    bool `help:"Everything there is." xor:"how"`
}

// Run asks for older months, and fetches them if the server is there.
func (c widenCmd) Run(e *env) error {
	if !c.All && (c.Months < 1 || c.Months > maxWiden) {
		return unclear("say --months with a number from 1 to 120, or --all", "--months で 1 から 120 の月数を、または --all を指定してください")
	}
	chart, err := c.id(e)
	if err != nil {
		return err
	}
	from := time.Time{}
	if !c.All {
		year, month, _ := e.now().UTC().Date()
		from = time.Date(year, month-time.Month(c.Months), 1, 0, 0, 0, 0, time.UTC)
	}
	if err := e.tablet.Widen(chart, from); err != nil {
		return err
	}
	report, err := e.tablet.Sync(e.ctx)
	e.report(report)
	if err != nil {
		return err
	}
	now, err := e.tablet.Chart(chart)
	if err != nil {
		return err
	}
	ja, en := now.OldestWords()
	if en == "" {
		ja, en = "カルテのすべての記録が端末にあります", "the whole chart is on this tablet"
	}
	e.say("%s", e.both(ja, en))
	return nil
}

type moveCmd struct {
	chartFlag
	Record string `arg:"" help:"The record, as listed by show."`
	To     string `help:"The right patient's chart." required:""`
	Stream string `help:"Stream of that chart, if not the usual one."`
	Reason string `help:"Why." required:""`
}

// Run corrects a record that was written for the wrong patient.
func (c moveCmd) Run(e *env) error {
	i, err := e.find(c.chartFlag, c.Record)
	if err != nil {
		return err
	}
	saved, err := e.tablet.Move(i, c.To, c.Stream, c.Reason)
	if err != nil {
		return err
	}
	e.say("%s → %s  %s", short(i.ID), short(saved.RecordID),
		e.both("移動先に新しく記録し、元の記録を取り消しました（未送信）", "written in the right chart, retracted in the wrong one; on this tablet"))
	return nil
}
