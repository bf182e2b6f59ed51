package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/app"
	"github.com/tsunagu-care/tsunagu/server/config"
)

// site is a data folder with the server on it, and what was pushed to it.
type site struct {
	lab    *lab
	data   string
	server server
	pushed map[string]*book // by stream

	booking sync.Mutex // for rows that write to books at the same time
}

// open makes a site with a fresh store.
func (l *lab) open(ctx context.Context) (*site, error) {
	l.sites++
	s := &site{lab: l, data: filepath.Join(l.folder, fmt.Sprintf("data-%d", l.sites)), pushed: map[string]*book{}}
	return s, s.start(ctx)
}

func (s *site) start(ctx context.Context) (err error) {
	endpoint := ""
	if s.lab.forwarder != nil {
		endpoint = s.lab.forwarder.url
	}
	if s.lab.settings.inprocess {
		s.server, err = startInside(ctx, s.data, s.lab.directory(), endpoint)
	} else {
		s.server, err = startProcess(ctx, s.lab.binary, s.data, s.lab.directory(), endpoint)
	}
	if err != nil {
		s.server = nil // not an interface with nothing in it
	}
	return err
}

// halt stops the server and leaves the folder.
func (s *site) halt() error {
	if s.server == nil {
		return nil
	}
	running := s.server
	s.server = nil
	return running.stop()
}

// book is what was pushed to a stream.
func (s *site) book(stream string) *book {
	if s.pushed[stream] == nil {
		s.pushed[stream] = new(book)
	}
	return s.pushed[stream]
}

// fill pushes n readings to the main chart and tells how long the pushing took.
func (s *site) fill(ctx context.Context, n int) (time.Duration, error) {
	t, err := dial(ctx, s.server.address(), writer)
	if err != nil {
		return 0, err
	}
	defer t.close()
	parcels, err := t.pack(newReadings(s.lab.settings.seed, n), n, streamOf(mainChart), s.book(streamOf(mainChart)))
	if err != nil {
		return 0, err
	}
	began := time.Now()
	for _, p := range parcels {
		if err := t.post(ctx, p); err != nil {
			return 0, err
		}
	}
	return time.Since(began), nil
}

// finish checks everything and removes the folder: what was pushed is pulled again, the server stopped, the store
// verified.
func (s *site) finish(ctx context.Context) error {
	if s.server == nil {
		if err := s.start(ctx); err != nil {
			return err
		}
	}
	err := s.compare(ctx)
	if err = errors.Join(err, s.halt()); err != nil {
		return err
	}
	if err := s.verify(ctx); err != nil {
		return err
	}
	s.lab.verified++
	return s.remove()
}

// abandon is for defer: it ends what finish has not.
func (s *site) abandon() { _ = s.halt() }

func (s *site) remove() error {
	if s.lab.settings.keep {
		return nil
	}
	return os.RemoveAll(s.data)
}

// compare pulls everything as somebody who has nothing, and looks for each record that was pushed.
func (s *site) compare(ctx context.Context) error {
	t, err := dial(ctx, s.server.address(), many)
	if err != nil {
		return err
	}
	defer t.close()
	p := newPuller(t)
	found := 0
	p.each = func(stream string, id [16]byte, record []byte) error {
		found++
		if !s.book(stream).fits(id, record) {
			return fmt.Errorf("stream %s has a record that was not pushed so", stream)
		}
		return nil
	}
	if _, err := p.pull(ctx); err != nil {
		return err
	}
	pushed := 0
	for stream, b := range s.pushed {
		pushed += len(*b)
		if p.count(stream) != uint64(len(*b)) {
			return fmt.Errorf("stream %s got %d records and has %d", stream, len(*b), p.count(stream))
		}
	}
	if found != pushed {
		return fmt.Errorf("%d records were pushed, %d came back", pushed, found)
	}
	s.lab.records += found
	return nil
}

// verify asks the server's own command.
func (s *site) verify(ctx context.Context) error {
	if s.lab.settings.inprocess {
		v, err := app.Verify(ctx, config.Server{Storage: config.Storage{Data: s.data}}, zerolog.Nop(), nil)
		if err == nil && len(v.Damage) > 0 {
			err = errors.New(v.Damage[0])
		}
		return err
	}
	c := exec.CommandContext(ctx, s.lab.binary, "verify", "--data", s.data)
	attached(c)
	if said, err := c.CombinedOutput(); err != nil {
		return fmt.Errorf("the store is not clean: %w\n%s", err, said)
	}
	return nil
}
