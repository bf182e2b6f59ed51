package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/tsunagu-care/tsunagu/server/app"
	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
)

type restoreCmd struct {
	From    runRestoreCmd     `cmd:"" default:"withargs" help:"Restore a backup into an empty data folder (the default)."`
	Confirm confirmRestoreCmd `cmd:"" help:"Look at what will be in force after a restore, and confirm it."`
}

// Help is the long help.
func (restoreCmd) Help() string {
	return `The folder has to be new or empty. If the journal of the lost server is still there, give it: what was revoked and
erased after the backup is known from it alone.

  tsunagu restore --in b.age --identity key.txt --data /srv/new --old-journal /mnt/copy/journal
  tsunagu serve --data /srv/new             tablets may come: what they offer is stored, nothing is shown to anybody
  tsunagu restore confirm --data /srv/new   read what it says, then the same with --yes` + codes
}

type runRestoreCmd struct {
	opening
	config.Storage
	config.Blobs
	MinFree    config.Size `group:"storage" default:"256MiB" placeholder:"SIZE" help:"With less free disk than this nothing is unpacked. Default: ${default}."`
	Older      bool        `group:"storage" env:"-" help:"Take this backup although a later one was verified. What lies between the two is lost: tablets have let go of it."`
	OldJournal string      `group:"storage" type:"path" placeholder:"FOLDER" help:"Copy of the lost server's journal folder. It is copied to the new one. (A journal on another disk is named with --journal and gone on with.)"`
}

// Run restores.
func (c *runRestoreCmd) Run(s *streams) error {
	ctx, stop := interruptible()
	defer stop()
	return c.read(s, func(in io.Reader) error {
		done, err := app.Restore(ctx, app.Restoring{Storage: c.Storage, Blobs: c.Blobs, In: in, OldJournal: c.OldJournal, Older: c.Older, MinFree: c.MinFree})
		if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "restored: the state of %s, %d streams, %d entries, %d records; every chain and digest fits\n",
			done.Header.Made.Local().Format(time.DateTime), done.Verified.Streams, done.Verified.Entries, done.Verified.Records)
		newerLine(s.out, done.Newer)
		if done.JournalKept {
			fmt.Fprintf(s.out, "the journal was kept: %d erasures were carried out again, revocations hold\n", done.Erased)
		} else {
			fmt.Fprintln(s.out, "there was no journal: what was revoked or erased after the backup is not known here; correct the directory file before you confirm")
		}
		_, err = fmt.Fprintln(s.out, "now start the server: it stores what tablets offer and shows nothing until you run tsunagu restore confirm")
		return err
	})
}

type confirmRestoreCmd struct {
	place
	Yes bool `group:"storage" env:"-" help:"Confirm. Without it, only what would be in force is shown."`
}

// Run shows what will be in force, and confirms it if told so.
func (c *confirmRestoreCmd) Run(s *streams) error {
	return c.with(func(ctx context.Context, at operator.Service) error {
		review, err := at.Review(ctx)
		if err != nil {
			return err
		}
		if review.Unconfirmed {
			show(s.out, review)
		}
		if !c.Yes && review.Unconfirmed {
			return errors.New("nothing is confirmed yet; run the same with --yes once this is right")
		}
		done, err := at.Confirm(ctx)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(s.out, "confirmed: %d offered writes were judged, %d erasures are carried out; pages are served\n", done.Judged, done.Erased)
		return err
	})
}

// show prints a review. Everything in it is an id.
func show(out io.Writer, r operator.Review) {
	if r.Backup.IsZero() {
		fmt.Fprintln(out, "the journal was lost after a restore and begun anew: nobody knows whether that restore was confirmed")
	} else {
		fmt.Fprintf(out, "the state of %s was restored %s; what was written between them is back as far as tablets bring it\n",
			r.Backup.Local().Format(time.DateTime), r.Restored.Local().Format(time.DateTime))
	}
	newerLine(out, r.Newer)
	if !r.JournalKept {
		fmt.Fprintln(out, "there was no journal of the lost server: look through the directory file for people, devices and grants that had ended")
	}
	for _, d := range r.Differences {
		if d.How != journal.New || r.JournalKept { // without a journal everything is new
			fmt.Fprintln(out, " ", describe(d))
		}
	}
	fmt.Fprintf(out, "erasures carried out: %d\n", len(r.Erasures))
	for _, e := range r.Erasures {
		fmt.Fprintf(out, "  record %s in %s, order %s\n", e.Record, e.Stream, e.Order)
	}
}

// newerLine warns of a backup that would have brought more back.
func newerLine(out io.Writer, made time.Time) {
	if !made.IsZero() {
		fmt.Fprintf(out, "a later backup of %s was verified: what was written between the two is on no tablet's queue any more; if that backup is to be had, restore it instead\n",
			made.Local().Format(time.DateTime))
	}
}

func describe(d journal.Difference) string {
	what := fmt.Sprintf("%s %s", d.Right.What, d.Right.ID)
	if d.Right.What == journal.Grant {
		what = fmt.Sprintf("grant of %s on %s from %s", d.Right.ID, d.Right.Chart, d.Right.From.Local().Format(time.DateOnly))
	}
	switch d.How {
	case journal.Ended:
		return fmt.Sprintf("%s: ended %s; the directory file gives it still, and it stays ended", what, d.End.Local().Format(time.DateTime))
	case journal.Missing:
		return what + ": was in force and is not in the directory file; it ends"
	case journal.New:
		return what + ": was never in force and is in the directory file; it begins"
	default:
		return what + ": has another end or another secret in the directory file, which holds"
	}
}
