package main

import (
	"fmt"
	"strings"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/scenario"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// sync brings a tablet and the server together, and tells what became of each entry.
func (p *player) sync(s *scenario.Step, t *tablet) error {
	how := fault(strings.Join(s.Words[2:], " "))
	switch how {
	case none, requestLost, answerLost, twice:
	default:
		return s.Errorf("sync, or sync with answer-lost, request-lost or twice")
	}
	p.tell.event(fmt.Sprintf("端末%s 同期", t.name), fmt.Sprintf("tablet %s synchronises", t.name))
	// The tablet shows what its owner may read, whoever wrote on it last.
	if _, err := t.use(""); err != nil {
		return err
	}
	t.wire.next = how
	report, err := t.Sync(p.ctx)
	if err != nil && (how == requestLost || how == answerLost) {
		p.say("no answer")
		p.tell.lost(how)
		return nil
	}
	if err != nil {
		return fmt.Errorf("tablet %s cannot synchronise: %w", t.name, err)
	}
	if report.Pulled > 0 {
		p.tell.detail(fmt.Sprintf("サーバーから受信：%d件", report.Pulled), fmt.Sprintf("records from the server: %d", report.Pulled))
	}
	if report.Blobs > 0 {
		p.tell.detail(fmt.Sprintf("写真・ファイルをサーバーに保存：%d件", report.Blobs), fmt.Sprintf("photos and files on the server: %d", report.Blobs))
	}
	if t.restored {
		if err := p.back(t); err != nil {
			return err
		}
	}
	if report.Revoked > 0 {
		p.say("revoked")
		p.tell.detail("閲覧の権限がなくなりました", "no right to read this any more")
	}
	return p.results(t)
}

// results tells what is new about the entries of a tablet.
func (p *player) results(t *tablet) error {
	queue, err := t.Queue()
	if err != nil {
		return err
	}
	byID := map[replica.ID]replica.Own{}
	for _, own := range queue {
		byID[own.MutationID] = own
	}
	for _, w := range p.writes {
		own, kept := byID[w.mutation]
		if w.tablet != t || !kept || own.Result == nil {
			continue
		}
		w.own = own
		answer := words(own.Result)
		if w.held = w.held || own.State == replica.Held; w.held { // asked about again each time: that says nothing
			answer = strings.TrimSuffix(answer, ", known before")
		}
		key := strings.TrimSuffix(answer, ", known before")
		if key == w.told {
			continue
		}
		if w.told != "" {
			answer = "now " + answer
		}
		w.told = key
		p.say(w.name() + ": " + answer)
		p.tell.result(w)
	}
	return nil
}

// words is a result as scripts write it.
func words(r *syncv1.MutationResult) string {
	text := strings.ToLower(strings.TrimPrefix(r.GetOutcome().String(), "OUTCOME_"))
	if r.GetHeldReason() != 0 {
		text += ", " + strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(r.GetHeldReason().String(), "HELD_REASON_"), "_", " "))
	}
	if r.GetDetail() != "" {
		text += " (" + r.GetDetail() + ")"
	}
	if knownBefore(r) {
		text += ", known before"
	}
	return text
}

// knownBefore tells whether the server had the entry from a synchronisation whose answer was lost. What is held is
// asked about again every time, and says nothing by being known.
func knownBefore(r *syncv1.MutationResult) bool {
	return r.GetRepeated() && r.GetOutcome() != syncv1.Outcome_OUTCOME_HELD
}

// stateNames are the states of records as scripts write them.
var stateNames = map[replica.State]string{
	replica.TooLarge: "too large to send", replica.Rejected: "rejected", replica.Held: "held",
	replica.Conflict: "needs a decision", replica.OnTablet: "on this tablet", replica.Safe: "safe on the server",
}

// shows NAME: the record as the tablet shows it.
func (p *player) shows(s *scenario.Step, t *tablet) error {
	if len(s.Words) < 3 {
		return s.Errorf("which record? %s shows NAME", s.Words[0])
	}
	at, ok := p.labels[s.Words[2]]
	if !ok {
		return s.Errorf("no record has the name %q", s.Words[2])
	}
	item, found, err := t.find(chartOf(at.stream), at.record)
	if err != nil {
		return err
	}
	if !found {
		p.say("nothing")
		p.tell.event(fmt.Sprintf("端末%s の画面：まだ何もありません", t.name), fmt.Sprintf("tablet %s shows: nothing yet", t.name))
		return nil
	}
	p.tell.shows(t, item)
	text := item.En
	if item.Retracted {
		text += " (retracted)"
	}
	p.say(fmt.Sprintf("%s [%s]", text, stateNames[item.State]))
	for _, c := range item.Record.GetCandidates() {
		_, en := candidate(c)
		p.say(fmt.Sprintf("beside it, by %s: %s", c.GetAuthor().GetPersonId(), en))
		p.tell.beside(c)
	}
	return p.showsMarks(t, item)
}

// showsMarks says what somebody has to know about a record beside its content.
func (p *player) showsMarks(t *tablet, item sdk.Item) error {
	for _, id := range item.PossibleDuplicates {
		other, found, err := t.find(chartOf(item.StreamID), id)
		if err != nil {
			return err
		}
		if found && care.DoubleDose(item.Record, other.Record) {
			p.say("possible double dose: with " + p.labelOf(id))
			p.tell.doubleDose(id[:])
		}
	}
	if a := item.Record.GetArrival(); a.GetTimeUncertain() {
		p.say(fmt.Sprintf("time uncertain: the tablet's clock was off by %d minutes", a.GetClockOffsetMs()/60000))
		p.tell.uncertain(a)
	}
	return nil
}

func (t *tablet) find(chart string, id replica.ID) (sdk.Item, bool, error) {
	items, err := t.Timeline(chart, sdk.Filter{})
	for _, item := range items {
		if item.ID == id {
			return item, true, err
		}
	}
	return sdk.Item{}, false, err
}

func (p *player) labelOf(id replica.ID) string {
	for name, at := range p.labels {
		if at.record == id {
			return name
		}
	}
	return "a record without a name"
}

// candidate says in one line what a candidate would change.
func candidate(c *carev1.Candidate) (ja, en string) {
	switch {
	case c.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED:
		return "取消", "to be retracted"
	case c.GetBody() != nil:
		return care.Summary(c.GetBody())
	}
	return "項目の消去または時刻の変更", "a cleared field, or another time"
}
