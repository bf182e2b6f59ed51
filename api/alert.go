package api

import (
	"context"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// Alerts is what answers AlertService. It judges every call by its session; its errors are those of the core. Those that
// write to a chart tell what moved, also beside an error: of two writes the first may be stored.
type Alerts interface {
	RegisterTarget(context.Context, hub.Call, *alertv1.RegisterTargetRequest) (*alertv1.RegisterTargetResponse, error)
	ListTargets(context.Context, hub.Call, *alertv1.ListTargetsRequest) (*alertv1.ListTargetsResponse, error)
	RemoveTarget(context.Context, hub.Call, *alertv1.RemoveTargetRequest) (*alertv1.RemoveTargetResponse, error)
	TestPush(context.Context, hub.Call, *alertv1.TestPushRequest) (*alertv1.TestPushResponse, error)
	ConfirmShown(context.Context, hub.Call, *alertv1.ConfirmShownRequest) (*alertv1.ConfirmShownResponse, error)

	ListAlerts(context.Context, hub.Call, *alertv1.ListAlertsRequest) (*alertv1.ListAlertsResponse, error)
	// Group reads one group as the caller may read it; NotFound if they may read none of its alerts. WatchAlerts asks it
	// whenever the group has changed.
	Group(ctx context.Context, c hub.Call, groupID [16]byte) (*alertv1.AlertGroup, error)
	Acknowledge(context.Context, hub.Call, *alertv1.AcknowledgeRequest) (*alertv1.AcknowledgeResponse, []hub.Moved, error)
	Instruct(context.Context, hub.Call, *alertv1.InstructRequest) (*alertv1.InstructResponse, []hub.Moved, error)
	ListDeliveries(context.Context, hub.Call, *alertv1.ListDeliveriesRequest) (*alertv1.ListDeliveriesResponse, error)

	SetThreshold(context.Context, hub.Call, *alertv1.SetThresholdRequest) (*alertv1.SetThresholdResponse, []hub.Moved, error)
	ListThresholds(context.Context, hub.Call, *alertv1.ListThresholdsRequest) (*alertv1.ListThresholdsResponse, error)
	SetDefaultLimits(context.Context, hub.Call, *alertv1.SetDefaultLimitsRequest) (*alertv1.SetDefaultLimitsResponse, error)
	GetDefaultLimits(context.Context, hub.Call, *alertv1.GetDefaultLimitsRequest) (*alertv1.GetDefaultLimitsResponse, error)
	SetPolicy(context.Context, hub.Call, *alertv1.SetPolicyRequest) (*alertv1.SetPolicyResponse, error)
	ListPolicies(context.Context, hub.Call, *alertv1.ListPoliciesRequest) (*alertv1.ListPoliciesResponse, error)
	SetRota(context.Context, hub.Call, *alertv1.SetRotaRequest) (*alertv1.SetRotaResponse, error)
	ListRotas(context.Context, hub.Call, *alertv1.ListRotasRequest) (*alertv1.ListRotasResponse, error)
}
