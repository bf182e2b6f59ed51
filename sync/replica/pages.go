package replica

import (
	"slices"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/planted"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// takePages takes the pages, each in a transaction of its own.
func (a *absorbing) takePages() error {
	for _, page := range a.resp.GetPages() {
		if !a.expected(page) {
			continue
		}
		page, err := a.whole(page)
		if err != nil {
			return err
		}
		take := takePageOf(a.askedFrom(page.GetStreamId()), a.verdict[page.GetStreamId()].GetHead())
		if planted.Bug == planted.CursorBeforeData && page.GetLast() {
			if take, err = a.r.cursorFirst(page); err != nil {
				return err
			}
		}
		for _, step := range []func(Tx, *devicev1.StreamState, *syncv1.Page) error{beginAnew, take} {
			if err := a.r.advance(page, step); err != nil {
				return err
			}
		}
		a.out.Pages++
		a.out.Pulled += len(page.GetRecords())
	}
	return nil
}

// whole returns a page with every record in it: of what this device brought with the request the server sends only what
// it added. The answer itself is left as it came.
func (a *absorbing) whole(page *syncv1.Page) (*syncv1.Page, error) {
	shortened := func(rec *syncv1.PageRecord) bool { return rec.GetMutation() != 0 }
	if !slices.ContainsFunc(page.GetRecords(), shortened) {
		return page, nil
	}
	whole := &syncv1.Page{
		StreamId: page.GetStreamId(), Staged: page.GetStaged(), Last: page.GetLast(), Sections: page.GetSections(),
	}
	for _, rec := range page.GetRecords() {
		if shortened(rec) {
			record, err := ledger.Whole(rec, a.req.GetMutations())
			if err != nil {
				return nil, ErrAnswer
			}
			rec = &syncv1.PageRecord{Version: rec.GetVersion(), Record: record, Section: rec.GetSection()}
		}
		whole.Records = append(whole.Records, rec)
	}
	return whole, nil
}

// advance runs one step of taking a page, and then what it made due.
func (r *Replica) advance(page *syncv1.Page, step func(Tx, *devicev1.StreamState, *syncv1.Page) error) error {
	due := false
	err := r.store.Update(func(tx Tx) error {
		s, err := loadStream(tx, page.GetStreamId())
		if err != nil {
			return err
		}
		err = step(tx, s, page)
		due = hasWork(s)
		return err
	})
	if err != nil || !due {
		return err
	}
	r.due[page.GetStreamId()] = true
	return r.settle()
}

// beginAnew drops what is staged if the page does not go on from there: the server no longer had that place, so what
// is staged may be of a history that it lost.
func beginAnew(tx Tx, s *devicev1.StreamState, page *syncv1.Page) error {
	staged := s.GetStaged().GetVersion().GetSeq()
	goesOn := page.GetStaged().GetVersion().GetSeq() >= staged
	for _, rec := range page.GetRecords() {
		goesOn = goesOn && rec.GetVersion().GetSeq() > staged
	}
	if goesOn {
		return nil
	}
	s.Refill = s.GetRefill() || s.GetDirect()
	s.Staged, s.DropStaged, s.Direct = nil, true, false
	return saveStream(tx, s)
}

// expected tells whether a page goes on where the device stands.
func (a *absorbing) expected(page *syncv1.Page) bool {
	v, known := a.verdict[page.GetStreamId()]
	return known && v.GetVerdict() != syncv1.Verdict_VERDICT_REVOKED && !a.unjudged(page.GetStreamId()) &&
		page.GetStaged().GetVersion() != nil
}

// takePageOf takes a page that was asked for from a month on, and that was read when the log had this head.
//
// A page leaves out what changed again up to the head: that comes with a later page. So a fill that goes on in a log which has
// lost its head meanwhile would lack it, although the staged place still stands. The head is shown until the fill is done.
func takePageOf(month uint32, head *syncv1.Cursor) func(Tx, *devicev1.StreamState, *syncv1.Page) error {
	return func(tx Tx, s *devicev1.StreamState, page *syncv1.Page) error {
		if page.GetLast() {
			s.SectionsFrom = month
		} else if head.GetVersion().GetSeq() > s.GetLanded().GetVersion().GetSeq() {
			s.Landed = head
		}
		return takePage(tx, s, page)
	}
}

// takePage stages a page, or with the last one completes the stream: records, cursor, digests and what they retire
// change in one transaction, or, if they are too many for one, are from then on work that is done before anything
// is shown.
func takePage(tx Tx, s *devicev1.StreamState, page *syncv1.Page) error {
	if s.GetStaged() == nil && !s.GetComplete() && !s.GetRefill() && s.GetCursor().GetVersion().GetSeq() == 0 {
		s.Direct = true // nothing is shown before the last page, so nobody sees the records come
	}
	inPlace := s.GetDirect() || page.GetLast() && s.GetStaged() == nil && !s.GetRefill()
	if err := takeRecords(tx, s, page, inPlace); err != nil {
		return err
	}
	if !page.GetLast() {
		s.Staged = page.GetStaged()
		return saveStream(tx, s)
	}
	if !inPlace {
		s.Apply = devicev1.ApplyPhase_APPLY_PHASE_MOVE
	}
	complete(s, page.GetStaged())
	s.Check, s.Sections = true, page.GetSections()
	if _, err := work(tx, s, newBudget()); err != nil {
		return err
	}
	return saveStream(tx, s)
}

// complete makes a place the stream's cursor: everything up to it is here, or staged to be laid over what is here.
func complete(s *devicev1.StreamState, cursor *syncv1.Cursor) {
	if s.GetRefill() {
		s.Apply = devicev1.ApplyPhase_APPLY_PHASE_RESCUE
	}
	s.Cursor, s.Staged, s.Complete, s.Retire = cursor, nil, true, true
	s.Direct, s.Refill, s.Shown = false, false, false
	narrowLeftover(s)
}

func takeRecords(tx Tx, s *devicev1.StreamState, page *syncv1.Page, inPlace bool) error {
	sums := newSections(tx, s)
	for _, rec := range page.GetRecords() {
		id, ok := idOfRecord(rec.GetRecord())
		if !ok || rec.GetVersion().GetSeq() == 0 {
			return ErrAnswer
		}
		value, err := marshal.Marshal(rec)
		if err != nil {
			return err
		}
		if inPlace {
			err = put(tx, sums, id, rec, value)
		} else {
			err = stage(tx, s, id, value)
		}
		if err != nil {
			return err
		}
	}
	return sums.flush()
}

// stage keeps a record for later. A record that moved meanwhile comes again, and the later one counts.
func stage(tx Tx, s *devicev1.StreamState, id ID, value []byte) error {
	return tx.Set(recordKey(keyStaged, s.GetStreamId(), id), value)
}

// put lays a confirmed record down and keeps the digests. It does not compare versions: whoever calls it has made
// sure that the server read the record at the device's cursor or after it. Numbers would prove nothing, since a log
// that was lost may have had higher ones.
func put(tx Tx, sums *sections, id ID, rec *syncv1.PageRecord, value []byte) error {
	key := recordKey(keyRecord, sums.stream, id)
	was, err := tx.Get(key)
	if err != nil {
		return err
	}
	if isStub(rec.GetRecord()) && planted.Bug != planted.ErasureKeepsOwn {
		if err := erase(tx, sums.stream, id); err != nil {
			return err
		}
	}
	if was == nil && before(rec.GetSection(), sums.oldest) {
		return nil // of a month that this device does not hold
	}
	old := &syncv1.PageRecord{}
	if was != nil && proto.Unmarshal(was, old) == nil { // one that cannot be read is in no digest
		if err := sums.remove(id, old); err != nil {
			return err
		}
	}
	if err := sums.add(id, rec); err != nil {
		return err
	}
	return tx.Set(key, value)
}

// idOfRecord reads the id out of a serialised record without decoding the rest.
func idOfRecord(record []byte) (id ID, ok bool) {
	for len(record) > 0 {
		number, kind, n := protowire.ConsumeTag(record)
		if n < 0 {
			return id, false
		}
		record = record[n:]
		if number == 1 && kind == protowire.BytesType {
			value, n := protowire.ConsumeBytes(record)
			if n < 0 || len(value) != len(id) {
				return id, false
			}
			return ID(value), true
		}
		if n = protowire.ConsumeFieldValue(number, kind, record); n < 0 {
			return id, false
		}
		record = record[n:]
	}
	return id, false
}

// cursorFirst is a mistake that is built in on purpose, see sync/planted: the cursor is saved in a transaction of its
// own before the data. Nothing comes of it unless the device is switched off in between.
func (r *Replica) cursorFirst(page *syncv1.Page) (func(Tx, *devicev1.StreamState, *syncv1.Page) error, error) {
	before := &devicev1.StreamState{}
	err := r.store.Update(func(tx Tx) error {
		s, err := loadStream(tx, page.GetStreamId())
		if err != nil {
			return err
		}
		proto.Merge(before, s)
		s.Cursor, s.Staged, s.Complete = proto.CloneOf(page.GetStaged()), nil, true
		return saveStream(tx, s)
	})
	return func(tx Tx, s *devicev1.StreamState, page *syncv1.Page) error {
		proto.Reset(s)
		proto.Merge(s, before)
		return takePage(tx, s, page)
	}, err
}
