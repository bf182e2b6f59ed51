package main

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/synthetic"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// cast is who the day is about: patients and residents who are at home on the day, those who are well before the
// others, and the people of the world by id.
type cast struct {
	patients, residents []role
	physician           string // of the first patient
	pharmacist          string
	names               map[string]string // person → name
}

// role is one chart with an order of a drug that is taken after breakfast.
type role struct {
	chart, patient, slot string
	order                synthetic.ID
	physician            string // who wrote the order
}

// How many charts the whole day needs. With fewer, the scenes of those who are missing are left out.
const needPatients, needResidents = 6, 4

var errCast = errors.New("nobody of these people is at home on the day; take another --seed, or more --patients or --residents")

func newCast(w *synthetic.World, day time.Time) (*cast, error) {
	c := &cast{names: map[string]string{}}
	for _, p := range w.Directory().People {
		c.names[p.ID] = p.Name
	}
	quiet, home := courses(w, day)
	orders := morningOrders(w)
	for _, wanted := range []map[string]bool{quiet, home} {
		for _, chart := range w.Directory().Charts {
			if !wanted[chart.ID] || len(orders[chart.ID]) == 0 {
				continue
			}
			r, found := orders[chart.ID][0], true
			if !quiet[chart.ID] { // somebody who was ill: the order as it was written first
				r, found = unchanged(w, chart.ID, orders[chart.ID])
			}
			r.chart, r.patient, r.slot = chart.ID, chart.Patient, "after-breakfast"
			switch {
			case !found:
			case chart.Home && len(c.residents) < needResidents:
				c.residents = append(c.residents, r)
			case !chart.Home && len(c.patients) < needPatients:
				c.patients = append(c.patients, r)
			}
		}
	}
	if len(c.patients)+len(c.residents) == 0 {
		return nil, errCast
	}
	c.aroundFirst(w)
	return c, nil
}

// courses sorts charts: those with a quiet course, and those of the others who are at home on the day.
func courses(w *synthetic.World, day time.Time) (quiet, home map[string]bool) {
	quiet, home = map[string]bool{}, map[string]bool{}
	gone := map[string]bool{}
	for _, one := range w.Courses() {
		if one.Kind == synthetic.Quiet {
			quiet[one.Chart] = true
			continue
		}
		home[one.Chart] = true
		inHospital := !one.Admitted.IsZero() && one.Discharged.After(day)
		gone[one.Chart] = gone[one.Chart] || one.Kind == synthetic.EndOfLife || inHospital
	}
	for chart := range gone {
		if gone[chart] {
			delete(home, chart)
		}
	}
	return quiet, home
}

// morningOrders finds, by chart, the standing orders of tablets with a dose after breakfast, and who wrote them.
func morningOrders(w *synthetic.World) map[string][]role {
	orders := map[string][]role{}
	for _, write := range w.Day(0) {
		o := write.Record.GetBody().GetMedicationOrder()
		if o.GetState() != carev1.OrderState_ORDER_STATE_ACTIVE || o.GetDosage().GetUnit() != "錠" ||
			!slices.Contains(o.GetDosage().GetSlots(), "after-breakfast") {
			continue
		}
		orders[write.Chart] = append(orders[write.Chart], role{order: write.RecordID, physician: write.Person})
	}
	return orders
}

// unchanged finds an order that nobody has changed in the weeks before the day.
func unchanged(w *synthetic.World, chart string, orders []role) (role, bool) {
	changed := map[synthetic.ID]bool{}
	for write := range w.ChartWrites(chart) {
		changed[write.RecordID] = changed[write.RecordID] || write.ID != write.RecordID
	}
	for _, r := range orders {
		if !changed[r.order] {
			return r, true
		}
	}
	return role{}, false
}

// aroundFirst finds the physician and the pharmacist of the first patient.
func (c *cast) aroundFirst(w *synthetic.World) {
	if len(c.patients) == 0 {
		return
	}
	c.physician = c.patients[0].physician
	for _, g := range w.Directory().Grants {
		if strings.HasPrefix(g.Person, "pharmacist-") && slices.Contains(g.Charts, c.patients[0].chart) {
			c.pharmacist = g.Person
		}
	}
}

func (r role) stream() string { return synthetic.CareStream(r.chart) }

func (r role) id() string { return hex.EncodeToString(r.order[:]) }
