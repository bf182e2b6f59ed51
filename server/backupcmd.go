package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tsunagu-care/tsunagu/server/app"
	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/backup"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
)

type backupCmd struct {
	Make   makeBackupCmd   `cmd:"" default:"withargs" help:"Make a backup (the default)."`
	Verify verifyBackupCmd `cmd:"" help:"Read a backup whole, check every chain and digest in it, and tell the server what it covers."`
	Keygen keygenCmd       `cmd:"" help:"Make the key pair that backups are made for."`
}

// Help is the long help.
func (backupCmd) Help() string {
	return `A backup is one encrypted file: the charts, the directory file and the sealing key. Whoever can open it can read everything
and could forge receipts: keep the identity file apart from the backups, and never on the server.

  tsunagu backup keygen > key.txt                                    once; keep it off the server
  tsunagu backup --data /srv/tsunagu --out b.age --recipient age1…   while the server runs, or when it does not
  tsunagu backup verify --in b.age --identity key.txt                then "durable" is told to the tablets

The journal (journal/ in the data folder) is not in it: it must not go back with a backup. Copy it apart, or let it lie on
another disk with --journal.`
}

// opening says what opens a backup.
type opening struct {
	In             string `group:"storage" required:"" placeholder:"FILE" help:"The backup; - reads it from stdin."`
	Identity       string `group:"storage" type:"path" placeholder:"FILE" help:"Identity file (AGE-SECRET-KEY-1…), as 'backup keygen' makes it."`
	PassphraseFile string `group:"storage" type:"path" placeholder:"FILE" help:"File with the passphrase in its first line."`
}

// read opens the backup and hands it on decrypted.
func (o opening) read(s *streams, fn func(io.Reader) error) error {
	with, err := backup.From(o.Identity, o.PassphraseFile)
	if err != nil {
		return err
	}
	in := s.in
	if o.In != "-" {
		f, err := os.Open(o.In)
		if err != nil {
			return fmt.Errorf("the backup cannot be read; nothing was changed: check --in: %w", err)
		}
		defer f.Close()
		in = f
	}
	plain, err := backup.Open(in, with)
	if err == nil {
		err = fn(plain)
	}
	if errors.Is(err, backup.ErrBroken) {
		return coded{err, exitDamage}
	}
	return err
}

// codes tells how a command ends that reads a backup.
const codes = `

Exit code 0: done. 3: the backup was cut or altered; nothing was changed, take another one. 1: it could not be done, for the
reason that is said. 2: the command line is wrong.`

type makeBackupCmd struct {
	place
	Out            string `group:"storage" required:"" placeholder:"FILE" help:"File to make; - writes to stdout. Until it is whole it has .part at its end."`
	Recipient      string `group:"storage" placeholder:"KEY" help:"Public key (age1…) that the backup is made for."`
	PassphraseFile string `group:"storage" type:"path" placeholder:"FILE" help:"File with a passphrase in its first line, instead of a key."`
}

// Run makes the backup.
func (c *makeBackupCmd) Run(s *streams) error {
	to, err := backup.To(c.Recipient, c.PassphraseFile)
	if err != nil {
		return err
	}
	var counts backup.Counts
	err = c.with(func(ctx context.Context, from operator.Service) error {
		fill := func(out io.Writer) (err error) {
			counts, err = from.Backup(ctx, out)
			return err
		}
		if c.Out == "-" {
			return backup.Into(s.out, to, fill)
		}
		return backup.ToFile(c.Out, to, fill)
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.errs, "backed up: %d streams, %d entries, %d records, %d blobs; now check it with tsunagu backup verify\n",
		counts.Streams, counts.Entries, counts.Records, counts.Blobs)
	return err
}

type verifyBackupCmd struct {
	opening
	Data      string      `group:"storage" type:"path" placeholder:"FOLDER" help:"Data folder of the server that is told what the backup covers, running or not. Default: nobody is told."`
	Journal   string      `group:"storage" type:"path" placeholder:"FOLDER" help:"Folder of its journal, for when no server runs. Default: journal/ in the data folder."`
	Directory string      `group:"storage" type:"path" placeholder:"FILE" help:"Its directory file, for when no server runs. Default: directory.yaml in the data folder."`
	MinFree   config.Size `group:"storage" default:"256MiB" placeholder:"SIZE" help:"With less free disk than this in the folder of --temp nothing is unpacked. Default: ${default}."`
	Temp      string      `group:"storage" type:"path" placeholder:"FOLDER" help:"Folder to unpack the backup in, encrypted; what is made there is removed. It needs the space of the store. Default: the system's."`
}

// Help is the long help.
func (verifyBackupCmd) Help() string {
	return "Tablets keep what they wrote until a backup that holds it was verified and the server, named by --data, was told." + codes
}

// Run checks the backup and says what it covers.
func (c *verifyBackupCmd) Run(s *streams) error {
	ctx, stop := interruptible()
	defer stop()
	return c.read(s, func(in io.Reader) error {
		loaded, err := app.VerifyBackup(ctx, in, c.Temp, c.MinFree)
		if err != nil {
			return err
		}
		v := loaded.Verified
		fmt.Fprintf(s.out, "whole: backup %s of %s, %d streams, %d entries, %d records, %d blobs; every chain and digest fits\n",
			loaded.Header.ID, loaded.Header.Made.Local().Format(time.DateTime), v.Streams, v.Entries, v.Records, loaded.Counts.Blobs)
		return c.tell(s, loaded.Checked())
	})
}

// tell lets the server know what the backup covers, if one is named.
func (c *verifyBackupCmd) tell(s *streams, checked operator.Checked) error {
	if c.Data == "" {
		return nil
	}
	at := place{Directory: c.Directory, MinFree: c.MinFree}
	at.Data, at.Journal = c.Data, c.Journal
	return at.with(func(ctx context.Context, to operator.Service) error {
		covered, err := to.Cover(ctx, checked)
		if err != nil {
			return err
		}
		if covered.Streams == 0 && covered.Strange > 0 {
			fmt.Fprintln(s.out, "nothing was written down: no stream of the backup is in this store's history; name the server that it was made of with --data")
			return nil
		}
		fmt.Fprintf(s.out, "written down: it covers %d streams; tablets are told\n", covered.Streams)
		if covered.Strange > 0 {
			fmt.Fprintf(s.out, "%d of its streams are not in this store's history: it is another server's, or older than a restore\n", covered.Strange)
		}
		return nil
	})
}

type keygenCmd struct{}

// Run prints the identity, and the public key on stderr.
func (keygenCmd) Run(s *streams) error {
	identity, recipient, err := backup.Keygen(time.Now())
	if err != nil {
		return err
	}
	if _, err := fmt.Fprint(s.out, identity); err != nil {
		return err
	}
	_, err = fmt.Fprintf(s.errs, "public key: %s\n", recipient)
	return err
}
