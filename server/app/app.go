// Package app is the whole server as a value: Open, Run, Close. The command and the tests use the same one.
//
// It promises that Open either gives a server whose every part works or leaves nothing open and says in one sentence
// why; that what was answered is on disk whatever happens next; and that Run and Close return only when every
// goroutine that they started has ended.
package app

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/api"
	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/alarm"
	"github.com/tsunagu-care/tsunagu/server/internal/alerts"
	"github.com/tsunagu-care/tsunagu/server/internal/blobs"
	"github.com/tsunagu-care/tsunagu/server/internal/directory"
	"github.com/tsunagu-care/tsunagu/server/internal/epochs"
	"github.com/tsunagu-care/tsunagu/server/internal/httpx"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/keys"
	"github.com/tsunagu-care/tsunagu/server/internal/metrics"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// App is one server.
type App struct {
	config    config.Server
	log       zerolog.Logger
	options   options
	engine    *engine
	vault     *blobs.Vault
	hub       *hub.Hub
	epochs    *epochs.Journal
	journal   *journal.Journal
	operator  *operator.Server
	directory *directory.Directory
	metrics   *metrics.Metrics
	readiness *readiness
	api       *api.API
	ports     []port
	serving   []serving
	stopping  atomic.Bool
	// collecting holds an element while photos and files are collected.
	collecting chan struct{}
	surveying  sync.Mutex
	// ways lead out to people, dispatcher uses them.
	ways       ways
	dispatcher *alarm.Dispatcher
	// defaults are the limits for readings, as organisations have set them.
	defaults *alerts.Defaults
	// wayTroubles are what the last checks of the ways out said.
	wayTroubles struct {
		sync.Mutex
		last map[string]bool
	}
	// confirming counts the confirmations of a restore that are under way.
	confirming atomic.Int32
	erasing    sync.Mutex
	close      sync.Once
	closed     error
}

// port is a socket that is taken and not answered on yet.
type port struct {
	listener net.Listener
	tls      *tls.Config
}

// serving is a server with the socket that it answers on.
type serving struct {
	server   *http.Server
	listener net.Listener
}

// Open brings every part up. Once it returns, connections are accepted and wait for Run.
func Open(ctx context.Context, c config.Server, log zerolog.Logger, with ...Option) (*App, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	a := newApp(c, log, with)
	for _, step := range []func(context.Context) error{a.takePorts, a.findWays, a.openStore, a.openAPI, a.carryOutOpen, a.listen, a.listenToOperator} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, a.Close())
		}
	}
	return a, nil
}

func newApp(c config.Server, log zerolog.Logger, with []Option) *App {
	a := &App{config: c, log: log, options: options{open: openBadger}, collecting: make(chan struct{}, 1)}
	for _, option := range with {
		option(&a.options)
	}
	return a
}

// openStore opens what is kept: keys, directory, store, journal.
func (a *App) openStore(ctx context.Context) error {
	if err := os.MkdirAll(a.config.Data, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made; choose another one with --data: %w", err)
	}
	// The directory comes first: a mistake in it must not leave a new store and new keys behind.
	var err error
	if a.directory, err = directory.Open(a.config.DirectoryFile()); err != nil {
		return err
	}
	if err := checkRestored(a.config.Storage); err != nil {
		return err
	}
	exists, err := holdsFiles(a.config.StoreFolder())
	if err != nil {
		return err
	}
	if err := a.checkStoreIsThere(exists); err != nil {
		return err
	}
	if !a.beginsAnew() {
		if err := checkMark(a.config.Storage); err != nil {
			return err
		}
	}
	k, err := keys.Load(a.config.KeysFolder(), exists)
	if err != nil {
		return err
	}
	if err := keys.CheckSeal(a.config.SealMark(), k.Seal); err != nil {
		return err
	}
	// A store is never without its journal: where there is no store yet, the journal is begun first.
	if err := a.openJournal(exists); err != nil {
		return err
	}
	if a.engine, err = a.options.open(ctx, a.config, k.Store, a.log); err != nil {
		return err
	}
	if err := keys.MarkSeal(a.config.SealMark(), k.Seal); err != nil {
		return err
	}
	var lost bool
	if a.epochs, lost, err = epochs.Open(a.config.JournalFile(), exists, time.Now()); err != nil {
		return err
	}
	if lost {
		a.log.Warn().Msg("the epoch journal is missing though there is a store; a new one was begun above every number of the old one")
	}
	a.options.seals = k.Seal
	if err := a.openBlobs(ctx, k.Store); err != nil {
		return err
	}
	return a.keepJournal()
}

// checkStoreIsThere refuses to begin a new store where there must have been one: a volume that is not mounted looks
// like an empty folder.
func (a *App) checkStoreIsThere(exists bool) error {
	if a.options.kept || exists {
		return nil
	}
	if _, err := os.Stat(a.config.SealMark()); err == nil {
		return fmt.Errorf("the store in %s is gone though this server has had one; nothing was changed: mount its volume or restore it, or remove %s to begin anew",
			a.config.StoreFolder(), a.config.SealMark())
	}
	return nil
}

// openAPI builds what answers.
func (a *App) openAPI(ctx context.Context) error {
	a.readiness = newReadiness(a.engine)
	a.metrics = metrics.New(a.options.version, func() bool { return a.ready() == nil })
	if a.engine.commits != nil {
		a.metrics.Store(a.engine.commits)
	}
	a.openAlarm()
	if err := a.openDefaults(ctx); err != nil {
		return err
	}
	a.hub = hub.New(hub.Config{
		Outbox: a.dispatcher.Wake,
		Store:  a.engine, Directory: a.directory, Seals: a.options.seals, Epochs: a.epochs,
		Organisations: a.organisations, AlertDefaults: a.defaults.For,
		Backups: a.journal, Restored: a.journal, Exports: exports{a.journal},
		Fault: a.fault, Differed: a.metrics.Differed,
	})
	var core api.Core = a.hub
	if a.options.wrap != nil {
		core = a.options.wrap(core)
	}
	limits := a.options.limits
	limits.TokenLife = a.config.TokenLife
	limits.ReadBytes = readBytes
	var err error
	a.api, err = api.New(api.Config{
		Core: core, Alerts: a.newAlerts(), Accounts: a.directory, Directory: a.directory, Blobs: a.vault, Seals: a.options.seals,
		Now: time.Now, Entropy: rand.Reader, Address: httpx.Proxies(a.config.Proxies()).Client,
		Limits: limits, Hooks: a.hooks(), Options: httpx.Compression(readBytes),
	})
	return err
}

// organisations are those of the directory; it serves one tenant.
func (a *App) organisations(tenant string) []string {
	own, all := a.directory.Organisations()
	if tenant != own {
		return nil
	}
	return all
}

// takePorts takes the sockets before anything is opened or made: a start that fails at them leaves nothing behind.
func (a *App) takePorts(ctx context.Context) error {
	var tlsConfig *tls.Config
	if a.config.TLSCert != "" {
		pair, err := tls.LoadX509KeyPair(a.config.TLSCert, a.config.TLSKey)
		if err != nil {
			return fmt.Errorf("--tls-cert and --tls-key cannot be used; nothing was started: check both files: %w", err)
		}
		tlsConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	if err := a.bind(ctx, a.config.Listen, tlsConfig); err != nil {
		return err
	}
	if a.config.MetricsListen == "" {
		return nil
	}
	return a.bind(ctx, a.config.MetricsListen, nil)
}

func (a *App) bind(ctx context.Context, address string, tlsConfig *tls.Config) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("%s cannot be listened on, perhaps because another program does; nothing was started: end it, or choose another address: %w", address, err)
	}
	if at, ok := listener.Addr().(*net.TCPAddr); ok && tlsConfig == nil && !at.IP.IsLoopback() {
		a.log.Warn().Str("address", at.String()).Msg("this address is not of this machine only and has no TLS: secrets and charts can be read on the way; give --tls-cert and --tls-key")
	}
	a.ports = append(a.ports, port{listener, tlsConfig})
	return nil
}

// listen puts what answers behind the sockets: the main one first, then that of /metrics if it has one.
func (a *App) listen(context.Context) error {
	main, metricsHandler := a.handlers()
	for i, handler := range []http.Handler{main, metricsHandler}[:len(a.ports)] {
		server := httpx.NewServer(handler, httpx.Timeouts{
			Header: a.config.HeaderTimeout, Read: a.config.ReadTimeout, Idle: a.config.IdleTimeout,
		}, a.log)
		server.TLSConfig = a.ports[i].tls
		a.serving = append(a.serving, serving{server, a.ports[i].listener})
	}
	return nil
}

// Addr is the address that the server answers on.
func (a *App) Addr() string { return a.serving[0].listener.Addr().String() }

// MetricsAddr is the address of /metrics, if it has one of its own.
func (a *App) MetricsAddr() string {
	if len(a.serving) < 2 {
		return ""
	}
	return a.serving[1].listener.Addr().String()
}

// Reload reads the directory again. A file with a problem leaves the old one in force, and the log says why.
func (a *App) Reload() error {
	err := a.directory.Reload()
	outcome := "ok"
	if err != nil {
		outcome = "refused"
		a.log.Error().Str("why", err.Error()).Msg("the directory was not taken; the old one stays in force")
	} else {
		a.log.Info().Msg("the directory was read again")
	}
	a.metrics.Reloaded(outcome)
	return err
}

// Close ends everything that Run has not ended, and leaves what was answered on disk. Calling it again does nothing.
func (a *App) Close() error {
	a.close.Do(func() {
		a.stopping.Store(true)
		var errs []error
		for _, s := range a.serving {
			_ = s.server.Close()
		}
		for _, p := range a.ports {
			_ = p.listener.Close()
		}
		if a.operator != nil {
			errs = append(errs, a.operator.Close())
		}
		if a.readiness != nil {
			a.readiness.end()
		}
		if a.engine != nil {
			errs = append(errs, a.engine.Close())
		}
		if a.epochs != nil {
			errs = append(errs, a.epochs.Close())
		}
		if a.journal != nil {
			errs = append(errs, a.journal.Close())
		}
		a.closed = errors.Join(errs...)
	})
	return a.closed
}
