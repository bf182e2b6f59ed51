package simtest

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// order is a court that has a record erased.
func (w *world) order() {
	if w.server.unconfirmed {
		return // the operator is asked again later, or never
	}
	keys := slices.DeleteFunc(w.oracle.log.keys(), func(k recordKey) bool {
		return w.oracle.derivedRecord(k)
	})
	if len(keys) == 0 {
		return
	}
	slices.SortStableFunc(keys, func(a, b recordKey) int { // what is asked about is mostly old
		return cmp.Compare(w.oracle.log.records[a].section-1, w.oracle.log.records[b].section-1) // what stands comes last
	})
	key := keys[min(w.dice.IntN(len(keys)), w.dice.IntN(6))]
	w.count("erasure")
	w.note("record %s of %s is erased by order", name(key.id), key.stream)
	w.server.ordered = append(w.server.ordered, key)
	w.oracle.gone[key] = true
	for _, alert := range w.oracle.restOn(key) {
		w.oracle.gone[alert] = true
	}
	if w.chance(30) {
		w.server.store.FailNext(store.ErrUnknownOutcome)
		w.server.hub.Erase(context.Background(), w.server.callOf(sato, "desk"), key.stream, key.id, "station")
		w.server.again()
	}
	w.server.erase(key)
}

// keys of all records, in order.
func (l *logState) keys() []recordKey {
	var keys []recordKey
	for key := range l.records {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(a, b recordKey) int {
		return strings.Compare(a.stream+string(a.id[:]), b.stream+string(b.id[:]))
	})
	return keys
}

func (s *server) erase(key recordKey) {
	alerts := s.world.oracle.restOn(key)
	for _, alert := range alerts {
		s.world.oracle.gone[alert] = true
	}
	err := s.hub.Erase(context.Background(), s.callOf(sato, "desk"), key.stream, key.id, "station")
	if err != nil {
		s.world.problem("record %s cannot be erased: %v", name(key.id), err)
	}
	s.world.oracle.observe()
	for _, one := range append(alerts, key) {
		s.world.oracle.nothingLeft(one)
	}
}

// eraseAgain carries every order of the journal out once more.
func (s *server) eraseAgain() {
	for _, key := range s.ordered {
		s.erase(key)
	}
}

// nothingLeft looks for anything of an erased record on the server.
func (o *oracle) nothingLeft(key recordKey) {
	err := o.world.server.store.View(context.Background(), func(r store.Reader) error {
		err := r.Entries(stream(key.stream), 0, func(seq uint64, raw []byte) error {
			e := &storev1.Entry{}
			if err := proto.Unmarshal(raw, e); err != nil || id(e.GetRecordId()) != key.id {
				return err
			}
			stub := o.log.records[key] != nil && o.log.records[key].version.GetSeq() == seq
			if len(e.GetPayload()) > 0 || len(e.GetSalt()) > 0 && !stub || len(e.GetRecord()) > 0 && !stub {
				o.world.problem("NOT ERASED: entry %d still holds what was written to record %s", seq, name(key.id))
			}
			return nil
		})
		if err != nil {
			return err
		}
		return r.InboxItems(store.Organisation{Tenant: tenant, Name: "station"}, func(_ store.ID, raw []byte) error {
			item, m := &storev1.InboxItem{}, &syncv1.Mutation{}
			if proto.Unmarshal(raw, item) != nil || proto.Unmarshal(item.GetPayload(), m) != nil {
				return store.ErrDamaged
			}
			if len(item.GetPayload()) > 0 && m.GetStreamId() == key.stream && recordOf(m) == key.id {
				o.world.problem("NOT ERASED: an inbox still holds what was written to record %s", name(key.id))
			}
			return nil
		})
	})
	if err != nil {
		o.world.problem("the log cannot be read: %v", err)
	}
}

// recordOf is the record that a mutation is about.
func recordOf(m *syncv1.Mutation) id {
	if len(m.GetRecordId()) == 16 {
		return id(m.GetRecordId())
	}
	return id(m.GetId())
}
