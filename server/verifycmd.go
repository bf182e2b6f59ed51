package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"syscall"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/app"
	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

type verifyCmd struct {
	config.Storage
	MinFree config.Size `group:"storage" default:"256MiB" placeholder:"SIZE" help:"With less free disk than this, or than 96 MiB if that is less, the store is not opened: opening it writes what is in its logs into tables. Default: ${default}."`
}

// Help is the long help.
func (verifyCmd) Help() string {
	return `Stop the server first, or check a copy of its data folder. Streams are named by number, never by chart.

  tsunagu verify --data /srv/tsunagu

Exit code 0: everything fits. 3: something is damaged; keep the folder as it is and restore from a backup.
1: the store could not be checked.`
}

// Run checks the store and says what it found.
func (c *verifyCmd) Run(s *streams) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	var before hub.Verified
	verified, err := app.Verify(ctx, config.Server{Storage: c.Storage, MinFree: c.MinFree}, zerolog.Nop(), func(stream int, sofar *hub.Verified) {
		fmt.Fprintf(s.out, "stream %d: %d entries, %d records, %d sections\n", stream,
			sofar.Entries-before.Entries, sofar.Records-before.Records, sofar.Sections-before.Sections)
		before = *sofar
	})
	if errors.Is(err, store.ErrDamaged) {
		return coded{err, exitDamage}
	}
	if err != nil {
		return err
	}
	for _, line := range verified.Damage {
		fmt.Fprintln(s.out, line)
	}
	if verified.More {
		fmt.Fprintln(s.out, "and more")
	}
	if len(verified.Damage) > 0 && verified.Whole {
		return coded{errors.New("everything that was written is whole, and counts of it differ; nothing was changed: make a backup and restore it, which counts anew"), exitDamage}
	}
	if len(verified.Damage) > 0 {
		return coded{errors.New("the store is damaged; keep the folder as it is and restore from a backup"), exitDamage}
	}
	fmt.Fprintf(s.out, "clean: %d streams, %d entries, %d records\n", verified.Streams, verified.Entries, verified.Records)
	return nil
}
