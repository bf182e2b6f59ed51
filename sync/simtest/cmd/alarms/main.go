// Command alarms measures the rules of sync/care/rules against made-up people of whom it is known who got ill, when it
// began and when it was worst: how many alerts there are for 1,000 sets of vital signs, by rule and severity and on the
// charts of those who stayed well, and how many hours before its worst each course was told.
//
// Alarms that nobody needs are why alarms are not heard, so their number is a figure like any other.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/synthetic"
)

// maxSeeds bounds one run: each seed is some two seconds.
const maxSeeds = 1000

func main() {
	first := flag.Uint64("first", synthetic.FirstUnseen, "first `seed`; the usual ones are those that nobody looks at while working on a rule")
	seeds := flag.Uint64("seeds", synthetic.Unseen, "how many seeds")
	verbose := flag.Bool("v", false, "print each alert and each course")
	flag.Parse()
	told := io.Discard
	if *verbose {
		told = os.Stdout
	}
	t := newTally()
	for seed := *first; seed < *first+min(*seeds, maxSeeds); seed++ {
		t.add(seed, told)
	}
	t.print(os.Stdout)
}

// start is the first day of every world.
var start = time.Date(2026, 11, 2, 0, 0, 0, 0, tokyo)

// tokyo is the zone of everybody here.
var tokyo = time.FixedZone("JST", 9*60*60)

// weeks is how long a world lasts.
const weeks = 4

// add plays one world and counts.
func (t *tally) add(seed uint64, told io.Writer) {
	w := synthetic.New(synthetic.Config{Seed: seed, Start: start, Weeks: weeks})
	p := &player{start: w.Start(), charts: map[string]*chart{}}
	for write := range w.Writes() {
		p.play(write)
	}
	p.until(w.Start().AddDate(0, 0, w.Days()))
	quiet := map[string]bool{}
	for _, course := range w.Courses() {
		if course.Kind == synthetic.Quiet {
			quiet[course.Chart] = true
		}
	}
	t.count(p, quiet)
	for _, a := range p.raised {
		fmt.Fprintln(told, seed, a.chart, a.at.In(tokyo).Format("01-02 15:04"), a.alert.GetSeverity(), a.alert.GetReasonJa())
	}
	for _, course := range w.Courses() {
		if course.Kind == synthetic.Quiet {
			continue
		}
		hours, caught := p.caught(course)
		t.courses[course.Kind] = append(t.courses[course.Kind], lead{hours, caught})
		fmt.Fprintln(told, seed, course.Chart, course.Kind, "worst", course.Worst.In(tokyo).Format("01-02 15:04"), "told", caught, hours)
	}
}
