package replica

import (
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// State says how safe something is, and whether a person has to look at it.
type State int

// The states of a mutation or a record. Of a record with several, the first in this order that fits is shown.
const (
	// TooLarge: on this tablet, and too large to be sent.
	TooLarge State = iota + 1
	// Rejected by a person; Acknowledge takes it off the list.
	Rejected
	// Held by the server, with a reason.
	Held
	// Conflict: values of several people stand beside each other.
	Conflict
	// OnTablet only: not yet answered by the server.
	OnTablet
	// Safe on the server, with a receipt.
	Safe
)

// View is one record as the device shows it.
type View struct {
	StreamID string
	ID       ID
	// Record is the confirmed record with what is pending on top of it.
	Record *carev1.Record
	// Version is the confirmed one under it; nil if the server has not confirmed the record to this device.
	Version *syncv1.RecordVersion
	// ConfirmedBytes are the confirmed record as the server sent it; nil if there is none.
	ConfirmedBytes []byte
	// Section of the confirmed record.
	Section uint32
	State   State
	// Own are this device's mutations of the record that are not done with, in the order of writing.
	Own []Own
	// NeedsUpdate: the record is of a kind that this build does not know; it is shown, not edited.
	NeedsUpdate bool
	// Seen is for the Draft of somebody who changes what this view shows. Only Record fills it in.
	Seen *devicev1.Seen
}

// StreamView is what the device holds of a stream.
type StreamView struct {
	ID       string
	Info     *syncv1.StreamInfo
	Cursor   *syncv1.Cursor
	Complete bool
	// OldestMonth, year * 100 + month: older records are on the server only, but for what stands until it is changed. 0:
	// everything is here.
	OldestMonth uint32
	// Widening: older months are on their way.
	Widening bool
	// Shown: its records are readable, also while a fill that replaces them is under way.
	Shown       bool
	NeedsUpdate bool
}

// Streams returns the streams that the device holds, or is filling.
func (r *Replica) Streams() ([]StreamView, error) {
	var all []StreamView
	err := r.view(func(rd Reader) error {
		streams, err := loadStreams(rd)
		for _, s := range streams {
			if s.GetGone() || s.GetRevoked() {
				continue
			}
			all = append(all, StreamView{
				ID: s.GetStreamId(), Info: s.GetInfo(), Cursor: s.GetCursor(), Complete: s.GetComplete(),
				Shown: visible(s), NeedsUpdate: s.GetNeedsUpdate(), OldestMonth: s.GetOldestMonth(), Widening: s.GetWidenTo() != 0,
			})
		}
		return err
	})
	return all, err
}

// Record returns one record; false if the device shows none.
func (r *Replica) Record(stream string, id ID) (view View, found bool, err error) {
	err = r.view(func(rd Reader) error {
		s, err := loadStream(rd, stream)
		if err != nil {
			return err
		}
		page := &syncv1.PageRecord{}
		has := false
		if visible(s) {
			if has, err = load(rd, recordKey(keyRecord, stream, id), page); err != nil {
				return err
			}
		}
		if !has {
			page = nil
		}
		if view, err = look(rd, stream, id, page); err != nil {
			return err
		}
		if before(view.Section, s.GetOldestMonth()) && len(view.Own) == 0 {
			view = View{} // of a month that is not whole
		}
		if found = view.Record != nil; !found {
			return nil
		}
		now, err := sight(rd, stream, id)
		if err != nil {
			return err
		}
		now.shown = view.Record
		view.Seen, err = now.put()
		return err
	})
	return view, found, err
}

// Records calls fn for every record that the device shows of a stream: confirmed ones in order of their ids, then
// those that are on this device only. ErrStop ends it without an error.
func (r *Replica) Records(stream string, fn func(View) error) error {
	return r.RecordsSince(stream, 0, fn)
}

// RecordsSince is Records for those of a month, year * 100 + month, and later ones, and for what stands until it is
// changed, which belongs to no month. What this device has written of others may be among them. It reads less the later
// the month is; a record is never in an earlier month than its effective time.
func (r *Replica) RecordsSince(stream string, month uint32, fn func(View) error) error {
	return r.view(func(rd Reader) error {
		s, err := loadStream(rd, stream)
		if err != nil {
			return err
		}
		open, _, err := collect(rd, streamKey(keyOpen, stream), nil, maxKept)
		if err != nil {
			return err
		}
		// What is open is looked at first: a scan must not read within itself.
		looked := map[ID]View{}
		for _, key := range open {
			page := &syncv1.PageRecord{}
			has := false
			if visible(s) {
				if has, err = load(rd, recordKey(keyRecord, stream, idOf(key)), page); err != nil {
					return err
				}
			}
			if !has {
				page = nil
			}
			if looked[idOf(key)], err = look(rd, stream, idOf(key), page); err != nil {
				return err
			}
		}
		err = confirmedViews(rd, s, max(month, s.GetOldestMonth()), looked, fn)
		for _, key := range open {
			view, left := looked[idOf(key)]
			if err == nil && left && view.Record != nil {
				err = fn(view)
			}
		}
		if err == ErrStop {
			return nil
		}
		return err
	})
}

// confirmedViews goes over the confirmed records of a month and later ones, and takes what it shows out of looked.
func confirmedViews(rd Reader, s *devicev1.StreamState, month uint32, looked map[ID]View, fn func(View) error) error {
	if !visible(s) {
		return nil
	}
	var stopped error
	err := rd.Scan(streamKey(keyRecord, s.GetStreamId()), nil, func(key, value []byte) error {
		id := idOf(key)
		view, open := looked[id]
		if !open {
			page := &syncv1.PageRecord{}
			if err := proto.Unmarshal(value, page); err != nil {
				return ErrDamaged
			}
			if before(page.GetSection(), month) {
				return nil // of a month that is not whole, or not asked for
			}
			var err error
			if view, err = look(nil, s.GetStreamId(), id, page); err != nil {
				return err
			}
		}
		delete(looked, id)
		stopped = fn(view)
		return stopped
	})
	if stopped != nil {
		return stopped
	}
	return err
}

// look puts a view together. Without a reader the record has no open mutations.
func look(rd Reader, stream string, id ID, page *syncv1.PageRecord) (View, error) {
	v := View{StreamID: stream, ID: id, State: Safe, Section: page.GetSection()}
	var err error
	if page != nil {
		v.ConfirmedBytes = page.GetRecord()
		if v.Record, v.Version, err = decode(page); err != nil {
			return v, err
		}
	}
	if rd != nil {
		open, err := openOf(rd, stream, id)
		if err != nil {
			return v, err
		}
		for _, own := range open {
			m, err := loadMutation(rd, own.GetNo())
			if err != nil {
				return v, err
			}
			one := ownView(own, m)
			v.Own = append(v.Own, one)
			v.State = min(v.State, one.State)
			if chained(own) || v.Record == nil {
				v.Record = overlaid(v.Record, own, m)
			}
		}
	}
	if len(v.Record.GetCandidates()) > 0 { // not those that a decision on top has dealt with
		v.State = min(v.State, Conflict)
	}
	_, known := care.KindOf(v.Record.GetBody())
	v.NeedsUpdate = v.Record != nil && !known && v.Record.GetStatus() != carev1.RecordStatus_RECORD_STATUS_ERASED
	return v, nil
}
