package main

import (
	"fmt"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type answerCmd struct {
	// Not from the environment: whoever answers everything says of whom.
	Chart   string   `help:"The patient. With no alerts named, everything that is open of this patient is answered."`
	Alerts  []string `arg:"" optional:"" name:"alert" help:"The alerts, as listed by alerts; all of one patient. Left out: everything that is open of the patient named with --chart."`
	Ack     bool     `help:"確認: you have it and see to it." xor:"answer"`
	Ask     string   `help:"質問: what you ask those at the patient." xor:"answer"`
	Nothing string   `help:"対応不要: nothing has to be done, and why." xor:"answer"`
}

// Run answers alerts: those that are named, or all that are open of one patient. An instruction is written by instruct.
func (c answerCmd) Run(e *env) error {
	answer, words := carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED, ""
	switch {
	case c.Ask != "":
		answer, words = carev1.AlertAnswer_ALERT_ANSWER_ASKED, c.Ask
	case c.Nothing != "":
		answer, words = carev1.AlertAnswer_ALERT_ANSWER_NOTHING_TO_DO, c.Nothing
	case !c.Ack:
		return usage("say the answer: --ack, --ask QUESTION or --nothing REASON", "返事を --ack、--ask 質問、--nothing 理由 のどれかで指定してください")
	}
	if len(c.Alerts) == 0 {
		return c.all(e, answer, words)
	}
	chart, alerts, err := e.alertsNamed(chartFlag{c.Chart}, c.Alerts)
	if err != nil {
		return err
	}
	saved, err := e.tablet.Answer(chart, alerts, answer, words)
	if err != nil {
		return err
	}
	return e.saved(saved)
}

// all answers everything that is open of a patient, as far as this tablet knows.
func (c answerCmd) all(e *env, answer carev1.AlertAnswer, words string) error {
	lists, err := e.openAlerts(chartFlag{c.Chart})
	if err != nil {
		return err
	}
	for _, ids := range lists {
		e.say("%s  %s", e.patient(c.Chart), e.both(fmt.Sprintf("対応待ち%d件に返事します", len(ids)), fmt.Sprintf("answering what is open: %d", len(ids))))
		saved, err := e.tablet.Answer(c.Chart, ids, answer, words)
		if err != nil {
			return err
		}
		if err := e.saved(saved); err != nil {
			return err
		}
	}
	return nil
}

// openAlerts are what is open of the patient who was named, as lists to be answered.
func (e *env) openAlerts(f chartFlag) ([][]replica.ID, error) {
	if f.Chart == "" {
		return nil, usage("name the alerts, or the patient with --chart to answer everything that is open", "アラートの番号を指定するか、患者の対応待ちすべてに返事するときは --chart で患者を指定してください")
	}
	lists, err := e.tablet.OpenAlerts(f.Chart)
	if err == nil && len(lists) == 0 {
		return nil, usage("nothing is open of this patient on this tablet", "この端末には、この患者の対応待ちのアラートはありません")
	}
	return lists, err
}

// alertsNamed finds the alerts that were typed, and the one chart that they are in.
func (e *env) alertsNamed(f chartFlag, typed []string) (chart string, ids []replica.ID, err error) {
	for _, number := range typed {
		in, i, err := e.located(f, number)
		switch {
		case err != nil:
			return "", nil, err
		case i.Kind != "alert":
			return "", nil, otherKind()
		case chart != "" && in.Chart != chart:
			return "", nil, usage("these alerts are of two patients; answer each patient's by themselves", "別の患者のアラートが混ざっています。患者ごとに返事をしてください")
		}
		chart, ids = in.Chart, append(ids, i.ID)
	}
	return chart, ids, nil
}

// orderedFlags go with what a physician orders, or a nurse types in from a physician's paper.
type orderedFlags struct {
	chartFlag
	entryFlags
	Signed string   `help:"代行入力: the physician who signed the paper. --at is when they did; --file or --record is the paper."`
	File   []string `help:"代行入力: a photo of the paper." type:"path" sep:"none"`
	Paper  string   `help:"代行入力: the document that the paper stands in, as listed by show." name:"record"`
}

// ordered is the entry: one's own, or as typed in from paper.
func (f *orderedFlags) ordered(e *env) (entry sdk.Entry, err error) {
	if f.Signed == "" {
		if f.Paper != "" || len(f.File) > 0 {
			return entry, usage("--file and --record go with --signed", "--file・--record は --signed と一緒に指定してください")
		}
		return f.entry(e)
	}
	paper := paperCmd{Signed: f.Signed, Role: "physician", Record: f.Paper}
	paper.chartFlag, paper.entryFlags, paper.File = f.chartFlag, f.entryFlags, f.File
	if entry.Paper, err = paper.signed(e); err != nil {
		return entry, err
	}
	from := entry.Paper
	f.chartFlag = paper.chartFlag
	if entry, err = paper.entry(e); err != nil {
		return entry, err
	}
	entry.Paper = from
	entry.Blobs, err = e.attachAll(f.File, "", "")
	return entry, err
}
