package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type instructCmd struct {
	orderedFlags
	Words    []string `arg:"" name:"alert-and-text" help:"The alerts that it answers, as listed by alerts, if any; the last word is what to do."`
	Until    string   `help:"Until when: 2026-11-25 09:00, 18:00 today, or 48h or 3d from now." required:""`
	From     string   `help:"From when on. Default: now."`
	CallWhen string   `help:"When to call: 38.5℃以上、またはSpO2 90%以下."`
	AllOpen  bool     `help:"It answers everything that is open of the patient named with --chart; no alert is named then."`
	Urgent   bool     `help:"至急: it has to be received before the next visit ends."`
	To       []string `help:"For whom: nurse, care-worker, pharmacist, therapist. Default: nurse."`
}

// Run writes a temporary instruction (臨時の指示), and with it the answer to the alerts that it names.
func (c instructCmd) Run(e *env) (err error) {
	i := &carev1.TemporaryInstruction{Text: c.Words[len(c.Words)-1], CallWhen: c.CallWhen, Urgent: c.Urgent}
	if i.From, i.Until, err = period(c.From, c.Until, e.now()); err != nil {
		return err
	}
	if i.ToRoles, err = roles(c.To); err != nil {
		return err
	}
	alerts, more, err := c.answers(e)
	if err != nil {
		return err
	}
	for _, id := range alerts {
		i.AlertIds = append(i.AlertIds, id[:])
	}
	entry, err := c.ordered(e)
	if err != nil {
		return err
	}
	chart, err := c.id(e)
	if err != nil {
		return err
	}
	saved, err := e.tablet.Instruct(chart, i, entry)
	if err != nil {
		return e.question(err, chart, &carev1.Body{Kind: &carev1.Body_TemporaryInstruction{TemporaryInstruction: i}}, entry.At)
	}
	if err := e.saved(saved); err != nil || more == 0 {
		return err
	}
	e.say("          %s", e.both(fmt.Sprintf("ほかに対応待ちが%d件あります。tablet answer で返事をしてください", more),
		fmt.Sprintf("%d more are open: answer them with tablet answer", more)))
	return nil
}

// answers finds the alerts that the instruction answers, and the chart by them. One instruction answers only so many: more is
// how many are left open.
func (c *instructCmd) answers(e *env) (alerts []replica.ID, more int, err error) {
	named := c.Words[:len(c.Words)-1]
	switch {
	case c.AllOpen && len(named) > 0:
		return nil, 0, usage("--all-open names no alert by itself", "--all-open を付けるときは、アラートの番号を指定しないでください")
	case c.AllOpen:
		lists, err := e.openAlerts(c.chartFlag)
		if err != nil {
			return nil, 0, err
		}
		for _, rest := range lists[1:] {
			more += len(rest)
		}
		return lists[0], more, nil
	case len(named) > 0:
		c.Chart, alerts, err = e.alertsNamed(c.chartFlag, named)
	}
	return alerts, 0, err
}

// roles reads for whom something is.
func roles(typed []string) (all []carev1.Role, err error) {
	for _, to := range typed {
		role := enum(carev1.Role_value, "ROLE_", to)
		if role == 0 {
			return nil, usage("--to is one of physician, nurse, care-worker, care-manager, pharmacist, therapist",
				"--to は physician・nurse・care-worker・care-manager・pharmacist・therapist から選んでください")
		}
		all = append(all, carev1.Role(role))
	}
	return all, nil
}

// period reads from when on and until when.
func period(from, until string, now time.Time) (begin, end *timestamppb.Timestamp, err error) {
	at, err := parseTime(from, now)
	if err != nil {
		return nil, nil, err
	}
	if at.IsZero() {
		at = now.Truncate(time.Second)
	}
	over, err := parseEnd(until, now)
	return timestamppb.New(at), timestamppb.New(over), err
}

// maxAhead bounds an end that is given as a distance: ten years.
const maxAhead = 3650

// parseEnd reads a time, a day, of which the end is meant, or how long from now: 48h, 3d.
func parseEnd(typed string, now time.Time) (time.Time, error) {
	s := strings.ToLower(narrow(typed))
	for unit, length := range map[string]time.Duration{"h": time.Hour, "d": 24 * time.Hour} {
		if number, is := strings.CutSuffix(s, unit); is {
			if n, err := strconv.Atoi(number); err == nil && n > 0 && time.Duration(n)*length <= maxAhead*24*time.Hour {
				return now.Add(time.Duration(n) * length).Truncate(time.Second), nil
			}
		}
	}
	if day, err := time.ParseInLocation(time.DateOnly, s, tokyo); err == nil {
		return day.AddDate(0, 0, 1), nil
	}
	if at, err := parseTime(typed, now); err == nil && !at.IsZero() {
		return at, nil
	}
	return time.Time{}, usage("an end is written 2026-11-25 09:00, 2026-11-25, 18:00, 48h or 3d",
		"終了は 2026-11-25 09:00、2026-11-25、18:00、48h、3d の形で入力してください")
}
