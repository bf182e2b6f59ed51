package journal

import "time"

// Kind says what a line tells. An older server refuses a journal with one that it does not know.
type Kind string

// The kinds of lines.
const (
	// KindRight: a right came into force, or stands with another end or another mark than before.
	KindRight Kind = "right"
	// KindGone: a right is not in the directory file any more.
	KindGone Kind = "gone"
	// KindSettled: the directory file has caught up with the end of a right that the journal had to insist on.
	KindSettled Kind = "settled"
	// KindErased: an order to erase a record.
	KindErased Kind = "erased"
	// KindDone: the store that stands now has carried such an order out.
	KindDone Kind = "done"
	// KindRestored: the store was restored from a backup.
	KindRestored Kind = "restored"
	// KindConfirmed: an operator has confirmed what is in force after a restore.
	KindConfirmed Kind = "confirmed"
	// KindBackup: a backup was verified.
	KindBackup Kind = "backup"
	// KindExported: a chart is being written out, or that has ended.
	KindExported Kind = "exported"
)

// Record is one line.
type Record struct {
	// N numbers the lines, from 1.
	N uint64 `json:"n"`
	// At is when, by the server's clock.
	At time.Time `json:"at"`
	// Kind says which of what follows is there.
	Kind    Kind     `json:"kind"`
	Right   *Right   `json:"right,omitempty"`
	Erasure *Erasure `json:"erasure,omitempty"`
	Restore *Restore `json:"restore,omitempty"`
	Backup  *Backup  `json:"backup,omitempty"`
	Export  *Export  `json:"export,omitempty"`
}

// What a right is about.
const (
	Grant  = "grant"
	Device = "device"
	Person = "person"
)

// Right is a line of the directory file that lets somebody in: a grant on a chart, a device, or a person.
type Right struct {
	// What is Grant, Device or Person.
	What string `json:"what"`
	// Tenant is whose directory it stands in.
	Tenant string `json:"tenant"`
	// ID is the device's or the person's; of a grant, the person's.
	ID string `json:"id"`
	// Chart, Role and From tell the grants of a person apart.
	Chart string    `json:"chart,omitempty"`
	Role  string    `json:"role,omitempty"`
	From  time.Time `json:"from,omitzero"`
	// Until is when a grant ends; zero is no end.
	Until time.Time `json:"until,omitzero"`
	// Mark is a fingerprint of the secret's hash: it tells that a secret was changed, and nothing else.
	Mark string `json:"mark,omitempty"`
}

// Key tells rights apart. It holds ids only.
func (r Right) Key() string {
	key := r.What + " " + r.Tenant + " " + r.ID
	if r.What == Grant {
		key += " " + r.Chart + " " + r.Role + " " + r.From.UTC().Format(time.RFC3339)
	}
	return key
}

// same tells whether nothing about the right has changed.
func (r Right) same(other Right) bool { return r.Until.Equal(other.Until) && r.Mark == other.Mark }

// Erasure names a record that was erased, and the order that asked for it.
type Erasure struct {
	Tenant string `json:"tenant"`
	Stream string `json:"stream"`
	// Record is its id in hexadecimal digits.
	Record string `json:"record"`
	// Order is the reference of the order: a file number, never a name.
	Order string `json:"order"`
}

// Restore tells of a restore.
type Restore struct {
	// ID is also in the data folder, so that a journal and a folder which do not belong together are noticed.
	ID string `json:"id"`
	// Backup is when the backup was made.
	Backup time.Time `json:"backup"`
	// Kept tells whether the journal of the lost server was still there.
	Kept bool `json:"kept"`
	// Newer is when the newest verified backup was made, if that is a later one than Backup: what lies between the two is
	// on no tablet's queue any more.
	Newer time.Time `json:"newer,omitzero"`
}

// Backup tells of a backup that was read whole and checked.
type Backup struct {
	// ID is that of the backup.
	ID string `json:"id"`
	// Made is when.
	Made time.Time `json:"made"`
	// Streams is how many streams of this store it covers.
	Streams int `json:"streams"`
	// Entries is how many entries it holds.
	Entries uint64 `json:"entries"`
}

// Cover says up to where a verified backup covers a stream.
type Cover struct {
	Tenant string `json:"tenant"`
	Stream string `json:"stream"`
	Epoch  uint64 `json:"epoch"`
	Seq    uint64 `json:"seq"`
}

// Export tells that somebody writes a chart out, and how that ended. Each has two lines with one id: a first one without a
// second is an export that a dying server cut off.
type Export struct {
	// ID ties the two lines together.
	ID string `json:"id"`
	// State is ExportBegun, ExportWhole or ExportBroken.
	State  string `json:"state"`
	Tenant string `json:"tenant"`
	// Person is by whose right, Device what they asked from; empty: the operator asked, on the server's machine.
	Person string `json:"person"`
	Device string `json:"device,omitempty"`
	// Chart is its id in the directory.
	Chart string `json:"chart"`
	// Format is HTML, JSON or NDJSON.
	Format string `json:"format"`
	// ForFamily: without what the patient has not been told.
	ForFamily bool `json:"forFamily,omitempty"`
	// Records is how many were written out; 0 in the first line.
	Records int `json:"records,omitempty"`
}

// What becomes of an export. Whole is what was handed out to its end: whether it has arrived, no server knows.
const (
	ExportBegun  = "begun"
	ExportWhole  = "whole"
	ExportBroken = "broken"
)
