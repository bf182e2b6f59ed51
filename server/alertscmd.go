package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/operator"
)

type alertsCmd struct {
	List    alertsListCmd    `cmd:"" default:"withargs" help:"Show what nobody has answered, and whether the ways out work."`
	Trail   alertsTrailCmd   `cmd:"" help:"Show who was told of a group of alerts, and what became of each push."`
	Targets alertsTargetsCmd `cmd:"" help:"List the ways to reach people, those that are dead or put aside too."`
	Test    alertsTestCmd    `cmd:"" help:"Send a test push to every target of a person."`
	Duty    alertsDutyCmd    `cmd:"" help:"Show who is on call now and in the coming week, and who cannot be reached."`
}

// Help is the long help.
func (alertsCmd) Help() string {
	return `An alert goes on until a person answers it, on a tablet or in the console; nobody answers it here. What is shown
names charts and people by the ids of the directory file, and nothing of what a chart says.

  tsunagu alerts --data /srv/tsunagu
  tsunagu alerts trail 3f2a --data /srv/tsunagu
  tsunagu alerts test --person dr-tanaka --data /srv/tsunagu

Exit code 4: somebody has to act (a group is unanswered, a way out is broken, a test push reached nothing, somebody on call
cannot be reached).`
}

// asked is what every command here has in common.
type asked struct {
	place
	JSON bool `group:"storage" name:"json" help:"Print JSON, for programs."`
}

// print writes JSON, or lines of columns.
func (c asked) print(out io.Writer, all any, lines func(w io.Writer)) error {
	if c.JSON {
		return json.NewEncoder(out).Encode(all)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	lines(w)
	return w.Flush()
}

// errAct: the command did what it was asked for, and what it shows wants a person.
var errAct = coded{errors.New("somebody has to act; see above"), exitAct}

type alertsListCmd struct{ asked }

// Run shows how things stand.
func (c *alertsListCmd) Run(s *streams) error {
	return c.with(func(ctx context.Context, at operator.Service) error {
		now, err := at.Alerts(ctx)
		if err != nil {
			return err
		}
		if err := c.print(s.out, now, func(w io.Writer) { listAlerts(w, now) }); err != nil {
			return err
		}
		if wantsPerson(now) {
			return errAct
		}
		return nil
	})
}

// wantsPerson tells whether somebody has to act: something is broken, nobody answers, or somebody waits to be told and nothing
// leads to anybody.
func wantsPerson(now operator.AlertsNow) bool {
	nowhere := len(now.Ways) == 0 || now.LogOnly || now.Unconfirmed || now.Live == 0
	return now.Unanswered > 0 || now.Damaged > 0 || broken(now.Ways) || nowhere && now.Running > 0
}

func broken(ways []operator.Way) bool {
	for _, way := range ways {
		if way.Trouble != "" {
			return true
		}
	}
	return false
}

// wayState is how a way out stands, in words.
func wayState(way operator.Way) string {
	switch {
	case way.Trouble != "":
		return "BROKEN: " + way.Trouble
	case way.Off:
		return "not set up; what would go out by it is written to the log"
	}
	return "works, as far as is known"
}

func listAlerts(w io.Writer, now operator.AlertsNow) {
	for _, way := range now.Ways {
		fmt.Fprintf(w, "way out: %s\t%s\n", way.Name, wayState(way))
	}
	if len(now.Ways) == 0 {
		fmt.Fprintln(w, "no server runs on this data folder: nobody is told of anything until it is started")
	}
	if now.LogOnly {
		fmt.Fprintln(w, "no way to push to telephones is set up: pushes go to the log and reach nobody; see tsunagu serve --help")
	}
	if now.Unconfirmed {
		fmt.Fprintln(w, "restored and not confirmed: nobody is told of anything until tsunagu restore confirm")
	}
	fmt.Fprintf(w, "groups running\t%d\ngroups unanswered\t%d\ngroups for the digest\t%d\n", now.Running, now.Unanswered, now.Digest)
	fmt.Fprintf(w, "waiting for the dispatcher\t%d%s\n", now.Waiting, since(now.Oldest))
	fmt.Fprintf(w, "targets live, dead, put aside\t%d, %d, %d\n", now.Live, now.Dead, now.Aside)
	if now.Damaged > 0 {
		fmt.Fprintf(w, "rows that cannot be read\t%d; the others go on: stop the server and run tsunagu verify\n", now.Damaged)
	}
	if len(now.Groups) > 0 {
		fmt.Fprintln(w, "\nGROUP\tCHART\tSEVERITY\tSTATE\tALERTS\tBEGAN\tROUND/STEP\tNEXT\tTOLD")
	}
	for _, g := range now.Groups {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%d/%d\t%s\t%s\n", g.ID, g.Chart, g.Severity, g.State, g.Alerts, clock(g.Began),
			g.Round, g.Step, clock(g.Next), strings.Join(g.Told, " "))
	}
	if now.More {
		fmt.Fprintln(w, "and others")
	}
}

type alertsTrailCmd struct {
	asked
	Group string `arg:"" help:"The group's id, or as many of its first digits as tell it from others."`
}

// Run shows the trail.
func (c *alertsTrailCmd) Run(s *streams) error {
	return c.with(func(ctx context.Context, at operator.Service) error {
		sent, err := at.Trail(ctx, strings.ToLower(c.Group))
		if err != nil {
			return err
		}
		return c.print(s.out, sent, func(w io.Writer) { listSent(w, sent) })
	})
}

func listSent(w io.Writer, sent []operator.Sent) {
	fmt.Fprintln(w, "PERSON\tBY\tSTATE\tROUND/STEP\tPUT DOWN\tACCEPTED\tOPENED\tTRIES\tTROUBLE")
	for _, d := range sent {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d/%d\t%s\t%s\t%s\t%d\t%s\n", d.Person, d.Kind, d.State, d.Round, d.Step, clock(d.Created),
			clock(d.Accepted), clock(d.Opened), d.Attempts, d.Trouble)
	}
}

type alertsTargetsCmd struct {
	asked
	Person string `help:"Only those of this person."`
}

// Run lists the targets.
func (c *alertsTargetsCmd) Run(s *streams) error {
	return c.with(func(ctx context.Context, at operator.Service) error {
		all, err := at.Targets(ctx, c.Person)
		if err != nil {
			return err
		}
		return c.print(s.out, all, func(w io.Writer) {
			fmt.Fprintln(w, "PERSON\tBY\tENDS WITH\tDEVICE\tSTATE\tCONFIRMED\tTROUBLE")
			for _, t := range all {
				fmt.Fprintf(w, "%s\t%s\t…%s\t%s\t%s\t%s\t%s\n", t.Person, t.Kind, t.Hint, t.Device, t.State, clock(t.Confirmed), t.Trouble)
			}
		})
	})
}

type alertsTestCmd struct {
	asked
	Person string `required:"" help:"Whom to send it to, by the id of the directory file."`
}

// Run sends a test push.
func (c *alertsTestCmd) Run(s *streams) error {
	return c.with(func(ctx context.Context, at operator.Service) error {
		sent, err := at.TestPush(ctx, c.Person)
		if err != nil {
			return err
		}
		if err := c.print(s.out, sent, func(w io.Writer) { listSent(w, sent) }); err != nil {
			return err
		}
		for _, d := range sent {
			if d.State == "accepted" {
				return nil
			}
		}
		return errAct
	})
}

type alertsDutyCmd struct{ asked }

// Run shows who is on call.
func (c *alertsDutyCmd) Run(s *streams) error {
	return c.with(func(ctx context.Context, at operator.Service) error {
		all, err := at.Duties(ctx)
		if err != nil {
			return err
		}
		unreachable := false
		err = c.print(s.out, all, func(w io.Writer) {
			fmt.Fprintln(w, "ORGANISATION\tROTA\tPERSON\tFROM\tUNTIL\tREACHABLE")
			for _, d := range all {
				yes := "yes"
				if !d.Reachable {
					yes = "NO"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", d.Organisation, d.Rota, d.Person, clock(d.From), clock(d.Until), yes)
			}
		})
		for _, d := range all {
			unreachable = unreachable || !d.Reachable
		}
		if err == nil && unreachable {
			return errAct
		}
		return err
	})
}

// clock shows a time in the zone of the machine; nothing for none.
func clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("01-02 15:04:05 MST")
}

func since(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return ", the first since " + clock(t)
}
