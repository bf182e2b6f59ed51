package sdk

import (
	"slices"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Mark is how far the tablet's copies of charts reached at a moment. It is asked for before a synchronisation.
type Mark struct{ reached map[string]*syncv1.Version }

// News is what a synchronisation brought of alerts and what was answered.
type News struct {
	// Alerts that are open: new ones, and those that were amended.
	Alerts []Alert
	// Answers of others, with the alerts on this tablet that they name.
	Answers []Answer
	// Instructions that whoever uses the tablet has to receive: new or changed.
	Instructions []Instruction
	// Receipts of others.
	Receipts []Receipt
}

// Empty tells whether there is none.
func (n News) Empty() bool {
	return len(n.Alerts)+len(n.Answers)+len(n.Instructions)+len(n.Receipts) == 0
}

// Mark remembers how far the tablet's copies of charts reach.
func (t *Tablet) Mark() (Mark, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	streams, err := t.replica.Streams()
	m := Mark{map[string]*syncv1.Version{}}
	for _, s := range streams {
		if s.Complete {
			m.reached[s.ID] = s.Cursor.GetVersion()
		}
	}
	return m, err
}

// NewsSince lists what came to this tablet since a mark. Of a chart that came as a whole all that is open is new.
func (t *Tablet) NewsSince(m Mark) (News, error) {
	var news News
	me, err := t.me()
	if err != nil {
		return news, err
	}
	charts, err := t.Charts()
	if err != nil {
		return news, err
	}
	for _, c := range charts {
		if !m.moved(c) {
			continue
		}
		of, err := t.matters(c)
		if err != nil {
			return news, err
		}
		news.add(m, of, me, t.now())
	}
	return news, nil
}

// add puts in what came of one chart.
func (n *News) add(m Mark, of matters, me *carev1.Actor, now time.Time) {
	fromOthers := func(i Item) bool {
		_, whole := m.reached[i.StreamID]
		return whole && m.since(i) && i.Author.GetPersonId() != me.GetPersonId()
	}
	for _, a := range of.group().Alerts {
		if a.Open() && m.since(a.Item) {
			n.Alerts = append(n.Alerts, a)
		}
	}
	for _, i := range of.answers {
		if fromOthers(i) {
			n.Answers = append(n.Answers, of.answer(i))
		}
	}
	for _, i := range of.instructed(me, now) {
		if i.Due() && m.since(i.Item) {
			n.Instructions = append(n.Instructions, i)
		}
		for _, r := range i.Receipts {
			if fromOthers(r.Item) {
				n.Receipts = append(n.Receipts, r)
			}
		}
	}
}

// moved tells whether anything came to a chart.
func (m Mark) moved(c Chart) bool {
	return slices.ContainsFunc(c.Streams, func(s replica.StreamView) bool { return later(s.Cursor.GetVersion(), m.reached[s.ID]) })
}

// since tells whether the server's version of a record is newer than the mark.
func (m Mark) since(i Item) bool { return later(i.Version.GetVersion(), m.reached[i.StreamID]) }

// later tells whether a version comes after another in the log; the log of a restored server has another epoch.
func later(v, than *syncv1.Version) bool {
	if v.GetEpoch() != than.GetEpoch() {
		return v.GetEpoch() > than.GetEpoch()
	}
	return v.GetSeq() > than.GetSeq()
}
