package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/operator"
)

type statsCmd struct {
	place
	JSON bool `group:"storage" name:"json" help:"Print JSON, for programs."`
}

// Run prints counts. Nothing in them is about a patient.
func (c *statsCmd) Run(out *streams) error {
	return c.with(func(ctx context.Context, at operator.Service) error {
		s, err := at.Stats(ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(out.out).Encode(s)
		}
		for _, line := range []struct {
			name  string
			value any
		}{
			{"streams", s.Streams}, {"entries", s.Entries}, {"entries that the server derived: alerts", s.Derived}, {"records", s.Records},
			{"records with values to decide", s.Conflicts}, {"writes held in streams, waiting", s.HeldOpen},
			{"writes ever held in streams", s.Held}, {"writes in inboxes, waiting", s.Inbox},
			{"devices ever heard of", s.Devices}, {"devices heard of within 7 days", s.DevicesRecent},
			{"streams that devices still have to remove", s.Unpurged},
			{"erasures ordered and not carried out", s.ErasuresOpen},
			{"disk, MiB", s.DiskBytes >> 20},
		} {
			fmt.Fprintf(out.out, "%-48s %v\n", line.name, line.value)
		}
		if s.Unconfirmed {
			fmt.Fprintln(out.out, "restored and not confirmed: run tsunagu restore confirm")
		}
		return backupLine(out, s.Backup)
	})
}

func backupLine(out *streams, b *operator.LastBackup) (err error) {
	if b == nil {
		_, err = fmt.Fprintln(out.out, "no backup was ever verified: tablets keep everything that they wrote")
		return err
	}
	_, err = fmt.Fprintf(out.out, "%-48s made %s, verified %s, %d streams; %d entries came after it\n", "last verified backup",
		b.Made.Local().Format(time.DateTime), b.Verified.Local().Format(time.DateTime), b.Streams, b.NotCovered)
	return err
}
