package synthetic

import (
	"strconv"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Sizes of teams: a team of nurses goes three rounds of seven patients, a unit of the home has nine residents.
const (
	roundsPerTeam   = 3
	patientsPerTour = 7
	patientsPerTeam = roundsPerTeam * patientsPerTour
	nursesPerTeam   = 5
	residentsOfUnit = 9
	workersOfUnit   = 7
	tabletsOfUnit   = 3
)

// The organisations.
const (
	station  = "hoshizora-station"
	home     = "konoha-home"
	clinic   = "wakakusa-clinic"
	office   = "komorebi-office"
	pharmacy = "tanpopo-pharmacy"
)

var organisations = []Organisation{
	{station, "ほしぞら訪問看護ステーション"}, {home, "グループホームこのは"}, {clinic, "わかくさ在宅クリニック"},
	{office, "こもれび居宅介護支援事業所"}, {pharmacy, "たんぽぽ薬局"},
}

// colleague is one of the staff with the tablet or computer that is theirs.
type colleague struct {
	Person
	device string
}

func (c *colleague) actor() *carev1.Actor {
	return &carev1.Actor{PersonId: c.ID, Name: c.Name, Role: c.Role, OrganisationId: c.Organisation}
}

// team is a team of nurses. The last of them leaves it in the middle of the world.
type team struct {
	nurses    []*colleague
	therapist *colleague
}

// unit is a unit of the home. Its workers share three tablets.
type unit struct{ workers []*colleague }

// around are the people around station and home.
type around struct{ physicians, managers, pharmacists []*colleague }

// hire makes the staff that so many patients and residents need.
func (w *World) hire() {
	w.directory.Organisations = organisations
	patients, residents := w.config.Patients, w.config.Residents
	for t := range max(1, (patients+patientsPerTeam-1)/patientsPerTeam) {
		one := &team{}
		for n := range nursesPerTeam {
			one.nurses = append(one.nurses, w.employ("nurse", t*nursesPerTeam+n, carev1.Role_ROLE_NURSE, station, "station-tablet"))
		}
		one.therapist = w.employ("therapist", t, carev1.Role_ROLE_THERAPIST, station, "therapist-tablet")
		w.teams = append(w.teams, one)
	}
	for u := range (residents + residentsOfUnit - 1) / residentsOfUnit {
		one := &unit{}
		for n := range workersOfUnit {
			c := w.employ("care", u*workersOfUnit+n, carev1.Role_ROLE_CARE_WORKER, home, "")
			c.device = unitTablet(u, n)
			one.workers = append(one.workers, c)
		}
		w.units = append(w.units, one)
		for n := range tabletsOfUnit {
			w.directory.Devices = append(w.directory.Devices, Device{unitTablet(u, n), home})
		}
	}
	for n := range 2 + (patients+residents)/80 {
		w.around.physicians = append(w.around.physicians, w.employ("doctor", n, carev1.Role_ROLE_PHYSICIAN, clinic, "clinic-tablet"))
		w.around.managers = append(w.around.managers, w.employ("manager", n, carev1.Role_ROLE_CARE_MANAGER, office, "office-pc"))
		w.around.pharmacists = append(w.around.pharmacists, w.employ("pharmacist", n, carev1.Role_ROLE_PHARMACIST, pharmacy, "pharmacy-tablet"))
	}
}

// unitTablet is the tablet that the n-th worker of a unit uses.
func unitTablet(u, n int) string {
	return "home-tablet-" + strconv.Itoa(u*tabletsOfUnit+n%tabletsOfUnit+1)
}

// employ makes one of the staff; with a device of their own unless its name is empty.
func (w *World) employ(job string, number int, role carev1.Role, organisation, device string) *colleague {
	woman := newDice(w.config.Seed, "staff "+job, number).percent(70)
	id := job + "-" + strconv.Itoa(number+1)
	c := &colleague{Person: Person{
		ID: id, Name: drawName(w.config.Seed, "staff "+job, number, woman, false).kanji(), Organisation: organisation, Role: role,
	}}
	w.directory.People = append(w.directory.People, c.Person)
	if device != "" {
		c.device = device + "-" + strconv.Itoa(number+1)
		w.directory.Devices = append(w.directory.Devices, Device{c.device, organisation})
	}
	return c
}

// leaves is the day on which the last nurse of every team goes to another team: their grants end with it.
func (w *World) leaves() int { return w.days / 2 }

// enrol writes charts and grants into the directory.
func (w *World) enrol() {
	from := w.start.AddDate(-1, 0, 0)
	byTeam := make([][]string, len(w.teams))
	byUnit := make([][]string, len(w.units))
	byPhysician := map[string][]string{}
	for _, c := range w.charts {
		w.directory.Charts = append(w.directory.Charts, Chart{ID: c.id, Patient: c.name.kanji(), Home: c.home})
		byTeam[c.team] = append(byTeam[c.team], c.id)
		if c.home {
			byUnit[c.unit] = append(byUnit[c.unit], c.id)
		}
		for _, p := range []*colleague{c.physician, c.manager, c.pharmacist} {
			byPhysician[p.ID] = append(byPhysician[p.ID], c.id)
		}
	}
	for t, one := range w.teams {
		for n, nurse := range one.nurses {
			until := time.Time{}
			if n == nursesPerTeam-1 {
				until = w.midnight(w.leaves())
			}
			w.grant(nurse, byTeam[t], from, until)
		}
		w.grant(one.therapist, byTeam[t], from, time.Time{})
	}
	for u, one := range w.units {
		for _, worker := range one.workers {
			w.grant(worker, byUnit[u], from, time.Time{})
		}
	}
	for _, list := range [][]*colleague{w.around.physicians, w.around.managers, w.around.pharmacists} {
		for _, p := range list {
			w.grant(p, byPhysician[p.ID], from, time.Time{})
		}
	}
}

func (w *World) grant(p *colleague, charts []string, from, until time.Time) {
	if len(charts) > 0 {
		w.directory.Grants = append(w.directory.Grants, Grant{Person: p.ID, Charts: charts, From: from, Until: until})
	}
}
