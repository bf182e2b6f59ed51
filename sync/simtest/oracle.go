package simtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// sight is what an author had before them.
type sight struct {
	// shown is the record as the server had confirmed it to the tablet; nil if it had not.
	shown []byte
	// own are the tablet's mutations of it that were shown, and pending those of them that were not yet confirmed.
	own, pending set
}

// id of a mutation or a record.
type id = [16]byte

// set of mutations.
type set map[id]bool

func (s set) within(others ...set) bool {
	for one := range s {
		if !slices.ContainsFunc(others, func(o set) bool { return o[one] }) {
			return false
		}
	}
	return true
}

// oracle judges the log. It knows what every author had been shown when they wrote, because it stood beside them;
// it does not know trunks, markers, chains or cursors.
type oracle struct {
	world *world
	log   *logState
	// versions: which mutations a version of a record stands for, by the hash of its bytes. Versions of a log that
	// was lost stay here: somebody may have seen them.
	versions map[[32]byte]set
	// spoilt are versions as a tablet's disk has spoilt them. Who sees one has seen the record, and cannot prove it: the
	// hash is of bytes that the server never had.
	spoilt map[[32]byte]bool
	// seen: what the author of a mutation had been shown of the record, and had written to it on the same tablet.
	seen map[id]set
	// chain: which mutations of the same tablet were pending, on top of the record, when a mutation was written.
	chain map[id]set
	// confirmed: which mutations the version stood for that the author of a mutation was shown, if they can prove it.
	confirmed map[id]set
	// order in which mutations were written, for a digest of outcomes that holds no id.
	order []id
	// written: when, by whom and to what.
	written map[id]writing
	// begun are the epochs that any log ever began; gone are the records that were ever ordered to be erased.
	begun map[string]bool
	gone  map[recordKey]bool
	// acknowledged mutations, by the device that got the answer.
	acknowledged map[id]*device
}

// writing is the true circumstances of a mutation.
type writing struct {
	at     time.Time
	author string
	key    recordKey
}

func newOracle(w *world) *oracle {
	return &oracle{
		world: w, log: newLogState(), versions: map[[32]byte]set{}, seen: map[id]set{}, chain: map[id]set{},
		confirmed: map[id]set{}, acknowledged: map[id]*device{}, written: map[id]writing{}, begun: map[string]bool{},
		gone: map[recordKey]bool{}, spoilt: map[[32]byte]bool{},
	}
}

func (o *oracle) rewind(to *logState) { o.log = to.clone() }

// wrote puts down what an author had before them: the version shown, and what the same tablet wrote before.
func (o *oracle) wrote(m id, author string, draft replica.Draft, before sight) {
	o.chain[m] = before.pending
	seen := maps.Clone(before.own)
	if before.shown != nil {
		version := sha256.Sum256(before.shown)
		for one := range o.versions[version] {
			seen[one] = true
		}
		if !o.spoilt[version] {
			o.confirmed[m] = o.versions[version]
		}
	}
	o.seen[m] = seen
	key := recordKey{draft.StreamID, draft.RecordID}
	if draft.Operation == syncv1.Operation_OPERATION_CREATE {
		key.id = m
	}
	o.written[m] = writing{at: o.world.now, author: author, key: key}
	o.order = append(o.order, m)
}

// observe reads what the log has gained, and judges it.
func (o *oracle) observe() {
	err := o.world.server.store.View(context.Background(), func(r store.Reader) error {
		for _, ref := range o.world.server.dir.streams {
			err := r.Entries(stream(ref.ID), o.log.read[ref.ID], func(seq uint64, raw []byte) error {
				return o.entry(r, ref.ID, seq, raw)
			})
			if err == nil {
				err = o.epochs(r, ref.ID)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.world.problem("the log cannot be read: %v", err)
	}
}

// epochs checks that no number of an epoch is given twice, whatever copy the server came back from.
func (o *oracle) epochs(r store.Reader, streamID string) error {
	head, err := headOf(r, streamID)
	for _, b := range head.GetBases() {
		epoch := fmt.Sprintf("%s %d", streamID, b.GetEpoch())
		if !o.log.epochs[epoch] && o.begun[epoch] {
			o.world.problem("EPOCH TWICE: epoch %d of %s was given before", b.GetEpoch(), streamID)
		}
		o.log.epochs[epoch], o.begun[epoch] = true, true
	}
	return err
}

func (o *oracle) entry(r store.Reader, streamID string, seq uint64, raw []byte) error {
	e := &storev1.Entry{}
	if err := proto.Unmarshal(raw, e); err != nil {
		return err
	}
	if want, err := ledger.Hash(e, o.log.last(streamID)); err != nil || !slices.Equal(want, e.GetHash()) || seq != o.log.read[streamID]+1 {
		o.world.problem("entry %d of %s does not follow its predecessor", seq, streamID)
	}
	o.log.read[streamID], o.log.hashes[streamID] = seq, append(o.log.hashes[streamID], slices.Clone(e.GetHash()))
	if ledger.Derived(e) {
		return o.derived(r, streamID, seq, e)
	}
	m, err := mutationOf(r, streamID, e)
	if err != nil {
		return err
	}
	mid := id(e.GetMutationId())
	before, known := o.log.decided[mid]
	is := decision{outcome: e.GetEffect(), reason: e.GetHeldReason(), seq: seq}
	copy(is.predecessor[:], m.GetPredecessor().GetId())
	o.log.decided[mid] = is
	o.world.count(e.GetEffect().String())
	o.world.note("log %s %d: %s %s %s", streamID, seq, name(mid), e.GetEffect(), e.GetHeldReason())
	restored := e.GetEffect() == syncv1.Outcome_OUTCOME_HELD && e.GetHeldReason() == syncv1.HeldReason_HELD_REASON_RESTORED
	if o.world.server.unconfirmed && !restored {
		o.world.problem("JUDGED TOO SOON: mutation %s was judged before the restore is confirmed", name(mid))
	}
	if !ledger.Changed(e.GetEffect()) {
		return nil
	}
	if known && ledger.Changed(before.outcome) {
		o.world.problem("mutation %s took effect twice, at %d and %d", name(mid), before.seq, seq)
	}
	o.follows(m, seq)
	o.changed(streamID, e, m)
	return nil
}

// mutationOf returns the mutation that an entry is about.
func mutationOf(r store.Reader, streamID string, e *storev1.Entry) (*syncv1.Mutation, error) {
	payload := e.GetPayload()
	if e.GetHeldSeq() != 0 {
		raw, err := r.Entry(stream(streamID), e.GetHeldSeq())
		if err != nil {
			return nil, err
		}
		held := &storev1.Entry{}
		if err := proto.Unmarshal(raw, held); err != nil {
			return nil, err
		}
		payload = held.GetPayload()
	}
	m := &syncv1.Mutation{}
	return m, proto.Unmarshal(payload, m)
}

// follows checks that what a mutation builds on took effect before it.
func (o *oracle) follows(m *syncv1.Mutation, seq uint64) {
	if pred := m.GetPredecessor(); pred != nil {
		d, ok := o.log.decided[id(pred.GetId())]
		if ok && d.outcome == syncv1.Outcome_OUTCOME_REJECTED {
			return // a person has decided about each of the two
		}
		if !ok || !ledger.Changed(d.outcome) || d.seq >= seq {
			o.world.problem("mutation %s took effect before its predecessor %s", name(id(m.GetId())), name(id(pred.GetId())))
		}
	}
}

// changed judges a record's change: what disappeared must have been seen by whoever made it disappear, and what was
// written must be there.
func (o *oracle) changed(streamID string, e *storev1.Entry, m *syncv1.Mutation) {
	mid, key := id(e.GetMutationId()), recordKey{streamID, id(e.GetRecordId())}
	raw, err := ledger.Record(e)
	after := &carev1.Record{}
	if err != nil || proto.Unmarshal(raw, after) != nil {
		o.world.problem("the record of entry %d cannot be read", e.GetVersion().GetSeq())
		return
	}
	kind, _ := care.KindOf(after.GetBody())
	state := o.log.records[key]
	fresh := state == nil
	if fresh {
		state = &recordState{stands: map[uint32]set{}, history: set{}, created: e.GetVersion().GetSeq()}
		o.log.records[key] = state
	}
	switch {
	case erased(after):
		if !o.gone[key] {
			o.world.problem("record %s was erased without an order", name(key.id))
		}
	case erased(state.record):
		o.world.problem("mutation %s changed record %s, which is erased", name(mid), name(key.id))
		return
	default:
		o.mayWrite(e, m, kind)
	}
	if fresh && !erased(after) {
		for _, g := range kind.Groups() {
			state.stands[g] = set{mid: true}
		}
	} else if !erased(after) {
		o.judgeChange(kind, state, after, m, mid)
	}
	state.record, state.bytes, state.version, state.section = after, raw, e.GetVersion(), e.GetSection()
	state.history[mid] = true
	o.versions[sha256.Sum256(raw)] = maps.Clone(state.history)
}

// outcomes is the digest of what became of every mutation, in the order in which they were written.
func (o *oracle) outcomes() string {
	h := sha256.New()
	for n, m := range o.order {
		d := o.log.decided[m]
		fmt.Fprintf(h, "%d %d %d\n", n, d.outcome, d.reason)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func name(i id) string { return hex.EncodeToString(i[10:]) }
