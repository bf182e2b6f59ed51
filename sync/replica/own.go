package replica

import (
	"bytes"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/seal"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const (
	statePending  = devicev1.MutationState_MUTATION_STATE_PENDING
	stateTooLarge = devicev1.MutationState_MUTATION_STATE_TOO_LARGE
	stateAnswered = devicev1.MutationState_MUTATION_STATE_ANSWERED
	stateHeld     = devicev1.MutationState_MUTATION_STATE_HELD
	stateRejected = devicev1.MutationState_MUTATION_STATE_REJECTED
	stateRetired  = devicev1.MutationState_MUTATION_STATE_RETIRED
)

// loadOwn returns the mutation with the number; ErrDamaged if there is none.
func loadOwn(r Reader, no uint64) (*devicev1.OwnMutation, error) {
	own := &devicev1.OwnMutation{}
	found, err := load(r, numberKey(keyOwn, no), own)
	if err == nil && !found {
		err = ErrDamaged
	}
	return own, err
}

// findOwn returns the mutation with the id; nil if this device has none.
func findOwn(r Reader, id []byte) (*devicev1.OwnMutation, error) {
	value, err := r.Get(idKey(id))
	if len(value) != 8 || err != nil {
		return nil, err
	}
	return loadOwn(r, numberOf(value))
}

// loadPayload returns the queued bytes of a mutation.
func loadPayload(r Reader, no uint64) (*syncv1.QueuedMutation, error) {
	q := &syncv1.QueuedMutation{}
	found, err := load(r, numberKey(keyPayload, no), q)
	if err == nil && !found {
		err = ErrDamaged
	}
	return q, err
}

// loadMutation returns what a mutation says.
func loadMutation(r Reader, no uint64) (*syncv1.Mutation, error) {
	q, err := loadPayload(r, no)
	if err != nil {
		return nil, err
	}
	m := &syncv1.Mutation{}
	if err := proto.Unmarshal(q.GetPayload(), m); err != nil {
		return nil, ErrDamaged
	}
	return m, nil
}

// markerKey is where a mutation in this state is listed.
func markerKey(own *devicev1.OwnMutation) []byte {
	switch own.GetState() {
	case statePending, stateTooLarge:
		return numberKey(keyPending, own.GetNo())
	case stateAnswered:
		return classNumberKey(own.GetStreamId(), classWaiting, own.GetNo())
	case stateRetired:
		return classNumberKey(own.GetStreamId(), classRetired, own.GetNo())
	default:
		return classNumberKey(own.GetStreamId(), classShown, own.GetNo())
	}
}

// move brings a mutation into a state and stores it. Everything that lists it follows.
func move(tx Tx, own *devicev1.OwnMutation, to devicev1.MutationState) error {
	old, was := markerKey(own), own.GetState()
	own.State = to
	if marker := markerKey(own); !bytes.Equal(old, marker) {
		if err := tx.Delete(old); err != nil {
			return err
		}
		if err := tx.Set(marker, []byte{}); err != nil {
			return err
		}
	}
	if (was == stateRetired) != (to == stateRetired) {
		if err := setOpen(tx, own, to != stateRetired); err != nil {
			return err
		}
	}
	return save(tx, numberKey(keyOwn, own.GetNo()), own)
}

// setOpen lists a mutation among the open ones of its record, or takes it off.
func setOpen(tx Tx, own *devicev1.OwnMutation, open bool) error {
	key := recordKey(keyOpen, own.GetStreamId(), ID(own.GetRecordId()))
	list := &devicev1.OpenMutations{}
	if _, err := load(tx, key, list); err != nil {
		return err
	}
	at, found := slices.BinarySearch(list.No, own.GetNo())
	switch {
	case open && !found:
		list.No = slices.Insert(list.No, at, own.GetNo())
	case !open && found:
		list.No = slices.Delete(list.No, at, at+1)
	}
	if len(list.No) == 0 {
		return tx.Delete(key)
	}
	return save(tx, key, list)
}

// openOf returns the mutations of a record that are not retired, in the order of writing.
func openOf(r Reader, stream string, record ID) ([]*devicev1.OwnMutation, error) {
	list := &devicev1.OpenMutations{}
	if _, err := load(r, recordKey(keyOpen, stream, record), list); err != nil {
		return nil, err
	}
	all := make([]*devicev1.OwnMutation, 0, len(list.GetNo()))
	for _, no := range list.GetNo() {
		own, err := loadOwn(r, no)
		if err != nil {
			return nil, err
		}
		all = append(all, own)
	}
	return all, nil
}

// chained tells whether a mutation keeps its chain open: it is shown on top of the record, neither retired nor set
// aside by the server, as something held or as a candidate.
func chained(own *devicev1.OwnMutation) bool {
	switch own.GetState() {
	case statePending, stateTooLarge:
		return true
	case stateAnswered:
		return own.GetResult().GetOutcome() != syncv1.Outcome_OUTCOME_CONFLICT
	}
	return false
}

// tookEffect tells whether a retired mutation is part of what the server confirmed.
func tookEffect(own *devicev1.OwnMutation) bool {
	return own.GetState() == stateRetired && own.GetResult().GetOutcome() != syncv1.Outcome_OUTCOME_REJECTED
}

// lastOf returns this store's last mutation of a record as a predecessor, and whether the chain goes on with it; nil
// if there was none, or if it was rejected: nothing builds on that.
func lastOf(r Reader, stream string, record ID) (*syncv1.Predecessor, bool, error) {
	link, err := lastLink(r, stream, record)
	if link == nil || err != nil {
		return nil, false, err
	}
	own, err := findOwn(r, link.GetId())
	switch {
	case err != nil:
		return nil, false, err
	case own == nil: // forgotten, and so confirmed long ago
		link.Shown = true
		return link, false, nil
	case own.GetResult().GetOutcome() == syncv1.Outcome_OUTCOME_REJECTED:
		return nil, false, nil
	}
	link.Shown = chained(own) || tookEffect(own)
	return link, chained(own), nil
}

// lastLink returns the link to this store's last mutation of a record, whatever became of it; nil if there was none.
func lastLink(r Reader, stream string, record ID) (*syncv1.Predecessor, error) {
	value, err := r.Get(recordKey(keyLast, stream, record))
	if len(value) != 16+32 || err != nil {
		return nil, err
	}
	return &syncv1.Predecessor{Id: bytes.Clone(value[:16]), PayloadHash: bytes.Clone(value[16:])}, nil
}

// dropLast forgets that a mutation was the last of its record.
func dropLast(tx Tx, own *devicev1.OwnMutation) error {
	key := recordKey(keyLast, own.GetStreamId(), ID(own.GetRecordId()))
	value, err := tx.Get(key)
	if err != nil || len(value) < 16 || !bytes.Equal(value[:16], own.GetId()) {
		return err
	}
	return tx.Delete(key)
}

func setLast(tx Tx, own *devicev1.OwnMutation) error {
	value := append(bytes.Clone(own.GetId()), own.GetPayloadHash()...)
	return tx.Set(recordKey(keyLast, own.GetStreamId(), ID(own.GetRecordId())), value)
}

// enqueue appends a mutation to the queue.
func enqueue(tx Tx, d *devicev1.DeviceState, a *devicev1.Author, m *syncv1.Mutation, record ID) error {
	payload, err := marshal.Marshal(m)
	if err != nil {
		return err
	}
	if len(payload) > maxKeptBytes {
		return ErrTooLarge
	}
	hash := seal.PayloadHash(payload)
	own := &devicev1.OwnMutation{
		No: d.GetNextNo(), Id: m.GetId(), StreamId: m.GetStreamId(), RecordId: record[:], PersonId: m.GetPersonId(),
		PayloadHash: hash[:], State: statePending,
	}
	if len(payload) > maxPayloadBytes || proto.Size(m.GetRecord().GetBody()) > maxBodyBytes {
		own.State = stateTooLarge
	}
	d.NextNo++
	queued := &syncv1.QueuedMutation{Payload: payload, AuthorSeal: seal.Author([32]byte(a.GetKey()), payload)}
	for _, write := range []func() error{
		func() error { return save(tx, numberKey(keyPayload, own.GetNo()), queued) },
		func() error { return save(tx, numberKey(keyOwn, own.GetNo()), own) },
		func() error { return tx.Set(idKey(own.GetId()), numberKey(keyID, own.GetNo())[1:]) },
		func() error { return tx.Set(markerKey(own), []byte{}) },
		func() error { return setOpen(tx, own, true) },
		func() error { return setLast(tx, own) },
		func() error { return save(tx, deviceKey(), d) },
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return nil
}

// forget deletes a mutation and its bytes: the server has it, a backup covers it, and its author has seen what
// became of it.
func forget(tx Tx, own *devicev1.OwnMutation) error {
	if own.GetState() != stateRetired {
		if err := setOpen(tx, own, false); err != nil {
			return err
		}
	}
	for _, key := range [][]byte{
		numberKey(keyPayload, own.GetNo()), numberKey(keyOwn, own.GetNo()), idKey(own.GetId()), markerKey(own),
	} {
		if err := tx.Delete(key); err != nil {
			return err
		}
	}
	return nil
}

// pending calls fn for every mutation that may be pushed, in order of writing: not those too large, nor what was
// written to the same record after one.
func pending(r Reader, fn func(*devicev1.OwnMutation) error) error {
	var blocked map[string]bool
	keys := [][]byte{}
	err := r.Scan([]byte{keyPending}, nil, func(key, _ []byte) error {
		keys = append(keys, bytes.Clone(key))
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range keys {
		own, err := loadOwn(r, numberOf(key))
		if err != nil {
			return err
		}
		record := string(own.GetRecordId())
		if own.GetState() == stateTooLarge || blocked[record] {
			if blocked == nil {
				blocked = map[string]bool{}
			}
			blocked[record] = true
			continue
		}
		if err := fn(own); err == ErrStop {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}
