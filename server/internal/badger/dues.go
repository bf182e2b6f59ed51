package badger

import (
	"math"
	"sync"
)

// dues knows where the due marks begin. A mark that is taken out leaves something behind until the driver cleans up, and
// marks go where they come first: without this, whoever asks what is due would read through all that was ever due. It may
// begin too early, which costs time, and never too late: a mark that is passed over would be an alert that nobody hears.
//
// Snapshots are told apart by the driver's number of the last commit that they have.
type dues struct {
	mu sync.Mutex
	// In every snapshot from since on there is no mark before first.
	since uint64
	first int64
	// A commit that puts marks is under way: nothing is learned.
	putting bool
	// Snapshots before this one do not have all marks that were put.
	complete uint64
}

// newDues knows nothing: marks may begin anywhere.
func newDues() *dues { return &dues{first: math.MinInt64} }

// begin returns a time before which a snapshot has no mark.
func (d *dues) begin(snapshot uint64) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if snapshot < d.since {
		return math.MinInt64
	}
	return d.first
}

// learn takes up the first mark of a snapshot, unless marks were put since that it may not have.
func (d *dues) learn(snapshot uint64, first int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.putting || snapshot < d.complete || snapshot < d.since || first <= d.first {
		return
	}
	d.since, d.first = snapshot, first
}

// committing makes room for the marks of an overlay before anybody can see them. It tells whether there are any.
func (d *dues) committing(o *overlay) bool {
	if o.groups[dueGroup] == nil {
		return false
	}
	first := o.firstDue()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.putting, d.first = true, min(d.first, first)
	return true
}

// committed says from which snapshot on those marks are seen. After a commit that failed it is not called: nothing is
// learned until the next one.
func (d *dues) committed(snapshot uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.putting, d.complete = false, snapshot
}
