package replica

import (
	"bytes"
	"crypto/sha256"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Write appends what somebody wrote to the queue. When it returns without an error it is on this device for good; the
// id returned is the mutation's, and for a CREATE the record's.
func (r *Replica) Write(person string, c Clock, newID IDSource, d Draft) (ID, error) {
	var id ID
	err := r.update(func(tx Tx) (err error) {
		id, err = write(tx, person, c, newID, d)
		return err
	})
	if err != nil {
		return ID{}, err
	}
	return id, nil
}

// WriteAll appends several drafts in one transaction: all of them are on this device for good, or none. A draft may need
// the id of one before it: each is made by a function that is given the ids so far.
func (r *Replica) WriteAll(person string, c Clock, newID IDSource, drafts ...func(before []ID) Draft) ([]ID, error) {
	var ids []ID
	err := r.update(func(tx Tx) error {
		ids = nil
		for _, draft := range drafts {
			id, err := write(tx, person, c, newID, draft(ids))
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}

func write(tx Tx, person string, c Clock, newID IDSource, d Draft) (ID, error) {
	a, err := author(tx, person)
	if err != nil {
		return ID{}, err
	}
	device, err := loadDevice(tx)
	if err != nil {
		return ID{}, err
	}
	before, err := sight(tx, d.StreamID, d.RecordID)
	if err != nil {
		return ID{}, err
	}
	if before.confirmed.GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED {
		return ID{}, ErrErased
	}
	if d.Seen != nil {
		if before, err = before.as(d.Seen); err != nil {
			return ID{}, err
		}
	}
	if err := d.check(before.shown); err != nil {
		return ID{}, err
	}
	id := newID()
	record := d.RecordID
	m := &syncv1.Mutation{
		Id: id[:], StreamId: d.StreamID, Operation: d.Operation, SchemaVersion: care.SchemaVersion, PersonId: person,
		DeviceId: device.GetDeviceId(), NotBefore: device.GetTime(), Groups: d.Groups, Reason: d.Reason,
		Trunk: before.trunk, Predecessor: before.last, ContinuesChain: before.goesOn,
	}
	if d.Operation == opCreate {
		record = id
	} else {
		m.RecordId = record[:]
	}
	if device.GetTime() != nil && len(c.BootID) > 0 && bytes.Equal(c.BootID, device.GetTimeBootId()) {
		m.NotBeforeMonotonicMs = proto.Uint64(device.GetTimeMonotonicMs())
	}
	if d.Operation == opResolve {
		if m.Resolution, err = before.resolution(); err != nil {
			return ID{}, err
		}
	}
	m.Record = d.content(id, device, c)
	return id, enqueue(tx, device, a, m, record)
}

// seen is what the device shows of one record, and the chain that a change of it continues.
type seen struct {
	confirmed *carev1.Record // nil: none is shown
	version   *syncv1.RecordVersion
	shown     *carev1.Record // confirmed with what is pending on top; nil: none
	trunk     *syncv1.RecordVersion
	last      *syncv1.Predecessor
	goesOn    bool // the chain of that predecessor
	refs      []*syncv1.CandidateRef
	before    bool // this is how it was shown before, and refs its candidates then
}

// put puts down what is shown, for somebody who begins to change it.
func (s seen) put() (*devicev1.Seen, error) {
	kept := &devicev1.Seen{Version: s.version, Trunk: s.trunk, Last: s.last, GoesOn: s.goesOn}
	for _, c := range s.confirmed.GetCandidates() {
		kept.Candidates = append(kept.Candidates, &syncv1.CandidateRef{MutationId: c.GetMutationId(), Group: c.GetGroup()})
	}
	var err error
	if s.shown != nil {
		kept.Record, err = marshal.Marshal(s.shown)
	}
	return kept, err
}

// as returns what was shown before, in the place of what is shown now. What was written or came in between was not
// before the author: it orders what is written now, and gives no right to replace it.
func (s seen) as(before *devicev1.Seen) (seen, error) {
	was := seen{version: before.GetVersion(), trunk: before.GetTrunk(), last: s.last, refs: before.GetCandidates(), before: true}
	if len(before.GetRecord()) > 0 {
		was.shown = &carev1.Record{}
		if err := proto.Unmarshal(before.GetRecord(), was.shown); err != nil {
			return was, ErrDamaged
		}
	}
	same := bytes.Equal(s.last.GetId(), before.GetLast().GetId())
	if was.last != nil {
		was.last = proto.CloneOf(was.last)
		was.last.Shown = same && before.GetLast().GetShown()
	}
	was.goesOn = s.goesOn && before.GetGoesOn() && same
	return was, nil
}

// sight looks at a record as its reader does.
func sight(r Reader, stream string, record ID) (seen, error) {
	s := seen{}
	if (record == ID{}) || len(stream) > 128 {
		return s, nil
	}
	var err error
	if s.confirmed, s.version, err = confirmed(r, stream, record); err != nil {
		return s, err
	}
	s.trunk, s.shown = s.version, s.confirmed
	open, err := openOf(r, stream, record)
	if err != nil {
		return s, err
	}
	chain := false
	beside := false // some of the chain has become a candidate that nobody here has been shown
	for _, own := range open {
		if !chained(own) {
			beside = beside || own.GetState() == stateAnswered
			continue
		}
		m, err := loadMutation(r, own.GetNo())
		if err != nil {
			return s, err
		}
		s.trunk, chain = m.GetTrunk(), true // a chain has one trunk, and the last pending mutation is of the present chain
		s.shown = overlaid(s.shown, own, m)
	}
	if chain {
		if s.trunk, err = shownTrunk(r, stream, s.trunk, s.version); err != nil {
			return s, err
		}
	}
	s.last, s.goesOn, err = lastOf(r, stream, record)
	s.goesOn = s.goesOn && !beside
	return s, err
}

// shownTrunk is the trunk of a chain for somebody who goes on with it now: nil where the confirmed record that is shown has
// not come as far. So it is after a tablet came back from an older copy, or its disk lost the record, while a form was
// open: whoever filled the form in had seen more than the tablet shows now, and whoever writes next has not.
func shownTrunk(r Reader, stream string, trunk, shown *syncv1.RecordVersion) (*syncv1.RecordVersion, error) {
	if trunk == nil || proto.Equal(trunk, shown) {
		return trunk, nil
	}
	s, err := loadStream(r, stream)
	if err != nil || shown == nil || !ledger.Reached(trunk.GetVersion(), shown.GetVersion(), s.GetBases()) {
		return nil, err
	}
	return trunk, nil
}

// confirmed returns a record as the server confirmed it, if the stream is shown.
func confirmed(r Reader, stream string, record ID) (*carev1.Record, *syncv1.RecordVersion, error) {
	state, err := loadStream(r, stream)
	if err != nil || !visible(state) {
		return nil, nil, err
	}
	page := &syncv1.PageRecord{}
	found, err := load(r, recordKey(keyRecord, stream, record), page)
	if err != nil || !found {
		return nil, nil, err
	}
	return decode(page)
}

func decode(page *syncv1.PageRecord) (*carev1.Record, *syncv1.RecordVersion, error) {
	rec := &carev1.Record{}
	if err := proto.Unmarshal(page.GetRecord(), rec); err != nil {
		return nil, nil, ErrDamaged
	}
	hash := sha256.Sum256(page.GetRecord())
	return rec, &syncv1.RecordVersion{Version: page.GetVersion(), Sha256: hash[:]}, nil
}

// resolution names what the author of a decision had before them.
func (s seen) resolution() (*syncv1.Resolution, error) {
	if s.before && s.version != nil {
		return &syncv1.Resolution{Seen: s.version, Candidates: s.refs}, nil
	}
	if s.confirmed == nil {
		return nil, ErrNothingToResolve
	}
	res := &syncv1.Resolution{Seen: s.version}
	for _, c := range s.confirmed.GetCandidates() {
		res.Candidates = append(res.Candidates, &syncv1.CandidateRef{MutationId: c.GetMutationId(), Group: c.GetGroup()})
	}
	return res, nil
}
