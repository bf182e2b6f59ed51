package app

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const (
	// shared is a chart of which sato and takahashi are, suzuki was, and nobody else of the rows is.
	shared = "chart-0003"
	// foreign is a chart that takahashi has no grant for.
	foreign = "chart-0001"
	// inside is the stream of sato's organisation alone.
	inside = shared + "/internal/tsunagu-station"
	// secret stands in a record of that stream, which waits for a decision, and nowhere else.
	secret = "所内のみの覚え"
)

// asked is one procedure with what it is asked of a chart; it answers all that came back as text.
type asked func(ctx context.Context, c *client, chart, stream string) (string, error)

// unary makes a row of a procedure with one answer.
func unary[Request, Response any](
	call func(*client) func(context.Context, *connect.Request[Request]) (*connect.Response[Response], error),
	request func(chart, stream string) *Request,
) asked {
	return func(ctx context.Context, c *client, chart, stream string) (string, error) {
		answer, err := call(c)(ctx, connect.NewRequest(request(chart, stream)))
		if err != nil {
			return "", err
		}
		raw, err := protojson.Marshal(any(answer.Msg).(proto.Message))
		return string(raw), err
	}
}

func freshID() []byte {
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return id
}

func observed(text string) *carev1.Body {
	tenths := int32(387)
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{TemperatureTenthsC: &tenths, Observation: text}}}
}

func creating(chart, stream, text string) *chartv1.WriteRequest {
	now := timestamppb.Now()
	return &chartv1.WriteRequest{
		ChartId: chart, StreamId: stream, MutationId: freshID(), Operation: syncv1.Operation_OPERATION_CREATE,
		Body: observed(text), Envelope: &carev1.Envelope{Effective: now, Recorded: now},
	}
}

// rows are what every procedure of ChartService is asked. One without a row fails the test.
func rows(record []byte) map[string]asked {
	kinds := carev1.VitalItem_VITAL_ITEM_TEMPERATURE
	return map[string]asked{
		"ListCharts": unary(func(c *client) func(context.Context, *connect.Request[chartv1.ListChartsRequest]) (*connect.Response[chartv1.ListChartsResponse], error) {
			return c.chart().ListCharts
		}, func(string, string) *chartv1.ListChartsRequest { return &chartv1.ListChartsRequest{} }),
		"GetTimeline": unary(func(c *client) func(context.Context, *connect.Request[chartv1.GetTimelineRequest]) (*connect.Response[chartv1.GetTimelineResponse], error) {
			return c.chart().GetTimeline
		}, func(chart, _ string) *chartv1.GetTimelineRequest { return &chartv1.GetTimelineRequest{ChartId: chart} }),
		"GetRecordHistory": unary(func(c *client) func(context.Context, *connect.Request[chartv1.GetRecordHistoryRequest]) (*connect.Response[chartv1.GetRecordHistoryResponse], error) {
			return c.chart().GetRecordHistory
		}, func(chart, _ string) *chartv1.GetRecordHistoryRequest {
			return &chartv1.GetRecordHistoryRequest{ChartId: chart, RecordId: record}
		}),
		"Write": unary(func(c *client) func(context.Context, *connect.Request[chartv1.WriteRequest]) (*connect.Response[chartv1.WriteResponse], error) {
			return c.chart().Write
		}, func(chart, stream string) *chartv1.WriteRequest { return creating(chart, stream, "") }),
		"Judge": unary(func(c *client) func(context.Context, *connect.Request[chartv1.JudgeRequest]) (*connect.Response[chartv1.JudgeResponse], error) {
			return c.chart().Judge
		}, func(_, stream string) *chartv1.JudgeRequest {
			return &chartv1.JudgeRequest{StreamId: stream, MutationId: record, Release: true}
		}),
		"ListWork": unary(func(c *client) func(context.Context, *connect.Request[chartv1.ListWorkRequest]) (*connect.Response[chartv1.ListWorkResponse], error) {
			return c.chart().ListWork
		}, func(chart, _ string) *chartv1.ListWorkRequest {
			return &chartv1.ListWorkRequest{ChartId: chart, Kind: chartv1.WorkKind_WORK_KIND_CONFLICT}
		}),
		"ListDevices": unary(func(c *client) func(context.Context, *connect.Request[chartv1.ListDevicesRequest]) (*connect.Response[chartv1.ListDevicesResponse], error) {
			return c.chart().ListDevices
		}, func(string, string) *chartv1.ListDevicesRequest { return &chartv1.ListDevicesRequest{} }),
		"GetTrend": unary(func(c *client) func(context.Context, *connect.Request[chartv1.GetTrendRequest]) (*connect.Response[chartv1.GetTrendResponse], error) {
			return c.chart().GetTrend
		}, func(chart, _ string) *chartv1.GetTrendRequest {
			return &chartv1.GetTrendRequest{ChartId: chart, Items: []carev1.VitalItem{kinds}, Until: timestamppb.New(time.Now().Add(time.Hour))}
		}),
		"SearchNotes": unary(func(c *client) func(context.Context, *connect.Request[chartv1.SearchNotesRequest]) (*connect.Response[chartv1.SearchNotesResponse], error) {
			return c.chart().SearchNotes
		}, func(chart, _ string) *chartv1.SearchNotesRequest {
			return &chartv1.SearchNotesRequest{ChartId: chart, Query: secret}
		}),
		"WatchChart":  watched,
		"ExportChart": exported,
	}
}

// watched reads the first message of a watch: a new one brings no records, so a write after it has to show up or not.
func watched(ctx context.Context, c *client, chart, _ string) (string, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := c.chart().WatchChart(ctx, connect.NewRequest(&chartv1.WatchChartRequest{ChartId: chart}))
	if err != nil {
		return "", err
	}
	defer stream.Close()
	if !stream.Receive() {
		return "", stream.Err()
	}
	raw, err := protojson.Marshal(stream.Msg())
	return string(raw), err
}

func exported(ctx context.Context, c *client, chart, _ string) (string, error) {
	var file strings.Builder
	for _, format := range []chartv1.ExportFormat{1, 2, 3} {
		stream, err := c.chart().ExportChart(ctx, connect.NewRequest(&chartv1.ExportChartRequest{ChartId: chart, Format: format}))
		if err != nil {
			return "", err
		}
		last := false
		for stream.Receive() {
			file.Write(stream.Msg().GetContent())
			last = stream.Msg().GetLast()
		}
		if err := stream.Err(); err != nil || !last {
			return file.String(), err
		}
	}
	return file.String(), nil
}

// private shows that an answer holds something of the stream of sato's organisation. The name of the stream counts too.
func private(answer string, record []byte) bool {
	id, err := protojson.Marshal(&chartv1.JudgeRequest{MutationId: record})
	encoded := strings.Trim(strings.TrimPrefix(strings.ReplaceAll(string(id), " ", ""), `{"mutationId":`), `"}`)
	return err != nil || strings.Contains(answer, secret) || strings.Contains(answer, inside) || strings.Contains(answer, encoded)
}

// TestGrantsOfEveryProcedure asks every procedure of the chart service as somebody with a grant, without one, with one
// that has ended, and of another organisation. What may not be read looks like what does not exist.
func TestGrantsOfEveryProcedure(t *testing.T) {
	r := start(t, settings(t))
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	suzuki := h2c(t, r).signedIn(t, "suzuki", "tablet-b")
	takahashi := h2c(t, r).signedIn(t, "takahashi", "tablet-c")
	record := conflicting(t, sato)
	if _, err := sato.chart().Write(t.Context(), connect.NewRequest(creating(foreign, "", "x"))); err != nil {
		t.Fatal(err)
	}
	// noChart are about no one chart: there what may not be read is left out of the answer.
	noChart := map[string]bool{"ListCharts": true, "ListDevices": true}
	// shows tells which answers hold the record for who may read it.
	silent := map[string]bool{"Write": true, "Judge": true, "WatchChart": true, "ListDevices": true}
	methods := chartv1.File_tsunagu_chart_v1_chart_proto.Services().ByName("ChartService").Methods()
	table := rows(record)
	for i := range methods.Len() {
		name := string(methods.Get(i).Name())
		ask, ok := table[name]
		if !ok {
			t.Errorf("%s has no row: nobody has said who may call it", name)
			continue
		}
		answer, err := ask(t.Context(), sato, shared, inside)
		if connect.CodeOf(err) != connect.CodeNotFound && err != nil || name != "Judge" && err != nil || !silent[name] && !private(answer, record) {
			t.Errorf("%s, own: %v %s", name, err, answer)
		}
		// Another organisation: the chart, without the stream.
		answer, err = ask(t.Context(), takahashi, shared, inside)
		// What cannot be read by its name; and a care worker does not look after devices.
		names := name == "Write" || name == "Judge" || name == "GetRecordHistory" || name == "ListDevices"
		if names != (connect.CodeOf(err) == connect.CodeNotFound) || !names && err != nil || private(answer, record) {
			t.Errorf("%s, another organisation: %v %s", name, err, answer)
		}
		_, absent := ask(t.Context(), takahashi, "no-such", "no-such/care")
		for who, c := range map[string]struct {
			*client
			chart string
		}{"unassigned": {takahashi, foreign}, "ended grant": {suzuki, shared}} {
			answer, err := ask(t.Context(), c.client, c.chart, c.chart+"/care")
			if noChart[name] {
				refused := name == "ListDevices" && connect.CodeOf(err) == connect.CodeNotFound
				if err != nil && !refused || strings.Contains(answer, c.chart) || private(answer, record) {
					t.Errorf("%s, %s: %v %s", name, who, err, answer)
				}
				continue
			}
			if connect.CodeOf(err) != connect.CodeNotFound || absent == nil || err.Error() != absent.Error() || answer != "" {
				t.Errorf("%s, %s: %v, want the same as for what does not exist: %v", name, who, err, absent)
			}
		}
	}
}

// conflicting makes a record in the stream of sato's organisation that waits for a decision.
func conflicting(t *testing.T, sato *client) []byte {
	t.Helper()
	first := creating(shared, inside, secret)
	write := func(w *chartv1.WriteRequest, want syncv1.Outcome) {
		t.Helper()
		answer, err := sato.chart().Write(t.Context(), connect.NewRequest(w))
		if err != nil || answer.Msg.GetResult().GetOutcome() != want {
			t.Fatalf("%v %v", answer, err)
		}
	}
	write(first, syncv1.Outcome_OUTCOME_APPLIED)
	page, err := sato.chart().GetTimeline(t.Context(), connect.NewRequest(&chartv1.GetTimelineRequest{ChartId: shared}))
	if err != nil || len(page.Msg.GetItems()) != 1 {
		t.Fatal(err)
	}
	for i, want := range []syncv1.Outcome{syncv1.Outcome_OUTCOME_APPLIED, syncv1.Outcome_OUTCOME_CONFLICT} {
		body := observed(secret)
		*body.GetVitalSigns().TemperatureTenthsC += int32(i + 1)
		write(&chartv1.WriteRequest{
			ChartId: shared, StreamId: inside, MutationId: freshID(), RecordId: first.GetMutationId(), Reason: "再検",
			Operation: syncv1.Operation_OPERATION_PATCH, Seen: page.Msg.GetItems()[0].GetVersion(), Body: body,
		}, want)
	}
	return first.GetMutationId()
}

// TestWatchChartOverTheWire: a watcher of another organisation is told of what the team wrote, and not of what stands in
// a stream that is not theirs; a watcher with the grant is told of both.
func TestWatchChartOverTheWire(t *testing.T) {
	r := start(t, settings(t))
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	watch := func(c *client) *connect.ServerStreamForClient[chartv1.WatchChartResponse] {
		stream, err := c.chart().WatchChart(t.Context(), connect.NewRequest(&chartv1.WatchChartRequest{ChartId: shared}))
		if err != nil || !stream.Receive() {
			t.Fatalf("%v %v", err, stream.Err())
		}
		t.Cleanup(func() { _ = stream.Close() })
		return stream
	}
	own, other := watch(sato), watch(h2c(t, r).signedIn(t, "takahashi", "tablet-c"))
	for _, w := range []*chartv1.WriteRequest{creating(shared, inside, secret), creating(shared, shared+"/care", "顔色良好")} {
		if _, err := sato.chart().Write(t.Context(), connect.NewRequest(w)); err != nil {
			t.Fatal(err)
		}
	}
	told := func(s *connect.ServerStreamForClient[chartv1.WatchChartResponse]) (texts []string) {
		for s.Receive() {
			for _, item := range s.Msg().GetItems() {
				texts = append(texts, item.GetRecord().GetBody().GetVitalSigns().GetObservation())
				if item.GetStreamId() == shared+"/care" {
					return texts
				}
			}
		}
		t.Fatal(s.Err())
		return nil
	}
	if got := told(own); len(got) != 2 || got[0] != secret {
		t.Errorf("with a grant: %q", got)
	}
	if got := told(other); len(got) != 1 {
		t.Errorf("of another organisation: %q", got)
	}
}
