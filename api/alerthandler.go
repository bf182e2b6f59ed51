package api

import (
	"context"

	"connectrpc.com/connect"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// alertHandler answers AlertService.
type alertHandler struct {
	*API
	tests *limiter // of test pushes, by tenant and person
}

func newAlertHandler(a *API) *alertHandler {
	return &alertHandler{API: a, tests: newLimiter(a.config.Limits.TestsBurst, a.config.Limits.TestsEvery)}
}

// RegisterTarget hands the request on.
func (h *alertHandler) RegisterTarget(ctx context.Context, r *connect.Request[alertv1.RegisterTargetRequest]) (*connect.Response[alertv1.RegisterTargetResponse], error) {
	return read(ctx, h.API, r, h.config.Alerts.RegisterTarget)
}

// ListTargets hands the request on.
func (h *alertHandler) ListTargets(ctx context.Context, r *connect.Request[alertv1.ListTargetsRequest]) (*connect.Response[alertv1.ListTargetsResponse], error) {
	return read(ctx, h.API, r, h.config.Alerts.ListTargets)
}

// RemoveTarget hands the request on.
func (h *alertHandler) RemoveTarget(ctx context.Context, r *connect.Request[alertv1.RemoveTargetRequest]) (*connect.Response[alertv1.RemoveTargetResponse], error) {
	return read(ctx, h.API, r, h.config.Alerts.RemoveTarget)
}

// TestPush hands the request on, unless the caller asks for too many.
func (h *alertHandler) TestPush(ctx context.Context, r *connect.Request[alertv1.TestPushRequest]) (*connect.Response[alertv1.TestPushResponse], error) {
	c := h.call(ctx)
	if wait := h.tests.take(c.Session.Tenant+"/"+c.Session.PersonID, c.Now); wait > 0 {
		return nil, tooMany(wait)
	}
	return read(ctx, h.API, r, h.config.Alerts.TestPush)
}

// ConfirmShown hands the request on.
func (h *alertHandler) ConfirmShown(ctx context.Context, r *connect.Request[alertv1.ConfirmShownRequest]) (*connect.Response[alertv1.ConfirmShownResponse], error) {
	return read(ctx, h.API, r, h.config.Alerts.ConfirmShown)
}

// ListAlerts hands the request on.
func (h *alertHandler) ListAlerts(ctx context.Context, r *connect.Request[alertv1.ListAlertsRequest]) (*connect.Response[alertv1.ListAlertsResponse], error) {
	return read(ctx, h.API, r, h.config.Alerts.ListAlerts)
}

// Acknowledge hands the answer on and tells the watchers of streams.
func (h *alertHandler) Acknowledge(ctx context.Context, r *connect.Request[alertv1.AcknowledgeRequest]) (*connect.Response[alertv1.AcknowledgeResponse], error) {
	return written(ctx, h.API, r, h.config.Alerts.Acknowledge)
}

// Instruct hands the instruction on and tells the watchers of streams.
func (h *alertHandler) Instruct(ctx context.Context, r *connect.Request[alertv1.InstructRequest]) (*connect.Response[alertv1.InstructResponse], error) {
	return written(ctx, h.API, r, h.config.Alerts.Instruct)
}

// ListDeliveries hands the request on.
func (h *alertHandler) ListDeliveries(ctx context.Context, r *connect.Request[alertv1.ListDeliveriesRequest]) (*connect.Response[alertv1.ListDeliveriesResponse], error) {
	return read(ctx, h.API, r, h.config.Alerts.ListDeliveries)
}

// SetThreshold hands the limit on and tells the watchers of streams.
func (h *alertHandler) SetThreshold(ctx context.Context, r *connect.Request[alertv1.SetThresholdRequest]) (*connect.Response[alertv1.SetThresholdResponse], error) {
	return written(ctx, h.API, r, h.config.Alerts.SetThreshold)
}

// ListThresholds hands the request on.
func (h *alertHandler) ListThresholds(ctx context.Context, r *connect.Request[alertv1.ListThresholdsRequest]) (*connect.Response[alertv1.ListThresholdsResponse], error) {
	return read(ctx, h.API, r, h.config.Alerts.ListThresholds)
}

// SetDefaultLimits hands the request on.
func (h *alertHandler) SetDefaultLimits(ctx context.Context, r *connect.Request[alertv1.SetDefaultLimitsRequest]) (*connect.Response[alertv1.SetDefaultLimitsResponse], error) {
	return read(ctx, h.API, r, h.config.Alerts.SetDefaultLimits)
}

// GetDefaultLimits hands the request on.
func (h *alertHandler) GetDefaultLimits(ctx context.Context, r *connect.Request[alertv1.GetDefaultLimitsRequest]) (*connect.Response[alertv1.GetDefaultLimitsResponse], error) {
	return read(ctx, h.API, r, h.config.Alerts.GetDefaultLimits)
}

// SetPolicy hands the request on.
func (h *alertHandler) SetPolicy(ctx context.Context, r *connect.Request[alertv1.SetPolicyRequest]) (*connect.Response[alertv1.SetPolicyResponse], error) {
	return read(ctx, h.API, r, h.config.Alerts.SetPolicy)
}

// ListPolicies hands the request on.
func (h *alertHandler) ListPolicies(ctx context.Context, r *connect.Request[alertv1.ListPoliciesRequest]) (*connect.Response[alertv1.ListPoliciesResponse], error) {
	return read(ctx, h.API, r, h.config.Alerts.ListPolicies)
}

// SetRota hands the request on.
func (h *alertHandler) SetRota(ctx context.Context, r *connect.Request[alertv1.SetRotaRequest]) (*connect.Response[alertv1.SetRotaResponse], error) {
	return read(ctx, h.API, r, h.config.Alerts.SetRota)
}

// ListRotas hands the request on.
func (h *alertHandler) ListRotas(ctx context.Context, r *connect.Request[alertv1.ListRotasRequest]) (*connect.Response[alertv1.ListRotasResponse], error) {
	return read(ctx, h.API, r, h.config.Alerts.ListRotas)
}

// written is a procedure that writes to a chart. What moved is told even if the call failed then.
func written[Request, Response any](
	ctx context.Context, a *API, r *connect.Request[Request],
	procedure func(context.Context, hub.Call, *Request) (*Response, []hub.Moved, error),
) (*connect.Response[Response], error) {
	answer, moved, err := procedure(ctx, a.call(ctx), r.Msg)
	a.Publish(moved)
	if err != nil {
		return nil, a.failure(ctx, r.Spec().Procedure, err)
	}
	return connect.NewResponse(answer), nil
}
