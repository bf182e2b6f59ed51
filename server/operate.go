package main

import (
	"context"
	"errors"
	"io"
	"os/signal"
	"syscall"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/app"
	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
)

// place is where the commands of an operator find the server's data. A running server uses the directory file that it
// was started with.
type place struct {
	config.Storage
	config.Blobs
	MinFree   config.Size `group:"storage" default:"256MiB" placeholder:"SIZE" help:"With less free disk than this nothing is written; for when no server runs. Default: ${default}."`
	Directory string      `group:"storage" type:"path" placeholder:"FILE" help:"Directory file, for when no server runs. Default: directory.yaml in the data folder."`
}

// service is what answers a command: the running server, or the store opened for it.
type service interface {
	operator.Service
	io.Closer
}

// open finds the server that runs on the data folder, and opens the store itself if there is none.
func (p place) open(ctx context.Context) (service, error) {
	client, err := operator.Dial(p.OperatorSocket())
	if err == nil {
		return client, nil
	}
	if !errors.Is(err, operator.ErrNone) {
		return nil, err
	}
	return app.Operate(ctx, config.Server{Storage: p.Storage, Blobs: p.Blobs, Directory: p.Directory, MinFree: p.MinFree}, zerolog.Nop(), app.WithVersion(version()))
}

// with runs a command against the service, until it is done or the process is told to end.
func (p place) with(run func(context.Context, operator.Service) error) error {
	ctx, stop := interruptible()
	defer stop()
	s, err := p.open(ctx)
	if err != nil {
		return err
	}
	return errors.Join(run(ctx, s), s.Close())
}

// interruptible is a context that ends with the first signal.
func interruptible() (context.Context, context.CancelFunc) {
	syscall.Umask(0o077) // whatever a command makes is for its own user alone
	return signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
}
