package alerts

import (
	"context"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

const (
	// maxRotas bounds the rotas of one organisation.
	maxRotas = 32
	// maxRetargeted bounds the groups that one change of a rota makes due at once, so that it stays one commit. The others
	// go to whoever is on duty at their next step.
	maxRetargeted = 500
)

var errRotasMany = refuse(hub.TooLarge, "the organisation has 32 rotas; nothing was saved, change one of them instead")

func rotaKey(tenant, organisation, id string) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: store.TableRota, Key: organisation + "/" + id}
}

// eachRota calls fn for every rota of an organisation.
func eachRota(r store.Reader, tenant, organisation string, fn func(*alertv1.Rota) error) error {
	return rows(r, tenant, store.TableRota, organisation+"/", "", func(_ string, rota *alertv1.Rota) error { return fn(rota) })
}

// SetRota saves a rota, if the caller has seen the one that is there, and has what runs looked at anew.
func (s *Service) SetRota(ctx context.Context, c hub.Call, req *alertv1.SetRotaRequest) (*alertv1.SetRotaResponse, error) {
	if err := s.mayDecide(c, req.GetRota().GetOrganisationId()); err != nil {
		return nil, err
	}
	if err := s.serving(); err != nil {
		return nil, err
	}
	var saved *alertv1.Rota
	err := s.update(ctx, func(tx store.Tx) (err error) {
		if saved, err = saveRota(tx, c, req.GetRota()); err != nil {
			return err
		}
		return retarget(tx, c, saved.GetOrganisationId())
	})
	if err != nil {
		return nil, err
	}
	s.Wake()
	who := &people{directory: s.Directory, tenant: c.Session.Tenant}
	return &alertv1.SetRotaResponse{Rota: saved, Warnings: escalation.CheckRota(saved, who.known, c.Now)}, nil
}

// saveRota writes the next version of a rota. A call that is made again finds what it has saved.
func saveRota(tx store.Tx, c hub.Call, rota *alertv1.Rota) (*alertv1.Rota, error) {
	k := rotaKey(c.Session.Tenant, rota.GetOrganisationId(), rota.GetId())
	old, err := row[alertv1.Rota](tx, k)
	if err != nil {
		return nil, err
	}
	next := proto.CloneOf(rota)
	next.Version, next.ChangedBy, next.Changed = rota.GetVersion()+1, c.Session.PersonID, timestamppb.New(c.Now)
	if old.GetVersion() == next.GetVersion() && old.GetChangedBy() == next.GetChangedBy() {
		if next.Changed = old.GetChanged(); proto.Equal(old, next) {
			return old, nil
		}
	}
	if old.GetVersion() != rota.GetVersion() {
		return nil, errChanged
	}
	if old == nil {
		n := 0
		if err := eachRota(tx, c.Session.Tenant, rota.GetOrganisationId(), func(*alertv1.Rota) error { n++; return nil }); err != nil {
			return nil, err
		}
		if n >= maxRotas {
			return nil, errRotasMany
		}
	}
	return next, put(tx, k, next)
}

// retarget makes due what runs by the rotas of an organisation, so that whoever is on duty now is told.
func retarget(tx store.Tx, c hub.Call, organisation string) error {
	running, err := runningOf(tx, c.Session.Tenant, organisation)
	if err != nil {
		return err
	}
	now := c.Now.UnixMilli()
	for _, e := range running {
		if e.GetNextMs() <= now {
			continue
		}
		k := escalationKey(c.Session.Tenant, e.GetId())
		if err := tx.EraseDue(e.GetNextMs(), k); err != nil {
			return err
		}
		e.NextMs = now
		if err := tx.PutDue(now, k); err != nil {
			return err
		}
		if err := put(tx, k, e); err != nil {
			return err
		}
	}
	return nil
}

// runningOf are the groups in which people are being told by a policy of an organisation.
func runningOf(r store.Reader, tenant, organisation string) (all []*storev1.Escalation, err error) {
	var charts []string
	err = r.ServerRows(tenant, store.TableRunning, "", func(chart string, id []byte) error {
		if len(id) > 0 {
			charts = append(charts, chart)
		}
		return nil
	})
	for _, chart := range charts {
		if err != nil || len(all) == maxRetargeted {
			break
		}
		var e *storev1.Escalation
		if e, err = runningIn(r, tenant, chart); tells(e) && e.GetPolicy().GetOrganisationId() == organisation {
			all = append(all, e)
		}
	}
	return all, err
}

// tells tells whether people are being told of a group.
func tells(e *storev1.Escalation) bool {
	return e.GetState() == alertv1.GroupState_GROUP_STATE_RUNNING || e.GetState() == alertv1.GroupState_GROUP_STATE_UNANSWERED
}

// ListRotas lists those of the caller's organisation.
func (s *Service) ListRotas(ctx context.Context, c hub.Call, _ *alertv1.ListRotasRequest) (*alertv1.ListRotasResponse, error) {
	organisation, err := s.organisation(c)
	if err != nil {
		return nil, err
	}
	who := &people{directory: s.Directory, tenant: c.Session.Tenant}
	var resp *alertv1.ListRotasResponse
	err = s.view(ctx, func(r store.Reader) error {
		resp = &alertv1.ListRotasResponse{}
		return eachRota(r, c.Session.Tenant, organisation, func(rota *alertv1.Rota) error {
			resp.Rotas = append(resp.Rotas, rota)
			resp.Warnings = append(resp.Warnings, escalation.CheckRota(rota, who.known, c.Now)...)
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return resp, nil
}
