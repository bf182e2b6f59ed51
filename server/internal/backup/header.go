package backup

import (
	"time"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Version is the format that this program writes. It reads it and every older one.
const Version = 1

// Header begins a backup.
type Header struct {
	// Format is the Version that it was written in.
	Format int `json:"format"`
	// ID tells backups apart.
	ID string `json:"id"`
	// Made is when its snapshot was taken.
	Made time.Time `json:"made"`
	// Program is the version of the program that made it.
	Program string `json:"program"`
}

// Keys are what has to survive the loss of the server.
type Keys struct {
	// Seal is the sealing key in hexadecimal digits.
	Seal string `json:"seal"`
}

// Counts is how much is in a backup.
type Counts struct {
	Tenants int    `json:"tenants"`
	Streams int    `json:"streams"`
	Entries uint64 `json:"entries"`
	Records uint64 `json:"records"`
	Inbox   uint64 `json:"inbox"`
	Devices uint64 `json:"devices"`
	Rows    uint64 `json:"rows"`
	Blobs   uint64 `json:"blobs"`
	// BlobBytes is how many bytes the blobs have together.
	BlobBytes int64 `json:"blobBytes"`
	// Directory is how many bytes the directory file has.
	Directory int `json:"directory"`
}

// trailer ends a backup.
type trailer struct {
	Counts Counts `json:"counts"`
	// SHA256 is over every frame before this one, in hexadecimal digits.
	SHA256 string `json:"sha256"`
}

// blobHead comes before the content of a blob.
type blobHead struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
}

// counter counts rows as they pass.
type counter struct {
	Counts
	tenants map[string]bool
}

func newCounter() *counter { return &counter{tenants: map[string]bool{}} }

func (c *counter) row(row store.Row) {
	c.Rows++
	if !c.tenants[row.Tenant] {
		c.tenants[row.Tenant] = true
		c.Tenants++
	}
	switch row.Table {
	case store.RowHead:
		c.Streams++
	case store.RowEntry:
		c.Entries++
	case store.RowRecord:
		c.Records++
	case store.RowInbox:
		c.Inbox++
	case store.RowDevice:
		c.Devices++
	}
}
