package hub

import (
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Session is who asks, as the transport proved it. Every call is judged by it.
type Session struct {
	// Tenant is the customer; nothing crosses it.
	Tenant string
	// PersonID is the signed-in person.
	PersonID string
	// DeviceID is the device the person signed in on.
	DeviceID string
	// Organisation owns the device. What cannot be placed in a stream is held in its inbox.
	Organisation string
}

// Directory is what the hub asks about people, charts and grants. It must answer from memory: it is asked while a
// stream is being written. It may change between two calls; the hub judges by what it answers then.
type Directory interface {
	// Person returns a person as an actor; false if there never was one.
	Person(tenant, personID string) (*carev1.Actor, bool)
	// Grants returns every grant that the person ever had on the stream, ended and future ones too. None for a stream
	// that does not exist.
	Grants(tenant, personID, streamID string) []Grant
	// Readable returns the streams that the person may read at the time, by stream id.
	Readable(tenant, personID string, at time.Time) []StreamRef
	// Stream returns a stream; false if it does not exist.
	Stream(tenant, streamID string) (StreamRef, bool)
	// Chart returns a chart, whoever may read it; false if it does not exist.
	Chart(tenant, chartID string) (Chart, bool)
	// Devices returns the devices of an organisation, in any order.
	Devices(tenant, organisation string) []string
}

// Grant is a right to a stream for a person in a role over a time. It holds from From, inclusive, until Until,
// exclusive; a zero Until is no end.
type Grant struct {
	Role  carev1.Role
	From  time.Time
	Until time.Time
}

// Covers tells whether the grant holds over the whole interval.
func (g Grant) Covers(from, until time.Time) bool {
	return !g.From.After(from) && (g.Until.IsZero() || g.Until.After(until))
}

// StreamRef is a stream with what it is.
type StreamRef struct {
	ID   string
	Info *syncv1.StreamInfo
}

// Chart is a patient's chart in the directory.
type Chart struct {
	ID   string
	Name string
	// Streams of the chart, all of them.
	Streams []StreamRef
}

// Epochs gives epoch numbers, each only once, and remembers what it gave apart from the store and its backups.
type Epochs interface {
	// Next returns an epoch number above every one that it ever returned and above the given one, and makes that
	// durable first.
	Next(above uint64) (uint64, error)
}

// Moved tells that a stream's log has grown, for whoever gives hints to watchers.
type Moved struct {
	Tenant   string
	StreamID string
	Seq      uint64
}

// Backups knows what verified backups cover. It answers from memory.
type Backups interface {
	// Durable returns up to where a verified backup covers a stream; nil if none does.
	Durable(tenant, streamID string) *syncv1.Version
}

// Restored tells whether the store was restored and waits for its operator. It answers from memory.
type Restored interface {
	// Unconfirmed is true from a restore until an operator has confirmed grants and erasures.
	Unconfirmed() bool
}

// Exports writes down who takes a chart out of the server, where a loss of the store does not reach it.
type Exports interface {
	// Begin writes down durably that an export begins; an error refuses it. end is called once, before the last piece of a
	// whole file and after the last of one that was cut off, with how many records were written.
	Begin(c Call, e Export) (end func(records int, whole bool) error, err error)
}

// Export says what is taken out. Whose it is says the call.
type Export struct {
	ChartID   string
	Format    chartv1.ExportFormat
	ForFamily bool
}
