package replica

import (
	"bytes"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Own is one mutation of this device.
type Own struct {
	MutationID ID
	StreamID   string
	RecordID   ID
	PersonID   string
	State      State
	// Mutation is what was written.
	Mutation *syncv1.Mutation
	// Result is the last answer; nil if there was none, or none that still counts.
	Result *syncv1.MutationResult
	// Receipt proves that the server has it; nil if there is none.
	Receipt *syncv1.Receipt
	// Retired: done with, and kept only until a backup covers it.
	Retired bool
	// NeedsUpdate: the last answer was one that this build does not know.
	NeedsUpdate bool
}

func ownView(own *devicev1.OwnMutation, m *syncv1.Mutation) Own {
	o := Own{
		MutationID: ID(own.GetId()), StreamID: own.GetStreamId(), RecordID: ID(own.GetRecordId()), PersonID: own.GetPersonId(),
		Mutation: m, Result: own.GetResult(), Receipt: own.GetReceipt(),
		Retired: own.GetState() == stateRetired, NeedsUpdate: own.GetNeedsUpdate(), State: OnTablet,
	}
	switch own.GetState() {
	case stateTooLarge:
		o.State = TooLarge
	case stateHeld:
		o.State = Held
	case stateRejected:
		o.State = Rejected
	case stateAnswered, stateRetired:
		o.State = Safe
		if own.GetResult().GetOutcome() == syncv1.Outcome_OUTCOME_CONFLICT && !o.Retired {
			o.State = Conflict
		}
	}
	return o
}

// Queue returns every mutation of this device that it keeps, also retired ones, in the order of writing.
func (r *Replica) Queue() ([]Own, error) {
	var all []Own
	err := r.view(func(rd Reader) error {
		keys, _, err := collect(rd, []byte{keyOwn}, nil, maxKept)
		if err != nil {
			return err
		}
		for _, key := range keys {
			own, err := loadOwn(rd, numberOf(key))
			if err != nil {
				return err
			}
			m, err := loadMutation(rd, own.GetNo())
			if err != nil {
				return err
			}
			all = append(all, ownView(own, m))
		}
		return nil
	})
	return all, err
}

// Acknowledge says that the author has seen a rejection. Anything but a rejected mutation is left as it is.
func (r *Replica) Acknowledge(mutation ID) error {
	return r.update(func(tx Tx) error {
		own, err := findOwn(tx, mutation[:])
		if err != nil {
			return err
		}
		if own == nil {
			return ErrUnknownMutation
		}
		if own.GetState() != stateRejected {
			return nil
		}
		if err := acknowledged(tx, own); err != nil {
			return err
		}
		s, err := loadStream(tx, own.GetStreamId())
		if err != nil || !s.GetLeftover() {
			return err
		}
		narrowLeftover(s)
		r.due[own.GetStreamId()] = true
		return saveStream(tx, s)
	})
}

// acknowledged is done with a rejected mutation. One that was held and refused outside every log goes: nothing can prove more
// than that its author has seen this.
func acknowledged(tx Tx, own *devicev1.OwnMutation) error {
	if own.GetReceipt() != nil {
		return move(tx, own, stateRetired)
	}
	if err := dropLast(tx, own); err != nil {
		return err
	}
	return forget(tx, own)
}

// Rescued is a record that the server no longer has. It may be the only copy.
type Rescued struct {
	StreamID string
	ID       ID
	Record   *carev1.Record
	Version  *syncv1.Version
	// Bytes are the record as the server once sent it.
	Bytes []byte
}

// Rescue returns the records that were set aside and have not come back: what the server has again, by a tablet's offer or
// a later backup, is no only copy.
func (r *Replica) Rescue() ([]Rescued, error) {
	var all []Rescued
	err := r.view(func(rd Reader) error {
		return rd.Scan([]byte{keyRescued}, nil, func(key, value []byte) error {
			kept := &devicev1.Rescued{}
			if err := proto.Unmarshal(value, kept); err != nil {
				return ErrDamaged
			}
			rec, _, err := decode(kept.GetRecord())
			if err != nil {
				return err
			}
			if back, err := isBack(rd, kept.GetStreamId(), idOf(key[:len(key)-16]), rec); err != nil || back {
				return err
			}
			all = append(all, Rescued{
				StreamID: kept.GetStreamId(), ID: idOf(key[:len(key)-16]), Record: rec, Version: kept.GetRecord().GetVersion(),
				Bytes: bytes.Clone(kept.GetRecord().GetRecord()),
			})
			return nil
		})
	})
	return all, err
}

// isBack tells whether the device has a record again, with the same content, whatever its version and arrival are now.
func isBack(rd Reader, stream string, id ID, rec *carev1.Record) (bool, error) {
	page := &syncv1.PageRecord{}
	found, err := load(rd, recordKey(keyRecord, stream, id), page)
	if err != nil || !found {
		return false, err
	}
	now, _, err := decode(page)
	return err == nil && proto.Equal(now.GetBody(), rec.GetBody()) && proto.Equal(now.GetEnvelope(), rec.GetEnvelope()) &&
		now.GetStatus() == rec.GetStatus(), err
}

// Status is what the device knows about itself and its server.
type Status struct {
	// SyncedMs is the server's time at the last sync; 0: never.
	SyncedMs int64
	// OffsetMs is by how much the wall clock was ahead then; nil: never synced.
	OffsetMs *int64
	// NeedsUpdate: the server is newer than this build.
	NeedsUpdate bool
	// Restoring: the server was restored and waits for its operator.
	Restoring bool
	// WindowMonths is how many months are wished for besides the present one; 0: everything.
	WindowMonths uint32
}

// Status returns what the device knows about itself and its server.
func (r *Replica) Status() (Status, error) {
	var s Status
	err := r.view(func(rd Reader) error {
		d, err := loadDevice(rd)
		s = Status{SyncedMs: d.GetTime().GetUnixMs(), OffsetMs: d.ClockOffsetMs, NeedsUpdate: d.GetNeedsUpdate(),
			Restoring: d.GetRestoring(), WindowMonths: d.GetWindowMonths()}
		return err
	})
	return s, err
}
