package main

import (
	"bytes"
	"errors"
	"fmt"

	"google.golang.org/protobuf/proto"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/scenario"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// create writes a new record.
func (p *player) create(s *scenario.Step, t *tablet) error {
	if len(s.Words) != 3 {
		return s.Errorf("give the new record a name: %s %s NAME", s.Words[0], s.Words[1])
	}
	body, err := scenario.New(s.Words[1], s.Args.Without("by", "stream", "chart", "at", "photo"), p.label)
	if err != nil {
		return err
	}
	by, err := t.use(s.Args.Get("by"))
	if err != nil {
		return err
	}
	entry, err := p.entry(s)
	if err != nil {
		return err
	}
	chart := s.Args.Get("chart")
	if chart == "" {
		chart = p.chart
	}
	if stream := s.Args.Get("stream"); stream != "" {
		entry.Stream = chart + "/" + stream
	}
	if err := p.learn(t, chart, body); err != nil {
		return err
	}
	w := p.begin(s, t, by, chart, "新規", "new", body)
	if title := s.Args.Get("photo"); title != "" {
		if err := p.photo(t, title, &entry); err != nil {
			return err
		}
	}
	return p.finish(w, func(confirm bool) (sdk.Saved, error) {
		entry.Confirm = confirm
		return t.Create(chart, body, entry)
	})
}

// change amends, retracts or resolves a record that the tablet shows.
func (p *player) change(s *scenario.Step, t *tablet) error {
	if len(s.Words) < 3 {
		return s.Errorf("which record? %s %s NAME", s.Words[0], s.Words[1])
	}
	at, ok := p.labels[s.Words[2]]
	if !ok {
		return s.Errorf("no record has the name %q", s.Words[2])
	}
	by, err := t.use(s.Args.Get("by"))
	if err != nil {
		return err
	}
	shown, err := t.Record(at.stream, at.record)
	if errors.Is(err, sdk.ErrNoRecord) {
		p.refuse(err, "this tablet does not have it")
		return nil
	}
	if err != nil {
		return err
	}
	return p.changeShown(s, t, by, shown.Record, at)
}

// changeShown writes what the step makes of the record on the screen.
func (p *player) changeShown(s *scenario.Step, t *tablet, by sdk.Person, shown *carev1.Record, at place) error {
	body := proto.CloneOf(shown.GetBody())
	if _, err := scenario.Set(body, s.Args.Without("by", "because", "stream", "status"), p.label); err != nil {
		return err
	}
	reason := s.Args.Get("because")
	switch s.Words[1] {
	case "retract":
		w := p.begin(s, t, by, chartOf(at.stream), "取消", "retracts", body)
		return p.finish(w, func(bool) (sdk.Saved, error) { return t.Retract(at.stream, at.record, reason) })
	case "resolve":
		choice, err := chosen(shown, body, s.Args.Get("status") == "retracted")
		if err != nil {
			return err
		}
		w := p.begin(s, t, by, chartOf(at.stream), "判断", "decides", body)
		return p.finish(w, func(bool) (sdk.Saved, error) { return t.Resolve(at.stream, at.record, choice, reason) })
	}
	w := p.begin(s, t, by, chartOf(at.stream), "訂正", "amends", body)
	return p.finish(w, func(confirm bool) (sdk.Saved, error) {
		return t.Amend(at.stream, at.record, body, reason, confirm)
	})
}

// chosen finds which of the values that stand beside each other a decision means: a tablet offers these, no others.
func chosen(shown *carev1.Record, body *carev1.Body, retracted bool) (int, error) {
	is := shown.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED
	if proto.Equal(body, shown.GetBody()) && is == retracted {
		return sdk.Keep, nil
	}
	for i, c := range shown.GetCandidates() {
		taken := proto.CloneOf(shown.GetBody())
		if c.GetGroup() == 0 && c.GetBody() != nil {
			taken = c.GetBody()
		} else if c.GetBody() != nil {
			care.CopyGroup(taken, c.GetBody(), c.GetGroup())
		}
		if proto.Equal(taken, body) && retracted == (c.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED) {
			return i, nil
		}
	}
	return 0, errors.New("a decision takes one of the values that stand beside each other; to write another one, amend the record")
}

// learn finds the drug of a dose whose order was not told: it is one of the weeks before.
func (p *player) learn(t *tablet, chart string, body *carev1.Body) error {
	log := body.GetMedicationLog()
	if log == nil || p.day == nil {
		return nil
	}
	orders, err := t.Timeline(chart, sdk.Filter{Kinds: []string{"medication_order"}})
	for _, i := range orders {
		if bytes.Equal(i.ID[:], log.GetOrderId()) {
			p.tell.ordered(i.ID[:], i.Record.GetBody())
		}
	}
	return err
}

// begin tells that somebody writes; in a day, which has many charts, also in whose.
func (p *player) begin(s *scenario.Step, t *tablet, by sdk.Person, chart, verbJa, verbEn string, body *carev1.Body) *write {
	p.count++
	if p.day != nil {
		verbJa, verbEn = p.named(chart)+" "+verbJa, chart+", "+verbEn
	}
	w := &write{number: p.count, tablet: t, by: by, verb: s.Words[1], label: s.Words[2], place: p.labels[s.Words[2]], body: body}
	p.tell.writes(w, by, verbJa, verbEn)
	return w
}

// finish saves on the tablet and tells what came of it. Unlikely values are looked at again and confirmed, as the
// person at the tablet would be asked to.
func (p *player) finish(w *write, save func(confirm bool) (sdk.Saved, error)) error {
	saved, err := save(false)
	var check *sdk.CheckError
	if errors.As(err, &check) && check.Confirm {
		ja, en := sdk.Words(err)
		p.tell.detail(ja+" → 確認しました", en+" → confirmed")
		saved, err = save(true)
	}
	if errors.As(err, &check) {
		for _, f := range check.Findings {
			if f.Severity == care.Refused {
				p.say("refused: " + f.En)
			}
		}
		p.tell.detail(sdk.Words(err))
		return nil
	}
	if err != nil {
		p.refuse(err, "refused: "+err.Error())
		return nil
	}
	if saved.MutationID == (replica.ID{}) {
		p.say("nothing differs")
		p.tell.detail("変更はありません", "nothing differs, nothing was written")
		return nil
	}
	w.mutation, w.place = saved.MutationID, place{saved.StreamID, saved.RecordID}
	p.labels[w.label] = w.place
	p.tell.ordered(saved.RecordID[:], w.body)
	p.writes = append(p.writes, w)
	p.say("saved on this tablet")
	p.tell.detail("この端末に保存しました", "saved on this tablet")
	return nil
}

func (p *player) refuse(err error, answer string) {
	p.say(answer)
	p.tell.detail(sdk.Words(err))
}

// name of a write in answers, as scripts have it.
func (w *write) name() string { return fmt.Sprintf("%s %s", w.verb, w.label) }
