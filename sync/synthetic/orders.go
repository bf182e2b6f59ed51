package synthetic

import (
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// prescription is a line that somebody has had from a day on, until a day or until stopped.
type prescription struct {
	drug    string
	from    int       // day of the world; negative: before it
	at      time.Time // when it was written; zero: before the world
	until   int       // last day; 0: until stopped
	stopped time.Time
	why     string    // it was stopped
	changed time.Time // when the amount became another one
	amount  uint32    // after that
}

// usualFrom is the day from which the usual drugs are taken: before the world.
const usualFrom = -60

// prescriptions of somebody: the usual ones, and what a course brings.
func (c *chart) prescriptions(w *World) []prescription {
	var all []prescription
	for _, name := range c.condition.drugs {
		all = append(all, prescription{drug: name, from: usualFrom})
	}
	for i := range c.courses {
		one := &c.courses[i]
		worst := w.dayOf(one.Worst)
		switch one.Kind {
		case Pneumonia:
			all = append(all, prescription{drug: "levofloxacin", from: worst, at: one.Worst.Add(45 * time.Minute), until: worst + 6, stopped: one.Admitted, why: "入院のため中止"})
		case UrinaryInfection:
			all = append(all, prescription{drug: "cefcapene", from: worst, at: one.Worst.Add(45 * time.Minute), until: worst + 6})
		case HeartFailure:
			all = amended(all, "furosemide", one.Worst.Add(40*time.Minute), 2000)
		case Hypoglycaemia:
			all = amended(all, "glargine", one.Worst.Add(time.Hour), 6000)
			if !has(all, "glargine") {
				all = amended(all, "glimepiride", one.Worst.Add(time.Hour), 500)
			}
		case EndOfLife:
			all = amended(all, "oxycodone", w.clock(w.dayOf(one.Onset)+(worst-w.dayOf(one.Onset))/2, 12, 40), 2000)
			for i := range all {
				all[i].stopped, all[i].why = w.sinks(c, one), "内服が難しいため中止"
			}
		}
	}
	return all
}

// sinks is when somebody who is dying no longer wakes enough to swallow: the first noon after it, and before the end.
func (w *World) sinks(c *chart, one *Course) time.Time {
	for day := w.dayOf(one.Onset); day < w.dayOf(one.Worst); day++ {
		if noon := w.clock(day, 12, 55); c.at(noon).jcs >= 10 {
			return noon
		}
	}
	return one.Worst.Add(-6 * time.Hour)
}

func has(list []prescription, drug string) bool {
	for _, one := range list {
		if one.drug == drug {
			return true
		}
	}
	return false
}

// amended is the list with another amount of one drug from a time on, if nothing has changed it before.
func amended(list []prescription, drug string, at time.Time, amount uint32) []prescription {
	for i := range list {
		if list[i].drug == drug && list[i].changed.IsZero() {
			list[i].changed, list[i].amount = at, amount
		}
	}
	return list
}

// orderAt is when the order was written down first: an id has to name the same record on every day.
func (w *World) orderAt(one prescription) time.Time {
	if one.at.IsZero() {
		return w.clock(one.from, 11, 0)
	}
	return one.at
}

func orderName(one prescription, w *World) string {
	return "order " + one.drug + " " + w.date(one.from)
}

// orderID is the record of a prescription.
func (w *World) orderID(c *chart, one prescription) ID {
	return w.recordID(c, w.orderAt(one), orderName(one, w))
}

// order writes down a prescription line.
func (w *World) order(c *chart, one prescription, line int, amount uint32) *carev1.MedicationOrder {
	d := formulary[one.drug]
	o := &carev1.MedicationOrder{
		Drug: &carev1.Drug{Name: d.name, YjCode: d.yj},
		Dosage: &carev1.Dosage{
			AmountThousandths: amount, Unit: d.unit, UsageCode: d.usageCode(), Slots: d.slots, Text: d.text,
		},
		StartDate: w.date(one.from), Prescriber: "わかくさ在宅クリニック " + strings.Fields(c.physician.Name)[0] + "医師",
		RpNumber: uint32(line + 1), OrderInRp: 1, State: carev1.OrderState_ORDER_STATE_ACTIVE, HoldRule: d.hold,
	}
	if amount != d.amount { // the printed words say the first amount
		o.Dosage.Text = ""
	}
	if one.until > 0 {
		o.EndDate = w.date(one.until)
	}
	if d.weekday > 0 {
		days := []byte("W0000000")
		days[1+d.weekday%7] = '1'
		o.Dosage.SupplementCodes = []string{string(days)}
	}
	if d.prn != nil {
		o.Dosage.Prn = &carev1.Prn{
			Indication: d.prn.indication, MinIntervalMinutes: uint32(d.prn.hours) * 60, MaxPerDay: uint32(d.prn.max),
		}
	}
	if d.care {
		o.CareStaffMayAssist = &carev1.CareStaffPermission{
			ConfirmedBy: c.physician.Name, ConfirmedAt: timestamppb.New(w.orderAt(one)),
		}
	}
	confirmOrder(o)
	return o
}

// confirmOrder says that the writer looked at what does not fit together.
func confirmOrder(o *carev1.MedicationOrder) {
	for _, f := range care.CheckOrder(o) {
		o.Confirmed = append(o.Confirmed, f.Field)
	}
}

func orderBody(o *carev1.MedicationOrder) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: o}}
}

// orders writes the prescriptions that begin, change or stop on the page's day.
func (p *page) orders() {
	w, c := p.world, p.chart
	for line, one := range c.prescriptions(w) {
		d := formulary[one.drug]
		at := w.orderAt(one)
		first := w.order(c, one, line, d.amount)
		if one.from == p.day || one.from < 0 && p.day == 0 {
			later := 0
			if one.from < 0 { // what stood in the chart before was taken over on the first day
				later = int(w.clock(0, 6, 5+line).Sub(at) / time.Minute)
			}
			p.add(orderBody(first), entry{by: c.physician, at: at, later: later, name: orderName(one, w)})
		}
		record := w.orderID(c, one)
		if !one.changed.IsZero() && w.dayOf(one.changed) == p.day {
			next := w.order(c, one, line, one.amount)
			next.Instructions = "増減は電話で看護師に説明済み。次の診察まで続ける。"
			p.change(record, orderBody(next), entry{by: c.physician, at: one.changed, later: 3, name: orderName(one, w) + " changed"}, "状態の変化のため用量を変更")
		}
		if !one.stopped.IsZero() && w.dayOf(one.stopped) == p.day {
			ended := proto.CloneOf(first)
			if !one.changed.IsZero() && one.changed.Before(one.stopped) {
				ended = w.order(c, one, line, one.amount)
			}
			ended.State, ended.StateReason = carev1.OrderState_ORDER_STATE_STOPPED, one.why
			p.change(record, orderBody(ended), entry{by: c.physician, at: one.stopped, later: 8, name: orderName(one, w) + " stopped"}, one.why)
		}
	}
}

// taken tells whether a drug is to be taken at a point of a day, and how much.
func (w *World) taken(c *chart, one prescription, day int, at time.Time) (amount uint32, due bool) {
	d := formulary[one.drug]
	weekday := d.weekday == 0 || w.weekday(day) == d.weekday-1
	if day < one.from || one.until > 0 && day > one.until || !weekday || at.Before(w.orderAt(one)) ||
		!one.stopped.IsZero() && !at.Before(one.stopped) {
		return 0, false
	}
	amount = d.amount
	if !one.changed.IsZero() && at.After(one.changed) {
		amount = one.amount
	}
	return amount, !c.gone(at) && !c.inHospital(at)
}
