package hub

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// listedKinds are the standing kinds that rules look at. Their records are listed under keys of their own, so that nobody
// has to look through a chart for them.
var listedKinds = map[uint32]bool{profileKind: true, thresholdKind: true, orderKind: true, episodeKind: true}

// maxLists bounds the lists of one kind, each of maxSharers records. What lies beyond is not looked at.
const maxLists = 8

// listKey is the key of one of the lists of a kind.
func listKey(kind uint32, list int) store.ID {
	b := binary.BigEndian.AppendUint32([]byte("tsunagu standing 1"), kind)
	return keyOf(binary.BigEndian.AppendUint32(b, uint32(list)))
}

// keyOf makes a key of the store that no domain key meets.
func keyOf(b []byte) store.ID {
	sum := sha256.Sum256(b)
	return store.ID(sum[:16])
}

// list puts a new record of a standing kind on the list of its kind.
func list(tx store.Tx, s store.Stream, kind uint32, id store.ID) error {
	for n := range maxLists {
		ids, err := tx.Keyed(s, listKey(kind, n))
		if err != nil {
			return err
		}
		if len(ids) < maxSharers {
			return tx.PutKeyed(s, listKey(kind, n), id)
		}
	}
	return nil
}

// unlist takes an erased record from the list of its kind.
func unlist(tx store.Tx, s store.Stream, kind uint32, id store.ID) error {
	for n := range maxLists {
		if err := tx.EraseKeyed(s, listKey(kind, n), id); err != nil {
			return err
		}
	}
	return nil
}

// onLists returns all that is listed of a kind. A list that is less than half full is the last one: erasures alone make
// room.
func onLists(r store.Reader, s store.Stream, kind uint32) (all []store.ID, err error) {
	for n := range maxLists {
		ids, err := r.Keyed(s, listKey(kind, n))
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
		if len(ids) < maxSharers/2 {
			break
		}
	}
	return all, nil
}

// mostStanding is how many records of a standing kind the rules look at: those that were written last, newest first. Of
// profiles one counts; the others are there for when it was retracted.
var mostStanding = map[uint32]int{profileKind: 20, orderKind: 500, thresholdKind: 200, episodeKind: 200}

// listed returns the newest versions of the listed records of some kinds, those that were written last first.
func (a *alarms) listed(kinds ...uint32) (all []rules.Seen, err error) {
	for _, kind := range kinds {
		newest, err := a.newest(kind)
		if err != nil {
			return nil, err
		}
		for n, id := range newest {
			s, err := a.read(id)
			if err != nil {
				return nil, err
			}
			if s.Record == nil { // erased
				continue
			}
			all = append(all, s)
			if n+1 >= mostStanding[kind] || kind == profileKind && s.Record.GetStatus() <= carev1.RecordStatus_RECORD_STATUS_ACTIVE {
				break
			}
		}
	}
	return all, nil
}

// newest returns what is listed of a kind, what was written last first. It reads states alone: they are short.
func (a *alarms) newest(kind uint32) ([]store.ID, error) {
	ids, err := onLists(a.tx, a.stream, kind)
	if err != nil || len(ids) < 2 {
		return ids, err
	}
	seqs := make(map[store.ID]uint64, len(ids))
	for _, id := range ids {
		state, err := readState(a.tx, a.stream, id)
		if err != nil {
			return nil, err
		}
		seqs[id] = state.GetVersion().GetSeq()
	}
	slices.SortFunc(ids, func(a, b store.ID) int { return cmp.Compare(seqs[b], seqs[a]) })
	return ids, nil
}

// listAll lists the standing records of a log from before they were. It goes through the records once in the life of a
// stream.
func (w *writer) listAll() error {
	if w.head.GetStandingListed() {
		return nil
	}
	found := map[uint32][]store.ID{}
	err := w.tx.Records(w.stream, store.ID{}, func(id store.ID, raw []byte) error {
		state := &storev1.RecordState{}
		if proto.Unmarshal(raw, state) != nil {
			return store.ErrDamaged
		}
		if listedKinds[state.GetKind()] {
			found[state.GetKind()] = append(found[state.GetKind()], id)
		}
		return nil
	})
	for _, kind := range []uint32{profileKind, thresholdKind, orderKind, episodeKind} {
		for _, id := range found[kind] {
			if err == nil {
				err = list(w.tx, w.stream, kind, id)
			}
		}
	}
	w.head.StandingListed, w.dirty = err == nil, true
	return err
}
