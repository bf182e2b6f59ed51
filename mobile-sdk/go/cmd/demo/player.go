package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/scenario"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// player plays a script over the SDK. It knows the words of the simulator's player (sync/simtest) but those that reach
// into the server, and one more: `device=` on a tablet, its id in the directory.
type player struct {
	ctx             context.Context
	tell            *teller
	url, dir, chart string

	waited  time.Duration // by how much `wait` has moved the tablets' clocks
	roles   map[string]carev1.Role
	tablets map[string]*tablet
	order   []*tablet // as they came
	labels  map[string]place
	writes  []*write
	count   int      // of writes begun, refused ones too
	judged  int      // of decisions about what was held
	said    []string // the answers to the step under way, as scripts write them

	day *day // nil: a script by itself, without the world around it
}

// place is where a record is.
type place struct {
	stream string
	record replica.ID
}

// write is one entry that somebody wrote: who, where, what, and what was last told of it.
type write struct {
	number      int
	tablet      *tablet
	by          sdk.Person
	verb, label string
	place
	mutation replica.ID
	body     *carev1.Body
	told     string      // what became of it, as last told
	held     bool        // it was held at some time
	decided  bool        // it stood beside another value, and somebody has decided
	renewed  bool        // it goes on under another id, since its own was taken
	own      replica.Own // as the tablet last had it
}

func newPlayer(ctx context.Context, t *teller, url, dir, chart string) *player {
	return &player{
		ctx: ctx, tell: t, url: url, dir: dir, chart: chart,
		roles: map[string]carev1.Role{}, tablets: map[string]*tablet{}, labels: map[string]place{},
	}
}

func (p *player) play(script *scenario.Script) error {
	for _, s := range script.Steps {
		if err := p.ctx.Err(); err != nil {
			return err
		}
		p.said = nil
		if err := p.step(s); err != nil {
			if p.ctx.Err() != nil {
				return p.ctx.Err()
			}
			var at *scenario.Error
			if !errors.As(err, &at) {
				err = fmt.Errorf("line %d: %w", s.Line, err)
			}
			return err
		}
		want, got := strings.Join(s.Expect, " | "), strings.Join(p.said, " | ")
		if len(s.Expect) > 0 && want != got {
			p.tell.detail("台本の想定と違います："+got, fmt.Sprintf("line %d of the script expects: %s; it was: %s", s.Line, want, got))
		}
	}
	return nil
}

func (p *player) close() error {
	var errs []error
	for _, t := range p.order {
		errs = append(errs, t.close())
	}
	return errors.Join(errs...)
}

func (p *player) say(answer string) { p.said = append(p.said, answer) }

func (p *player) step(s *scenario.Step) error {
	if len(s.Words) == 0 {
		return s.Errorf("a step begins with a word")
	}
	if t := p.tablets[s.Words[0]]; t != nil {
		return p.onTablet(s, t)
	}
	if known, err := p.dayStep(s); known {
		return err
	}
	switch s.Words[0] {
	case "person":
		return p.person(s)
	case "tablet":
		return p.newTablet(s)
	case "wait":
		return p.wait(s)
	case "server", "station", "log":
		return s.Errorf("%q is for the simulator; the demo plays what people do with tablets", s.Words[0])
	}
	return s.Errorf("%q is neither a tablet nor person, tablet or wait", s.Words[0])
}

// person NAME ROLE: somebody of the demo's directory. Saying the role keeps a script readable; it is checked.
func (p *player) person(s *scenario.Step) error {
	if len(s.Words) < 3 {
		return s.Errorf("person NAME ROLE")
	}
	role, ok := carev1.Role_value["ROLE_"+strings.ToUpper(strings.ReplaceAll(s.Words[2], "-", "_"))]
	if !ok || role == 0 {
		return s.Errorf("%q is not a role: physician, nurse, care-worker, care-manager, pharmacist, therapist", s.Words[2])
	}
	if len(s.Args) > 0 {
		return s.Errorf("who may read and write what stands in testdata/demo/directory.yaml")
	}
	p.roles[s.Words[1]] = carev1.Role(role)
	return nil
}

// tablet NAME PERSON [PERSON …] [clock=2h] [device=tablet-a]
func (p *player) newTablet(s *scenario.Step) error {
	if len(s.Words) < 3 {
		return s.Errorf("tablet NAME PERSON")
	}
	var skew time.Duration
	if wrong := s.Args.Get("clock"); wrong != "" {
		var err error
		if skew, err = time.ParseDuration(wrong); err != nil {
			return s.Errorf("clock=%s is not a length of time, like 2h or -2h", wrong)
		}
	}
	device := s.Args.Get("device")
	if device == "" {
		device = "tablet-" + strings.ToLower(s.Words[1])
	}
	t, err := p.openTablet(s.Words[1], device, s.Words[2:], skew)
	if err != nil {
		return err
	}
	for _, person := range t.people {
		if want, said := p.roles[person.ID]; said && want != person.Role {
			_, is := care.RoleTitle(person.Role)
			return s.Errorf("%s is a %s in the directory", person.ID, is)
		}
	}
	p.tell.tablet(t, skew)
	return nil
}

// wait 10m: the tablets' clocks go on; the server's is real and does not.
func (p *player) wait(s *scenario.Step) error {
	if len(s.Words) != 2 {
		return s.Errorf("wait how long? wait 10m")
	}
	d, err := time.ParseDuration(s.Words[1])
	if err != nil || d < 0 {
		return s.Errorf("%q is not a length of time, like 10m or 26h", s.Words[1])
	}
	p.waited += d
	p.tell.waited(d)
	return nil
}

func (p *player) onTablet(s *scenario.Step, t *tablet) error {
	if len(s.Words) < 2 {
		return s.Errorf("what does %s do?", s.Words[0])
	}
	switch verb := s.Words[1]; verb {
	case "sync":
		return p.sync(s, t)
	case "shows":
		return p.shows(s, t)
	case "amend", "retract", "resolve":
		return p.change(s, t)
	case "copy":
		return p.copyTablet(t)
	case "restored":
		return p.restoreTablet(s, t)
	case "release":
		return p.release(s, t)
	case "phone", "warned", "hears", "alerts", "instructs", "receives", "received", "group":
		return p.alertStep(s, t)
	case "restarts":
		return s.Errorf("%q is for the simulator; the demo plays what people do with tablets", verb)
	default:
		if scenario.Verbs[verb] == "" {
			return s.Errorf("%q is nothing that a tablet does", verb)
		}
		return p.create(s, t)
	}
}

func (p *player) label(name string) ([]byte, bool) {
	at, ok := p.labels[name]
	return at.record[:], ok
}
