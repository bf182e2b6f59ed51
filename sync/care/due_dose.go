package care

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// DueDose is one dose of one order on one day.
type DueDose struct {
	Order *carev1.Record // not a copy
	Slot  string         // slot id, such as "after-breakfast"
	State DueState
	Logs  []*carev1.Record // what was written about this dose, in the order given; not copies
	// Episode is the record id of the episode that suspends the dose; nil if none does.
	Episode []byte
	// Ja and En say in a few words what became of it: the outcome, or why it rests. Empty while it is open.
	Ja, En string
	// Undecided: the order has a value beside it that waits for a person's decision.
	Undecided bool
	// AmountThousandths is the ordered amount of this dose in thousandths of the order's unit; times of one day may have
	// different amounts (不均等). 0: not clear; whoever gives the dose reads the order.
	AmountThousandths uint32
	// CheckDays: the order may not be for every day, and its codes do not tell for which. The dose is listed; whoever gives
	// it reads the order.
	CheckDays bool
}

// Amount writes the ordered amount with its unit, such as "2.5mL"; empty if it is not clear.
func (d DueDose) Amount() string {
	if d.AmountThousandths == 0 {
		return ""
	}
	return amount(d.AmountThousandths, d.Order.GetBody().GetMedicationOrder().GetDosage().GetUnit())
}

// DueDoses lists the scheduled doses of a day, YYYY-MM-DD in the patient's zone, in the order of the day: one for each
// order that is in force or on hold and is given on that day, and each of its slots. The day is the business date that
// the slot of a dose carries: a dose at bedtime that the night shift gives after midnight is one of the day before. Drugs
// given when needed are never due. Retracted records count nowhere; nothing is due after a death.
//
// What was written down counts more than what was planned: a dose that was taken is DueDone even while the order is
// suspended, and it stays listed if the order was stopped or its slots were moved later in the day, so that nobody gives
// it again. A dose that was not taken while the patient was elsewhere is DueSuspended and not DueMissed.
//
// A slot that this build does not know lies somewhere in the day: it is due unless an episode covers the whole day.
// The error is ErrDay.
func DueDoses(orders, logs, episodes []*carev1.Record, dayText string, zone *time.Location) ([]DueDose, error) {
	d, err := dayOf(dayText, zone)
	if err != nil {
		return nil, err
	}
	stays, written := staysOf(episodes), logsOf(logs, dayText)
	var due []DueDose
	for _, r := range orders {
		o := r.GetBody().GetMedicationOrder()
		if o == nil || !stands(r) {
			continue
		}
		codes := supplementsOf(o.GetDosage())
		given, check := codes.on(d.start, o.GetStartDate())
		logged := written[string(r.GetId())]
		for _, slot := range slotsOn(o, logged, given && inForce(o, dayText)) {
			one := DueDose{Order: r, Slot: slot, Logs: logged[slot], Undecided: len(r.GetCandidates()) > 0,
				AmountThousandths: codes.amount(o.GetDosage(), slot), CheckDays: check}
			from, to := d.span(slot)
			if one.judge(o, stays, from, to) {
				due = append(due, one)
			}
		}
	}
	slices.SortStableFunc(due, inOrderOfDay)
	return due, nil
}

// judge fills in the state; false: nothing is due, because the patient has died.
func (d *DueDose) judge(o *carev1.MedicationOrder, stays []stay, from, to time.Time) bool {
	outcome, written := outcomeOf(d.Logs)
	if written {
		d.Ja, d.En = EnumTitle(outcome)
	}
	switch s, suspended := suspension(stays, from, to, func(s stay) bool { return s.doses }); {
	case written && CountsAsTaken(outcome):
		d.State = DueDone
		return true
	case !written && dead(stays, from):
		return false
	case suspended:
		words := s.words()
		d.State, d.Episode, d.Ja, d.En = DueSuspended, s.id, words.ja, words.en
		return true
	case written:
		d.State = DueMissed
		return true
	}
	if o.GetState() == carev1.OrderState_ORDER_STATE_ON_HOLD {
		d.State, d.Ja, d.En = DueSuspended, "指示により保留", "on hold by order"
		return true
	}
	d.State = DueOpen
	return true
}

// inForce tells whether an order asks for scheduled doses on the day, or would if it were not on hold.
func inForce(o *carev1.MedicationOrder, day string) bool {
	return o.GetState() != carev1.OrderState_ORDER_STATE_STOPPED && o.GetDosage().GetPrn() == nil &&
		o.GetStartDate() <= day && (o.GetEndDate() == "" || day <= o.GetEndDate())
}

// slotsOn returns the slots of the order, if it is asked for on the day, and then, sorted, others that something was
// written about.
func slotsOn(o *carev1.MedicationOrder, logged map[string][]*carev1.Record, asked bool) []string {
	var slots []string
	if asked {
		slots = slices.Clone(o.GetDosage().GetSlots())
	}
	for _, slot := range slices.Sorted(maps.Keys(logged)) {
		if !slices.Contains(slots, slot) {
			slots = append(slots, slot)
		}
	}
	return slots
}

// logsOf sorts what was written about the doses of a day by order and slot. A record that is listed twice counts once.
func logsOf(logs []*carev1.Record, day string) map[string]map[string][]*carev1.Record {
	all, seen := map[string]map[string][]*carev1.Record{}, map[string]bool{}
	for _, r := range logs {
		l := r.GetBody().GetMedicationLog()
		if id := string(r.GetId()); l == nil || !stands(r) || seen[id] {
			continue
		} else if id != "" {
			seen[id] = true
		}
		if s := l.GetSlot(); len(s) > len(day) && s[:len(day)] == day && s[len(day)] == '/' {
			order, slot := string(l.GetOrderId()), s[len(day)+1:]
			if all[order] == nil {
				all[order] = map[string][]*carev1.Record{}
			}
			all[order][slot] = append(all[order][slot], r)
		}
	}
	return all
}

// outcomeOf returns the outcome that counts among several: one that was taken, else the first one.
func outcomeOf(logs []*carev1.Record) (carev1.DoseOutcome, bool) {
	for _, r := range logs {
		if o := r.GetBody().GetMedicationLog().GetOutcome(); CountsAsTaken(o) {
			return o, true
		}
	}
	if len(logs) == 0 {
		return 0, false
	}
	return logs[0].GetBody().GetMedicationLog().GetOutcome(), true
}

func inOrderOfDay(a, b DueDose) int {
	at, _ := slotMinute(a.Slot)
	other, _ := slotMinute(b.Slot)
	x, y := a.Order.GetBody().GetMedicationOrder(), b.Order.GetBody().GetMedicationOrder()
	return cmp.Or(cmp.Compare(at, other), cmp.Compare(a.Slot, b.Slot), cmp.Compare(x.GetRpNumber(), y.GetRpNumber()),
		cmp.Compare(x.GetOrderInRp(), y.GetOrderInRp()), bytes.Compare(a.Order.GetId(), b.Order.GetId()))
}
