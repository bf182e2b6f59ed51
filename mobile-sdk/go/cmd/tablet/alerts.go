package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
)

type alertsCmd struct {
	Chart string `help:"One chart only. Left out: all on this tablet."` // not from the environment, as for held
	All   bool   `help:"Also those that were answered."`
	Days  int    `help:"How many days back those that were answered are listed. What is open is listed however old it is." default:"14"`
}

// maxAlertDays is how far back alerts are listed: ten years.
const maxAlertDays = 3650

// Run lists alerts by patient, those with open ones first. Nothing hides what is open.
func (c alertsCmd) Run(e *env) error {
	if c.Days < 1 || c.Days > maxAlertDays {
		return unclear("--days is 1 to 3650", "--days は 1 から 3650 で指定してください")
	}
	if _, signedIn, err := e.tablet.Person(); err != nil || !signedIn {
		return errors.Join(err, sdk.ErrSignIn)
	}
	groups, err := e.tablet.Alerts(c.Chart)
	if err != nil {
		return err
	}
	from := e.now().AddDate(0, 0, -c.Days)
	shown, older := 0, 0
	for _, g := range groups {
		s, o := c.printGroup(e, g, from)
		shown, older = shown+s, older+o
	}
	if shown == 0 {
		e.say("%s", e.both("対応待ちのアラートはありません", "no open alerts")+e.only(c.Chart))
	}
	if older > 0 {
		e.say("%s", e.both(fmt.Sprintf("それより前に返事のあったものが%d件：--days で日数を指定", older), fmt.Sprintf("%d answered before that: --days lists them", older)))
	}
	return nil
}

// printGroup prints the alerts of one patient, and counts those that are shown, and those that were answered and are too old
// to be.
func (c alertsCmd) printGroup(e *env, g sdk.ChartAlerts, from time.Time) (shown, older int) {
	for _, a := range g.Alerts {
		switch {
		case !a.Open() && !c.All:
		case !a.Open() && a.At.Before(from):
			older++
		default:
			if shown == 0 {
				e.say("%s  %s", e.patient(g.Chart.ID), e.both(fmt.Sprintf("対応待ち%d件", g.Open), fmt.Sprintf("%d open", g.Open)))
			}
			shown++
			e.printAlert(a)
		}
	}
	return shown, older
}

// printAlert prints an alert: when, how severe, why, and what was answered.
func (e *env) printAlert(a sdk.Alert) {
	ja, en := severe(a.Alert.GetSeverity(), care.Printable(a.Alert.GetReasonJa()), care.Printable(a.Alert.GetReasonEn()))
	e.say("%s  %s  %s", short(a.ID), stamp(a.At), e.both(ja, en))
	if ja, en := a.AmendedWords(); en != "" {
		e.say("          %s", e.both(care.Printable(ja), care.Printable(en)))
	}
	if a.Retracted {
		e.say("          [%s]", e.both("取消済み", "retracted"))
	}
	for _, one := range a.Answers {
		e.printAnswer(one)
	}
	if ja, en := a.OpenWords(); en != "" {
		e.say("          [%s]", e.both(ja, en))
	}
}

// printAnswer prints who answered what, and whether the server has it.
func (e *env) printAnswer(a sdk.Answer) {
	answer := []string{e.both(care.EnumTitle(a.Response.GetAnswer()))}
	if words := care.Printable(a.Response.GetWords()); words != "" {
		answer = append(answer, words)
	}
	if id := a.Response.GetInstructionId(); len(id) == 16 {
		answer = append(answer, e.both("指示", "instruction")+" "+short([16]byte(id)))
	}
	state := e.both(sdk.StateWords(a.State))
	if a.Retracted {
		state = e.both("取消済み", "retracted")
	}
	e.say("          %s  %s  %s [%s]", strings.Join(answer, ": "), e.author(a.Author), stamp(a.At), state)
}
