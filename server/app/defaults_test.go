package app

import (
	"slices"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1/alertv1connect"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

func (c *client) alerts() alertv1connect.AlertServiceClient {
	return alertv1connect.NewAlertServiceClient(c, c.base)
}

// raisedBy writes a reading of SpO2 and returns the rules of all alerts of the chart.
func raisedBy(t *testing.T, c *client, chart string, percent uint32) (names []string) {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.chart().Write(t.Context(), connect.NewRequest(&chartv1.WriteRequest{
		ChartId: chart, MutationId: id[:], Operation: syncv1.Operation_OPERATION_CREATE,
		Body:     &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{Spo2Percent: &percent}}},
		Envelope: &carev1.Envelope{Effective: timestamppb.Now(), Recorded: timestamppb.Now()},
	})); err != nil {
		t.Fatal(err)
	}
	page, err := c.chart().GetTimeline(t.Context(), connect.NewRequest(&chartv1.GetTimelineRequest{ChartId: chart, Kinds: []string{"alert"}}))
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range page.Msg.GetItems() {
		names = append(names, item.GetRecord().GetBody().GetAlert().GetRule())
	}
	slices.Sort(names)
	return names
}

// TestAnOrganisationsLimitsCount for what is written from then on, are listed for its charts, and are there after a restart.
func TestAnOrganisationsLimitsCount(t *testing.T) {
	c := settings(t)
	r := start(t, c, onDisk)
	sato, tanaka := h1(t, r).signedIn(t, "sato", "tablet-a"), h1(t, r).signedIn(t, "tanaka", "console")
	if got := raisedBy(t, sato, "chart-0001", 90); !slices.Equal(got, []string{"news2", "threshold"}) {
		t.Errorf("with what is proposed: %v", got)
	}
	limits := &alertv1.DefaultLimits{OrganisationId: "midori", Limits: []*alertv1.DefaultLimit{{
		Item: carev1.VitalItem_VITAL_ITEM_SPO2, Operator: carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_MOST, Value: 85,
		Severity: carev1.AlertSeverity_ALERT_SEVERITY_URGENT,
	}}}
	if _, err := tanaka.alerts().SetDefaultLimits(t.Context(), connect.NewRequest(&alertv1.SetDefaultLimitsRequest{Limits: limits})); err != nil {
		t.Fatal(err)
	}
	if got := raisedBy(t, sato, "chart-0002", 90); !slices.Equal(got, []string{"news2"}) {
		t.Errorf("with the organisation's: %v", got)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	again := h1(t, start(t, c, onDisk))
	again.token = sato.token
	if got := raisedBy(t, again, "chart-0003", 90); !slices.Equal(got, []string{"news2"}) {
		t.Errorf("after a restart: %v", got)
	}
	list, err := again.alerts().ListThresholds(t.Context(), connect.NewRequest(&alertv1.ListThresholdsRequest{ChartId: "chart-0003"}))
	if err != nil || len(list.Msg.GetDefaults()) != 1 || list.Msg.GetDefaults()[0].GetValue() != 85 {
		t.Errorf("listed are %v, %v", list, err)
	}
	if got, err := again.alerts().GetDefaultLimits(t.Context(), connect.NewRequest(&alertv1.GetDefaultLimitsRequest{})); err != nil || !got.Msg.GetBuiltIn() {
		t.Errorf("the nurses' organisation has set none: %v %v", got, err)
	}
}
