package alerts

import (
	"context"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

var (
	errNotSetters = refuse(hub.PermissionDenied, "only physicians and nurses of the organisation set the limits for readings of its patients; nothing was saved, ask one of them")
	errNoLimits   = refuse(hub.InvalidArgument, "limits: none is named, and no reading of the organisation's patients would be compared with any; nothing was saved: name at least one")
)

func defaultsKey(tenant, organisation string) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: store.TableDefaults, Key: organisation}
}

// SetDefaultLimits saves the limits of an organisation, if the caller has seen those that are there. What is written or
// amended from then on is compared with them.
func (s *Service) SetDefaultLimits(ctx context.Context, c hub.Call, req *alertv1.SetDefaultLimitsRequest) (*alertv1.SetDefaultLimitsResponse, error) {
	if !s.hasRole(c, req.GetLimits().GetOrganisationId(), telling) {
		return nil, errNotSetters
	}
	if len(req.GetLimits().GetLimits()) == 0 {
		return nil, errNoLimits
	}
	if err := s.serving(); err != nil {
		return nil, err
	}
	var saved *alertv1.DefaultLimits
	err := s.update(ctx, func(tx store.Tx) (err error) {
		saved, err = saveDefaults(tx, c, req.GetLimits())
		return err
	})
	if err != nil {
		return nil, err
	}
	s.Defaults.saved(c.Session.Tenant, saved)
	return &alertv1.SetDefaultLimitsResponse{Limits: saved, Warnings: escalation.CheckDefaults(limitsOf(saved), c.Now)}, nil
}

// saveDefaults writes the next version of the limits. A call that is made again finds what it has saved.
func saveDefaults(tx store.Tx, c hub.Call, l *alertv1.DefaultLimits) (*alertv1.DefaultLimits, error) {
	k := defaultsKey(c.Session.Tenant, l.GetOrganisationId())
	old, err := row[alertv1.DefaultLimits](tx, k)
	if err != nil {
		return nil, err
	}
	next := proto.CloneOf(l)
	next.Version, next.ChangedBy, next.Changed = l.GetVersion()+1, c.Session.PersonID, timestamppb.New(c.Now)
	if old.GetVersion() == next.GetVersion() && old.GetChangedBy() == next.GetChangedBy() {
		if next.Changed = old.GetChanged(); proto.Equal(old, next) {
			return old, nil
		}
	}
	if old.GetVersion() != l.GetVersion() {
		return nil, errChanged
	}
	return next, put(tx, k, next)
}

// GetDefaultLimits reads those of the caller's organisation.
func (s *Service) GetDefaultLimits(ctx context.Context, c hub.Call, _ *alertv1.GetDefaultLimitsRequest) (*alertv1.GetDefaultLimitsResponse, error) {
	organisation, err := s.organisation(c)
	if err != nil {
		return nil, err
	}
	resp := &alertv1.GetDefaultLimitsResponse{}
	err = s.view(ctx, func(r store.Reader) (err error) {
		resp.Limits, err = row[alertv1.DefaultLimits](r, defaultsKey(c.Session.Tenant, organisation))
		return err
	})
	if err != nil {
		return nil, err
	}
	if resp.BuiltIn = resp.Limits == nil; resp.BuiltIn {
		resp.Limits = proposedLimits(organisation)
	}
	resp.Warnings = escalation.CheckDefaults(limitsOf(resp.GetLimits()), c.Now)
	return resp, nil
}

// proposedLimits are those of package rules, as an organisation may set them.
func proposedLimits(organisation string) *alertv1.DefaultLimits {
	l := &alertv1.DefaultLimits{OrganisationId: organisation}
	for _, one := range rules.Defaults() {
		l.Limits = append(l.Limits, &alertv1.DefaultLimit{Item: one.Item, Operator: one.Operator, Value: one.Value, Severity: one.Severity})
	}
	return l
}
