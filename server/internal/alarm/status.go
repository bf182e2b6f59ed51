package alarm

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Channel is how one way out stands.
type Channel struct {
	// Kind is what its targets are.
	Kind alertv1.TargetKind
	// Broken: its credentials are refused, and nothing gets through, or nothing to one platform.
	Broken bool
	// Trouble is the code of what was wrong last, and Since when that was; empty: nothing yet.
	Trouble string
	Since   time.Time
}

// Status is how the alerts stand, without a patient or a person. What is counted is at most a minute old.
type Status struct {
	// Channels by kind.
	Channels []Channel
	// LogOnly: pushes go to the log and to nobody's telephone.
	LogOnly bool
	// Surveyed is when it was counted; zero: not yet.
	Surveyed time.Time
	// Running groups, and Unanswered ones among them of which everybody was told. Digest are those that wait for one.
	Running, Unanswered, Digest int
	// Due is how many rows are due and not done, up to a limit, and OldestDue since when the oldest of them is.
	Due       int
	OldestDue time.Duration
	// InHand is how many pushes were claimed and are not recorded.
	InHand int
	// Aside is how many targets were put aside.
	Aside int
}

// statusBoard holds what was counted last.
type statusBoard struct {
	mu   sync.Mutex
	last Status
}

// Status returns how the alerts stand.
func (d *Dispatcher) Status() Status {
	d.status.mu.Lock()
	s := d.status.last
	d.status.mu.Unlock()
	s.LogOnly, s.InHand = d.config.LogOnly, int(d.sender.inHand.Load())
	for kind, l := range d.sender.lanes {
		broken, trouble, since := l.breakers.look()
		s.Channels = append(s.Channels, Channel{Kind: kind, Broken: broken, Trouble: trouble, Since: since})
	}
	slices.SortFunc(s.Channels, func(a, b Channel) int { return cmp.Compare(a.Kind, b.Kind) })
	return s
}

// besides does what is not urgent until the context ends: it counts, and looks for duties.
func (d *Dispatcher) besides(ctx context.Context) {
	var duties time.Time
	for {
		if now := d.now(); now.Sub(duties) >= dutiesEvery || now.Before(duties) {
			if err := d.findDuties(ctx); err == nil {
				duties = now
			} else if ctx.Err() == nil {
				d.alarms.raise(alarm{code: AlarmStore})
			}
		}
		if err := d.survey(ctx); err != nil && ctx.Err() == nil {
			d.config.Log.Warn().Msg("the alerts could not be counted; what the status says of them is old")
		}
		if !pause(ctx, surveyEvery) {
			return
		}
	}
}

// survey counts, each table from a snapshot of its own.
func (d *Dispatcher) survey(ctx context.Context) error {
	s := Status{Surveyed: d.now()}
	for _, count := range []func(store.Reader, *Status) error{d.countDue, d.countGroups, d.countTargets} {
		ctx, cancel := context.WithTimeout(ctx, viewWait)
		err := d.config.Store.View(ctx, func(r store.Reader) error { return count(r, &s) })
		cancel()
		if err != nil {
			return err
		}
	}
	d.status.mu.Lock()
	defer d.status.mu.Unlock()
	d.status.last = s
	return nil
}

func (d *Dispatcher) countDue(r store.Reader, s *Status) error {
	s.Due, s.OldestDue = 0, 0
	return r.Due(s.Surveyed.UnixMilli(), func(at int64, _ store.ServerKey) error {
		if s.Due == 0 {
			s.OldestDue = s.Surveyed.Sub(time.UnixMilli(at))
		}
		if s.Due++; s.Due >= maxSurveyed {
			return store.ErrStop
		}
		return nil
	})
}

func (d *Dispatcher) countGroups(r store.Reader, s *Status) error {
	s.Running, s.Unanswered, s.Digest = 0, 0, 0
	for _, tenant := range d.config.Directory.Tenants() {
		seen := 0
		err := r.ServerRows(tenant, store.TableRunning, "", func(_ string, id []byte) error {
			if seen++; seen > maxSurveyed {
				return store.ErrStop
			}
			if len(id) == 0 {
				return nil
			}
			e := &storev1.Escalation{}
			if _, err := read(r, store.ServerKey{Tenant: tenant, Table: store.TableEscalation, Key: string(id)}, e); err != nil && err != errRow {
				return err
			}
			s.add(e.GetState())
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Status) add(state alertv1.GroupState) {
	switch state {
	case alertv1.GroupState_GROUP_STATE_DIGEST:
		s.Digest++
	case alertv1.GroupState_GROUP_STATE_UNANSWERED:
		s.Unanswered++
		s.Running++
	case alertv1.GroupState_GROUP_STATE_RUNNING:
		s.Running++
	}
}

func (d *Dispatcher) countTargets(r store.Reader, s *Status) error {
	s.Aside = 0
	for _, tenant := range d.config.Directory.Tenants() {
		err := each(r, tenant, store.TableTarget, "", "", maxSurveyed, func(_ string, t *storev1.PushTarget) error {
			if t.GetState() == alertv1.TargetState_TARGET_STATE_ASIDE {
				s.Aside++
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
