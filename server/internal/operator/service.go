package operator

import (
	"context"
	"io"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/backup"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// Service is what an operator asks of a server, running or opened for the occasion. Errors are sentences for a person.
type Service interface {
	// Backup writes a backup, compressed and not encrypted, while the server goes on writing.
	Backup(ctx context.Context, out io.Writer) (backup.Counts, error)
	// Cover writes down what a verified backup covers of this store.
	Cover(ctx context.Context, c Checked) (Covered, error)
	// Erase erases a record, by an order.
	Erase(ctx context.Context, e journal.Erasure) error
	// Export writes a chart out in plain text, as far as a person may read it. What was written before an error is not whole.
	Export(ctx context.Context, x Exporting, out io.Writer) error
	// Collect removes the photos and files that nothing mentions any more.
	Collect(ctx context.Context, c Collecting) (Collected, error)
	// Stats counts what there is.
	Stats(ctx context.Context) (Stats, error)
	// Alerts shows how the way from a reading to a person stands.
	Alerts(ctx context.Context) (AlertsNow, error)
	// Trail shows who was told of a group of alerts, oldest first. The first digits of its id are enough.
	Trail(ctx context.Context, group string) ([]Sent, error)
	// Targets lists the ways to reach people, or one person.
	Targets(ctx context.Context, person string) ([]Registered, error)
	// TestPush sends a push to every target of a person and tells what became of each.
	TestPush(ctx context.Context, person string) ([]Sent, error)
	// Duties lists who is on call now and in the coming week.
	Duties(ctx context.Context) ([]Duty, error)
	// Review shows what the confirmation of a restore would put in force.
	Review(ctx context.Context) (Review, error)
	// Confirm ends a restore: what was offered meanwhile is judged, pages are served.
	Confirm(ctx context.Context) (Confirmed, error)
}

// Exporting says what is to be written out, and by whose right.
type Exporting struct {
	// Chart is the chart's id in the directory.
	Chart string `json:"chart"`
	// Person is the id of the person whose grants decide what is in the file, and whose name stands in it.
	Person string `json:"person"`
	// Format of the file.
	Format chartv1.ExportFormat `json:"format"`
	// From and Until bound the timeline: from the first, before the second. A zero time is no bound.
	From  time.Time `json:"from,omitzero"`
	Until time.Time `json:"until,omitzero"`
	// ForFamily leaves out what the patient has not been told, and what is internal.
	ForFamily bool `json:"forFamily,omitempty"`
}

// Collecting says which photos and files are removed.
type Collecting struct {
	// Grace is how old they have to be.
	Grace time.Duration `json:"grace"`
	// DryRun only counts.
	DryRun bool `json:"dryRun,omitempty"`
}

// Collected is what came of it.
type Collected struct {
	// Kept and Collected are photos and files, Bytes what the second took on the disk.
	Kept      int   `json:"kept"`
	Collected int   `json:"collected"`
	Bytes     int64 `json:"bytes"`
	// Uploads that were given up.
	Uploads int `json:"uploads"`
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
	Streams int    `json:"streams"`
	Entries uint64 `json:"entries"`
	// Derived is how many of the entries the server made itself: alerts, and new versions of them.
	Derived   uint64 `json:"derived"`
	Records   uint64 `json:"records"`
	Conflicts uint64 `json:"conflicts"`
	// Held is how many mutations were ever held in a stream, those that were released or rejected since included; HeldOpen
	// how many of them wait now.
	Held     uint64 `json:"held"`
	HeldOpen uint64 `json:"heldOpen"`
	// Inbox is how many mutations wait in inboxes.
	Inbox uint64 `json:"inbox"`
	// Devices that were ever heard of, and those of them that were heard of within a week.
	Devices       int `json:"devices"`
	DevicesRecent int `json:"devicesRecent"`
	// Unpurged counts, over all devices, the streams that a device was told to remove and has not said to have removed.
	Unpurged int `json:"unpurged"`
	// DiskBytes is what store and journal take.
	DiskBytes uint64 `json:"diskBytes"`
	// Unconfirmed is true while a restore waits to be confirmed.
	Unconfirmed bool `json:"unconfirmed"`
	// ErasuresOpen is how many orders the journal has that this store has not carried out, or has to carry out again when
	// a restore is confirmed.
	ErasuresOpen int `json:"erasuresOpen"`
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
	JournalKept bool `json:"journalKept"`
	// Newer is when the newest verified backup was made, if that is a later one than Backup: what lies between the two is
	// on no tablet's queue any more.
	Newer       time.Time            `json:"newer,omitzero"`
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
