package e2e_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Charts of the demo's directory, as takahashi, a care worker, may not read them.
const (
	foreign = "chart-0001" // never had a grant
	unknown = "chart-9999" // does not exist; as long as the others, so that lengths compare
	ended   = "chart-0003" // suzuki's grant ended
)

// TestRevokedAndNotFound asks for what one may not read and for what does not exist: the answers must be the same,
// byte for byte but for the request's id and the date, or the difference would tell who is cared for.
func TestRevokedAndNotFound(t *testing.T) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	owner := signIn(t, s.url(), "sato", "tablet-a")
	var records [][]byte // of foreign and ended, in this order
	for _, chart := range []string{foreign, ended} {
		r := create(t, chart, 72)
		if _, err := owner.write(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		records = append(records, r.GetMutationId())
	}
	nothing := bytes.Repeat([]byte{7}, 16)
	never := signIn(t, s.url(), "takahashi", "tablet-c")
	once := signIn(t, s.url(), "suzuki", "tablet-b")

	for _, ask := range questions(nothing) {
		for _, codec := range []string{"application/json", "application/proto"} {
			t.Run(ask.name+" "+codec, func(t *testing.T) {
				want := never.raw(t, ask.path, codec, ask.of(unknown, nothing))
				if !strings.HasPrefix(want, "404 ") {
					t.Errorf("a chart that does not exist: %s", want)
				}
				same(t, "without a grant", want, never.raw(t, ask.path, codec, ask.of(foreign, records[0])))
				same(t, "with a grant that ended", want, once.raw(t, ask.path, codec, ask.of(ended, records[1])))
				same(t, "of another person", want, once.raw(t, ask.path, codec, ask.of(unknown, nothing)))
			})
		}
	}
}

// question is a call about a chart.
type question struct {
	name, path string
	of         func(chart string, record []byte) proto.Message
}

func questions(mutation []byte) []question {
	return []question{
		{"timeline", "/tsunagu.chart.v1.ChartService/GetTimeline", func(chart string, _ []byte) proto.Message {
			return &chartv1.GetTimelineRequest{ChartId: chart}
		}},
		{"history", "/tsunagu.chart.v1.ChartService/GetRecordHistory", func(chart string, record []byte) proto.Message {
			return &chartv1.GetRecordHistoryRequest{ChartId: chart, RecordId: record}
		}},
		{"history of a stream", "/tsunagu.chart.v1.ChartService/GetRecordHistory", func(chart string, record []byte) proto.Message {
			return &chartv1.GetRecordHistoryRequest{ChartId: chart, StreamId: chart + "/care", RecordId: record}
		}},
		{"section", "/tsunagu.sync.v1.SyncService/FetchSection", func(chart string, _ []byte) proto.Message {
			return &syncv1.FetchSectionRequest{StreamId: chart + "/care", Section: 1}
		}},
		{"write", "/tsunagu.chart.v1.ChartService/Write", func(chart string, record []byte) proto.Message {
			return &chartv1.WriteRequest{ChartId: chart, MutationId: mutation, RecordId: record, Operation: syncv1.Operation_OPERATION_RETRACT, Reason: "-"}
		}},
	}
}

func same(t *testing.T, what, want, got string) {
	t.Helper()
	if got != want {
		t.Errorf("%s the answer differs:\n%s\nnot there:\n%s", what, got, want)
	}
}

// raw makes a call and returns all of its answer but what differs from call to call.
func (c *client) raw(t *testing.T, path, codec string, m proto.Message) string {
	t.Helper()
	body, err := proto.Marshal(m)
	if codec == "application/json" {
		body, err = protojson.Marshal(m)
	}
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url+path, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", codec)
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	answer.Header.Del("Date")
	if id := answer.Header.Get("X-Request-Id"); id != "" {
		answer.Header.Del("X-Request-Id")
		text = bytes.ReplaceAll(text, []byte(id), []byte("REQUEST"))
	}
	var headers []string
	for name, values := range answer.Header {
		headers = append(headers, name+": "+strings.Join(values, ", "))
	}
	slices.Sort(headers)
	return answer.Status + "\n" + strings.Join(headers, "\n") + "\n\n" + string(text)
}

// TestRevokedInSync synchronises a stream that never was, one without a grant and one whose grant ended.
func TestRevokedInSync(t *testing.T) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	owner := signIn(t, s.url(), "sato", "tablet-a")
	if _, err := owner.write(t.Context(), create(t, ended, 72)); err != nil {
		t.Fatal(err)
	}
	c := signIn(t, s.url(), "suzuki", "tablet-b")
	want := c.verdict(t, unknown+"/care")
	if want.GetVerdict() != syncv1.Verdict_VERDICT_REVOKED {
		t.Errorf("a stream that does not exist: %v", want)
	}
	if got := c.verdict(t, ended+"/care"); !proto.Equal(got, want) {
		t.Errorf("a stream whose grant ended: %v, one that does not exist: %v", got, want)
	}
	other := signIn(t, s.url(), "takahashi", "tablet-c")
	if got := other.verdict(t, foreign+"/care"); !proto.Equal(got, want) {
		t.Errorf("a stream without a grant: %v, one that does not exist: %v", got, want)
	}
}

// verdict returns what Sync says about one stream, without its name.
func (c *client) verdict(t *testing.T, stream string) *syncv1.StreamVerdict {
	t.Helper()
	answer, err := c.sync().Sync(t.Context(), connect.NewRequest(&syncv1.SyncRequest{
		ProtocolVersion: 1, Clock: &syncv1.DeviceClock{WallMs: 1}, Pull: true,
		Positions: []*syncv1.StreamPosition{{StreamId: stream}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range answer.Msg.GetPages() {
		if p.GetStreamId() == stream {
			t.Errorf("%s: there is a page of it", stream)
		}
	}
	for _, v := range answer.Msg.GetVerdicts() {
		if v.GetStreamId() == stream {
			v.StreamId = ""
			return v
		}
	}
	t.Fatalf("no verdict for %s", stream)
	return nil
}
