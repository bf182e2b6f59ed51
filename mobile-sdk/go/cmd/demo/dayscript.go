package main

import (
	"strconv"
	"strings"
	"time"
)

// scene is one part of the day, in the lines of package scenario, with how many patients and residents it needs. Names
// in capitals are filled in from the world.
type scene struct {
	patients, residents int
	text                string
}

// dayScript writes the script of the day: what six tablets and two desks did. It stands beside the demo's data
// afterwards, so that anybody can read what was played. Scenes for which somebody is missing are left out; left says
// how many.
func dayScript(c *cast, date time.Time) (script string, left int) {
	var b strings.Builder
	for _, one := range scenes() {
		if len(c.patients) < one.patients || len(c.residents) < one.residents {
			left++
			continue
		}
		b.WriteString(one.text)
	}
	return strings.NewReplacer(c.fill(date)...).Replace(b.String()), left
}

// fill pairs the names in capitals with what stands for them in this world.
func (c *cast) fill(date time.Time) []string {
	day := date.Format(time.DateOnly)
	fill := []string{"DAY", day, "PHYSICIAN", c.physician, "PHARMACIST", c.pharmacist,
		"PHYSICDESK", strings.Replace(c.physician, "doctor", "clinic-tablet", 1),
		"PHARMACDESK", strings.Replace(c.pharmacist, "pharmacist", "pharmacy-tablet", 1)}
	for _, n := range []string{"1", "2", "3"} {
		fill = append(fill, "NURSE"+n, c.names["nurse-"+n])
	}
	for i, r := range c.patients {
		n := strconv.Itoa(i + 1)
		fill = append(fill, "PATIENT"+n, r.chart, "RECORD"+n, "stream="+r.stream()+" id="+r.id(), "DOSE"+n, day+"/"+r.slot)
	}
	for i, r := range c.residents {
		n := strconv.Itoa(i + 1)
		fill = append(fill, "RESIDENT"+n, r.chart, "KEPT"+n, "stream="+r.stream()+" id="+r.id(), "MEAL"+n, day+"/"+r.slot)
	}
	return fill
}

// scenes are the day, from the tablets in the morning to the last synchronisation.
func scenes() []scene {
	all := []scene{
		{0, 0, "# 訪問看護ステーションとグループホームの一日。A day of a visiting-nurse station and a group home.\n"},
		{1, 0, tabletsOfStation},
		{0, 1, tabletsOfHome},
	}
	return append(append(append(all, morning...), noon...), evening...)
}

const tabletsOfStation = `tablet N1 nurse-1 device=station-tablet-1
tablet N2 nurse-2 device=station-tablet-2
tablet N3 nurse-3 device=station-tablet-3
tablet DOCTOR PHYSICIAN device=PHYSICDESK
tablet PHARMACY PHARMACIST device=PHARMACDESK
record order1 RECORD1
`

const tabletsOfHome = `tablet U1 care-1 device=home-tablet-1
tablet U2 care-2 device=home-tablet-2
tablet U3 care-3 care-4 device=home-tablet-3
record pills1 KEPT1
`
