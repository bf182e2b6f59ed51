package alarm

import "time"

// failing remembers what failed by itself, so that it is not tried over and over. It belongs to the loop alone. A restart
// forgets it.
type failing map[string]failure

type failure struct {
	times int
	until time.Time
}

func (f failing) forget(name string) { delete(f, name) }

func (f failing) note(name string, wait time.Duration, now time.Time) {
	if len(f) >= maxFailing {
		clear(f)
	}
	f[name] = failure{f[name].times + 1, now.Add(wait)}
}

// rests returns until when something is left alone; zero: it is not.
func (f failing) rests(name string, now time.Time) time.Time {
	if until := f[name].until; until.After(now) {
		return until
	}
	return time.Time{}
}

// failed remembers a task that failed by itself. What one of a chart's marks did is not known: for a while each is alone.
func (d *Dispatcher) failed(k *task) {
	wait := doubled(firstPause, lastPause, d.failing[k.name].times+1)
	if k.many {
		wait = apartFor
	} else {
		d.alarms.raise(alarm{code: AlarmFailing, table: uint32(k.table)})
	}
	d.failing.note(k.name, wait, d.now())
}
