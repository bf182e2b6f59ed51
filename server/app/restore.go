package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/backup"
	"github.com/tsunagu-care/tsunagu/server/internal/blobs"
	"github.com/tsunagu-care/tsunagu/server/internal/epochs"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/keys"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// Restoring says what is restored, and where to.
type Restoring struct {
	config.Storage
	// In is the backup, decrypted.
	In io.Reader
	// OldJournal is a copy of the lost server's journal folder; empty if there is none.
	OldJournal string
	// Older: a backup is taken although a later one was verified.
	Older bool
	// MinFree is how much of the disk stays free; 0: the default.
	MinFree config.Size
	// Blobs says where photos and files go.
	Blobs config.Blobs
	// Blob takes a blob of the backup in place of that. It may be nil.
	Blob func(name string, size int64, content io.Reader) error
}

// Restored is what came of it.
type Restored struct {
	*Loaded
	// JournalKept tells whether a journal of the lost server was there.
	JournalKept bool
	// Erased is how many of its erasures were carried out on what was restored.
	Erased int
	// Newer is when the newest verified backup was made, if that is a later one than this.
	Newer time.Time
}

// Restore makes a data folder of a backup: a new store under a new key, a new epoch in every stream, the erasures of
// the journal carried out, and the mark that nobody has confirmed it yet. The folder has to be new or empty; if anything
// goes wrong, it is so again. A process that dies leaves a folder that no server takes, and a journal that still belongs to
// the folder of before.
func Restore(ctx context.Context, r Restoring) (restored *Restored, err error) {
	if err := r.checkEmpty(); err != nil {
		return nil, err
	}
	_, there := os.Stat(r.Data)
	if err := os.MkdirAll(r.Data, 0o700); err != nil {
		return nil, fmt.Errorf("the data folder cannot be made; nothing was restored: choose another one with --data: %w", err)
	}
	under := &restoration{Restoring: r, adopted: r.OldJournal != "", made: errors.Is(there, os.ErrNotExist)}
	defer func() {
		err = errors.Join(err, under.close())
		if !under.done { // an error, or a panic that is on its way up
			restored = nil
			under.undo()
		}
	}()
	if err := writeDurably(r.UnfinishedMark(), nil); err != nil {
		return nil, fmt.Errorf("the data folder cannot be written to; nothing was restored: check its owner and its disk: %w", err)
	}
	return under.run(ctx)
}

// checkEmpty refuses a folder that holds anything, and an old journal where there is one already.
func (r Restoring) checkEmpty() error {
	full, err := holdsFiles(r.Data)
	if err != nil {
		return err
	}
	if full {
		return fmt.Errorf("the folder %s is not empty; nothing was restored or changed: name a new one with --data, or move what is there away", r.Data)
	}
	if r.OldJournal == "" {
		return nil
	}
	if !journal.Exists(r.OldJournal) {
		return fmt.Errorf("there is no journal in %s; nothing was restored: name the folder that was journal/ in the lost data folder, or leave it out", r.OldJournal)
	}
	if journal.Exists(r.JournalFolder()) {
		return fmt.Errorf("there is a journal in %s already; nothing was restored: leave --old-journal out to go on with that one", r.JournalFolder())
	}
	return nil
}

// restoration is a restore under way.
type restoration struct {
	Restoring
	adopted bool // the old journal was copied
	kept    bool // there is a journal of the lost server
	made    bool // the data folder was made
	done    bool // the journal has gone over to it
	header  backup.Header
	newer   time.Time // when a later backup was made that was verified

	seal      [keys.Size]byte
	engine    *engine
	vault     *blobs.Vault
	epochs    *epochs.Journal
	journal   *journal.Journal
	loader    loader
	directory *os.File
}

func (r *restoration) run(ctx context.Context) (*Restored, error) {
	if err := r.adoptJournal(); err != nil {
		return nil, err
	}
	loaded, err := r.load(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.openJournals(); err != nil {
		return nil, err
	}
	h := hub.New(hub.Config{Store: r.engine, Seals: r.seal, Epochs: r.epochs})
	if _, err := h.BeginEpochs(ctx, operatorCall("")); err != nil {
		return nil, err
	}
	// Inboxes are gone through when the restore is confirmed, and nothing is shown before that.
	if err := condemn(ctx, r.engine, r.vault, r.journal.Erasures()); err != nil {
		return nil, err
	}
	if err := eraseAll(ctx, h, nil, r.journal.Erasures()); err != nil {
		return nil, err
	}
	if err := h.Recount(ctx); err != nil {
		return nil, err
	}
	if _, err := r.vault.Collect(ctx, blobs.Collection{Rows: r.engine.Dump, Condemned: true, Now: time.Now()}); err != nil {
		return nil, err
	}
	if err := r.mark(loaded); err != nil {
		return nil, err
	}
	return &Restored{Loaded: loaded, JournalKept: r.kept, Erased: len(r.journal.Erasures()), Newer: r.newer}, nil
}

// checkNewest refuses a backup if the journal knows of a later one that was verified: tablets have let go of what that one
// covers, so what lies between the two would be lost for good.
func (r *restoration) checkNewest() error {
	newest, err := journal.NewestBackupIn(r.JournalFolder())
	if err != nil || !newest.After(r.header.Made) {
		return err
	}
	if r.newer = newest; r.Older {
		return nil
	}
	return fmt.Errorf("this backup is of %s, and a later one of %s was verified: what lies between them is on no tablet's queue any more; nothing was restored: restore that one, or give --older if it is lost",
		r.header.Made.Local().Format(time.DateTime), newest.Local().Format(time.DateTime))
}

// maxJournalFile bounds a file of the old journal.
const maxJournalFile = 1 << 30

// adoptJournal copies what is left of the lost server's journal. What its backups covered is not taken over.
func (r *restoration) adoptJournal() error {
	r.kept = r.adopted || journal.Exists(r.JournalFolder())
	if !r.adopted {
		return nil
	}
	for _, name := range [...]string{journal.File, filepath.Base(r.JournalFile()), filepath.Base(r.SealMark())} {
		if err := copyFile(filepath.Join(r.OldJournal, name), filepath.Join(r.JournalFolder(), name)); err != nil {
			return fmt.Errorf("the old journal cannot be copied; nothing was restored: check --old-journal and the disk: %w", err)
		}
	}
	return nil
}

// copyFile copies a file durably, if it is there.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	content, err := io.ReadAll(io.LimitReader(in, maxJournalFile))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return writeDurably(to, content)
}

// load reads the whole backup into the new folder. The keys come before the rows, so the store is opened in between.
func (r *restoration) load(ctx context.Context) (*Loaded, error) {
	path := filepath.Join(r.Data, "directory.yaml")
	if r.Blob == nil {
		r.Blob = func(name string, size int64, content io.Reader) error {
			return r.vault.Restore(ctx, name, size, content)
		}
	}
	var err error
	if r.directory, err = os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
		return nil, fmt.Errorf("the directory file cannot be made; nothing was restored: check the folder's owner: %w", err)
	}
	loaded, err := r.loader.load(ctx, r.In, backup.Sink{
		Header: func(h backup.Header) error { r.header = h; return nil },
		Keys:   func(seal []byte) error { return r.open(ctx, seal) },
		Directory: func(piece []byte) error {
			_, err := r.directory.Write(piece)
			return err
		},
		Blob: r.Blob,
	})
	if err == nil {
		err = r.directory.Sync()
	}
	if err != nil {
		return nil, noRoom(err, r.Data, "--data")
	}
	return loaded, nil
}

// open makes the keys and the store. A sealing key that is not the one of the journal is another server's.
func (r *restoration) open(ctx context.Context, seal []byte) error {
	k, err := keys.Restore(r.KeysFolder(), seal)
	if err != nil {
		return err
	}
	if r.kept {
		if err := keys.CheckSeal(r.SealMark(), k.Seal); err != nil {
			return fmt.Errorf("the journal in %s is not that of the server whose backup this is; nothing was restored: name the right one", r.JournalFolder())
		}
		if err := r.checkNewest(); err != nil {
			return err
		}
	}
	r.seal = k.Seal
	if r.engine, err = openBadger(ctx, config.Server{Storage: r.Storage, MinFree: r.MinFree}, k.Store, zerolog.Nop()); err != nil {
		return cannotMake(err, r.Data, "--data")
	}
	r.loader.store = r.engine
	r.vault, err = openVault(ctx, r.Storage, r.Blobs, 0, k.Store)
	return err
}

// openJournals goes on with the journals that are there. A journal of epochs that was lost begins at the clock.
func (r *restoration) openJournals() (err error) {
	if r.journal, err = journal.Open(r.JournalFolder()); err != nil {
		return err
	}
	if r.epochs, _, err = epochs.Open(r.JournalFile(), true, time.Now()); err != nil {
		return err
	}
	return keys.MarkSeal(r.SealMark(), r.seal)
}

// mark writes down that the folder was restored, in the folder itself and in the journal. The journal's line comes last, when
// the folder is whole and closed: with it the journal belongs to this folder, and the lost server's is refused.
func (r *restoration) mark(loaded *Loaded) error {
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		return err
	}
	name, now := hex.EncodeToString(id[:]), time.Now().UTC()
	if err := writeDurably(r.RestoreMark(), []byte(name+"\n")); err != nil {
		return fmt.Errorf("the data folder cannot be written to; nothing was restored: check its disk: %w", err)
	}
	covered := make([]journal.Cover, 0, len(loaded.Heads))
	for _, head := range loaded.Heads {
		covered = append(covered, journal.Cover{Tenant: head.Tenant, Stream: head.Stream, Epoch: head.Epoch, Seq: head.Seq})
	}
	b := journal.Backup{ID: loaded.Header.ID, Made: loaded.Header.Made, Entries: loaded.Counts.Entries}
	if err := r.journal.CoverAfterRestore(b, covered, now); err != nil {
		return err
	}
	if err := r.finish(); err != nil {
		return err
	}
	if err := r.journal.Restored(journal.Restore{ID: name, Backup: loaded.Header.Made, Kept: r.kept, Newer: r.newer}, now); err != nil {
		return err
	}
	r.done = true
	return nil
}

// finish closes what is in the folder, and takes the mark away that it is not finished.
func (r *restoration) finish() error {
	if err := r.closeFolder(); err != nil {
		return err
	}
	if err := errors.Join(os.Remove(r.UnfinishedMark()), syncFolder(r.Data)); err != nil {
		return fmt.Errorf("the data folder cannot be written to; nothing was restored: check its disk: %w", err)
	}
	return nil
}

func (r *restoration) close() error {
	err := r.closeFolder()
	if r.journal != nil {
		err = errors.Join(err, r.journal.Close())
	}
	return err
}

// closeFolder closes what is open in the data folder, once.
func (r *restoration) closeFolder() error {
	var errs []error
	if r.directory != nil {
		errs = append(errs, r.directory.Close())
	}
	if r.engine != nil {
		errs = append(errs, r.engine.Close())
	}
	if r.epochs != nil {
		errs = append(errs, r.epochs.Close())
	}
	r.directory, r.engine, r.epochs = nil, nil, nil
	return errors.Join(errs...)
}

// undo empties the data folder again, and removes it if this restore made it. Everything in it is of this restore; the mark
// that it is not finished goes last. A journal that lies elsewhere stays: it is append-only, and at worst it has given
// epoch numbers that nobody uses.
func (r *restoration) undo() {
	entries, err := os.ReadDir(r.Data)
	if err != nil {
		return
	}
	_ = writeDurably(r.UnfinishedMark(), nil) // it is there unless the journal's line was what failed
	mark := filepath.Base(r.UnfinishedMark())
	for _, e := range entries {
		if e.Name() != mark && e.Name() != "lost+found" {
			_ = os.RemoveAll(filepath.Join(r.Data, e.Name()))
		}
	}
	_ = os.Remove(r.UnfinishedMark())
	if r.made {
		_ = os.Remove(r.Data)
	}
}
