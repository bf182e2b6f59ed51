package alarm

import (
	"context"
	"errors"
	"slices"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// loop takes what is due, pass by pass, until the context ends. Where nothing is due it sleeps until something is, or
// until it is woken.
func (d *Dispatcher) loop(ctx context.Context) {
	step, failures := d.takeBack, 0
	for ctx.Err() == nil {
		wait, err := step(ctx)
		if err != nil {
			failures++
			if ctx.Err() == nil {
				d.alarms.raise(alarm{code: AlarmStore})
			}
			pause(ctx, doubled(firstPause, lastPause, failures))
			continue
		}
		step, failures = d.pass, 0
		if wait > 0 {
			d.sleep(ctx, wait)
		}
	}
}

func (d *Dispatcher) sleep(ctx context.Context, wait time.Duration) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-d.wake:
	case <-timer.C:
	}
}

// pass looks at what is due, does it in one commit, and sends what came of it. It returns how long nothing is due; 0:
// that has to be looked at again, since what was done may have made something due. An error is one of the store, which
// everything has.
func (d *Dispatcher) pass(ctx context.Context) (wait time.Duration, err error) {
	seen, err := d.see(ctx)
	if err != nil {
		return 0, err
	}
	if len(seen.tasks) > 0 {
		slices.SortStableFunc(seen.tasks, newsFirst)
		return 0, d.do(ctx, seen.tasks)
	}
	return max(seen.next.Sub(d.now()), time.Millisecond), nil
}

// newsFirst has what came of patients looked at before the pushes that wait, in one commit: of what was answered in the
// meantime nobody is told, however long the push has been due.
func newsFirst(a, b *task) int {
	later := func(k *task) int {
		if k.news {
			return 0
		}
		return 1
	}
	return later(a) - later(b)
}

// do runs the closures. One that fails alone is remembered and tried again later, and holds up nothing else.
func (d *Dispatcher) do(ctx context.Context, tasks []*task) error {
	closures := make([]func(store.Tx) error, len(tasks))
	for i, k := range tasks {
		closures[i] = d.closure(k)
	}
	errs := d.config.Store.Update(ctx, closures...)
	if refused(errs) {
		return errs[0]
	}
	for i, err := range errs {
		if err != nil {
			d.failed(tasks[i])
			continue
		}
		d.failing.forget(tasks[i].name)
		d.committed(tasks[i].did)
	}
	return nil
}

// refused tells whether closures failed by the store and not by themselves.
func refused(errs []error) bool {
	for _, of := range []error{store.ErrClosed, store.ErrFull, store.ErrUnknownOutcome, context.Canceled, context.DeadlineExceeded} {
		if errors.Is(errs[0], of) {
			return true
		}
	}
	for _, err := range errs {
		if err == nil || err != errs[0] || len(errs) == 1 {
			return false
		}
	}
	return true
}

// takeBack makes the pushes due that this process had claimed before it died: its leases are nobody's now. It is done once,
// before anything is claimed.
func (d *Dispatcher) takeBack(ctx context.Context) (time.Duration, error) {
	var tasks []*task
	ctx, cancel := context.WithTimeout(ctx, viewWait)
	defer cancel()
	now := d.now()
	err := d.config.Store.View(ctx, func(r store.Reader) error {
		return r.Due(now.Add(d.config.Limits.Lease).UnixMilli(), func(at int64, key store.ServerKey) error {
			if key.Table != store.TableDelivery || at <= now.UnixMilli() {
				return nil
			}
			row := &storev1.PushDelivery{}
			found, err := read(r, key, row)
			if err != nil && err != errRow || !found || row.GetLease().GetOwner() != d.config.Owner {
				return err
			}
			tasks = append(tasks, &task{tenant: key.Tenant, table: key.Table, marks: []mark{{at, key}}, run: func(t *turn) error { return t.takeBack(key) }})
			if len(tasks) == store.MaxClosures {
				return store.ErrStop // what is left comes when its lease is over
			}
			return nil
		})
	})
	if err != nil || len(tasks) == 0 {
		return 0, err
	}
	return 0, d.do(ctx, tasks)
}

func (t *turn) takeBack(key store.ServerKey) error {
	d := &storev1.PushDelivery{}
	found, err := read(t.tx, key, d)
	if err != nil || !found || d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_QUEUED {
		return err
	}
	release(d)
	d.NextMs = t.nowMs()
	if err := t.tx.PutDue(d.GetNextMs(), key); err != nil {
		return err
	}
	return write(t.tx, key, d)
}
