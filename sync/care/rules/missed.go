package rules

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// lateAfter is how long after its usual time a dose that nobody wrote about is missed.
const lateAfter = 3 * time.Hour

// missedDoses tells, of the orders whose doses are usually written down, which ones nobody wrote about today or
// yesterday, one finding for each slot.
func missedDoses(v *View, now time.Time) []Finding {
	orders, logs, episodes := v.doseRecords()
	var all []Finding
	for back := 1; back >= 0; back-- {
		day := now.In(v.zone()).AddDate(0, 0, -back).Format(time.DateOnly)
		due, err := care.DueDoses(orders, logs, episodes, day, v.zone())
		if err != nil {
			continue
		}
		all = append(all, v.missedOf(due, day, now)...)
	}
	return all
}

func (v *View) doseRecords() (orders, logs, episodes []*carev1.Record) {
	for _, s := range v.Standing {
		switch s.Record.GetBody().GetKind().(type) {
		case *carev1.Body_MedicationOrder:
			orders = append(orders, s.Record)
		case *carev1.Body_Episode:
			episodes = append(episodes, s.Record)
		}
	}
	for _, s := range v.Recent {
		if s.Record.GetBody().GetMedicationLog() != nil {
			logs = append(logs, s.Record)
		}
	}
	return orders, logs, episodes
}

// missed are the doses of one slot of one day that nobody wrote about.
type missed struct {
	Finding
	slot  string
	drugs []string
}

// missedOf groups the late doses of a day by slot, in the order of the day.
func (v *View) missedOf(due []care.DueDose, day string, now time.Time) []Finding {
	var all []missed
	for _, d := range due {
		at, known, err := care.SlotAt(day, d.Slot, v.zone())
		if err != nil || !known || d.State != care.DueOpen || d.CheckDays || now.Before(at.Add(lateAfter)) || !v.usuallyLogged(d, at) {
			continue
		}
		if n := len(all); n == 0 || all[n-1].slot != d.Slot {
			all = append(all, missed{slot: d.Slot, Finding: Finding{Severity: Notice, Topic: "missed-dose/" + day + "/" + d.Slot}})
		}
		all[len(all)-1].add(d.Order)
	}
	found := make([]Finding, len(all))
	for i, m := range all {
		found[i] = m.told(day)
	}
	return found
}

func (m *missed) add(order *carev1.Record) {
	drug := order.GetBody().GetMedicationOrder().GetDrug()
	if begins(drug.GetYjCode(), highAlert) {
		m.Severity = Urgent
	}
	m.Rank++
	m.Evidence = limit(append(m.Evidence, Seen{Record: order}))
	m.drugs = append(m.drugs, drug.GetName())
}

// A sentence names so many drugs, and so many characters of each: a bag of ten is looked up, and a name may be long.
const (
	namedDrugs = 3
	namedRunes = 40
)

func (m *missed) told(day string) Finding {
	f := m.Finding
	slotJa, slotEn := care.SlotTitle(m.slot)
	names := make([]string, 0, namedDrugs)
	for _, name := range m.drugs[:min(len(m.drugs), namedDrugs)] {
		runes := []rune(name)
		names = append(names, string(runes[:min(len(runes), namedRunes)]))
	}
	ja, en := strings.Join(names, "、"), strings.Join(names, ", ")
	if more := len(m.drugs) - len(names); more > 0 {
		ja, en = ja+"ほか", en+" and "+strconv.Itoa(more)+" more"
	}
	f.Ja = fmt.Sprintf("%s %sの薬 %d件の記録がありません：%s。", day, slotJa, f.Rank, ja)
	f.En = fmt.Sprintf("%s %s: nothing was written about %s: %s.", day, slotEn, many(f.Rank, "dose"), en)
	return f
}

// usuallyLogged tells whether on nearly every day of the week before somebody wrote about the order at this slot: in a
// home with a daily visit that is the one slot of the visit, in a facility every one.
func (v *View) usuallyLogged(due care.DueDose, before time.Time) bool {
	on := map[string]bool{}
	for s := range v.between(before.Add(-habit), before) {
		l := s.Record.GetBody().GetMedicationLog()
		if l == nil || string(l.GetOrderId()) != string(due.Order.GetId()) {
			continue
		}
		if day, slot, ok := strings.Cut(l.GetSlot(), "/"); ok && slot == due.Slot {
			on[day] = true
		}
	}
	return len(on) >= loggedFrom
}

// loggedFrom is on how many of the seven days before a slot was written about, if it usually is.
const loggedFrom = 6
