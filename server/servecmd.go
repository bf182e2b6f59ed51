package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/app"
	"github.com/tsunagu-care/tsunagu/server/config"
)

type serveCmd struct {
	config.Server
	NewJournal bool `group:"storage" env:"-" help:"Begin a new journal for a store whose journal is lost for good. What was revoked and erased is then not known to any restore."`
}

// Help is the long help.
func (serveCmd) Help() string {
	return `The first start makes the data folder, its keys and an empty store. People sign in with what the directory
file says about them; without such a file the server does not start.

  tsunagu serve --directory directory.yaml
  tsunagu serve --config /etc/tsunagu.yaml
  TSUNAGU_DATA=/srv/tsunagu tsunagu serve --listen :443 --tls-cert chain.pem --tls-key key.pem

SIGHUP reads the directory file again. SIGTERM and SIGINT stop the server when what is in flight is answered; a second
one stops it at once. /healthz tells whether it is alive, /readyz whether it takes writes, /metrics is for Prometheus.`
}

// Run serves until it is told to stop.
func (c *serveCmd) Run(s *streams) error {
	syscall.Umask(0o077) // whatever the server makes is for its own user alone
	log := c.logger(s.errs)
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	a, err := app.Open(ctx, c.Server, log, app.WithVersion(version()), app.WithNewJournal(c.NewJournal))
	if err != nil {
		return err
	}
	defer reloadOnHangup(a)()
	// From the first signal on the next one has its usual effect: it ends the process.
	defer context.AfterFunc(ctx, stop)()
	err = a.Run(ctx)
	if closed := a.Close(); err == nil {
		err = closed
	}
	return err
}

// reloadOnHangup reads the directory again at every SIGHUP until the function that it returns is called.
func reloadOnHangup(a *app.App) (end func()) {
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for range hangup {
			_ = a.Reload() // it has logged what it has to say
		}
	}()
	return func() {
		signal.Stop(hangup)
		close(hangup)
		<-ended
	}
}

// logger writes to stderr: stdout belongs to answers.
func (c *serveCmd) logger(errs io.Writer) zerolog.Logger {
	level, err := zerolog.ParseLevel(c.LogLevel)
	if err != nil {
		level = zerolog.InfoLevel
	}
	console := c.LogFormat == "console"
	if f, ok := errs.(*os.File); ok && c.LogFormat == "auto" {
		info, err := f.Stat()
		console = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	if console {
		errs = zerolog.ConsoleWriter{Out: errs, TimeFormat: time.TimeOnly}
	}
	return zerolog.New(errs).Level(level).With().Timestamp().Logger()
}
