package hub

import (
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// upcast lifts a mutation of one schema to the next one: it returns what is laid over the mutation's record, nil for
// nothing, and may add to the groups that it writes. It only adds. What the device wrote stays in the record as it was
// sent, since its bytes are hashed and sealed and its author's device has them.
type upcast func(*syncv1.Mutation) *carev1.Record

// upcasts by the schema that they lift from. There is one schema so far, and so there are none.
var upcasts = map[uint32]upcast{}

// schemas are those of mutations that a hub understands: up to the newest one.
type schemas struct {
	newest uint32
	lifts  map[uint32]upcast
}

// lift brings a mutation of an older schema up to the newest. Schema 0 is 1: it was not always written down.
func (s schemas) lift(p *prepared) error {
	if p.m.GetRecord() == nil {
		return nil
	}
	for from := max(1, p.m.GetSchemaVersion()); from < s.newest; from++ {
		up := s.lifts[from]
		if up == nil {
			continue // that schema only added fields
		}
		over := up(p.m)
		if over == nil {
			continue
		}
		raw, err := ledger.Marshal(over)
		if err != nil {
			return err
		}
		if err := (proto.UnmarshalOptions{Merge: true}).Unmarshal(raw, p.m.GetRecord()); err != nil {
			return err
		}
		p.lifted = append(p.lifted, raw...)
	}
	return nil
}
