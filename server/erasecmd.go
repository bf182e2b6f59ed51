package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
)

type eraseCmd struct {
	place
	Stream         string `group:"storage" required:"" placeholder:"STREAM" help:"Stream that the record stands in: chart-0001/care."`
	Record         string `group:"storage" required:"" placeholder:"ID" help:"The record's id: 32 hexadecimal digits, or base64 as in JSON."`
	OrderReference string `group:"storage" required:"" placeholder:"TEXT" help:"File number of the order. It goes into the journal: never a name."`
	Yes            bool   `group:"storage" env:"-" help:"Erase. There is no way back."`
}

// Help is the long help.
func (eraseCmd) Help() string {
	return `Erasing is for orders of a court or an authority: what the record held is destroyed in the log, in every version, and on every
tablet that synchronises. A stub stays, so that chains and digests still fit. For mistakes there is retraction, in the app.

Backups made before still hold it: whatever they are restored to erases it again, as long as the journal is kept. Delete them
when they are not needed any more.`
}

// Run erases.
func (c *eraseCmd) Run(s *streams) error {
	if !c.Yes {
		return errors.New("nothing was erased; there is no way back from it: run the same with --yes")
	}
	return c.with(func(ctx context.Context, at operator.Service) error {
		err := at.Erase(ctx, journal.Erasure{Stream: c.Stream, Record: c.Record, Order: c.OrderReference})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(s.out, "erased; tablets remove it at their next synchronisation")
		return err
	})
}
