package alarm

import (
	"encoding/hex"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
)

// chart is everything that is due of one chart: it is done in one transaction, so that many alerts become one push.
type chart struct {
	tenant, id string
	events     []mark
	groups     []mark
	task       *task
}

// look is the work on a chart. Alerts come before answers, since an answer that came with its alert is one to it, and
// people are told last: whoever was answered already is told nothing.
func (c *chart) look(t *turn) error {
	all, err := t.events(c.events)
	if err != nil {
		return err
	}
	w := &ward{turn: t, chart: c.id}
	if w.group, err = t.runningUnder(c.id); err != nil {
		return err
	}
	for _, e := range all {
		if e.GetKind() == kindAlert {
			if err := w.alert(e); err != nil {
				return err
			}
		}
	}
	for _, e := range all {
		if e.GetKind() != kindAlert {
			if err := w.answer(e); err != nil {
				return err
			}
		}
	}
	if err := w.finish(); err != nil {
		return err
	}
	return c.others(t, w.group)
}

// others advances the groups that are due and are not the chart's running one.
func (c *chart) others(t *turn, done *group) error {
	for _, m := range c.groups {
		if done != nil && done.key == m.key {
			continue
		}
		id, err := hex.DecodeString(m.key.Key)
		if err != nil {
			continue
		}
		g, err := t.group(id)
		if err == errRow {
			t.alarms = append(t.alarms, alarm{code: AlarmDamaged, table: uint32(m.key.Table)})
			continue
		}
		if err != nil {
			return err
		}
		if g == nil {
			continue
		}
		if err := t.advance(g, 0); err != nil {
			return err
		}
		if err := t.save(g); err != nil {
			return err
		}
	}
	return nil
}

// ward is one chart in the hands of a turn.
type ward struct {
	*turn
	chart string
	group *group
	// written is when the oldest alert that is new to the group was written.
	written int64
	// notices are how many are new to the group.
	notices uint32
	// asked: those at the patient have to hear of an answer. crowded: the operator was told that the group is full.
	asked, crowded bool
}

// alert takes an alert into the chart's group, or begins one with it.
func (w *ward) alert(e event) error {
	if e.GetAmended() { // it is in its group, and only an answer ends that
		if w.group != nil {
			w.notify(w.group)
		}
		return w.done(e)
	}
	a := &storev1.GroupedAlert{
		StreamId: e.GetStreamId(), RecordId: e.GetRecordId(), Severity: e.GetSeverity(), RaisedMs: e.GetWrittenMs(),
	}
	joined, err := w.join(a)
	if err != nil {
		return err
	}
	if !joined {
		if !w.crowded {
			w.crowded = true
			w.turn.alarm(AlarmCrowded)
		}
		return w.later(e, w.nowMs()+crowdedPause.Milliseconds())
	}
	if a.GetSeverity() == carev1.AlertSeverity_ALERT_SEVERITY_NOTICE {
		w.notices++
	} else if w.written == 0 {
		w.written = e.GetWrittenMs()
	}
	return w.done(e)
}

// join tells whether a group has taken the alert.
func (w *ward) join(a *storev1.GroupedAlert) (joined bool, err error) {
	if w.group == nil {
		w.group, err = w.begin(w.chart, a)
		return true, err
	}
	p := w.group.GetPolicy()
	if a.GetSeverity() > w.group.GetSeverity() { // only then it counts
		if p, _, err = w.policy(w.chart); err != nil {
			return false, err
		}
	}
	return escalation.Join(w.group.Escalation, a, p, w.now), nil
}

// answer takes in what a person answered or ordered.
func (w *ward) answer(e event) error {
	asks, err := w.asksTheTeam(e)
	if err != nil {
		return err
	}
	w.asked = w.asked || asks
	if e.GetKind() != kindAnswer {
		return w.done(e)
	}
	if err := w.reopen(e); err != nil {
		return err
	}
	if err := w.fetch(e.GetAnswers()); err != nil {
		return err
	}
	if err := w.elsewhere(e); err != nil {
		return err
	}
	if w.group != nil && escalation.Answer(w.group.Escalation, e.GetAnswers(), e.GetPersonId(), w.now) {
		if err := w.end(); err != nil {
			return err
		}
	}
	return w.done(e)
}

// fetch takes in the alerts that an answer names and that are still in the outbox: an answer is never before its alert.
func (w *ward) fetch(alerts [][]byte) error {
	for _, id := range alerts {
		e, err := w.undone(id)
		if err != nil {
			return err
		}
		ref, known := w.d.config.Directory.Stream(w.tenant, e.stream())
		if !known || ref.Info.GetChartId() != w.chart {
			continue
		}
		if err := w.tx.EraseDue(e.at, e.key); err != nil {
			return err
		}
		if err := w.alert(*e); err != nil {
			return err
		}
	}
	return nil
}

func (e *event) stream() string {
	if e == nil {
		return ""
	}
	return e.GetStreamId()
}

// countNotices puts the new notices of the group into the digests.
func (w *ward) countNotices() error {
	n := w.notices
	if w.notices = 0; n == 0 {
		return nil
	}
	return w.digest(w.group, n)
}

// end closes the group that a person's answer ended: what of it is not on its way is not sent any more.
func (w *ward) end() error {
	w.group.ended = true
	if err := w.countNotices(); err != nil {
		return err
	}
	if err := w.endPushes(w.group.GetId()); err != nil {
		return err
	}
	if err := w.save(w.group); err != nil {
		return err
	}
	if w.asked {
		if err := w.tellTeam(w.chart, w.group.GetId()); err != nil {
			return err
		}
		w.asked = false
	}
	w.group, w.written = nil, 0
	return nil
}

// finish tells who is to be told.
func (w *ward) finish() error {
	var id []byte
	if w.group != nil {
		id = w.group.GetId()
		if err := w.countNotices(); err != nil {
			return err
		}
		if err := w.advance(w.group, w.written); err != nil {
			return err
		}
		if err := w.save(w.group); err != nil {
			return err
		}
	}
	if w.asked {
		return w.tellTeam(w.chart, id)
	}
	return nil
}
