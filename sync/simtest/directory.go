package simtest

import (
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// grants by person; every grant is for every stream.
type grants map[string][]hub.Grant

func (g grants) clone() grants {
	c := maps.Clone(g)
	for person := range c {
		c[person] = slices.Clone(c[person])
	}
	return c
}

// cover tells whether one of the person's grants, in a role that passes, holds at a moment.
func (g grants) cover(person string, at time.Time, passes func(carev1.Role) bool) bool {
	return slices.ContainsFunc(g[person], func(one hub.Grant) bool { return one.Covers(at, at) && passes(one.Role) })
}

func anyRole(carev1.Role) bool { return true }

// directory knows the people of the simulation. grants is what the server believes, which may be of an old copy;
// journal is what is true.
type directory struct {
	people  map[string]*carev1.Actor
	grants  grants
	journal grants
	streams []hub.StreamRef
}

func newDirectory() *directory {
	d := &directory{people: map[string]*carev1.Actor{}, grants: grants{}, journal: grants{}}
	for _, id := range []string{"care", "clinical"} {
		d.streams = append(d.streams, hub.StreamRef{ID: id, Info: &syncv1.StreamInfo{
			ChartId: "chart", StreamClass: carev1.StreamClass_STREAM_CLASS_CARE,
		}})
	}
	return d
}

// know puts a person down who has no grant.
func (d *directory) know(id string, role carev1.Role) {
	d.people[id] = &carev1.Actor{PersonId: id, Name: id, Role: role, OrganisationId: "station"}
}

func (d *directory) add(id string, role carev1.Role, from, until time.Time) {
	d.know(id, role)
	for _, g := range []grants{d.grants, d.journal} {
		g[id] = append(g[id], hub.Grant{Role: role, From: from, Until: until})
	}
}

// end ends every grant of a person.
func (d *directory) end(id string, at time.Time) {
	for _, g := range []grants{d.grants, d.journal} {
		for i := range g[id] {
			if g[id][i].Until.IsZero() || g[id][i].Until.After(at) {
				g[id][i].Until = at
			}
		}
	}
}

// move puts a stream into another chart, as a merge of two charts does, and a parting.
func (d *directory) move(stream int, chart string) {
	info := proto.CloneOf(d.streams[stream].Info)
	info.ChartId = chart
	d.streams = slices.Clone(d.streams)
	d.streams[stream].Info = info
}

// Person implements hub.Directory, as do those that follow.
func (d *directory) Person(_, id string) (*carev1.Actor, bool) {
	p, ok := d.people[id]
	return p, ok
}

func (d *directory) Grants(_, person, stream string) []hub.Grant {
	if _, ok := d.Stream(tenant, stream); !ok {
		return nil
	}
	return d.grants[person]
}

func (d *directory) Readable(_, person string, at time.Time) []hub.StreamRef {
	if d.grants.cover(person, at, anyRole) {
		return d.streams
	}
	return nil
}

func (d *directory) Stream(_, id string) (hub.StreamRef, bool) {
	for _, s := range d.streams {
		if s.ID == id {
			return s, true
		}
	}
	return hub.StreamRef{}, false
}

func (d *directory) Chart(_, id string) (hub.Chart, bool) {
	c := hub.Chart{ID: id, Name: id}
	for _, s := range d.streams {
		if s.Info.GetChartId() == id {
			c.Streams = append(c.Streams, s)
		}
	}
	return c, len(c.Streams) > 0
}

func (d *directory) Devices(string, string) []string { return nil }
