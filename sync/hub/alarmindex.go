package hub

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// alertDay is the number of the day, in UTC, under which an alert is found by its time.
func alertDay(t time.Time) int64 {
	const day = int64(24 * time.Hour / time.Millisecond)
	ms := t.UnixMilli()
	if ms < 0 {
		return (ms+1)/day - 1
	}
	return ms / day
}

// dayKey is the key of the alerts that were observed on a day.
func dayKey(day int64) store.ID {
	return keyOf(binary.BigEndian.AppendUint64([]byte("tsunagu alerts 1"), uint64(day)))
}

// indexAlert puts a new alert under its day, and under all that it rests on.
func (w *writer) indexAlert(v *version, found []rules.Finding) error {
	w.alarms.keep(rules.Seen{Record: v.record, Seq: v.at.GetSeq()})
	a := v.record.GetBody().GetAlert()
	if err := w.putKeyed(dayKey(alertDay(a.GetObserved().AsTime())), v.id); err != nil {
		return err
	}
	for _, id := range restsOn(a, found) {
		if err := w.putRests(id, v.id); err != nil {
			return err
		}
	}
	return nil
}

// readAlerts reads the alerts of the days around a time that may keep others silent.
func (a *alarms) readAlerts(at time.Time) error {
	for day := alertDay(at.Add(-rules.Quiet)); day <= alertDay(at.Add(rules.Quiet)); day++ {
		if a.days[day] {
			continue
		}
		if a.days == nil {
			a.days = map[int64]bool{}
		}
		a.days[day] = true
		ids, err := a.tx.Keyed(a.stream, dayKey(day))
		if err != nil {
			return err
		}
		for _, id := range ids {
			s, err := a.read(id)
			if err != nil {
				return err
			}
			if s.Record != nil {
				a.keep(s)
			}
		}
	}
	return nil
}

// keep takes up an alert, in the place of an older version of it.
func (a *alarms) keep(s rules.Seen) {
	for i, one := range a.raised {
		if sameID(one.Record.GetId(), s.Record.GetId()) {
			a.raised[i] = s
			return
		}
	}
	a.raised = append(a.raised, s)
}

// around is the view in which an alert is judged anew: all that any rule looks at.
func (a *alarms) around(at time.Time) (*rules.View, error) {
	if a.gate == nil {
		if err := a.readStanding(); err != nil {
			return nil, err
		}
	}
	v, err := a.view(at.Add(-rules.Lookback), at, at.Add(rules.Lookback))
	if err != nil {
		return nil, err
	}
	rest, err := a.listed(orderKind, episodeKind)
	if err != nil {
		return nil, err
	}
	named, err := a.namedBy(v.Recent, rest)
	v.Standing = slices.Concat(a.standing, rest, named)
	return v, err
}

// namedBy returns the orders that doses name, where they are not among those that are there already.
func (a *alarms) namedBy(doses, there []rules.Seen) (named []rules.Seen, err error) {
	known := map[string]bool{}
	for _, s := range there {
		known[string(s.Record.GetId())] = true
	}
	for _, d := range doses {
		id := d.Record.GetBody().GetMedicationLog().GetOrderId()
		if len(id) != len(store.ID{}) || known[string(id)] {
			continue
		}
		known[string(id)] = true
		s, err := a.read(store.ID(id))
		if err != nil {
			return nil, err
		}
		if s.Record.GetBody().GetMedicationOrder() != nil {
			named = append(named, s)
		}
	}
	return named, nil
}
