package directory

import (
	"maps"
	"slices"
	"sort"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Team returns who may read the care streams of a chart in a role at a time, by id.
func (d *Directory) Team(tenant, chartID string, role carev1.Role, at time.Time) []string {
	return d.readers(tenant, chartID, at, func(r carev1.Role) bool { return r == role })
}

// Readers returns who may read the care streams of a chart at a time, in whatever role, by id.
func (d *Directory) Readers(tenant, chartID string, at time.Time) []string {
	return d.readers(tenant, chartID, at, func(carev1.Role) bool { return true })
}

func (d *Directory) readers(tenant, chartID string, at time.Time, counts func(carev1.Role) bool) []string {
	s := d.in(tenant)
	chart, ok := s.charts[chartID]
	if !ok {
		return nil
	}
	all := map[string]bool{}
	for _, stream := range chart.Streams {
		if stream.Info.GetStreamClass() != carev1.StreamClass_STREAM_CLASS_CARE {
			continue
		}
		for _, id := range s.teams[stream.ID] {
			for _, g := range s.people[id].grants[stream.ID] {
				if counts(g.Role) && g.Covers(at, at) {
					all[id] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

// Tenants returns the one tenant of the file.
func (d *Directory) Tenants() []string { return []string{d.current.Load().tenant} }

// People returns everybody of a tenant, or of one organisation of it, by id.
func (d *Directory) People(tenant, organisation string) []string {
	var ids []string
	for id, p := range d.in(tenant).people {
		if organisation == "" || p.actor.GetOrganisationId() == organisation {
			ids = append(ids, id)
		}
	}
	sort.Strings(ids)
	return ids
}

// gather lists, by stream, who ever had a grant on it.
func (s *snapshot) gather() {
	s.teams = map[string][]string{}
	for _, id := range slices.Sorted(maps.Keys(s.people)) {
		for stream := range s.people[id].grants {
			s.teams[stream] = append(s.teams[stream], id)
		}
	}
}
