package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/tsunagu-care/tsunagu/server/internal/secret"
)

// The charts of the bench: each has one stream, of the class "care".
const (
	mainChart   = "main"
	manyStreams = 200
	fewStreams  = 50
)

// Everybody in the directory has a tablet with the same name and this secret; all of it is made up.
const benchSecret = "made-up-for-the-bench"

// Who signs in. Writer, watcher and newcomer may read the main chart alone, few and many as many as they are named
// for, the main chart among them.
const (
	writer   = "writer"
	watcher  = "watcher"
	newcomer = "newcomer"
	few      = "few"
	many     = "many"
)

func streamOf(chart string) string { return chart + "/care" }

func sideChart(n int) string { return fmt.Sprintf("side-%03d", n) }

// writeDirectory writes a directory with cheap hashes: signing in is not what is measured.
func writeDirectory(path string) error {
	hash, err := secret.New(benchSecret, secret.Demo)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("tenant: bench\ndemo: true\norganisations:\n  - {id: station, name: Bench}\npeople:\n")
	people := []string{writer, watcher, newcomer, few, many}
	for n := range stormTablets {
		people = append(people, stormName(n))
	}
	for _, person := range people {
		fmt.Fprintf(&b, "  - {id: %s, name: %s, role: nurse, organisation: station, secret: %q}\n", person, person, hash)
	}
	for n := range manyStreams {
		people = append(people, doctorName(n))
		fmt.Fprintf(&b, "  - {id: %s, name: %s, role: physician, organisation: station, secret: %q}\n", doctorName(n), doctorName(n), hash)
	}
	b.WriteString("devices:\n")
	for _, person := range people {
		fmt.Fprintf(&b, "  - {id: %s, organisation: station, secret: %q}\n", person, hash)
	}
	b.WriteString("charts:\n")
	charts := []string{mainChart}
	for n := 1; n < manyStreams; n++ {
		charts = append(charts, sideChart(n))
	}
	for _, chart := range charts {
		fmt.Fprintf(&b, "  - {id: %s, patient: Nobody, streams: [{id: %s, class: care}]}\n", chart, streamOf(chart))
	}
	b.WriteString("grants:\n")
	for _, grant := range []struct {
		person string
		charts []string
	}{
		{writer, charts[:1]}, {watcher, charts[:1]}, {newcomer, charts[:1]}, {few, charts[:fewStreams]}, {many, charts},
	} {
		fmt.Fprintf(&b, "  - {person: %s, charts: [%s], from: 2020-01-01}\n", grant.person, strings.Join(grant.charts, ", "))
	}
	for n := range stormTablets {
		fmt.Fprintf(&b, "  - {person: %s, charts: [%s], from: 2020-01-01}\n", stormName(n), stormChart(n))
	}
	for n := 1; n < manyStreams; n++ {
		fmt.Fprintf(&b, "  - {person: %s, charts: [%s], from: 2020-01-01}\n", doctorName(n), sideChart(n))
	}
	return os.WriteFile(path, []byte(b.String()), 0o600)
}
