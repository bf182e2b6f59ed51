package alarm

import (
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// turn is one run of one closure: what it reads and writes, and what is to be done once that is durable. A closure may run
// again, so each run has a turn of its own.
type turn struct {
	d      *Dispatcher
	tx     store.Tx
	tenant string
	now    time.Time
	jobs   []job
	alarms []alarm
	// changed are the groups that were written.
	changed []changedGroup
}

// changedGroup names a group and its chart.
type changedGroup struct {
	chart string
	group [16]byte
}

func (t *turn) nowMs() int64 { return t.now.UnixMilli() }

func (t *turn) alarm(code string) { t.alarms = append(t.alarms, alarm{code: code}) }

// task is one closure of a pass.
type task struct {
	tenant string
	name   string // of what it is about, for remembering failures
	table  store.ServerTable
	marks  []mark
	run    func(*turn) error
	did    *turn
	many   bool // of a chart: several marks, of which one alone may be at fault
	news   bool // an event of the outbox is among the marks
}

// closure is the task for the store. The time is read when it runs, since it may have waited for its turn.
func (d *Dispatcher) closure(k *task) func(store.Tx) error {
	return func(tx store.Tx) error {
		k.did = &turn{d: d, tx: tx, tenant: k.tenant, now: d.now()}
		for _, m := range k.marks {
			if err := tx.EraseDue(m.at, m.key); err != nil {
				return err
			}
		}
		err := k.run(k.did)
		if err == errRow { // the row that the mark is of: it stays, and nothing looks at it any more
			k.did.jobs, err = nil, nil
			k.did.alarms = []alarm{{code: AlarmDamaged, table: uint32(k.table)}}
		}
		return err
	}
}

// committed does what a turn left to be done after its commit.
func (d *Dispatcher) committed(t *turn) {
	d.alarms.raise(t.alarms...)
	if d.config.Hooks.Changed != nil {
		for _, c := range t.changed {
			d.config.Hooks.Changed(t.tenant, c.chart, c.group)
		}
	}
	d.sender.offer(t.jobs)
}

// way is one live target of a person, over a channel that there is.
type way struct {
	key    store.ServerKey
	target *storev1.PushTarget
}

// ways are the live targets of a person, in order of id. Those of somebody whom the directory does not have any more are
// not used.
func (t *turn) ways(person string) (ways []way, err error) {
	if person == "" {
		return nil, nil
	}
	if _, known := t.d.config.Directory.Person(t.tenant, person); !known {
		return nil, nil
	}
	prefix := person + "/"
	err = each(t.tx, t.tenant, store.TableTarget, prefix, prefix, maxTargetRows, func(key string, target *storev1.PushTarget) error {
		if len(ways) == maxTargets {
			return store.ErrStop
		}
		if target.GetState() == alertv1.TargetState_TARGET_STATE_LIVE && t.d.config.Channels[target.GetKind()] != nil {
			ways = append(ways, way{store.ServerKey{Tenant: t.tenant, Table: store.TableTarget, Key: key}, target})
		}
		return nil
	})
	return ways, err
}
