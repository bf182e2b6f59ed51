package main

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"github.com/tsunagu-care/tsunagu/sync/synthetic"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// cast is who the day is about: patients and residents who are well and at home, and the people of the world by id.
type cast struct {
	patients, residents []role
	physician           string // of the first patient
	pharmacist          string
	names               map[string]string // person → name
}

// role is one chart with an order of a drug that is taken after breakfast.
type role struct {
	chart, patient, drug, slot string
	order                      [16]byte
}

// How many charts the day needs.
const needPatients, needResidents = 6, 4

var errCast = errors.New("this seed has too few people who are well for the day; take another one with --seed")

func newCast(w *synthetic.World) (*cast, error) {
	c := &cast{names: map[string]string{}}
	for _, p := range w.Directory().People {
		c.names[p.ID] = p.Name
	}
	quiet := map[string]bool{}
	for _, one := range w.Courses() {
		quiet[one.Chart] = one.Kind == synthetic.Quiet
	}
	for _, chart := range w.Directory().Charts {
		if !quiet[chart.ID] {
			continue
		}
		r, physician, found := c.ordered(w, chart)
		switch {
		case !found:
		case chart.Home && len(c.residents) < needResidents:
			c.residents = append(c.residents, r)
		case !chart.Home && len(c.patients) < needPatients:
			if len(c.patients) == 0 {
				c.physician = physician
			}
			c.patients = append(c.patients, r)
		}
	}
	if len(c.patients) < needPatients || len(c.residents) < needResidents {
		return nil, errCast
	}
	for _, g := range w.Directory().Grants {
		if strings.HasPrefix(g.Person, "pharmacist-") && slices.Contains(g.Charts, c.patients[0].chart) {
			c.pharmacist = g.Person
		}
	}
	return c, nil
}

// ordered finds a standing order of the chart with a dose after breakfast, and who wrote it.
func (c *cast) ordered(w *synthetic.World, chart synthetic.Chart) (r role, physician string, found bool) {
	for _, write := range w.Day(0) {
		o := write.Record.GetBody().GetMedicationOrder()
		if write.Chart != chart.ID || o.GetState() != carev1.OrderState_ORDER_STATE_ACTIVE || !slices.Contains(o.GetDosage().GetSlots(), "after-breakfast") {
			continue
		}
		return role{chart.ID, chart.Patient, o.GetDrug().GetName(), "after-breakfast", write.RecordID}, write.Person, true
	}
	return role{}, "", false
}

func (r role) stream() string { return synthetic.CareStream(r.chart) }

func (r role) id() string { return hex.EncodeToString(r.order[:]) }
