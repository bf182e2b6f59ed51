package alarm

import (
	"slices"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// rolesOfPolicies say whose organisation's policy counts for a chart that has none of its own.
var rolesOfPolicies = []carev1.Role{carev1.Role_ROLE_PHYSICIAN, carev1.Role_ROLE_NURSE}

// policy is what counts for a chart now: its own, else that of the physician's organisation, else that of the nurses',
// else the built-in one. Of several organisations the first by id that has one counts. A chart's own lapses when nobody of
// the organisation that made it may read the chart any more: it could name but people who are not told. A policy that cannot be read counts
// as none: somebody is told all the same, and the operator too.
func (t *turn) policy(chart string) (p *alertv1.Policy, builtIn bool, err error) {
	keys := []string{"c/" + chart}
	for _, role := range rolesOfPolicies {
		keys = append(keys, t.organisations(chart, role)...)
	}
	for _, key := range keys {
		p := &alertv1.Policy{}
		found, err := read(t.tx, store.ServerKey{Tenant: t.tenant, Table: store.TablePolicy, Key: key}, p)
		switch {
		case err == errRow:
			t.alarm(AlarmDamaged)
		case err != nil:
			return nil, false, err
		case found && !escalation.Lapsed(p, t.readersOf(p.GetChartId())):
			return p, false, nil
		}
	}
	return escalation.BuiltIn(), true, nil
}

// organisations are the keys of the policies of those in a role.
func (t *turn) organisations(chart string, role carev1.Role) (keys []string) {
	for _, person := range t.d.config.Directory.Team(t.tenant, chart, role, t.now) {
		if actor, ok := t.d.config.Directory.Person(t.tenant, person); ok && actor.GetOrganisationId() != "" {
			keys = append(keys, "o/"+actor.GetOrganisationId())
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// readersOf are the organisations of those who may read a chart now.
func (t *turn) readersOf(chart string) (organisations []string) {
	for _, person := range t.d.config.Directory.Readers(t.tenant, chart, t.now) {
		if actor, ok := t.d.config.Directory.Person(t.tenant, person); ok {
			organisations = append(organisations, actor.GetOrganisationId())
		}
	}
	return organisations
}
