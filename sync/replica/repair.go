package replica

import (
	"bytes"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/planted"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// NextRepair returns the next fetch that a differing section needs; false if there is none now. A section that
// cannot be repaired at the present cursor waits until the cursor moves.
func (r *Replica) NextRepair() (*syncv1.FetchSectionRequest, bool, error) {
	var req *syncv1.FetchSectionRequest
	err := r.view(func(rd Reader) error {
		p, s, err := nextRepair(rd)
		if err != nil || p == nil {
			return err
		}
		at := first(p)
		req = &syncv1.FetchSectionRequest{
			StreamId: p.GetStreamId(), Section: p.GetSection(), AfterRecordId: from(p), UntilRecordId: at.GetUntil(),
			Cursor: s.GetCursor(),
		}
		return nil
	})
	return req, req != nil, err
}

// from is the id after which a repair goes on.
func from(p *devicev1.Repair) []byte {
	if len(p.GetAfter()) > 0 {
		return p.GetAfter()
	}
	return first(p).GetAfter()
}

// nextRepair returns the section that is repaired next, with its stream; nil if there is none now. What is shown comes
// before older months that are being fetched, and of those the newest comes first.
func nextRepair(rd Reader) (*devicev1.Repair, *devicev1.StreamState, error) {
	var next, older *devicev1.Repair
	var stream *devicev1.StreamState
	keys, _, err := collect(rd, []byte{keyRepair}, nil, maxKept)
	if err != nil {
		return nil, nil, err
	}
	for _, key := range keys {
		p := &devicev1.Repair{}
		if _, err := load(rd, key, p); err != nil {
			return nil, nil, err
		}
		if p.GetWaiting() {
			continue
		}
		if older != nil && older.GetStreamId() != p.GetStreamId() {
			break // one stream after the other
		}
		if stream == nil || stream.GetStreamId() != p.GetStreamId() {
			if stream, err = loadStream(rd, p.GetStreamId()); err != nil {
				return nil, nil, err
			}
		}
		if !stream.GetComplete() && planted.Bug != planted.RepairsUnfilled {
			continue // it is being filled anew, and what differs then is found at the end
		}
		if !before(p.GetSection(), stream.GetOldestMonth()) {
			next = p
			break
		}
		older = p
	}
	if next == nil {
		next = older
	}
	return next, stream, err
}

// AbsorbRepair takes up one page of a section. It takes nothing that was read before the cursor, so that nothing goes
// back, and deletes only what the server's snapshot, not newer than the cursor, would have to show.
func (r *Replica) AbsorbRepair(req *syncv1.FetchSectionRequest, resp *syncv1.FetchSectionResponse) error {
	return r.update(func(tx Tx) error {
		key := sectionKey(keyRepair, req.GetStreamId(), req.GetSection())
		p := &devicev1.Repair{}
		found, err := load(tx, key, p)
		if err != nil || !found || !bytes.Equal(from(p), req.GetAfterRecordId()) ||
			!bytes.Equal(first(p).GetUntil(), req.GetUntilRecordId()) {
			return err // settled or begun anew meanwhile
		}
		s, err := loadStream(tx, req.GetStreamId())
		if err != nil || !s.GetComplete() {
			return err
		}
		if len(p.GetAfter()) > 0 && !proto.Equal(p.GetSnapshot(), resp.GetSnapshot()) {
			return again(tx, key, p)
		}
		if !ledger.Reached(s.GetCursor().GetVersion(), resp.GetSnapshot().GetVersion(), s.GetBases()) &&
			planted.Bug != planted.SectionOfOtherSnapshot && planted.Bug != planted.RepairDeletesNewer {
			return again(tx, key, p) // read before what the device has: older versions could come with it
		}
		p.Snapshot = resp.GetSnapshot()
		last, err := takeSection(tx, s, p, resp)
		if err != nil {
			return err
		}
		if resp.GetMore() {
			if last == nil {
				return ErrAnswer
			}
			p.After = last
			return save(tx, key, p)
		}
		if p.After = nil; len(p.GetRanges()) > 1 {
			p.Ranges = p.GetRanges()[1:]
			return save(tx, key, p)
		}
		return endRepair(tx, s, key, p, resp)
	})
}

// again begins a section anew; after a few attempts it waits for the cursor to move.
func again(tx Tx, key []byte, p *devicev1.Repair) error {
	p.After, p.Snapshot, p.Ranges = nil, nil, nil
	p.Attempts++
	p.Waiting = p.GetAttempts() >= maxRepairAttempts
	return save(tx, key, p)
}

// atOrBefore tells whether the snapshot is in the log that the device follows, and not past its cursor.
func atOrBefore(s *devicev1.StreamState, snapshot *syncv1.Version) bool {
	return ledger.Reached(snapshot, s.GetCursor().GetVersion(), s.GetBases())
}

// takeSection lays the records of one page down and deletes what the server does not have in their range of ids. It
// returns the last id of the page.
func takeSection(tx Tx, s *devicev1.StreamState, p *devicev1.Repair, resp *syncv1.FetchSectionResponse) (last []byte, err error) {
	sums := newSections(tx, s)
	there := map[ID]bool{}
	for _, rec := range resp.GetRecords() {
		id, ok := idOfRecord(rec.GetRecord())
		if !ok {
			return nil, ErrAnswer
		}
		value, err := marshal.Marshal(rec)
		if err != nil {
			return nil, err
		}
		there[id], last = true, id[:]
		if !ledger.Reached(rec.GetVersion(), s.GetCursor().GetVersion(), s.GetBases()) && planted.Bug != planted.RepairPastCursor {
			continue // it comes with the stream's next page, and with a cursor that proves it
		}
		if err := put(tx, sums, id, rec, value); err != nil {
			return nil, err
		}
	}
	until := last
	if !resp.GetMore() {
		until = first(p).GetUntil()
	}
	if atOrBefore(s, resp.GetSnapshot().GetVersion()) || planted.Bug == planted.SectionOfOtherSnapshot {
		if err := deleteOthers(tx, sums, s, p, until, there); err != nil {
			return nil, err
		}
	}
	return last, sums.flush()
}

func deleteOthers(tx Tx, sums *sections, s *devicev1.StreamState, p *devicev1.Repair, until []byte, there map[ID]bool) error {
	prefix, after := streamKey(keyRecord, s.GetStreamId()), []byte(nil)
	if len(from(p)) > 0 {
		after = append(bytes.Clone(prefix), from(p)...)
	}
	type row struct {
		id  ID
		rec *syncv1.PageRecord // nil: unreadable, and so in no digest
	}
	var gone []row
	err := tx.Scan(prefix, after, func(key, value []byte) error {
		id := idOf(key)
		if len(until) > 0 && bytes.Compare(id[:], until) > 0 {
			return ErrStop
		}
		rec := &syncv1.PageRecord{}
		switch {
		case there[id]:
		case proto.Unmarshal(value, rec) != nil:
			gone = append(gone, row{id: id})
		case rec.GetSection() != p.GetSection():
		case ledger.Reached(rec.GetVersion(), p.GetSnapshot().GetVersion(), s.GetBases()), planted.Bug == planted.RepairDeletesNewer:
			gone = append(gone, row{id, rec})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, one := range gone {
		if one.rec != nil {
			if err := sums.remove(one.id, one.rec); err != nil {
				return err
			}
		}
		if err := tx.Delete(recordKey(keyRecord, s.GetStreamId(), one.id)); err != nil {
			return err
		}
	}
	return nil
}

// endRepair compares the section once more, from the records themselves.
func endRepair(tx Tx, s *devicev1.StreamState, key []byte, p *devicev1.Repair, resp *syncv1.FetchSectionResponse) error {
	own, err := recount(tx, s, p.GetSection())
	if err != nil {
		return err
	}
	if !proto.Equal(resp.GetSnapshot().GetVersion(), s.GetCursor().GetVersion()) {
		p.Ranges, p.Snapshot, p.Waiting = nil, nil, true // comparable again when the cursor moves
		return save(tx, key, p)
	}
	if *own != *sumOf(resp.GetDigest()) {
		return again(tx, key, p)
	}
	if !before(p.GetSection(), s.GetOldestMonth()) { // what was never here is not repaired by being fetched
		device, err := loadDevice(tx)
		if err != nil {
			return err
		}
		device.Repairs++
		if err := save(tx, deviceKey(), device); err != nil {
			return err
		}
	}
	return doneWith(tx, s, key)
}

// doneWith takes a section off the list, and shows it if it is of a month that was being fetched.
func doneWith(tx Tx, s *devicev1.StreamState, key []byte) error {
	if err := tx.Delete(key); err != nil {
		return err
	}
	if s.GetWidenTo() == 0 {
		return nil
	}
	if err := widened(tx, s); err != nil {
		return err
	}
	return saveStream(tx, s)
}

// recount adds one section up from its records and keeps what it finds.
func recount(tx Tx, s *devicev1.StreamState, section uint32) (*sum, error) {
	now := newSections(tx, s)
	now.sums[section] = &sum{}
	err := tx.Scan(streamKey(keyRecord, s.GetStreamId()), nil, func(key, value []byte) error {
		rec := &syncv1.PageRecord{}
		if proto.Unmarshal(value, rec) != nil || rec.GetSection() != section {
			return nil
		}
		return now.add(idOf(key), rec)
	})
	if err != nil {
		return nil, err
	}
	return now.sums[section], now.flush()
}

// Repairs returns how many sections were ever repaired, and how many differ now.
func (r *Replica) Repairs() (done uint64, open int, err error) {
	err = r.view(func(rd Reader) error {
		device, err := loadDevice(rd)
		if err != nil {
			return err
		}
		done = device.GetRepairs()
		keys, _, err := collect(rd, []byte{keyRepair}, nil, maxKept)
		open = len(keys)
		return err
	})
	return done, open, err
}
