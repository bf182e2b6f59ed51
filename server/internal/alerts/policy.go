package alerts

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

func policyKey(tenant string, p *alertv1.Policy) store.ServerKey {
	if p.GetChartId() != "" {
		return chartPolicyKey(tenant, p.GetChartId())
	}
	return organisationPolicyKey(tenant, p.GetOrganisationId())
}

func chartPolicyKey(tenant, chart string) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: store.TablePolicy, Key: "c/" + chart}
}

func organisationPolicyKey(tenant, organisation string) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: store.TablePolicy, Key: "o/" + organisation}
}

// SetPolicy saves a policy, if the caller has seen the one that is there.
func (s *Service) SetPolicy(ctx context.Context, c hub.Call, req *alertv1.SetPolicyRequest) (*alertv1.SetPolicyResponse, error) {
	p := proto.CloneOf(req.GetPolicy())
	if err := s.mayDecide(c, p.GetOrganisationId()); err != nil {
		return nil, err
	}
	if err := s.serving(); err != nil {
		return nil, err
	}
	if chart := p.GetChartId(); chart != "" {
		if err := s.mayDecideFor(c, p.GetOrganisationId(), chart); err != nil {
			return nil, err
		}
	}
	if escalation.TooLate(p) {
		return nil, errTooLate
	}
	var saved *alertv1.Policy
	err := s.update(ctx, func(tx store.Tx) (err error) {
		saved, err = s.savePolicy(tx, c, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	resp := &alertv1.SetPolicyResponse{Policy: saved}
	return resp, s.view(ctx, func(r store.Reader) (err error) {
		resp.Warnings, err = s.checkPolicy(r, c, saved)
		return err
	})
}

// errTooLate names escalation.MaxFirstCritical.
var errTooLate = refuse(hub.InvalidArgument, "critical.steps: the first step comes more than 30 minutes after the alert, and nobody would hear of what is critical before; nothing was saved, let it come sooner")

// savePolicy writes the next version of a policy. A call that is made again finds what it has saved. One of a chart that
// has lapsed counts as none: it is replaced without having been seen, and its versions go on.
func (s *Service) savePolicy(tx store.Tx, c hub.Call, p *alertv1.Policy) (*alertv1.Policy, error) {
	k := policyKey(c.Session.Tenant, p)
	old, err := row[alertv1.Policy](tx, k)
	if err != nil {
		return nil, err
	}
	next := proto.CloneOf(p)
	next.ChangedBy = c.Session.PersonID
	if old != nil {
		if next.Version, next.Changed = old.GetVersion(), old.GetChanged(); proto.Equal(old, next) {
			return old, nil
		}
	}
	seen := p.GetVersion()
	if seen == 0 && s.lapsed(c, old) {
		seen = old.GetVersion()
	}
	if old.GetVersion() != seen {
		return nil, errChanged
	}
	next.Version, next.Changed = seen+1, timestamppb.New(c.Now)
	return next, put(tx, k, next)
}

// lapsed tells whether a policy counts no more, since nobody of its organisation may read its chart.
func (s *Service) lapsed(c hub.Call, p *alertv1.Policy) bool {
	if p.GetChartId() == "" {
		return false
	}
	var organisations []string
	for _, person := range s.Directory.Readers(c.Session.Tenant, p.GetChartId(), c.Now) {
		if actor, ok := s.Directory.Person(c.Session.Tenant, person); ok {
			organisations = append(organisations, actor.GetOrganisationId())
		}
	}
	return escalation.Lapsed(p, organisations)
}

// checkPolicy says what is wrong with a policy now.
func (s *Service) checkPolicy(r store.Reader, c hub.Call, p *alertv1.Policy) ([]*alertv1.Warning, error) {
	who := &people{directory: s.Directory, reader: r, tenant: c.Session.Tenant}
	found := escalation.CheckPolicy(p, who, c.Now)
	return found, who.err
}

// ListPolicies lists those of the caller's organisation, or the one that counts for a chart.
func (s *Service) ListPolicies(ctx context.Context, c hub.Call, req *alertv1.ListPoliciesRequest) (*alertv1.ListPoliciesResponse, error) {
	if err := s.serving(); err != nil {
		return nil, err
	}
	list := s.ownPolicies
	if chart := req.GetChartId(); chart != "" {
		if s.readable(c)[chart] == nil {
			return nil, errNotFound
		}
		list = func(r store.Reader, c hub.Call) ([]*alertv1.Policy, error) { return s.policyOf(r, c, chart) }
	}
	var resp *alertv1.ListPoliciesResponse
	err := s.view(ctx, func(r store.Reader) (err error) {
		resp = &alertv1.ListPoliciesResponse{}
		if resp.Policies, err = list(r, c); err != nil {
			return err
		}
		if resp.BuiltIn = len(resp.Policies) == 0; resp.BuiltIn {
			resp.Policies = []*alertv1.Policy{escalation.BuiltIn()}
		}
		for _, p := range resp.Policies {
			found, err := s.checkPolicy(r, c, forChart(p, req.GetChartId()))
			if err != nil {
				return err
			}
			resp.Warnings = append(resp.Warnings, found...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// forChart is a policy as it counts for a chart: its roles are then those of the chart.
func forChart(p *alertv1.Policy, chart string) *alertv1.Policy {
	if chart == "" {
		return p
	}
	p = proto.CloneOf(p)
	p.ChartId = chart
	return p
}

// ownPolicies are those of the caller's organisation: its own, then those of the charts that the caller may read.
func (s *Service) ownPolicies(r store.Reader, c hub.Call) (all []*alertv1.Policy, err error) {
	organisation, err := s.organisation(c)
	if err != nil {
		return nil, err
	}
	keys := []store.ServerKey{organisationPolicyKey(c.Session.Tenant, organisation)}
	for _, chart := range s.charts(c) {
		keys = append(keys, chartPolicyKey(c.Session.Tenant, chart))
	}
	for _, k := range keys {
		p, err := row[alertv1.Policy](r, k)
		if err != nil {
			return nil, err
		}
		if p != nil && p.GetOrganisationId() == organisation {
			all = append(all, p)
		}
	}
	return all, nil
}

// policyOf is what counts for a chart, as the dispatcher has it: its own policy unless it has lapsed, else that of the physician's organisation,
// else that of the nurses', the first by id that has one. None: nobody made one.
func (s *Service) policyOf(r store.Reader, c hub.Call, chart string) ([]*alertv1.Policy, error) {
	keys := []store.ServerKey{chartPolicyKey(c.Session.Tenant, chart)}
	for _, role := range telling {
		for _, organisation := range organisationsOf(s.Directory, c.Session.Tenant, chart, role, c.Now) {
			keys = append(keys, organisationPolicyKey(c.Session.Tenant, organisation))
		}
	}
	for _, k := range keys {
		p, err := row[alertv1.Policy](r, k)
		if err != nil {
			return nil, err
		}
		if p != nil && !s.lapsed(c, p) {
			return []*alertv1.Policy{p}, nil
		}
	}
	return nil, nil
}

// organisationsOf are those of a chart's team in a role at a time, in order of id.
func organisationsOf(d Directory, tenant, chart string, role carev1.Role, at time.Time) (ids []string) {
	for _, person := range d.Team(tenant, chart, role, at) {
		if actor, ok := d.Person(tenant, person); ok && actor.GetOrganisationId() != "" {
			ids = append(ids, actor.GetOrganisationId())
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
