package sdk_test

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1/alertv1connect"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1/chartv1connect"
	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1/syncv1connect"
)

const (
	tenant = "t"
	chart  = "chart-1"
	// wrongChart is of another patient.
	wrongChart = "chart-2"
)

// server is the real hub behind handlers as thin as can be: a token is "person/device".
type server struct {
	chartv1connect.UnimplementedChartServiceHandler
	hub  *hub.Hub
	desk desk
	url  string
	keys seal.Master

	mu    sync.Mutex
	most  int // mutations that a request may carry; 0: any
	epoch uint64
	moved chan struct{} // closed and replaced whenever a log grows
	only  string        // grants only this person, if set
	name  string        // of the chart
	late  bool          // grants begin only an hour from now
	two   bool          // there is a second chart
	ahead time.Duration // of the present, for what happened months ago
	wire  int           // bytes of comparisons and sections, both ways
	// expires is when sessions end; zero: never.
	expires time.Time
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{moved: make(chan struct{}), name: "山田 花子"}
	copy(s.keys[:], "the sealing key of these tests..")
	s.hub = hub.New(hub.Config{Store: memory.New(), Directory: s, Seals: s.keys, Epochs: s})
	mux := http.NewServeMux()
	mux.Handle(syncv1connect.NewSyncServiceHandler(s, sdk.Zstd()))
	mux.Handle(identityv1connect.NewIdentityServiceHandler(s, sdk.Zstd()))
	mux.Handle(chartv1connect.NewChartServiceHandler(s, sdk.Zstd()))
	mux.Handle(alertv1connect.NewAlertServiceHandler(&s.desk, sdk.Zstd()))
	listener := httptest.NewUnstartedServer(mux)
	listener.Config.Protocols = new(http.Protocols)
	listener.Config.Protocols.SetUnencryptedHTTP2(true)
	listener.Start()
	t.Cleanup(listener.Close)
	s.url = listener.URL
	return s
}

func (s *server) Next(above uint64) (uint64, error) {
	s.epoch = max(s.epoch, above) + 1
	return s.epoch, nil
}

func (s *server) Person(_, id string) (*carev1.Actor, bool) {
	return &carev1.Actor{PersonId: id, Name: "name of " + id, Role: roleOf(id), OrganisationId: "o"}, true
}

// roleOf: everybody is a nurse, except for the physicians and the care workers.
func roleOf(person string) carev1.Role {
	if strings.HasPrefix(person, "carer-") {
		return carev1.Role_ROLE_CARE_WORKER
	}
	if strings.HasPrefix(person, "dr-") {
		return carev1.Role_ROLE_PHYSICIAN
	}
	return carev1.Role_ROLE_NURSE
}

func (s *server) Grants(_, person, stream string) []hub.Grant {
	if _, ok := s.Stream(tenant, stream); !ok || s.only != "" && person != s.only {
		return nil
	}
	from := time.Unix(0, 0)
	if s.late {
		from = time.Now().Add(time.Hour)
	}
	return []hub.Grant{{Role: roleOf(person), From: from}}
}

func (s *server) Readable(_, person string, _ time.Time) []hub.StreamRef {
	if s.only != "" && person != s.only {
		return nil
	}
	ref, _ := s.Stream(tenant, chart+"/care")
	if second, ok := s.Stream(tenant, wrongChart+"/care"); ok {
		return []hub.StreamRef{ref, second}
	}
	return []hub.StreamRef{ref}
}

func (s *server) Stream(_, id string) (hub.StreamRef, bool) {
	of, _, _ := strings.Cut(id, "/")
	return hub.StreamRef{ID: id, Info: &syncv1.StreamInfo{
		ChartId: of, StreamClass: carev1.StreamClass_STREAM_CLASS_CARE,
	}}, id == chart+"/care" || s.two && id == wrongChart+"/care"
}

func (s *server) Devices(_, _ string) []string { return []string{"tablet-a", "tablet-b"} }

func (s *server) Chart(_, id string) (hub.Chart, bool) {
	return hub.Chart{ID: chart, Name: s.name, Streams: s.Readable("", s.only, time.Time{})}, id == chart
}

func (s *server) call(h http.Header) (hub.Call, error) {
	person, device, ok := strings.Cut(strings.TrimPrefix(h.Get("Authorization"), "Bearer "), "/")
	if !ok {
		return hub.Call{}, connect.NewError(connect.CodeUnauthenticated, errors.New("sign in"))
	}
	return hub.Call{
		Session: hub.Session{Tenant: tenant, PersonID: person, DeviceID: device, Organisation: "o"},
		Now:     time.Now().Add(s.ahead), Entropy: rand.Reader,
	}, nil
}

func (s *server) SignIn(_ context.Context, r *connect.Request[identityv1.SignInRequest]) (*connect.Response[identityv1.SignInResponse], error) {
	if r.Msg.GetPersonSecret() != "secret" {
		return nil, connect.NewError(connect.CodeUnauthenticated, errors.New("no"))
	}
	key := s.keys.AuthorKey(tenant, r.Msg.GetPersonId(), r.Msg.GetDeviceId())
	return connect.NewResponse(&identityv1.SignInResponse{
		Token: r.Msg.GetPersonId() + "/" + r.Msg.GetDeviceId(), AuthorKey: key[:], Name: "name of " + r.Msg.GetPersonId(),
		Role: roleOf(r.Msg.GetPersonId()), ExpiresMs: max(0, s.expires.UnixMilli()), ServerTime: s.keys.Time(tenant, r.Msg.GetDeviceId(), time.Now().Add(s.ahead).UnixMilli()),
	}), nil
}

func (s *server) Sync(ctx context.Context, r *connect.Request[syncv1.SyncRequest]) (*connect.Response[syncv1.SyncResponse], error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.most > 0 && len(r.Msg.GetMutations()) > s.most {
		return nil, connect.NewError(connect.CodeResourceExhausted, errors.New("too large"))
	}
	c, err := s.call(r.Header())
	if err != nil {
		return nil, err
	}
	resp, moved, err := s.hub.Sync(ctx, c, r.Msg)
	if err != nil {
		return nil, err
	}
	if len(moved) > 0 {
		close(s.moved)
		s.moved = make(chan struct{})
	}
	return connect.NewResponse(resp), nil
}

func (s *server) FetchSection(ctx context.Context, r *connect.Request[syncv1.FetchSectionRequest]) (*connect.Response[syncv1.FetchSectionResponse], error) {
	c, err := s.call(r.Header())
	if err != nil {
		return nil, err
	}
	resp, err := s.hub.FetchSection(ctx, c, r.Msg)
	s.wire += proto.Size(r.Msg) + proto.Size(resp)
	return connect.NewResponse(resp), err
}

func (s *server) CompareSection(ctx context.Context, r *connect.Request[syncv1.CompareSectionRequest]) (*connect.Response[syncv1.CompareSectionResponse], error) {
	c, err := s.call(r.Header())
	if err != nil {
		return nil, err
	}
	resp, err := s.hub.CompareSection(ctx, c, r.Msg)
	s.wire += proto.Size(r.Msg) + proto.Size(resp)
	return connect.NewResponse(resp), err
}

func (s *server) Watch(ctx context.Context, _ *connect.Request[syncv1.WatchRequest], out *connect.ServerStream[syncv1.WatchResponse]) error {
	s.mu.Lock()
	moved := s.moved
	s.mu.Unlock()
	if err := out.Send(&syncv1.WatchResponse{}); err != nil {
		return err
	}
	select {
	case <-moved:
		return out.Send(&syncv1.WatchResponse{StreamId: chart + "/care"})
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *server) Judge(ctx context.Context, r *connect.Request[chartv1.JudgeRequest]) (*connect.Response[chartv1.JudgeResponse], error) {
	c, err := s.call(r.Header())
	if err != nil {
		return nil, err
	}
	resp, _, err := s.hub.Judge(ctx, c, r.Msg)
	if err != nil {
		return nil, connect.NewError(connect.CodeNotFound, err)
	}
	return connect.NewResponse(resp), nil
}

func (s *server) ListWork(ctx context.Context, r *connect.Request[chartv1.ListWorkRequest]) (*connect.Response[chartv1.ListWorkResponse], error) {
	c, err := s.call(r.Header())
	if err != nil {
		return nil, err
	}
	resp, err := s.hub.ListWork(ctx, c, r.Msg)
	return connect.NewResponse(resp), err
}

func (s *server) SearchNotes(ctx context.Context, r *connect.Request[chartv1.SearchNotesRequest]) (*connect.Response[chartv1.SearchNotesResponse], error) {
	c, err := s.call(r.Header())
	if err != nil {
		return nil, err
	}
	resp, err := s.hub.SearchNotes(ctx, c, r.Msg)
	return connect.NewResponse(resp), err
}

func (s *server) GetTrend(ctx context.Context, r *connect.Request[chartv1.GetTrendRequest]) (*connect.Response[chartv1.GetTrendResponse], error) {
	c, err := s.call(r.Header())
	if err != nil {
		return nil, err
	}
	resp, err := s.hub.GetTrend(ctx, c, r.Msg)
	return connect.NewResponse(resp), err
}

func (s *server) ExportChart(ctx context.Context, r *connect.Request[chartv1.ExportChartRequest], out *connect.ServerStream[chartv1.ExportChartResponse]) error {
	c, err := s.call(r.Header())
	if err != nil {
		return err
	}
	return s.hub.ExportChart(ctx, c, r.Msg, out.Send)
}

func (s *server) ListCharts(context.Context, *connect.Request[chartv1.ListChartsRequest]) (*connect.Response[chartv1.ListChartsResponse], error) {
	return connect.NewResponse(&chartv1.ListChartsResponse{Charts: []*chartv1.Chart{{Id: chart, Name: s.name}}}), nil
}

// flaky carries calls, and loses the answers that it is told to lose.
type flaky struct {
	http *http.Client
	lose int // answers to come
	down bool
	// sending is called before a request goes out, with its path; nil: nothing is.
	sending func(path string)
}

func (f *flaky) Do(r *http.Request) (*http.Response, error) {
	if f.down {
		return nil, errors.New("no network")
	}
	if f.sending != nil {
		f.sending(r.URL.Path)
	}
	resp, err := f.http.Do(r)
	if err == nil && f.lose > 0 {
		f.lose--
		_ = resp.Body.Close()
		return nil, errors.New("the connection broke")
	}
	return resp, err
}

// tablet opens a tablet in a folder and signs a person in.
func (s *server) tablet(t *testing.T, dir, device, person string) (*sdk.Tablet, *flaky) {
	t.Helper()
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: protocols, DisableCompression: true}
	t.Cleanup(transport.CloseIdleConnections)
	f := &flaky{http: &http.Client{Transport: transport}}
	clock := sdk.SystemClock()
	tablet, err := sdk.Open(sdk.Options{
		Dir: dir, Device: device, Server: s.url, HTTP: f, Clock: func() replica.Clock { return clock() },
		Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tablet.Close() })
	if err := tablet.SignIn(t.Context(), "device", person, "secret"); err != nil {
		t.Fatal(err)
	}
	return tablet, f
}
