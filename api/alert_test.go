package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1/alertv1connect"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// half stores the first of two writes.
type half struct{ Alerts }

func (half) Instruct(context.Context, hub.Call, *alertv1.InstructRequest) (*alertv1.InstructResponse, []hub.Moved, error) {
	return nil, []hub.Moved{{Tenant: "t", StreamID: "stream-of-sato", Seq: 7}}, &hub.Error{Code: hub.Unavailable, Message: "again"}
}

func (half) TestPush(context.Context, hub.Call, *alertv1.TestPushRequest) (*alertv1.TestPushResponse, error) {
	return &alertv1.TestPushResponse{}, nil
}

// alertClient calls the handlers as sato, over HTTP.
func alertClient(t *testing.T, a *API) alertv1connect.AlertServiceClient {
	t.Helper()
	_, handler := alertv1connect.NewAlertServiceHandler(newAlertHandler(a))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), keySession, session("sato"))))
	}))
	t.Cleanup(server.Close)
	return alertv1connect.NewAlertServiceClient(server.Client(), server.URL)
}

// TestWhatMovedIsToldBesideAnError: of two writes the first may stand, and the tablets hear of it.
func TestWhatMovedIsToldBesideAnError(t *testing.T) {
	a := newAPI(t, &people{}, at(start), Limits{})
	a.config.Alerts = half{}
	w, err := a.watchers.add(session("sato"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = alertClient(t, a).Instruct(t.Context(), connect.NewRequest(&alertv1.InstructRequest{}))
	if connect.CodeOf(err) != connect.CodeUnavailable || !strings.Contains(err.Error(), "again") {
		t.Fatal(err)
	}
	if hint := <-w.hints; hint.GetSeq() != 7 {
		t.Errorf("told of %v", hint)
	}
}

// TestTestPushesAreLimited: one person cannot use up what whoever forwards pushes allows, and others are not held up.
func TestTestPushesAreLimited(t *testing.T) {
	c := at(start)
	a := newAPI(t, &people{}, c, Limits{TestsBurst: 2, TestsEvery: time.Minute})
	a.config.Alerts = half{}
	client := alertClient(t, a)
	try := func() connect.Code {
		_, err := client.TestPush(t.Context(), connect.NewRequest(&alertv1.TestPushRequest{}))
		if err != nil {
			return connect.CodeOf(err)
		}
		return 0
	}
	if got := []connect.Code{try(), try(), try()}; !slices.Equal(got, []connect.Code{0, 0, connect.CodeResourceExhausted}) {
		t.Errorf("%v", got)
	}
	c.set(start.Add(time.Minute))
	if got := []connect.Code{try(), try()}; !slices.Equal(got, []connect.Code{0, connect.CodeResourceExhausted}) {
		t.Errorf("a minute later %v", got)
	}
}

// TestWithoutAlerts there is no AlertService, and everything else is there.
func TestWithoutAlerts(t *testing.T) {
	a := newAPI(t, &people{}, at(start), Limits{})
	for _, procedure := range Procedures() {
		answer := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodPost, procedure, strings.NewReader("{}"))
		request.Header.Set("Content-Type", "application/json")
		a.ServeHTTP(answer, request)
		absent := strings.Contains(procedure, ".alert.") || strings.Contains(procedure, ".blob.")
		if (answer.Code == http.StatusNotFound) != absent {
			t.Errorf("%s: %d", procedure, answer.Code)
		}
	}
}

// TestWatchesOutliveTheTimeToRead: the names of the watches are those of the contract, so that the time which a request has
// for being read ends none of them.
func TestWatchesOutliveTheTimeToRead(t *testing.T) {
	for _, procedure := range Procedures() {
		name := procedure[strings.LastIndexByte(procedure, '/')+1:]
		if watches[procedure] != strings.HasPrefix(name, "Watch") {
			t.Errorf("%s is a watch: %v", procedure, watches[procedure])
		}
	}
}

// TestBadAlertRequestsAreRefused before anything is asked: the error names field and rule, never a value.
func TestBadAlertRequestsAreRefused(t *testing.T) {
	v, err := newValidator()
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	alertIDs := [][]byte{id}
	many := make([]*alertv1.DefaultLimit, 65)
	for i := range many {
		many[i] = &alertv1.DefaultLimit{Item: 1, Operator: 1, Severity: 1}
	}
	said := func(m any) string {
		if err := v.check(m); err != nil {
			return strings.TrimPrefix(err.Error(), "invalid_argument: "+textInvalid)
		}
		return ""
	}
	answer := func(a carev1.AlertAnswer, words string) *alertv1.AcknowledgeRequest {
		return &alertv1.AcknowledgeRequest{ChartId: "c", MutationId: id, Response: &carev1.AlertResponse{AlertIds: alertIDs, Answer: a, Words: words}}
	}
	for _, c := range []struct {
		message any
		want    string
	}{
		{&alertv1.RegisterTargetRequest{Value: "v"}, "kind (enum.not_in)"},
		{&alertv1.RegisterTargetRequest{Kind: 1, Value: "v", Language: "fr"}, "language (string.in)"},
		{&alertv1.RegisterTargetRequest{Kind: 1}, "value (string.min_len)"},
		{&alertv1.RemoveTargetRequest{}, "id (bytes.len)"},
		{&alertv1.ConfirmShownRequest{DeliveryId: id, GroupId: id[:3]}, "group_id (bytes.len)"},
		{&alertv1.ListAlertsRequest{PageSize: 201}, "page_size (uint32.lte)"},
		{answer(0, ""), "response.answer (enum.not_in)"},
		{answer(carev1.AlertAnswer_ALERT_ANSWER_NOTHING_TO_DO, ""), "response (alert_response.reason)"},
		{answer(carev1.AlertAnswer_ALERT_ANSWER_ASKED, ""), "response (alert_response.question)"},
		{answer(carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED, ""), ""},
		{&alertv1.ListDeliveriesRequest{GroupId: id[:2]}, "group_id (bytes.len)"},
		{&alertv1.SetDefaultLimitsRequest{}, "limits (required)"},
		{&alertv1.SetDefaultLimitsRequest{Limits: &alertv1.DefaultLimits{OrganisationId: "o", Limits: []*alertv1.DefaultLimit{{Item: 1, Value: 2, Severity: 9}}}},
			"limits.limits[0].operator (enum.not_in), limits.limits[0].severity (enum.defined_only)"},
		{&alertv1.SetDefaultLimitsRequest{Limits: &alertv1.DefaultLimits{OrganisationId: "o", Limits: many}}, "limits.limits (repeated.max_items)"},
		{&alertv1.SetPolicyRequest{Policy: &alertv1.Policy{OrganisationId: "o"}}, "policy.critical (required), policy.urgent (required)"},
		{&alertv1.SetRotaRequest{Rota: &alertv1.Rota{OrganisationId: "o", Id: "Nacht"}}, "rota.id (string.pattern)"},
		{&alertv1.ListThresholdsRequest{}, "chart_id (string.min_len)"},
	} {
		if got := said(c.message); got != c.want {
			t.Errorf("%T: %q, want %q", c.message, got, c.want)
		}
	}
}
