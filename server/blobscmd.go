package main

import (
	"context"
	"fmt"
	"time"

	"github.com/alecthomas/kong"

	"github.com/tsunagu-care/tsunagu/server/internal/operator"
)

// commandGrace is how old something has to be that nothing mentions, if the command is not told otherwise. Whoever runs it
// looks at what it counts; the server, which collects by itself, waits longer.
const commandGrace = 7 * 24 * time.Hour

// graceVars lets the help and the default of the command say so.
func graceVars() kong.Vars {
	return kong.Vars{"collect_grace": fmt.Sprintf("%.0fh", commandGrace.Hours())}
}

type blobsCmd struct {
	Collect collectBlobsCmd `cmd:"" help:"Remove photos and files that no record, held write or inbox mentions any more."`
}

type collectBlobsCmd struct {
	place
	Grace     time.Duration `group:"storage" default:"${collect_grace}" placeholder:"TIME" help:"How old a photo or file has to be. Default: ${default}."`
	Immediate bool          `group:"storage" env:"-" help:"Do not wait for the grace."`
	DryRun    bool          `group:"storage" env:"-" help:"Only count; remove nothing."`
}

// Help is the long help.
func (collectBlobsCmd) Help() string {
	return `A running server does this every day, for what nothing mentions and is older than 30 days, and at once after an erasure. A photo or file goes only if nothing in any log or inbox mentions it, in any version: after an
erasure, for instance. An upload that has made no progress for 30 days is given up; its tablet begins it anew.

  tsunagu blobs collect --data /srv/tsunagu --dry-run
  tsunagu blobs collect --data /srv/tsunagu --immediate`
}

// Run collects.
func (c *collectBlobsCmd) Run(s *streams) error {
	how := operator.Collecting{Grace: c.Grace, DryRun: c.DryRun}
	if c.Immediate {
		how.Grace = 0
	}
	return c.with(func(ctx context.Context, by operator.Service) error {
		done, err := by.Collect(ctx, how)
		if err != nil {
			return err
		}
		return c.say(s, done)
	})
}

func (c *collectBlobsCmd) say(s *streams, done operator.Collected) error {
	what := "removed"
	if c.DryRun {
		what = "would be removed"
	}
	_, err := fmt.Fprintf(s.out, "%d photos and files stay; %s: %d (%d KiB), and %d uploads that were given up\n",
		done.Kept, what, done.Collected, done.Bytes>>10, done.Uploads)
	return err
}
