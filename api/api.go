package api

import (
	"io"
	"net/http"
	"time"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1/alertv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/blob/v1/blobv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1/chartv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1/syncv1connect"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/seal"
)

// Config is what the handlers need. Everything but Blobs, Alerts, Limits, Hooks and Options is
// required.
type Config struct {
	Core      Core
	Accounts  Accounts
	Directory hub.Directory
	// Blobs keeps photos and files. Nil: there is no BlobService.
	Blobs Blobs
	// Alerts brings alerts to people and their answers back. Nil: there is no AlertService.
	Alerts Alerts
	// Seals makes author keys and sealed times; the key of the tokens is derived from it.
	Seals seal.Master
	// Now is the clock, Entropy the source of randomness.
	Now     func() time.Time
	Entropy io.Reader
	// Address is the address that an attempt to sign in counts for.
	Address func(*http.Request) string
	Limits  Limits
	Hooks   Hooks
	// Options are added to every handler: compression, for instance.
	Options []connect.HandlerOption
}

// API is the handlers of all services.
type API struct {
	config   Config
	tokens   tokens
	watchers *watchers
	exports  exports
	handler  http.Handler
}

// New makes the handlers. It starts no goroutine.
func New(config Config) (*API, error) {
	config.Limits = config.Limits.withDefaults()
	a := &API{config: config, tokens: newTokens(config.Seals)}
	a.watchers = newWatchers(config.Limits, config.Hooks.Watching)
	checked, err := newValidator()
	if err != nil {
		return nil, err
	}
	options := append([]connect.HandlerOption{
		connect.WithReadMaxBytes(config.Limits.ReadBytes),
		connect.WithCodec(binaryCodec{}),
		connect.WithCodec(jsonCodec{name: "json"}),
		connect.WithCodec(jsonCodec{name: "json; charset=utf-8"}),
		connect.WithInterceptors(noter{}, &recoverer{hook: config.Hooks.Panicked}, checked),
	}, config.Options...)
	writer := connect.NewErrorWriter(options...)

	mux := http.NewServeMux()
	closed := func(path string, handler http.Handler) { mux.Handle(path, a.authenticated(writer, handler)) }
	closed(syncv1connect.NewSyncServiceHandler(&syncHandler{a}, options...))
	closed(chartv1connect.NewChartServiceHandler(&chartHandler{a}, options...))
	if config.Blobs != nil {
		closed(blobv1connect.NewBlobServiceHandler(&blobHandler{API: a}, options...))
	}
	if config.Alerts != nil {
		closed(alertv1connect.NewAlertServiceHandler(newAlertHandler(a), options...))
	}
	open := append(options[:len(options):len(options)], connect.WithReadMaxBytes(signInBytes))
	path, identity := identityv1connect.NewIdentityServiceHandler(newIdentityHandler(a), open...)
	addresses := newLimiter(config.Limits.AddressBurst, config.Limits.AddressEvery)
	mux.Handle(path, a.limited(writer, addresses, identity))
	a.handler = mux
	return a, nil
}

// ServeHTTP answers a procedure, or 404 for what is none.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// EndWatches ends all watches and refuses new ones; everything else goes on. Their devices sync and watch again.
func (a *API) EndWatches() { a.watchers.close() }

// Publish tells the watchers that streams have moved. It never waits.
func (a *API) Publish(moved []hub.Moved) {
	if len(moved) > 0 {
		a.watchers.publish(moved, a.config.Directory, a.config.Now())
	}
}

// PublishGroup tells the watchers of alerts that a group of a chart has changed. It never waits.
func (a *API) PublishGroup(tenant, chartID string, groupID [16]byte) {
	a.watchers.publishGroup(tenant, chartID, groupID, a.config.Directory, a.config.Now())
}

// Procedures are the names of every procedure of every service, for whoever counts them.
func Procedures() []string {
	return []string{
		identityv1connect.IdentityServiceSignInProcedure,
		syncv1connect.SyncServiceSyncProcedure,
		syncv1connect.SyncServiceFetchSectionProcedure,
		syncv1connect.SyncServiceCompareSectionProcedure,
		syncv1connect.SyncServiceWatchProcedure,
		chartv1connect.ChartServiceListChartsProcedure,
		chartv1connect.ChartServiceGetTimelineProcedure,
		chartv1connect.ChartServiceGetRecordHistoryProcedure,
		chartv1connect.ChartServiceWriteProcedure,
		chartv1connect.ChartServiceJudgeProcedure,
		chartv1connect.ChartServiceListWorkProcedure,
		chartv1connect.ChartServiceListDevicesProcedure,
		chartv1connect.ChartServiceGetTrendProcedure,
		chartv1connect.ChartServiceSearchNotesProcedure,
		chartv1connect.ChartServiceWatchChartProcedure,
		chartv1connect.ChartServiceExportChartProcedure,
		blobv1connect.BlobServiceStatProcedure,
		blobv1connect.BlobServiceBeginProcedure,
		blobv1connect.BlobServicePutChunkProcedure,
		blobv1connect.BlobServiceFetchProcedure,
		alertv1connect.AlertServiceRegisterTargetProcedure,
		alertv1connect.AlertServiceListTargetsProcedure,
		alertv1connect.AlertServiceRemoveTargetProcedure,
		alertv1connect.AlertServiceTestPushProcedure,
		alertv1connect.AlertServiceConfirmShownProcedure,
		alertv1connect.AlertServiceListAlertsProcedure,
		alertv1connect.AlertServiceWatchAlertsProcedure,
		alertv1connect.AlertServiceAcknowledgeProcedure,
		alertv1connect.AlertServiceInstructProcedure,
		alertv1connect.AlertServiceListDeliveriesProcedure,
		alertv1connect.AlertServiceSetThresholdProcedure,
		alertv1connect.AlertServiceListThresholdsProcedure,
		alertv1connect.AlertServiceSetDefaultLimitsProcedure,
		alertv1connect.AlertServiceGetDefaultLimitsProcedure,
		alertv1connect.AlertServiceSetPolicyProcedure,
		alertv1connect.AlertServiceListPoliciesProcedure,
		alertv1connect.AlertServiceSetRotaProcedure,
		alertv1connect.AlertServiceListRotasProcedure,
	}
}
