package alarm

import (
	"context"
	"encoding/hex"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// TestWhateverHappens plays days in which alerts come and are answered, ways out fail and the dispatcher restarts. At every
// moment an alert is in exactly one group or still in the outbox, and what nobody has answered has a next time.
func TestWhateverHappens(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := rapid.SliceOfN(rapid.IntRange(0, 9), 5, 40).Draw(rt, "steps")
		draws := rapid.SliceOfN(rapid.IntRange(0, 1<<20), len(steps), len(steps)).Draw(rt, "draws")
		var failure string
		synctest.Test(t, func(t *testing.T) {
			h := open(t)
			defer func() { h.stop() }()
			p := &play{house: h, raised: map[string]raised{}}
			for i, step := range steps {
				p.do(step, draws[i])
				if failure = p.check(); failure != "" {
					failure = fmt.Sprintf("after step %d: %s", i, failure)
					return
				}
			}
		})
		if failure != "" {
			rt.Fatal(failure)
		}
	})
}

type raised struct {
	chart    string
	severity carev1.AlertSeverity
	answered bool
}

type play struct {
	*house
	raised map[string]raised
	order  []string
	owners int
}

func (p *play) do(step, draw int) {
	switch step {
	case 0, 1, 2, 3:
		p.alerts(fmt.Sprint("chart-", draw%4), carev1.AlertSeverity(1+draw/4%3), 1+draw/16%3)
	case 4, 5:
		p.answerOne(draw)
	case 6:
		p.pass(time.Duration(draw%600) * time.Second)
	case 7:
		p.pass(time.Duration(draw%30) * time.Hour)
	case 8:
		verdict := push.Verdict(1 + draw%6)
		p.wire.becomes(nil, func(int, push.Target, push.Message) push.Outcome {
			return push.Outcome{Verdict: verdict, Trouble: "drawn", After: time.Duration(draw%100) * time.Second}
		})
	case 9:
		p.stop()
		p.owners++
		p.pass(time.Duration(draw%100) * time.Minute)
		p.start(fmt.Sprint("owner-", p.owners))
	}
}

func (p *play) alerts(chart string, severity carev1.AlertSeverity, n int) {
	all := make([]carev1.AlertSeverity, n)
	for i := range all {
		all[i] = severity
	}
	for _, id := range p.raise(chart, all...) {
		p.raised[string(id)] = raised{chart: chart, severity: severity}
		p.order = append(p.order, string(id))
	}
}

func (p *play) answerOne(draw int) {
	if len(p.order) == 0 {
		return
	}
	id := p.order[draw%len(p.order)]
	a := p.raised[id]
	a.answered = true
	p.raised[id] = a
	p.answer(a.chart, "dr-1", []byte(id))
}

// check returns what does not hold.
func (p *play) check() string {
	listed, open := map[string]int{}, map[string]int{}
	for _, g := range groups(p.t, p.store) {
		for _, a := range g.GetAlerts() {
			listed[string(a.GetRecordId())]++
		}
		state := g.GetState()
		if state == alertv1.GroupState_GROUP_STATE_ANSWERED {
			continue
		}
		if open[g.GetChartId()]++; open[g.GetChartId()] > 1 {
			return "a chart has two groups that run"
		}
		if state != alertv1.GroupState_GROUP_STATE_DIGEST && (g.GetNextMs() <= time.Now().UnixMilli() || !p.marked(g.GetId(), g.GetNextMs())) {
			return "a group that nobody answered has no next time"
		}
	}
	for id, a := range p.raised {
		if listed[id] != 1 {
			return fmt.Sprintf("an alert is in %d groups", listed[id])
		}
		if !a.answered && a.severity > notice && open[a.chart] == 0 {
			return "an alert that nobody answered is in no group that runs"
		}
	}
	for _, d := range pushes(p.t, p.store) {
		if d.GetState() == alertv1.DeliveryState_DELIVERY_STATE_QUEUED && d.GetNextMs() <= time.Now().UnixMilli() {
			return "a push is due and nobody has taken it"
		}
	}
	return ""
}

func (p *play) marked(id []byte, at int64) (found bool) {
	_ = p.store.View(context.Background(), func(r store.Reader) error {
		return r.Due(at, func(ms int64, key store.ServerKey) error {
			found = found || ms == at && key.Table == store.TableEscalation && key.Key == hex.EncodeToString(id)
			return nil
		})
	})
	return found
}
