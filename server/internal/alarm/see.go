package alarm

import (
	"context"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// seen is what one look found to be due.
type seen struct {
	d     *Dispatcher
	r     store.Reader
	now   time.Time
	room  bool
	taken int
	// tasks in order; charts are those of them that are about one, by name.
	tasks  []*task
	charts map[string]*chart
	// next is when something is due that is not yet, or may be tried again.
	next time.Time
}

// see reads what is due, in one short snapshot. What failed a moment ago, and pushes while too many are in hand, are passed
// over, so that they never stand before something else.
func (d *Dispatcher) see(ctx context.Context) (*seen, error) {
	ctx, cancel := context.WithTimeout(ctx, viewWait)
	defer cancel()
	now := d.now()
	s := &seen{d: d, now: now, room: d.sender.room() > 0, charts: map[string]*chart{}, next: now.Add(maxIdle)}
	passed := 0
	err := d.config.Store.View(ctx, func(r store.Reader) error {
		s.r = r
		return r.Due(now.Add(maxIdle).UnixMilli(), func(at int64, key store.ServerKey) error {
			switch {
			case at > now.UnixMilli():
				s.until(time.UnixMilli(at))
				return store.ErrStop
			case s.taken >= d.config.Limits.Batch || passed >= maxPassedOver:
				return store.ErrStop
			}
			took, err := s.take(mark{at, key})
			if !took {
				passed++
			}
			return err
		})
	})
	return s, err
}

// until notes when something is due next.
func (s *seen) until(at time.Time) {
	if at.Before(s.next) {
		s.next = at
	}
}

// take makes a task of a mark, or adds it to the one of its chart. It answers false if the mark is left for now.
func (s *seen) take(m mark) (bool, error) {
	switch m.key.Table {
	case store.TableOutbox:
		return s.event(m)
	case store.TableEscalation:
		return s.escalation(m)
	case store.TableDelivery:
		return s.room && s.alone(m, (*turn).lookAtPush), nil
	case store.TableDigest:
		return s.alone(m, (*turn).lookAtDigest), nil
	case store.TableDuty:
		return s.alone(m, (*turn).lookAtDuty), nil
	}
	return s.alone(m, func(*turn, store.ServerKey) error { return nil }), nil // nobody looks at it: its mark goes
}

// alone makes a task of its own, unless it failed a moment ago.
func (s *seen) alone(m mark, look func(*turn, store.ServerKey) error) bool {
	return s.add(m.key.Tenant+"\x00"+string(rune(m.key.Table))+m.key.Key, m, func(t *turn) error { return look(t, m.key) })
}

func (s *seen) add(name string, m mark, run func(*turn) error) bool {
	if rests := s.d.failing.rests(name, s.now); !rests.IsZero() {
		s.until(rests)
		return false
	}
	s.tasks = append(s.tasks, &task{tenant: m.key.Tenant, name: name, table: m.key.Table, marks: []mark{m}, run: run})
	s.taken++
	return true
}

// event finds the chart of an outbox event. One whose stream the directory does not have waits for it to come back.
func (s *seen) event(m mark) (bool, error) {
	row := &storev1.OutboxEvent{}
	found, err := read(s.r, m.key, row)
	if err != nil && err != errRow {
		return false, err
	}
	if err == errRow || !found || row.GetDoneMs() != 0 {
		return s.alone(m, func(*turn, store.ServerKey) error { return err }), nil
	}
	ref, known := s.d.config.Directory.Stream(m.key.Tenant, row.GetStreamId())
	if !known {
		return s.alone(m, (*turn).waitForStream), nil
	}
	return s.chart(m, ref.Info.GetChartId(), func(c *chart) *[]mark { return &c.events }), nil
}

// waitForStream leaves an event for later.
func (t *turn) waitForStream(key store.ServerKey) error {
	t.alarm(AlarmStream)
	return t.tx.PutDue(t.now.Add(strangerPause).UnixMilli(), key)
}

func (s *seen) escalation(m mark) (bool, error) {
	row := &storev1.Escalation{}
	found, err := read(s.r, m.key, row)
	if err != nil && err != errRow {
		return false, err
	}
	if err == errRow || !found || row.GetState() == alertv1.GroupState_GROUP_STATE_ANSWERED {
		return s.alone(m, func(*turn, store.ServerKey) error { return err }), nil
	}
	return s.chart(m, s.d.kept(m.key.Tenant, row.GetChartId()), func(c *chart) *[]mark { return &c.groups }), nil
}

// chart adds a mark to the task of its chart. Where that failed a while ago each mark has a task of its own, so that one that
// cannot be done does not hold up the others.
func (s *seen) chart(m mark, id string, list func(*chart) *[]mark) bool {
	name := m.key.Tenant + "\x00c" + id
	if s.d.failing.rests(name, s.now).After(s.now) {
		c := &chart{tenant: m.key.Tenant, id: id}
		*list(c) = []mark{m}
		return s.add(name+"\x00"+m.key.Key, m, c.look)
	}
	c := s.charts[name]
	switch {
	case c == nil:
		c = &chart{tenant: m.key.Tenant, id: id}
		c.task = &task{tenant: m.key.Tenant, name: name, table: m.key.Table, run: c.look, many: true}
		s.tasks, s.charts[name] = append(s.tasks, c.task), c
	case len(c.task.marks) >= maxEvents:
		return false
	}
	c.task.marks = append(c.task.marks, m)
	c.task.news = c.task.news || m.key.Table == store.TableOutbox
	*list(c) = append(*list(c), m)
	s.taken++
	return true
}
