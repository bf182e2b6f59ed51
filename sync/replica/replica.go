package replica

import (
	"bytes"
	"errors"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// ID is the id of a record or a mutation: a UUIDv7.
type ID = [16]byte

// IDSource makes ids. They come from outside, as randomness does.
type IDSource func() ID

// Clock is what the device's clocks say at a call. Nobody trusts the wall clock.
type Clock struct {
	WallMs      int64
	MonotonicMs uint64 // counts sleep
	BootID      []byte // 8 random bytes drawn at boot
}

// Author is a person signed in on the device, with the key of their author seals on it.
type Author struct {
	Tenant       string
	PersonID     string
	Name         string
	Role         carev1.Role
	Organisation string
	Key          [32]byte
}

// Replica is the device's copy of the streams that its people may read, and the queue of what they wrote.
type Replica struct {
	store    Store
	deviceID string
	// due names the streams with work that has to be done before anything else.
	due map[string]bool
	// batch is how many mutations the next request may carry; halved when the transport refuses one as too large.
	batch int
	// stuck: the last answer stored nothing of what was pushed.
	stuck bool
	// later are put off: streams whose mutations were answered with RETRY; the others come first.
	later map[string]bool
	// appVersion and blobs are what the device says of itself beside what the store tells.
	appVersion string
	blobs      func() uint32
	// heldAfter is where the next request goes on asking about held mutations.
	heldAfter []byte
	// inTurns: the manifest is more than a request holds, and the last one listed a part of it, after turnAfter and up to
	// turnNext; turnNext is empty if that was the last part.
	inTurns             bool
	turnAfter, turnNext string
}

// Open opens the replica in a store, which may be empty. What a switched-off device left half done is finished at the
// next call.
func Open(store Store, deviceID string) (*Replica, error) {
	r := &Replica{store: store, deviceID: deviceID, due: map[string]bool{}, batch: maxMutations, later: map[string]bool{}}
	return r, store.Update(func(tx Tx) error {
		d, err := loadDevice(tx)
		if err != nil {
			return err
		}
		if d.GetDeviceId() == "" {
			d.DeviceId = deviceID
			if err := save(tx, deviceKey(), d); err != nil {
				return err
			}
		}
		if d.GetDeviceId() != deviceID {
			return ErrOtherDevice
		}
		streams, err := loadStreams(tx)
		for _, s := range streams {
			if hasWork(s) {
				r.due[s.GetStreamId()] = true
			}
		}
		return err
	})
}

// PutAuthor takes up a person after sign-in. The sealed time is the one that came with it; nil if none did.
func (r *Replica) PutAuthor(a Author, t *syncv1.SealedTime, c Clock) error {
	return r.store.Update(func(tx Tx) error {
		d, err := loadDevice(tx)
		if err != nil {
			return err
		}
		if t != nil {
			takeTime(d, t, c, c.WallMs)
			if err := save(tx, deviceKey(), d); err != nil {
				return err
			}
		}
		return save(tx, authorKey(a.PersonID), &devicev1.Author{
			Tenant: a.Tenant, PersonId: a.PersonID, Name: a.Name, Role: a.Role, OrganisationId: a.Organisation,
			Key: a.Key[:],
		})
	})
}

// takeTime keeps a sealed time that came at c. wallMs is what the wall clock said when the server made it, as far as
// the device can tell.
func takeTime(d *devicev1.DeviceState, t *syncv1.SealedTime, c Clock, wallMs int64) {
	d.Time = proto.CloneOf(t)
	d.TimeMonotonicMs, d.TimeBootId = c.MonotonicMs, bytes.Clone(c.BootID)
	d.ClockOffsetMs = proto.Int64(wallMs - t.GetUnixMs())
}

// author returns a person who signed in.
func author(r Reader, person string) (*devicev1.Author, error) {
	a := &devicev1.Author{}
	found, err := load(r, authorKey(person), a)
	if err != nil {
		return nil, err
	}
	if !found || len(a.GetKey()) != 32 {
		return nil, ErrNoAuthor
	}
	return a, nil
}

// update settles what is due and then runs fn.
func (r *Replica) update(fn func(Tx) error) error {
	if err := r.settle(); err != nil {
		return err
	}
	return r.store.Update(fn)
}

// view settles what is due and then runs fn: nobody sees a stream between two cursors.
func (r *Replica) view(fn func(Reader) error) error {
	if err := r.settle(); err != nil {
		return err
	}
	return r.store.View(fn)
}

// Author returns a person who signed in on the device; false if they never did.
func (r *Replica) Author(person string) (Author, bool, error) {
	var found Author
	err := r.store.View(func(rd Reader) error {
		a, err := author(rd, person)
		if err != nil {
			return err
		}
		found = Author{
			Tenant: a.GetTenant(), PersonID: a.GetPersonId(), Name: a.GetName(), Role: a.GetRole(),
			Organisation: a.GetOrganisationId(), Key: [32]byte(a.GetKey()),
		}
		return nil
	})
	if errors.Is(err, ErrNoAuthor) {
		return found, false, nil
	}
	return found, err == nil, err
}
