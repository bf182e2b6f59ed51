package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/pprof"
	"time"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/app"
	"github.com/tsunagu-care/tsunagu/server/config"
)

// inside is a server in this process, so that one profile shows it whole: Connect, hub, engine, and the client.
type inside struct {
	app    *app.App
	cancel context.CancelFunc
	ended  chan error
}

func startInside(ctx context.Context, data, directory, endpoint string) (*inside, error) {
	var push config.Push
	if endpoint != "" {
		push.FCMEndpoint, push.FCMProject = endpoint, "bench"
	}
	a, err := app.Open(ctx, config.Server{
		Push:    push,
		Storage: config.Storage{Data: data}, Directory: directory, MinFree: 256 << 20, Listen: "127.0.0.1:0",
		TokenLife: time.Hour, HeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		ShutdownDeadline: 20 * time.Second, TrustedProxies: []string{loopback},
	}, zerolog.Nop())
	if err != nil {
		return nil, err
	}
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := &inside{app: a, cancel: cancel, ended: make(chan error, 1)}
	go func() { s.ended <- a.Run(running) }()
	return s, nil
}

func (s *inside) address() string { return s.app.Addr() }
func (s *inside) pid() int        { return os.Getpid() }

func (s *inside) stop() error {
	s.cancel()
	return errors.Join(<-s.ended, s.app.Close())
}

// profile profiles fn if a profile was asked for: what is measured, without what prepares and checks it. Every window
// has a file of its own, which pprof adds up: go tool pprof NAME-W1-*.pprof
func (l *lab) profile(row string, fn func() error) error {
	if l.settings.cpuprofile == "" {
		return fn()
	}
	l.profiles++
	f, err := os.Create(fmt.Sprintf("%s-%s-%d.pprof", l.settings.cpuprofile, row, l.profiles))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := pprof.StartCPUProfile(f); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return fn()
}
