package store

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// Limits that hold for every engine.
const (
	// MaxValueBytes bounds one value. The largest is an entry: payload, merged record and their overhead.
	MaxValueBytes = 512 << 10
	// MaxClosures bounds the closures of one Update.
	MaxClosures = 1024
	// MaxClosureBytes bounds what one closure writes: its values, the keys of the server's own rows, and WriteBytes for
	// each write. A request of 1 MiB
	// and 1,000 mutations fits, merged records and all that goes with them included.
	MaxClosureBytes = 3 << 20
	// WriteBytes is what one write costs beside its value, whatever the engine.
	WriteBytes = 96
	// MaxNameBytes bounds a tenant's, a stream's and an organisation's name.
	MaxNameBytes = 256
	// MaxServerKey bounds the key of a row of the server's own tables, in bytes. The longest is that of a duty: three ids
	// of up to 48, 64 and 48 bytes, and a time.
	MaxServerKey = 200
	// MaxListed bounds the ids of one Waiting or Keyed list.
	MaxListed = 4096
)

// Mistakes of a caller. None of them stores anything.
var (
	// ErrExists: Append under a sequence number that has an entry.
	ErrExists = errors.New("the log has an entry under this number; nothing was stored, read the head again")
	// ErrAbsent: ReplaceEntry where there is no entry.
	ErrAbsent = errors.New("the log has no entry under this number; nothing was stored, read the head again")
	// ErrNoSeq: sequence numbers begin at 1.
	ErrNoSeq = errors.New("0 is no sequence number; nothing was stored, number from 1")
)

// Budget counts what one closure writes. Engines share it, so that what fits one fits all. The zero Budget is full.
type Budget struct {
	spent int
	err   error
}

// Write takes one write with its name and value from the budget. Once it failed it goes on failing.
func (b *Budget) Write(tenant, name string, value []byte) error {
	b.spent += WriteBytes + len(value)
	if len(value) > MaxValueBytes || len(tenant) > MaxNameBytes || len(name) > MaxNameBytes || b.spent > MaxClosureBytes {
		return b.Fail(ErrTooLarge)
	}
	return b.err
}

// Fail makes the closure fail with err, whatever it returns, and returns err. The first error stays.
func (b *Budget) Fail(err error) error {
	if b.err == nil {
		b.err = err
	}
	return err
}

// PanicError is the error of a closure that panicked. Its text does not show what it panicked with, which may hold
// a clinical value.
type PanicError struct {
	// Value is what the closure panicked with.
	Value any
	// Stack is where.
	Stack []byte
}

func (e *PanicError) Error() string {
	return fmt.Sprintf("a closure panicked (%T); nothing of it was stored, the others are not affected", e.Value)
}

// Call runs one closure for an engine: a panic becomes an error, and a write that failed fails the closure.
func Call(closure func(Tx) error, tx Tx, b *Budget) (err error) {
	returned := false
	defer func() {
		if v := recover(); v != nil || !returned {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	err = closure(tx)
	returned = true
	if err == nil {
		err = b.err
	}
	return err
}

// Repeat returns n times the same error: the answer of an Update that failed as a whole.
func Repeat(err error, n int) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = err
	}
	return errs
}
