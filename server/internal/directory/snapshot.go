package directory

import (
	"sort"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/secret"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// snapshot is one file in memory. It does not change once it is built, so many may read it at once.
type snapshot struct {
	tenant  string
	people  map[string]*person
	devices map[string]device
	charts  map[string]*hub.Chart
	streams map[string]hub.StreamRef
	// teams are those who ever had a grant on a stream, by stream.
	teams map[string][]string
	// merged are the ids of the charts that were merged into a chart, by its id, in the order of the file.
	merged map[string][]string
	// nobody and nothing stand for people and devices that are not in the file: checking them costs the same.
	nobody, nothing secret.Hash
	// rights are what the file gives, organisations those that it names, both in its order.
	rights        []journal.Right
	organisations []string
}

type person struct {
	actor  *carev1.Actor
	secret secret.Hash
	// grants by stream, and the streams that have any, by id.
	grants  map[string][]hub.Grant
	streams []hub.StreamRef
}

type device struct {
	organisation string
	secret       secret.Hash
}

func newSnapshot(tenant string) *snapshot {
	return &snapshot{
		tenant: tenant,
		people: map[string]*person{}, devices: map[string]device{},
		charts: map[string]*hub.Chart{}, streams: map[string]hub.StreamRef{}, merged: map[string][]string{},
	}
}

// give adds a grant on every stream of the chart that it reaches.
func (p *person) give(chart *hub.Chart, g hub.Grant) {
	if p.grants == nil {
		p.grants = map[string][]hub.Grant{}
	}
	for _, s := range chart.Streams {
		if !covers(s.Info, g.Role, p.actor.GetOrganisationId()) {
			continue
		}
		if len(p.grants[s.ID]) == 0 {
			p.streams = append(p.streams, s)
		}
		p.grants[s.ID] = append(p.grants[s.ID], g)
	}
}

// decoy gives unknown names the cost of the dearest known one.
func (s *snapshot) decoy() {
	people, devices := secret.Demo, secret.Demo
	for _, p := range s.people {
		people = dearer(people, p.secret.Params)
	}
	for _, d := range s.devices {
		devices = dearer(devices, d.secret.Params)
	}
	s.nobody, s.nothing = secret.Decoy(people), secret.Decoy(devices)
}

func dearer(a, b secret.Params) secret.Params {
	if a.Below(b) {
		return b
	}
	return a
}

// finish puts what is answered in order into its order.
func (s *snapshot) finish() {
	for _, p := range s.people {
		sort.Slice(p.streams, func(i, j int) bool { return p.streams[i].ID < p.streams[j].ID })
	}
	s.gather()
}
