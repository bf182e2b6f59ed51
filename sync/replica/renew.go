package replica

import (
	"bytes"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/seal"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// renewal gives mutations whose id is taken another one, and rewrites everything in the queue that depends on them.
type renewal struct {
	tx      Tx
	newID   IDSource
	reused  map[uint64]bool
	records map[ID]ID                  // old and new ids of records
	changed map[ID]*syncv1.Predecessor // old id of a mutation → what it is now
}

func (a *absorbing) renew(reused []*devicev1.OwnMutation) error {
	n := &renewal{
		tx: a.tx, newID: a.newID, reused: map[uint64]bool{}, records: map[ID]ID{},
		changed: map[ID]*syncv1.Predecessor{},
	}
	for _, own := range reused {
		n.reused[own.GetNo()] = true
	}
	keys, _, err := collect(a.tx, []byte{keyPending}, nil, maxKept)
	if err != nil {
		return err
	}
	for _, key := range keys {
		if err := n.one(numberOf(key)); err != nil {
			return err
		}
	}
	a.out.Renewed += len(reused)
	if len(n.records) == 0 {
		return nil
	}
	return a.patchReferences(n)
}

// one rewrites a mutation if it, or what it depends on, has changed.
func (n *renewal) one(no uint64) error {
	own, err := loadOwn(n.tx, no)
	if err != nil {
		return err
	}
	m, err := loadMutation(n.tx, no)
	if err != nil {
		return err
	}
	before, old := proto.CloneOf(m), proto.CloneOf(own)
	if n.reused[no] {
		id := n.newID()
		if m.GetOperation() == opCreate {
			n.records[ID(m.GetId())] = id
			m.Record.Id, own.RecordId = id[:], id[:]
		}
		m.Id, own.Id = id[:], id[:]
	}
	if now, renewed := n.record(m.GetRecordId()); renewed {
		m.RecordId, own.RecordId = now, now
	}
	if len(m.GetPredecessor().GetId()) == 16 {
		if now := n.changed[ID(m.GetPredecessor().GetId())]; now != nil {
			m.Predecessor = &syncv1.Predecessor{Id: now.GetId(), PayloadHash: now.GetPayloadHash(), Shown: m.Predecessor.GetShown()}
		}
	}
	n.replace(m.GetRecord().ProtoReflect())
	if proto.Equal(before, m) {
		return nil
	}
	return n.rewrite(old, own, m)
}

func (n *renewal) record(id []byte) ([]byte, bool) {
	if len(id) != 16 {
		return nil, false
	}
	now, renewed := n.records[ID(id)]
	return now[:], renewed
}

// rewrite stores a mutation under its new id, with new bytes and a new seal.
func (n *renewal) rewrite(old, own *devicev1.OwnMutation, m *syncv1.Mutation) error {
	payload, err := marshal.Marshal(m)
	if err != nil {
		return err
	}
	a, err := author(n.tx, own.GetPersonId())
	if err != nil {
		return err
	}
	hash := seal.PayloadHash(payload)
	own.PayloadHash, own.FirstLanding, own.NeedsUpdate = hash[:], nil, false
	n.changed[ID(old.GetId())] = &syncv1.Predecessor{Id: own.GetId(), PayloadHash: own.GetPayloadHash()}
	last, err := lastLink(n.tx, old.GetStreamId(), ID(old.GetRecordId()))
	if err != nil {
		return err
	}
	queued := &syncv1.QueuedMutation{Payload: payload, AuthorSeal: seal.Author([32]byte(a.GetKey()), payload)}
	moved := !bytes.Equal(old.GetRecordId(), own.GetRecordId())
	for _, write := range []func() error{
		func() error { return n.tx.Delete(idKey(old.GetId())) },
		func() error { return n.tx.Set(idKey(own.GetId()), numberKey(keyID, own.GetNo())[1:]) },
		func() error { return setOpen(n.tx, old, false) },
		func() error { return setOpen(n.tx, own, true) },
		func() error { return save(n.tx, numberKey(keyPayload, own.GetNo()), queued) },
		func() error { return save(n.tx, numberKey(keyOwn, own.GetNo()), own) },
	} {
		if err := write(); err != nil {
			return err
		}
	}
	if moved {
		if err := n.tx.Delete(recordKey(keyLast, old.GetStreamId(), ID(old.GetRecordId()))); err != nil {
			return err
		}
	}
	if moved || bytes.Equal(last.GetId(), old.GetId()) {
		return setLast(n.tx, own)
	}
	return nil
}

// replace exchanges every reference to a renewed record within a message, and answers whether there was one.
func (n *renewal) replace(m protoreflect.Message) (found bool) {
	if !m.IsValid() || len(n.records) == 0 {
		return false
	}
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.IsMap():
		case f.IsList():
			for i := range v.List().Len() {
				if now, renewed := n.value(f, v.List().Get(i), &found); renewed {
					v.List().Set(i, now)
				}
			}
		default:
			if now, renewed := n.value(f, v, &found); renewed {
				m.Set(f, now)
			}
		}
		return true
	})
	return found
}

func (n *renewal) value(f protoreflect.FieldDescriptor, v protoreflect.Value, found *bool) (protoreflect.Value, bool) {
	switch f.Kind() {
	case protoreflect.BytesKind:
		if now, renewed := n.record(v.Bytes()); renewed {
			*found = true
			return protoreflect.ValueOfBytes(now), true
		}
	case protoreflect.MessageKind, protoreflect.GroupKind:
		*found = n.replace(v.Message()) || *found
	}
	return protoreflect.Value{}, false
}

// patchReferences corrects references that were sent already, with a PATCH by the same author. What cannot be
// corrected so (the record is not here, or its kind is unknown) stays as it is: the old id then leads to a record
// that is not this one, which people see.
func (a *absorbing) patchReferences(n *renewal) error {
	keys, _, err := collect(a.tx, []byte{keyAnswered}, nil, maxKept)
	if err != nil {
		return err
	}
	if err := save(a.tx, deviceKey(), a.device); err != nil {
		return err
	}
	done := map[ID]bool{}
	for _, key := range keys {
		own, err := loadOwn(a.tx, numberOf(key))
		if err != nil {
			return err
		}
		record := ID(own.GetRecordId())
		if done[record] || own.GetState() == stateHeld || own.GetState() == stateRejected {
			continue
		}
		m, err := loadMutation(a.tx, own.GetNo())
		if err != nil {
			return err
		}
		if !n.replace(m.GetRecord().ProtoReflect()) {
			continue
		}
		done[record] = true
		if err := a.patchReference(n, own, record); err != nil {
			return err
		}
	}
	a.device, err = loadDevice(a.tx)
	return err
}

// renewReason is what the history says about such a PATCH.
const renewReason = "参照先の番号が変わったため / the number of a referenced record has changed"

func (a *absorbing) patchReference(n *renewal, own *devicev1.OwnMutation, record ID) error {
	s, err := sight(a.tx, own.GetStreamId(), record)
	if err != nil || s.shown == nil {
		return err
	}
	now := proto.CloneOf(s.shown)
	kind, known := care.KindOf(now.GetBody())
	if !known || !n.replace(now.GetBody().ProtoReflect()) {
		return nil
	}
	d := Draft{
		StreamID: own.GetStreamId(), RecordID: record, Operation: opPatch, Reason: renewReason,
		Record: &carev1.Record{Body: now.GetBody()},
	}
	if !kind.WholeRecord() {
		d.Groups = slices.DeleteFunc(slices.Clone(kind.Groups()), func(g uint32) bool {
			return g >= 1000 || care.EqualGroup(now.GetBody(), s.shown.GetBody(), g)
		})
	}
	if d.check(s.shown) != nil {
		return nil
	}
	_, err = write(a.tx, own.GetPersonId(), a.c, a.newID, d)
	return err
}
