package operator

import (
	"context"
	"io"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/backup"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
)

// Service is what an operator asks of a server, running or opened for the occasion. Errors are sentences for a person.
type Service interface {
	// Backup writes a backup, compressed and not encrypted, while the server goes on writing.
	Backup(ctx context.Context, out io.Writer) (backup.Counts, error)
	// Cover writes down what a verified backup covers of this store.
	Cover(ctx context.Context, c Checked) (Covered, error)
	// Erase erases a record, by an order.
	Erase(ctx context.Context, e journal.Erasure) error
	// Stats counts what there is.
	Stats(ctx context.Context) (Stats, error)
	// Review shows what the confirmation of a restore would put in force.
	Review(ctx context.Context) (Review, error)
	// Confirm ends a restore: what was offered meanwhile is judged, pages are served.
	Confirm(ctx context.Context) (Confirmed, error)
}

// Head is the end of a stream's log in a backup.
type Head struct {
	Tenant string `json:"tenant"`
	Stream string `json:"stream"`
	Epoch  uint64 `json:"epoch"`
	Seq    uint64 `json:"seq"`
	// Hash is that of the last entry.
	Hash []byte `json:"hash"`
}

// Checked is a backup that was read whole and verified.
type Checked struct {
	ID      string    `json:"id"`
	Made    time.Time `json:"made"`
	Entries uint64    `json:"entries"`
	Heads   []Head    `json:"heads"`
}

// Covered says how much of a store a backup covers.
type Covered struct {
	// Streams of the backup that are in this store's log.
	Streams int `json:"streams"`
	// Strange are streams of the backup whose end this store's log does not have: it is another server's, or the store
	// was restored from an older one since.
	Strange int `json:"strange"`
}

// Stats is what there is. Nothing in it is about a patient.
type Stats struct {
	Streams   int    `json:"streams"`
	Entries   uint64 `json:"entries"`
	Records   uint64 `json:"records"`
	Conflicts uint64 `json:"conflicts"`
	// Held is how many mutations were ever held in a stream, those that were released or rejected since included.
	Held  uint64 `json:"held"`
	Inbox uint64 `json:"inbox"`
	// Devices that were ever heard of, and those of them that were heard of within a week.
	Devices       int `json:"devices"`
	DevicesRecent int `json:"devicesRecent"`
	// DiskBytes is what store and journal take.
	DiskBytes uint64 `json:"diskBytes"`
	// Unconfirmed is true while a restore waits to be confirmed.
	Unconfirmed bool `json:"unconfirmed"`
	// Backup is the last one that was verified; absent if none was.
	Backup *LastBackup `json:"backup,omitempty"`
}

// LastBackup is the backup that was verified last.
type LastBackup struct {
	Made     time.Time `json:"made"`
	Verified time.Time `json:"verified"`
	Streams  int       `json:"streams"`
	// NotCovered is how many entries of the store no verified backup covers.
	NotCovered uint64 `json:"notCovered"`
}

// Review is what the confirmation of a restore would put in force.
type Review struct {
	// Unconfirmed is false if there is nothing to confirm.
	Unconfirmed bool      `json:"unconfirmed"`
	Backup      time.Time `json:"backup"`
	Restored    time.Time `json:"restored"`
	// JournalKept tells whether the journal of the lost server was there. Without it, nobody but people knows what was
	// revoked or erased after the backup.
	JournalKept bool                 `json:"journalKept"`
	Differences []journal.Difference `json:"differences"`
	Erasures    []journal.Erasure    `json:"erasures"`
}

// Confirmed says what a confirmation has done.
type Confirmed struct {
	// Judged is how many mutations were judged that tablets had offered since the restore.
	Judged int `json:"judged"`
	// Erased is how many of the journal's erasures were carried out again.
	Erased int `json:"erased"`
}
