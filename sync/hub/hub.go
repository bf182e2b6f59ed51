// Package hub is the server's side of the sync protocol: it takes a request and a store, and returns the answer.
//
// It promises, as sync/doc/protocol.md says it: whatever an authentic device sends is durable before it is answered;
// nothing is dropped, at worst it is held with its reason; nobody's value is overwritten by somebody who had not seen
// it; nothing is readable without a grant, and a stream that may not be read looks like one that does not exist.
//
// It never reads a clock or a source of randomness (both come with the call), starts no goroutine and logs nothing.
package hub

import (
	"io"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Config is what a hub stands on.
type Config struct {
	// Store keeps the streams.
	Store store.Store
	// Directory knows people, charts and grants.
	Directory Directory
	// Seals is the server's sealing key.
	Seals seal.Master
	// Epochs gives epoch numbers.
	Epochs Epochs
	// Limits bound the work of one call; zero values mean the defaults.
	Limits Limits
	// Backups knows what is safe apart from this store. It may be nil: then nothing is.
	Backups Backups
	// Restored tells whether a restore waits to be confirmed. It may be nil: then none does.
	Restored Restored
	// Organisations returns the organisations of a tenant, each with an inbox. It may be nil: then only those count that a
	// call names.
	Organisations func(tenant string) []string
	// Exports writes down who takes charts out. It may be nil: then nobody does.
	Exports Exports
	// SchemaVersion is the newest schema of mutations that this hub understands. 0: that of package care. A server that
	// is older than its devices holds what is newer.
	SchemaVersion uint32
	// Fault is told what is wrong with one stream while the call goes on with the others. It may be nil.
	Fault func(error)
	// Differed is told how many sections a device reported that differ from the log: each is about to be repaired. It may
	// be nil.
	Differed func(sections int)
	// AlertDefaults returns the limits of readings that count for a chart where nobody ordered others. It answers from
	// memory. It may be nil: then those of package rules count for everybody.
	AlertDefaults func(tenant, chartID string) []rules.Limit
	// Outbox is called after a commit that put something into the outbox, so that nobody has to poll it. It must return
	// at once. It may be nil.
	Outbox func()
}

// Hub answers devices and programs. It may be used by many goroutines at once; its only state is the store's.
type Hub struct {
	store  store.Store
	dir    Directory
	seals  seal.Master
	epochs Epochs
	limits Limits
	fault  func(error)

	differed func(sections int)
	backups  Backups
	restored Restored
	exports  Exports
	schema   schemas

	organisations func(tenant string) []string
	alertDefaults func(tenant, chartID string) []rules.Limit
}

// New returns a hub.
func New(c Config) *Hub {
	h := &Hub{
		store: c.Store, dir: c.Directory, seals: c.Seals, epochs: c.Epochs, limits: c.Limits.orDefaults(), fault: c.Fault,
		differed: c.Differed, backups: c.Backups, restored: c.Restored, exports: c.Exports, schema: schemas{c.SchemaVersion, upcasts},
		organisations: c.Organisations, alertDefaults: c.AlertDefaults,
	}
	if c.Outbox != nil {
		h.store = rung{c.Store, c.Outbox}
	}
	if h.alertDefaults == nil {
		proposed := rules.Defaults()
		h.alertDefaults = func(string, string) []rules.Limit { return proposed }
	}
	if h.schema.newest == 0 {
		h.schema.newest = care.SchemaVersion
	}
	if h.differed == nil {
		h.differed = func(int) {}
	}
	if h.fault == nil {
		h.fault = func(error) {}
	}
	if h.backups == nil {
		h.backups = noBackups{}
	}
	if h.restored == nil {
		h.restored = neverRestored{}
	}
	if h.organisations == nil {
		h.organisations = func(string) []string { return nil }
	}
	if h.exports == nil {
		h.exports = unwritten{}
	}
	return h
}

type noBackups struct{}

func (noBackups) Durable(string, string) *syncv1.Version { return nil }

type neverRestored struct{}

func (neverRestored) Unconfirmed() bool { return false }

type unwritten struct{}

func (unwritten) Begin(Call, Export) (func(int, bool) error, error) {
	return func(int, bool) error { return nil }, nil
}

// Call is what every call brings besides its request.
type Call struct {
	// Session is who asks.
	Session Session
	// Now is the server's time.
	Now time.Time
	// Entropy gives the salts of new entries.
	Entropy io.Reader
}

// ProtocolVersion is the version of the sync protocol that this hub speaks.
const ProtocolVersion = 1

// Limits bound the work of one call.
type Limits struct {
	// Mutations in one request. Default 1,000.
	Mutations int
	// ResponseBytes of pages in one answer. Default 768 KiB, so that the answer stays below 1 MiB.
	ResponseBytes int
	// InboxItems is the quota of one organisation's inbox. Default 10,000.
	InboxItems uint64
	// ClockTolerance: a device's clock that is off by more makes its records "time uncertain". Default 2 minutes.
	ClockTolerance time.Duration
	// Scanned is how many entries the pages of one answer go through: those of months that the device does not hold are
	// passed over. A page may so be empty and not the last; its place has moved on all the same. Default 100,000.
	Scanned int
	// Compared is how many records one view of a comparison, or of a section's page, goes through. Default 100,000.
	Compared int
}

func (l Limits) orDefaults() Limits {
	if l.Mutations == 0 {
		l.Mutations = 1000
	}
	if l.ResponseBytes == 0 {
		l.ResponseBytes = 768 << 10
	}
	if l.InboxItems == 0 {
		l.InboxItems = 10_000
	}
	if l.ClockTolerance == 0 {
		l.ClockTolerance = 2 * time.Minute
	}
	if l.Scanned == 0 {
		l.Scanned = 100_000
	}
	if l.Compared == 0 {
		l.Compared = 100_000
	}
	return l
}

const (
	// maxReleases and maxReleaseBytes bound what one arriving mutation releases, and with it the commit. What is left
	// over is released when its device next asks for its outcome.
	maxReleases     = 1000
	maxReleaseBytes = 512 << 10
	// maxSharers bounds the records under one domain key and the mutations that wait for one other.
	maxSharers = 1000
	// retryAfter is what a device is asked to wait when its writes could not be stored.
	retryAfter = 2 * time.Second
	// maxRecord bounds a record with its candidates, in bytes, so that its entry stays within a value of the store.
	maxRecord = store.MaxValueBytes - 192<<10
	// maxStreamID bounds the name of a stream, in bytes.
	maxStreamID = 128
)
