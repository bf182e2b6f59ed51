package simtest

import (
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// What a tablet has on its disk, below what it shows. The families are those of sync/replica/keys.go: a letter, the
// length of the stream's name, the name, and then the record.
const (
	familyRecord  = 'c' // confirmed records
	familyStaged  = 'g' // records of an unfinished fill
	familyRescued = 'x' // records that were set aside
	familyQueue   = 'q' // what the tablet's people wrote
)

func familyOf(family byte, streamID string) []byte {
	return append([]byte{family, byte(len(streamID))}, streamID...)
}

// stored calls fn for all that a tablet stores of a family in a stream, with the record that it is about.
func (d *device) stored(family byte, streamID string, fn func(key []byte, record id, value []byte)) {
	prefix := familyOf(family, streamID)
	err := d.store.View(func(r replica.Reader) error {
		return r.Scan(prefix, nil, func(key, value []byte) error {
			fn(key, id(key[len(prefix):len(prefix)+16]), value)
			return nil
		})
	})
	if err != nil {
		d.world.problem("tablet %s: %v", d.id, err)
	}
}

// keepsErased looks for anything of an erased record on a tablet that has its stub, or may no longer read it.
func (o *oracle) keepsErased(d *device, key recordKey) {
	for _, family := range []byte{familyRecord, familyStaged, familyRescued} {
		d.stored(family, key.stream, func(_ []byte, record id, value []byte) {
			page, rec := &syncv1.PageRecord{}, &carev1.Record{}
			if record != key.id || family != familyRescued && proto.Unmarshal(value, page) != nil {
				return
			}
			stub := family != familyRescued && proto.Unmarshal(page.GetRecord(), rec) == nil && rec.GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED
			if !stub {
				d.world.problem("NOT ERASED: tablet %s still has record %s (family %q)", d.id, name(key.id), family)
			}
		})
	}
	err := d.store.View(func(r replica.Reader) error {
		return r.Scan([]byte{familyQueue}, nil, func(_, value []byte) error {
			q, m := &syncv1.QueuedMutation{}, &syncv1.Mutation{}
			if proto.Unmarshal(value, q) != nil || proto.Unmarshal(q.GetPayload(), m) != nil {
				return replica.ErrDamaged
			}
			if m.GetStreamId() == key.stream && recordOf(m) == key.id {
				d.world.problem("NOT ERASED: tablet %s still has mutation %s of record %s", d.id, name(id(m.GetId())), name(key.id))
			}
			return nil
		})
	})
	if err != nil {
		d.world.problem("tablet %s: %v", d.id, err)
	}
}
