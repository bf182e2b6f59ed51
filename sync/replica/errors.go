package replica

import (
	"errors"
	"strings"

	"github.com/tsunagu-care/tsunagu/sync/care"
)

// Errors of this package. None names a value or a person; each says that nothing was stored, or what to do.
var (
	// ErrStop ends a scan without an error.
	ErrStop = errors.New("stop the scan")
	// ErrNoAuthor: the person never signed in on this device.
	ErrNoAuthor = errors.New("this person has not signed in on this device; nothing was saved, sign in once while online")
	// ErrOtherDevice: the store belongs to another device.
	ErrOtherDevice = errors.New("this store belongs to another device; open it under the name it was made for")
	// ErrReason: a change of something that happened, or a retraction, needs a reason.
	ErrReason = errors.New("a reason is required; nothing was saved")
	// ErrNoBody: there is nothing to write, or of a kind that this build does not know.
	ErrNoBody = errors.New("the entry has no content that this version can write; nothing was saved")
	// ErrGroups: the groups named do not fit the kind or the operation.
	ErrGroups = errors.New("the fields named do not fit this kind of record; nothing was saved")
	// ErrNothingToResolve: the record is not on this device, so nobody can have decided about it.
	ErrNothingToResolve = errors.New("the record is not on this tablet; nothing was saved, synchronise first")
	// ErrStream: the stream's name cannot be one.
	ErrStream = errors.New("the name of the stream is empty or too long; nothing was saved")
	// ErrNoStream: the device holds no such stream.
	ErrNoStream = errors.New("this tablet holds no such part of a chart; nothing was changed, synchronise first")
	// ErrMonth: a month is written as year * 100 + month.
	ErrMonth = errors.New("the month cannot be one; nothing was changed, write it as year and month")
	// ErrRecord: a change has to name its record.
	ErrRecord = errors.New("a change has to name its record; nothing was saved")
	// ErrErased: by order of a court or an authority; nothing can be written to what is left.
	ErrErased = errors.New("the record was erased by order; nothing was saved, and nothing can be written to it")
	// ErrTooLarge: not even the store could hold it.
	ErrTooLarge = errors.New("the entry is too large to be kept; nothing was saved, split it")
	// ErrAnswer: the answer does not belong to the request.
	ErrAnswer = errors.New("the server's answer does not fit the request; nothing of it was taken, synchronise again")
	// ErrUnknownMutation: no mutation of this device has that id.
	ErrUnknownMutation = errors.New("no entry of this tablet has that number")
	// ErrDamaged: what stands in the store cannot be read.
	ErrDamaged = errors.New("the store on this tablet is damaged; keep it, do not delete it, and ask for help")
)

// RefusedError: values that are impossible or contradict each other. Nothing was stored.
type RefusedError struct {
	Findings []care.Finding
}

// Error names the fields, never the values.
func (e *RefusedError) Error() string {
	var fields []string
	for _, f := range e.Findings {
		if f.Severity == care.Refused {
			fields = append(fields, f.En)
		}
	}
	return "nothing was saved: " + strings.Join(fields, " ")
}
