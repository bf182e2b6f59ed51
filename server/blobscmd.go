package main

import (
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/app"
	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/blobs"
)

type blobsCmd struct {
	Collect collectBlobsCmd `cmd:"" help:"Remove photos and files that no record, held write or inbox mentions any more."`
}

type collectBlobsCmd struct {
	config.Storage
	config.Blobs
	Directory string        `group:"storage" type:"path" placeholder:"FILE" help:"Directory file. Default: directory.yaml in the data folder."`
	Grace     time.Duration `group:"storage" default:"168h" placeholder:"TIME" help:"How old a photo or file has to be. Default: ${default}."`
	Immediate bool          `group:"storage" env:"-" help:"Do not wait for the grace: what was erased by an order goes now."`
	DryRun    bool          `group:"storage" env:"-" help:"Only count; remove nothing."`
}

// Help is the long help.
func (collectBlobsCmd) Help() string {
	return `Stop the server first. A photo or file goes only if nothing in any log or inbox mentions it, in any version: after an
erasure, for instance. An upload that has made no progress for 30 days is given up; its tablet begins it anew.

  tsunagu blobs collect --data /srv/tsunagu --dry-run
  tsunagu blobs collect --data /srv/tsunagu --immediate`
}

// Run collects.
func (c *collectBlobsCmd) Run(s *streams) error {
	ctx, stop := interruptible()
	defer stop()
	a, err := app.Operate(ctx, config.Server{Storage: c.Storage, Blobs: c.Blobs, Directory: c.Directory}, zerolog.Nop(), app.WithVersion(version()))
	if err != nil {
		return err
	}
	grace := c.Grace
	if c.Immediate {
		grace = 0
	}
	done, err := a.CollectBlobs(ctx, grace, c.DryRun)
	if closed := a.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return c.say(s, done)
}

func (c *collectBlobsCmd) say(s *streams, done blobs.Collected) error {
	what := "removed"
	if c.DryRun {
		what = "would be removed"
	}
	_, err := fmt.Fprintf(s.out, "%d photos and files stay; %s: %d (%d KiB), and %d uploads that were given up\n",
		done.Kept, what, done.Collected, done.Bytes>>10, done.Uploads)
	return err
}
