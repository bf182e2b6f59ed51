package e2e_test

import (
	"context"
	"net/http"
	"path/filepath"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1/chartv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1/syncv1connect"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// shared is the chart that nurses, care worker and physician of the demo may all read.
const shared = "chart-0002"

// client speaks to the server without an SDK, as a console or another program does.
type client struct {
	http  *http.Client
	url   string
	token string
}

// signIn signs a person of the demo in on a device.
func signIn(t *testing.T, url, person, device string) *client {
	t.Helper()
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: protocols}
	t.Cleanup(transport.CloseIdleConnections)
	c := &client{http: &http.Client{Transport: transport}, url: url}
	answer, err := identityv1connect.NewIdentityServiceClient(c, url).SignIn(t.Context(), connect.NewRequest(&identityv1.SignInRequest{
		DeviceId: device, DeviceSecret: "demo-" + device, PersonId: person, PersonSecret: "demo-" + person,
	}))
	if err != nil {
		t.Fatal(err)
	}
	c.token = answer.Msg.GetToken()
	return c
}

// Do implements connect.HTTPClient.
func (c *client) Do(r *http.Request) (*http.Response, error) {
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	return c.http.Do(r)
}

func (c *client) charts() chartv1connect.ChartServiceClient {
	return chartv1connect.NewChartServiceClient(c, c.url)
}

func (c *client) sync() syncv1connect.SyncServiceClient {
	return syncv1connect.NewSyncServiceClient(c, c.url)
}

// timeline reads a whole chart.
func (c *client) timeline(t *testing.T, chart string) []*chartv1.TimelineItem {
	t.Helper()
	var items []*chartv1.TimelineItem
	for token := ""; ; {
		page, err := c.charts().GetTimeline(t.Context(), connect.NewRequest(&chartv1.GetTimelineRequest{
			ChartId: chart, PageSize: 500, PageToken: token,
		}))
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, page.Msg.GetItems()...)
		if token = page.Msg.GetNextPageToken(); token == "" {
			return items
		}
	}
}

// history reads every version of a record, newest first.
func (c *client) history(t *testing.T, chart string, record []byte) []*chartv1.HistoryItem {
	t.Helper()
	answer, err := c.charts().GetRecordHistory(t.Context(), connect.NewRequest(&chartv1.GetRecordHistoryRequest{
		ChartId: chart, RecordId: record, PageSize: 1000,
	}))
	if err != nil {
		t.Fatal(err)
	}
	return answer.Msg.GetItems()
}

// create is a request that writes vital signs.
func create(t *testing.T, chart string, pulse uint32) *chartv1.WriteRequest {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	return &chartv1.WriteRequest{
		ChartId: chart, MutationId: id[:], Operation: syncv1.Operation_OPERATION_CREATE, Body: pulseOf(pulse),
		Envelope: &carev1.Envelope{Effective: timestamppb.Now()},
	}
}

func pulseOf(pulse uint32) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{PulsePerMin: &pulse}}}
}

func (c *client) write(ctx context.Context, r *chartv1.WriteRequest) (*chartv1.WriteResponse, error) {
	answer, err := c.charts().Write(ctx, connect.NewRequest(r))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// openTablet opens a tablet of the real SDK, signs somebody in and synchronises it.
func openTablet(t *testing.T, dir, url, person, device string) *sdk.Tablet {
	t.Helper()
	tablet, err := sdk.Open(sdk.Options{Dir: filepath.Join(dir, device), Device: device, Server: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tablet.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := tablet.SignIn(t.Context(), "demo-"+device, person, "demo-"+person); err != nil {
		t.Fatal(err)
	}
	synchronise(t, tablet)
	return tablet
}

func synchronise(t *testing.T, tablet *sdk.Tablet) {
	t.Helper()
	if _, err := tablet.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
}
