package replica

import (
	"bytes"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// budget bounds one transaction.
type budget struct{ records, bytes int }

func newBudget() *budget { return &budget{stepRecords, stepBytes} }

// take counts one record; false if it has to wait for the next transaction.
func (b *budget) take(size int) bool {
	if b.records <= 0 || b.bytes <= 0 {
		return false
	}
	b.records--
	b.bytes -= size
	return true
}

// settle does all work that is due, in bounded transactions. Each leaves the store such that the next one, or one
// after the device was switched off, goes on.
func (r *Replica) settle() error {
	for _, id := range slices.Sorted(maps.Keys(r.due)) {
		for done := false; !done; {
			err := r.store.Update(func(tx Tx) error {
				s, err := loadStream(tx, id)
				if err != nil {
					return err
				}
				if done, err = work(tx, s, newBudget()); err != nil {
					return err
				}
				return saveStream(tx, s)
			})
			if err != nil {
				return err
			}
		}
		delete(r.due, id)
	}
	return nil
}

// work does what is due on a stream, as far as the budget goes, and answers whether that was all. The order matters:
// what is offered again is counted before anything is purged or retired.
func work(tx Tx, s *devicev1.StreamState, b *budget) (done bool, err error) {
	for _, one := range []struct {
		due  bool
		do   func(Tx, *devicev1.StreamState, *budget) (bool, error)
		over func()
	}{
		{s.GetDropStaged(), dropStaged, func() { s.DropStaged = false }},
		{s.GetReoffer() != 0, reoffer, func() { s.Reoffer = 0 }},
		{s.GetRetire(), retire, func() { s.Retire = false }},
		{s.GetPurge(), purge, func() { purged(s) }},
		{s.GetApply() == devicev1.ApplyPhase_APPLY_PHASE_RESCUE, rescue, func() { s.Apply = devicev1.ApplyPhase_APPLY_PHASE_MOVE }},
		{s.GetApply() != 0, applyStaged, func() { s.Apply = 0 }},
		{s.GetNarrow(), narrow, func() { s.Narrow = false }},
		{s.GetSweep(), sweep, func() { s.Sweep = false }},
		{s.GetCheck(), compareDigests, func() { s.Check, s.Sections = false, nil }},
	} {
		if !one.due {
			continue
		}
		if done, err := one.do(tx, s, b); err != nil || !done {
			return false, err
		}
		one.over()
		s.WorkAfter = nil
	}
	return true, nil
}

// each calls fn for the keys under a prefix, starting where the work stopped, as far as the budget goes.
func each(tx Tx, s *devicev1.StreamState, b *budget, prefix []byte, fn func(key []byte) (size int, err error)) (done bool, err error) {
	keys, all, err := collect(tx, prefix, s.GetWorkAfter(), b.records+1)
	if err != nil {
		return false, err
	}
	for _, key := range keys {
		if !b.take(0) {
			return false, nil
		}
		size, err := fn(key)
		if err != nil {
			return false, err
		}
		b.bytes -= size
		s.WorkAfter = key
	}
	return all, nil
}

func dropStaged(tx Tx, s *devicev1.StreamState, b *budget) (bool, error) {
	return each(tx, s, b, streamKey(keyStaged, s.GetStreamId()), func(key []byte) (int, error) {
		return 0, tx.Delete(key)
	})
}

// reoffer makes own mutations pending again: in their old order they stand before whatever was written since.
func reoffer(tx Tx, s *devicev1.StreamState, b *budget) (bool, error) {
	return each(tx, s, b, streamKey(keyAnswered, s.GetStreamId()), func(key []byte) (int, error) {
		own, err := loadOwn(tx, numberOf(key))
		if err != nil {
			return 0, err
		}
		if s.GetReoffer() == devicev1.Reoffer_REOFFER_ABOVE_DURABLE && covered(s, own.GetResult().GetVersion()) {
			return 0, nil
		}
		return 256, offerAgain(tx, own)
	})
}

// offerAgain makes an answered mutation pending again. The receipt of its first landing goes with it.
func offerAgain(tx Tx, own *devicev1.OwnMutation) error {
	if own.GetReceipt() != nil {
		own.FirstLanding = own.GetReceipt()
	}
	own.Result, own.Receipt = nil, nil
	return move(tx, own, statePending)
}

// retire: the cursor is past these, so the records show what became of them.
func retire(tx Tx, s *devicev1.StreamState, b *budget) (bool, error) {
	return each(tx, s, b, classKey(s.GetStreamId(), classWaiting), func(key []byte) (int, error) {
		own, err := loadOwn(tx, numberOf(key))
		if err != nil || !landed(s, own.GetResult().GetVersion()) {
			return 0, err
		}
		return 256, move(tx, own, stateRetired)
	})
}

// sweep forgets retired mutations that a backup covers.
func sweep(tx Tx, s *devicev1.StreamState, b *budget) (bool, error) {
	if unreadable(s) {
		return true, nil // each is asked about first, see kept.go
	}
	return each(tx, s, b, classKey(s.GetStreamId(), classRetired), func(key []byte) (int, error) {
		own, err := loadOwn(tx, numberOf(key))
		if err != nil || !covered(s, own.GetResult().GetVersion()) {
			return 0, err
		}
		return 0, forget(tx, own)
	})
}

// purge deletes what the device holds of a stream that it may no longer read. What its own people wrote stays until
// a backup covers it, and so does what was set aside for rescue: it may be the only copy.
func purge(tx Tx, s *devicev1.StreamState, b *budget) (bool, error) {
	for _, family := range []byte{keyRecord, keyStaged, keyDigest, keyRepair} {
		for {
			keys, all, err := collect(tx, streamKey(family, s.GetStreamId()), nil, b.records+1)
			if err != nil {
				return false, err
			}
			for _, key := range keys {
				if !b.take(0) {
					return false, nil
				}
				if err := tx.Delete(key); err != nil {
					return false, err
				}
			}
			if all {
				break
			}
		}
	}
	return true, tx.Set(streamKey(keyRemoval, s.GetStreamId()), []byte{})
}

func purged(s *devicev1.StreamState) {
	info, bases, durable, sweep, id := s.GetInfo(), s.GetBases(), s.GetDurable(), s.GetSweep(), s.GetStreamId()
	landed := s.GetLanded()
	proto.Reset(s)
	s.StreamId, s.Info, s.Bases, s.Durable, s.Landed, s.Sweep, s.Gone = id, info, bases, durable, landed, sweep, true
}

// rescue sets aside the records that did not come again, and the versions that came again otherwise: both may be the
// only copies of what somebody wrote. So does one of a month before the window, which stayed for what this device still had
// to say about it: nobody asks for it again, and nothing proves that the server still has it.
func rescue(tx Tx, s *devicev1.StreamState, b *budget) (bool, error) {
	sums := newSections(tx, s)
	done, err := each(tx, s, b, streamKey(keyRecord, s.GetStreamId()), func(key []byte) (int, error) {
		id := idOf(key)
		page, again := &syncv1.PageRecord{}, &syncv1.PageRecord{}
		if _, err := load(tx, key, page); err != nil {
			return 0, err
		}
		came, err := load(tx, recordKey(keyStaged, s.GetStreamId(), id), again)
		if err != nil || came && bytes.Equal(page.GetRecord(), again.GetRecord()) {
			return 0, err
		}
		if err := sums.remove(id, page); err != nil {
			return 0, err
		}
		kept := &devicev1.Rescued{StreamId: s.GetStreamId(), Record: page}
		if err := save(tx, rescuedKey(s.GetStreamId(), id, page.GetVersion()), kept); err != nil {
			return 0, err
		}
		return proto.Size(page), tx.Delete(key)
	})
	if err != nil {
		return false, err
	}
	return done, sums.flush()
}

// applyStaged moves staged records to their place.
func applyStaged(tx Tx, s *devicev1.StreamState, b *budget) (bool, error) {
	sums := newSections(tx, s)
	done, err := each(tx, s, b, streamKey(keyStaged, s.GetStreamId()), func(key []byte) (int, error) {
		value, err := tx.Get(key)
		if err != nil {
			return 0, err
		}
		value = bytes.Clone(value)
		page := &syncv1.PageRecord{}
		if err := proto.Unmarshal(value, page); err != nil {
			return 0, ErrDamaged
		}
		if err := put(tx, sums, idOf(key), page, value); err != nil {
			return 0, err
		}
		return len(value), tx.Delete(key)
	})
	if err != nil {
		return false, err
	}
	return done, sums.flush()
}
