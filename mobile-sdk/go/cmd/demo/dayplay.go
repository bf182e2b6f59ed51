package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"connectrpc.com/connect"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1/chartv1connect"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/scenario"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// day is what a day has around its tablets: the directory, and the server that reads it.
type day struct {
	date   time.Time // midnight in Japan
	town   *town
	server *server
	copies map[string]string     // tablet → folder of its copy
	told   map[string][]sentence // person → what became of their day

	forwarder *forwarder
	heard     int // pushes that had come when a physician registered
	moments   []moment
}

// dayStep plays the steps that no tablet makes: a new scene, a record of the weeks before, an assignment that ends, an
// old app. It tells whether the step is one of them.
func (p *player) dayStep(s *scenario.Step) (known bool, err error) {
	switch s.Words[0] {
	case "scene":
		p.tell.heading(p.named(s.Args.Get("ja")), p.named(s.Args.Get("en")))
		return true, nil
	case "story":
		return true, p.story(s)
	case "record":
		return true, p.record(s)
	case "grant":
		return true, p.endGrant(s)
	case "old":
		return true, p.oldApp(s)
	case "clock", "clocks":
		p.clockStep(s)
		return true, nil
	}
	return false, nil
}

// sentence is a sentence in both languages.
type sentence struct{ ja, en string }

// story PERSON ja=… en=…: a sentence of somebody's day, told at its end beside what they wrote.
func (p *player) story(s *scenario.Step) error {
	if len(s.Words) != 2 || p.day == nil {
		return s.Errorf("story PERSON ja=… en=…")
	}
	p.day.told[s.Words[1]] = append(p.day.told[s.Words[1]], sentence{p.named(s.Args.Get("ja")), p.named(s.Args.Get("en"))})
	return nil
}

// named puts the patients' names in the place of their charts' ids.
func (p *player) named(text string) string {
	if p.day == nil {
		return text
	}
	for _, c := range p.day.town.Charts {
		text = strings.ReplaceAll(text, c.ID, c.Patient)
	}
	return text
}

// entry reads `at=09:30`, the time of the day at which it happened. Without: now.
func (p *player) entry(s *scenario.Step) (sdk.Entry, error) {
	at := s.Args.Get("at")
	if at == "" || p.day == nil {
		return sdk.Entry{}, nil
	}
	clock, err := time.Parse("15:04", at)
	if err != nil {
		return sdk.Entry{}, s.Errorf("at=%s is not a time of the day, like 09:30", at)
	}
	return sdk.Entry{At: p.day.date.Add(time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute)}, nil
}

// record LABEL stream=… id=…: names a record that is there from the weeks before.
func (p *player) record(s *scenario.Step) error {
	id, err := hex.DecodeString(s.Args.Get("id"))
	if err != nil || len(id) != 16 || len(s.Words) != 2 || s.Args.Get("stream") == "" {
		return s.Errorf("record NAME stream=CHART/care id=32 hexadecimal digits")
	}
	p.labels[s.Words[1]] = place{s.Args.Get("stream"), replica.ID(id)}
	return nil
}

// chartOf is the chart of a stream.
func chartOf(stream string) string {
	chart, _, _ := strings.Cut(stream, "/")
	return chart
}

// grant ends PERSON CHART: the office ends an assignment; tablets learn of it at their next synchronisation.
func (p *player) endGrant(s *scenario.Step) error {
	if len(s.Words) != 4 || s.Words[1] != "ends" || p.day == nil {
		return s.Errorf("grant ends PERSON CHART")
	}
	p.day.town.end(s.Words[2], s.Words[3], time.Now())
	if err := p.day.town.write(true); err != nil {
		return err
	}
	if err := p.day.server.reload(p.ctx); err != nil {
		return err
	}
	p.tell.event("事業所が担当を終了した（端末はまだ知らない）", "the office has ended the assignment; the tablet does not know yet")
	return nil
}

// copy: somebody makes a copy of the tablet's folder, as a backup does. It stands still meanwhile.
func (p *player) copyTablet(t *tablet) error {
	if p.day == nil {
		return errors.New("copies of tablets are for the day")
	}
	copied := filepath.Join(p.dir, "copies", t.device)
	if err := p.reopened(t, func() error { return os.CopyFS(copied, os.DirFS(filepath.Dir(t.dir))) }); err != nil {
		return fmt.Errorf("tablet %s cannot be copied: %w", t.name, err)
	}
	p.day.copies[t.name] = copied
	p.tell.event(fmt.Sprintf("端末%s の複製が作られた", t.name), fmt.Sprintf("a copy of tablet %s is made", t.name))
	return nil
}

// restored: the tablet's folder is replaced by its copy.
func (p *player) restoreTablet(s *scenario.Step, t *tablet) error {
	if p.day == nil || p.day.copies[t.name] == "" {
		return s.Errorf("tablet %s has no copy", t.name)
	}
	err := p.reopened(t, func() error {
		if err := os.RemoveAll(filepath.Dir(t.dir)); err != nil {
			return err
		}
		return os.CopyFS(filepath.Dir(t.dir), os.DirFS(p.day.copies[t.name]))
	})
	if err != nil {
		return fmt.Errorf("tablet %s cannot be restored: %w", t.name, err)
	}
	t.restored = true
	p.tell.event(fmt.Sprintf("端末%s が古い複製から戻された", t.name), fmt.Sprintf("tablet %s is restored from its old copy", t.name))
	return nil
}

// reopened does something to the tablet's folder while the tablet is switched off.
func (p *player) reopened(t *tablet, fn func() error) error {
	if err := t.Close(); err != nil {
		return err
	}
	if err := fn(); err != nil {
		return err
	}
	var err error
	t.Tablet, err = sdk.Open(p.options(t, 0))
	return err
}

// release LABEL because=…: a colleague who may write there takes over what the server holds.
func (p *player) release(s *scenario.Step, t *tablet) error {
	if len(s.Words) != 3 {
		return s.Errorf("release NAME because=…")
	}
	for _, w := range p.writes {
		if w.label == s.Words[2] && w.held {
			return p.judge(w, t, s.Args.Get("because"))
		}
	}
	return s.Errorf("no write that is held has the name %q", s.Words[2])
}

func (p *player) judge(w *write, t *tablet, words string) error {
	by := t.people[0]
	bearer, err := p.bearer(t)
	if err != nil {
		return err
	}
	request := connect.NewRequest(&chartv1.JudgeRequest{StreamId: w.stream, MutationId: w.mutation[:], Release: true, Words: words})
	request.Header().Set("Authorization", bearer)
	ctx, cancel := context.WithTimeout(p.ctx, callPatience)
	defer cancel()
	if _, err := chartv1connect.NewChartServiceClient(t.wire, p.url).Judge(ctx, request); err != nil {
		return fmt.Errorf("what is held cannot be released: %w", err)
	}
	p.say("released")
	p.judged++
	ja, en := whom(by.ID, by.Name, by.Role)
	p.tell.detail(fmt.Sprintf("(%d) を%sが確認して受け入れた：%s", w.number, ja, words), fmt.Sprintf("(%d) is released by %s", w.number, en))
	return nil
}
