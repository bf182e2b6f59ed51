package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/scenario"
	"github.com/tsunagu-care/tsunagu/sync/synthetic"
)

// story is what a run tells: a script on an empty server, or a day after the weeks before it.
type story interface {
	// directory returns the file that the server reads, written into the folder of the run if it is the story's own.
	directory(dir string) (string, error)
	// tell plays on the server. It returns the tablet, and the chart, to look with further.
	tell(ctx context.Context, t *teller, s *server, dir string) (*tablet, string, error)
}

func newStory(b builder, c cli) (story, error) {
	if c.Script != "" {
		script, err := b.script(c.Script)
		return &scripted{script: script, file: b.directory(), chart: c.Chart}, err
	}
	date, err := c.date(time.Now())
	if err != nil {
		return nil, err
	}
	w := c.world(date)
	cast, err := newCast(w, date)
	if err != nil {
		return nil, err
	}
	return &wholeDay{world: w, cast: cast, date: date}, nil
}

// scripted is a script about one chart of testdata/demo/directory.yaml.
type scripted struct {
	script      *scenario.Script
	file, chart string
}

func (s *scripted) directory(string) (string, error) { return s.file, nil }

func (s *scripted) tell(ctx context.Context, t *teller, on *server, dir string) (*tablet, string, error) {
	p := newPlayer(ctx, t, on.url(), dir, s.chart)
	t.heading("できごと", "What happened")
	err := p.play(s.script)
	if err == nil && len(p.order) > 0 {
		p.order[0].judge, err = p.whoDecides()
	}
	// The tablets are closed before anybody is told to open them with other programs.
	if err = errors.Join(err, p.close()); err != nil {
		return nil, "", err
	}
	if len(p.order) == 0 {
		return nil, "", errors.New("the script has no tablet: `tablet A sato` makes one")
	}
	viewer := p.order[0]
	chart, err := readChart(ctx, on.url(), viewer, s.chart)
	if err != nil {
		return nil, "", err
	}
	t.chart(chart)
	t.waiting(p.writes, chart)
	return viewer, s.chart, nil
}

// wholeDay is a day of station and home after the weeks that the generator made.
type wholeDay struct {
	world *synthetic.World
	cast  *cast
	date  time.Time
	town  *town
}

func (w *wholeDay) directory(dir string) (string, error) {
	var err error
	if w.town, err = newTown(w.world.Directory(), filepath.Join(dir, "directory.yaml")); err != nil {
		return "", err
	}
	return w.town.path, w.town.write(false)
}

func (w *wholeDay) tell(ctx context.Context, t *teller, s *server, dir string) (*tablet, string, error) {
	stats := w.world.Stats()
	t.heading(fmt.Sprintf("これまでの%d日：訪問看護の利用者とグループホームの入居者 %d人、職員 %d人", stats.Days, stats.Charts, stats.People),
		fmt.Sprintf("the %d days before: %d charts, %d staff", stats.Days, stats.Charts, stats.People))
	loaded, err := load(ctx, t, s.url(), w.world)
	if err != nil {
		return nil, "", err
	}
	before, err := s.counts(ctx)
	if err != nil {
		return nil, "", err
	}
	if before.Entries-before.Derived != loaded {
		return nil, "", fmt.Errorf("%d entries were brought to the server, and it counts %d: keep the folder of this run and tell the developers", loaded, before.Entries-before.Derived)
	}
	if err := w.answerPast(ctx, t, s.url(), before.Derived); err != nil {
		return nil, "", err
	}
	if before, err = s.counts(ctx); err != nil {
		return nil, "", err
	}
	if err := w.town.write(true); err != nil {
		return nil, "", err
	}
	if err := s.reload(ctx); err != nil {
		return nil, "", err
	}
	text, left := dayScript(w.cast, w.date)
	if err := os.WriteFile(filepath.Join(dir, "day.txt"), []byte(text), 0o600); err != nil {
		return nil, "", fmt.Errorf("the script of the day cannot be written: %w", err)
	}
	script, err := scenario.Parse(text)
	if err != nil {
		return nil, "", err
	}
	t.heading("一日："+w.date.Format(time.DateOnly), "the day: "+w.date.Format(time.DateOnly)+"; its script is "+filepath.Join(dir, "day.txt"))
	if left > 0 {
		t.detail(fmt.Sprintf("人数が少ないため、%d場面を省きます（全場面には在宅の利用者%d人と入居者%d人が必要）", left, needPatients, needResidents),
			fmt.Sprintf("%d scenes are left out: all of them need %d patients and %d residents who are at home", left, needPatients, needResidents))
	}
	p := newPlayer(ctx, t, s.url(), dir, "")
	p.day = &day{date: w.date, town: w.town, server: s, copies: map[string]string{}, told: map[string][]sentence{}, forwarder: s.forwarder}
	err = w.play(p, script, before)
	if err == nil {
		p.order[0].judge, err = p.whoDecides()
	}
	if err = errors.Join(err, p.close()); err != nil {
		return nil, "", err
	}
	return p.order[0], w.first().chart, nil
}

// play plays the day, and tells where everything stands at its end.
func (w *wholeDay) play(p *player, script *scenario.Script, before counts) error {
	if err := p.play(script); err != nil {
		return err
	}
	if err := p.table(); err != nil {
		return err
	}
	after, err := p.day.server.counts(p.ctx)
	if err != nil {
		return err
	}
	p.account(before, after)
	return nil
}

// first is the chart to look at further: the first tablet's.
func (w *wholeDay) first() role {
	if len(w.cast.patients) > 0 {
		return w.cast.patients[0]
	}
	return w.cast.residents[0]
}
