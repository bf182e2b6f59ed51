package alerts

import (
	"slices"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

var (
	// deciders are the roles that decide who hears of alerts.
	deciders = []carev1.Role{carev1.Role_ROLE_PHYSICIAN, carev1.Role_ROLE_NURSE, carev1.Role_ROLE_CARE_MANAGER}
	// telling are the roles whose organisations' policies and limits count for a chart, in this order, and which set limits.
	telling = []carev1.Role{carev1.Role_ROLE_PHYSICIAN, carev1.Role_ROLE_NURSE}
)

var (
	errNotYours = refuse(hub.PermissionDenied, "only physicians, nurses and care managers of the organisation decide who hears of its alerts; nothing was saved, ask one of them")
	errNotTeam  = refuse(hub.PermissionDenied, "only physicians and nurses of a chart's team decide who hears of the alerts of that chart; nothing was saved, ask one of them")
	errChanged  = refuse(hub.Aborted, "somebody else has changed it in the meantime; nothing was saved: read it again, and make your change to what is there now")
)

// organisation is the caller's own.
func (s *Service) organisation(c hub.Call) (string, error) {
	actor, ok := s.Directory.Person(c.Session.Tenant, c.Session.PersonID)
	if !ok || actor.GetOrganisationId() == "" {
		return "", errNotFound
	}
	return actor.GetOrganisationId(), nil
}

// mayDecide tells whether the caller may change policies and rotas of an organisation.
func (s *Service) mayDecide(c hub.Call, organisation string) error {
	if !s.hasRole(c, organisation, deciders) {
		return errNotYours
	}
	return nil
}

// mayDecideFor tells whether the caller may set the policy of a chart: a physician or a nurse of its team, of whichever
// organisation, so that nobody else can keep a chart's alerts to themselves, and no organisation can keep them for good.
func (s *Service) mayDecideFor(c hub.Call, organisation, chart string) error {
	if s.readable(c)[chart] == nil {
		return errNotFound
	}
	if !s.hasRole(c, organisation, telling) || !slices.ContainsFunc(telling, func(role carev1.Role) bool {
		return slices.Contains(s.Directory.Team(c.Session.Tenant, chart, role, c.Now), c.Session.PersonID)
	}) {
		return errNotTeam
	}
	return nil
}

// hasRole tells whether the caller is of an organisation, in one of some roles.
func (s *Service) hasRole(c hub.Call, organisation string, roles []carev1.Role) bool {
	actor, ok := s.Directory.Person(c.Session.Tenant, c.Session.PersonID)
	return ok && actor.GetOrganisationId() == organisation && slices.Contains(roles, actor.GetRole())
}
