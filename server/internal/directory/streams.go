package directory

import (
	"slices"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

var classes = map[string]carev1.StreamClass{
	"care":     carev1.StreamClass_STREAM_CLASS_CARE,
	"clinical": carev1.StreamClass_STREAM_CLASS_CLINICAL,
	"internal": carev1.StreamClass_STREAM_CLASS_INTERNAL,
}

// clinicalRoles may read and write clinical streams.
var clinicalRoles = []carev1.Role{
	carev1.Role_ROLE_PHYSICIAN, carev1.Role_ROLE_NURSE, carev1.Role_ROLE_PHARMACIST, carev1.Role_ROLE_THERAPIST,
}

func (b *builder) charts() {
	for _, c := range b.file.Charts {
		_, twice := b.snapshot.charts[c.ID.value]
		b.id("a chart", c.ID, twice)
		b.name(c.ID, c.Patient)
		chart := &hub.Chart{ID: c.ID.value, Name: c.Patient.value}
		b.snapshot.charts[c.ID.value] = chart
		if c.Streams == nil {
			b.standard(chart, c.ID)
			continue
		}
		for _, s := range c.Streams {
			b.written(chart, s)
		}
	}
	b.merge()
}

// standard gives a chart its care and clinical stream, and one internal per organisation that ever had a grant.
func (b *builder) standard(chart *hub.Chart, at text) {
	b.stream(chart, at, chart.ID+"/care", carev1.StreamClass_STREAM_CLASS_CARE, "")
	b.stream(chart, at, chart.ID+"/clinical", carev1.StreamClass_STREAM_CLASS_CLINICAL, "")
	var team []string
	for _, g := range b.file.Grants {
		if p, ok := b.snapshot.people[g.Person.value]; ok && g.names(chart.ID) {
			team = append(team, p.actor.GetOrganisationId())
		}
	}
	slices.Sort(team)
	for _, organisation := range slices.Compact(team) {
		b.stream(chart, at, chart.ID+"/internal/"+organisation, carev1.StreamClass_STREAM_CLASS_INTERNAL, organisation)
	}
}

func (b *builder) written(chart *hub.Chart, s fileStream) {
	class, ok := classes[s.Class.value]
	if !ok {
		b.found.add(s.ID, "the class is missing or none of care, clinical, internal")
	}
	if internal := class == carev1.StreamClass_STREAM_CLASS_INTERNAL; internal {
		b.organisation(s.ID, s.Organisation)
	} else if s.Organisation.value != "" {
		b.found.add(s.ID, "only an internal stream belongs to an organisation")
	}
	b.stream(chart, s.ID, s.ID.value, class, s.Organisation.value)
}

func (b *builder) stream(chart *hub.Chart, at text, id string, class carev1.StreamClass, organisation string) {
	if !streamForm.MatchString(id) {
		b.found.add(at, "a stream has no id, or one that is not an id (letters, digits, '.', '_', '-', '/', at most 128)")
		return
	}
	if _, twice := b.snapshot.streams[id]; twice {
		b.found.add(at, "a stream has an id that another one has")
		return
	}
	ref := hub.StreamRef{ID: id, Info: &syncv1.StreamInfo{
		ChartId: chart.ID, StreamClass: class, OrganisationId: organisation,
	}}
	b.snapshot.streams[id] = ref
	chart.Streams = append(chart.Streams, ref)
}

func (b *builder) grants() {
	for _, g := range b.file.Grants {
		p, ok := b.snapshot.people[g.Person.value]
		if !ok {
			b.found.add(g.Person, "a grant names no person of the file")
			continue
		}
		grant, ok := b.grant(g, p.actor.GetRole())
		if !ok {
			continue
		}
		for _, id := range g.all() {
			chart, ok := b.snapshot.charts[id.value]
			if !ok {
				b.found.add(id, "a grant names a chart that is not in the file")
				continue
			}
			right := grantRight(b.file.Tenant.value, g.Person.value, id.value, grant)
			b.rights = append(b.rights, right)
			if end, over := b.overruled[right.Key()]; over {
				if !end.After(grant.From) {
					continue
				}
				p.give(chart, hub.Grant{Role: grant.Role, From: grant.From, Until: end})
				continue
			}
			p.give(chart, grant)
		}
	}
}

func (b *builder) grant(g fileGrant, role carev1.Role) (hub.Grant, bool) {
	before := len(b.found)
	grant := hub.Grant{Role: role}
	if g.Role.value != "" {
		grant.Role = b.role(g.Person, g.Role)
	}
	if len(g.all()) == 0 {
		b.found.add(g.Person, "a grant names no chart")
	}
	var ok bool
	if grant.From, ok = g.From.time(); !ok {
		b.found.add(g.Person, "a grant needs `from`: a day (2026-04-01) or a time with its zone (2026-04-01T09:00:00+09:00)")
	}
	if g.Until.value != "" {
		if grant.Until, ok = g.Until.time(); !ok || !grant.Until.After(grant.From) {
			b.found.add(g.Person, "`until` of a grant is a day or a time with its zone, and after `from`")
		}
	}
	return grant, len(b.found) == before
}

func (g fileGrant) all() []text {
	if g.Chart.value != "" {
		return append([]text{g.Chart}, g.Charts...)
	}
	return g.Charts
}

func (g fileGrant) names(chart string) bool {
	return slices.ContainsFunc(g.all(), func(t text) bool { return t.value == chart })
}

// covers tells whether somebody of the role and organisation who has a grant on a chart has the stream too.
func covers(info *syncv1.StreamInfo, role carev1.Role, organisation string) bool {
	switch info.GetStreamClass() {
	case carev1.StreamClass_STREAM_CLASS_CARE:
		return true
	case carev1.StreamClass_STREAM_CLASS_CLINICAL:
		return slices.Contains(clinicalRoles, role)
	case carev1.StreamClass_STREAM_CLASS_INTERNAL:
		return info.GetOrganisationId() == organisation
	default:
		return false
	}
}
