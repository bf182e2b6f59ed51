package hub

import (
	"crypto/sha256"
	"io"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// writer appends to one stream within one transaction. Head and digests are read once and written once.
type writer struct {
	hub     *Hub
	call    Call
	tx      store.Tx
	stream  store.Stream
	head    *storev1.StreamHead
	dirty   bool
	digests map[uint32]*sectionDigest
	authors map[author]*carev1.Actor
	seals   *seal.Sealer
	// landing is the newest entry that an answer named.
	landing *syncv1.Cursor
	links   links
	alarms  *alarms

	lastArrival   circumstances
	lastUncertain bool
	lastAppended  []byte
}

// author is a person in the role in which they wrote.
type author struct {
	person string
	role   carev1.Role
}

type sectionDigest struct {
	sum   ledger.Digest
	count uint64
}

func (h *Hub) writer(c Call, tx store.Tx, streamID string) (*writer, error) {
	w := &writer{
		hub: h, call: c, tx: tx, stream: store.Stream{Tenant: c.Session.Tenant, Name: streamID},
		digests: map[uint32]*sectionDigest{}, authors: map[author]*carev1.Actor{},
		seals: h.seals.Sealer(),
	}
	w.alarms = h.alarms(tx, w.stream)
	head, err := readHead(tx, w.stream)
	w.head = head
	return w, err
}

// readHead returns the head of a stream; an empty one for a stream that nobody has written to.
func readHead(r store.Reader, s store.Stream) (*storev1.StreamHead, error) {
	raw, err := r.Head(s)
	if err != nil {
		return nil, err
	}
	head := &storev1.StreamHead{}
	if err := proto.Unmarshal(raw, head); err != nil {
		return nil, store.ErrDamaged
	}
	if head.Version == nil {
		head.Version = &syncv1.Version{}
	}
	return head, nil
}

// beginEpoch opens a new epoch. Its first entry follows the present end.
func (w *writer) beginEpoch() error {
	epoch, err := w.hub.epochs.Next(w.head.GetVersion().GetEpoch())
	if err != nil {
		return err
	}
	if planted.Bug == planted.EpochGivenTwice {
		epoch = w.head.GetVersion().GetEpoch() + 1
	}
	seq := w.head.GetVersion().GetSeq()
	w.head.Bases = append(w.head.Bases, &syncv1.EpochBase{Epoch: epoch, BaseSeq: seq})
	w.head.Version = &syncv1.Version{Epoch: epoch, Seq: seq}
	w.dirty = true
	return nil
}

// next returns the version of the next entry.
func (w *writer) next() (*syncv1.Version, error) {
	if w.head.GetVersion().GetEpoch() == 0 {
		if err := w.beginEpoch(); err != nil {
			return nil, err
		}
	}
	return &syncv1.Version{Epoch: w.head.GetVersion().GetEpoch(), Seq: w.head.GetVersion().GetSeq() + 1}, nil
}

// append seals an entry and appends it to the log. Its version must be what next returned. The hash is that of the
// record's bytes after it, nil if it changes none; it is part of what is sealed and need not be kept.
func (w *writer) append(e *storev1.Entry, recordHash []byte) error {
	e.Salt = make([]byte, 16)
	if _, err := io.ReadFull(w.call.Entropy, e.Salt); err != nil {
		return err
	}
	if recordHash != nil {
		e.RecordSha256 = ledger.RecordCommitment(e.Salt, [sha256.Size]byte(recordHash))
	}
	if err := ledger.Seal(e, w.head.GetHash()); err != nil {
		return err
	}
	e.RecordSha256 = nil
	raw, err := ledger.Marshal(e)
	if err != nil {
		return err
	}
	if len(raw) > store.MaxValueBytes {
		return store.ErrTooLarge
	}
	w.head.Version, w.head.Hash, w.dirty = e.GetVersion(), e.GetHash(), true
	w.head.StandingListed = w.head.StandingListed || e.GetVersion().GetSeq() == 1
	return w.tx.Append(w.stream, e.GetVersion().GetSeq(), raw)
}

// putMutation puts down which entry answers for a mutation.
func (w *writer) putMutation(id store.ID, seq uint64) error {
	w.head.Ids++
	w.dirty = true
	return w.tx.PutMutation(w.stream, id, seq)
}

// flush writes what was kept back. It is the last thing a closure does.
func (w *writer) flush() error {
	if !w.dirty {
		return nil
	}
	raw, err := ledger.Marshal(w.head)
	if err != nil {
		return err
	}
	if err := w.tx.PutHead(w.stream, raw); err != nil {
		return err
	}
	for section, d := range w.digests {
		raw, err := ledger.Marshal(&syncv1.SectionDigest{Section: section, Digest: d.sum[:], Count: d.count})
		if err != nil {
			return err
		}
		if err := w.tx.PutDigest(w.stream, section, raw); err != nil {
			return err
		}
	}
	return nil
}

func (w *writer) digest(section uint32) (*sectionDigest, error) {
	if d, ok := w.digests[section]; ok {
		return d, nil
	}
	raw, err := w.tx.Digest(w.stream, section)
	if err != nil {
		return nil, err
	}
	stored := &syncv1.SectionDigest{}
	if err := proto.Unmarshal(raw, stored); err != nil {
		return nil, store.ErrDamaged
	}
	d := &sectionDigest{count: stored.GetCount()}
	copy(d.sum[:], stored.GetDigest())
	w.digests[section] = d
	return d, nil
}

// version is one version of a record on its way into the store.
type version struct {
	id        store.ID
	kind      *care.Kind
	record    *carev1.Record
	bytes     []byte
	hash      [sha256.Size]byte    // of the bytes
	state     *storev1.RecordState // of the version before; nil for a new record
	oldBytes  []byte
	markers   []*storev1.Marker
	arrivedMs int64
	at        *syncv1.Version
	by        *prepared // the mutation that made it; nil: the server did
}

func (v *version) setBytes(b []byte) { v.bytes, v.hash = b, sha256.Sum256(b) }

// section of the new version: a record moves to a later section, never to an earlier one.
func (v *version) section() uint32 {
	section := care.Section(v.kind, time.UnixMilli(v.arrivedMs), v.record.GetEnvelope().GetEffective().AsTime())
	return max(section, v.state.GetSection())
}

// install makes a version the current one: record state, timeline, digests, domain key. Every way into a record ends here,
// and so what a human must hear of is found here.
func (w *writer) install(v *version) error {
	state := &storev1.RecordState{
		Version: v.at, Section: v.section(), EffectiveMs: v.record.GetEnvelope().GetEffective().AsTime().UnixMilli(),
		ArrivedMs: v.arrivedMs, CreatedSeq: v.at.GetSeq(), Markers: v.markers,
		Conflict: len(v.record.GetCandidates()) > 0, Kind: v.kind.Number,
	}
	switch {
	case state.Conflict && !v.state.GetConflict():
		w.head.Conflicts++
	case !state.Conflict && v.state.GetConflict() && w.head.GetConflicts() > 0: // a log from before they were counted has 0
		w.head.Conflicts--
	}
	if v.state != nil {
		state.CreatedSeq = v.state.GetCreatedSeq()
		if err := w.retire(v); err != nil {
			return err
		}
	}
	d, err := w.digest(state.Section)
	if err != nil {
		return err
	}
	d.sum, d.count = d.sum.Add(ledger.TermOf(v.id, v.at, v.hash)), d.count+1
	raw, err := ledger.Marshal(state)
	if err != nil {
		return err
	}
	if err := w.tx.PutRecord(w.stream, v.id, raw); err != nil {
		return err
	}
	if key, ok := care.DomainKey(v.kind, v.record.GetBody()); ok {
		if err := w.putKeyed(key, v.id); err != nil {
			return err
		}
	}
	if v.state == nil && listedKinds[v.kind.Number] && w.head.GetStandingListed() {
		if err := list(w.tx, w.stream, v.kind.Number, v.id); err != nil {
			return err
		}
	}
	if err := w.tx.PutPlace(w.stream, store.Place{EffectiveMs: state.EffectiveMs, Seq: v.at.GetSeq()}); err != nil {
		return err
	}
	return w.hear(v)
}

// putKeyed puts a record under its domain key. A key with more records than anybody can look through takes no more:
// each of those there shows that there are others, and the record itself is stored all the same.
func (w *writer) putKeyed(key [16]byte, id store.ID) error {
	ids, err := w.tx.Keyed(w.stream, key)
	if err != nil || len(ids) >= maxSharers {
		return err
	}
	return w.tx.PutKeyed(w.stream, key, id)
}

// retire takes the version before out of digest and scans.
func (w *writer) retire(v *version) error {
	d, err := w.digest(v.state.GetSection())
	if err != nil {
		return err
	}
	d.sum = d.sum.Sub(ledger.TermOf(v.id, v.state.GetVersion(), sha256.Sum256(v.oldBytes)))
	d.count--
	return w.tx.Supersede(w.stream, v.state.GetVersion().GetSeq())
}

// author returns the author of a mutation as the directory knows them. The answer is shared and must not be changed.
func (w *writer) author(p *prepared, role carev1.Role) *carev1.Actor {
	who := author{p.m.GetPersonId(), role}
	if actor := w.authors[who]; actor != nil {
		return actor
	}
	actor, ok := w.hub.dir.Person(w.call.Session.Tenant, who.person)
	if !ok {
		actor = &carev1.Actor{PersonId: who.person}
	}
	actor = proto.CloneOf(actor)
	if role != carev1.Role_ROLE_UNSPECIFIED {
		actor.Role = role
	}
	w.authors[who] = actor
	return actor
}

// clockOffset is by how much the device's wall clock was ahead when it was written: as the device's own monotonic clock
// tells since the last sealed time, if that is more than the tolerance, else as measured at this sync. A clock that was
// put right before the sync is thereby noticed.
func clockOffset(p *prepared, tolerance time.Duration) time.Duration {
	measured := time.Duration(p.offsetMs) * time.Millisecond
	recorded := p.m.GetRecord().GetEnvelope().GetRecorded()
	if recorded == nil || p.notBefore.IsZero() {
		return measured
	}
	written := ownClock(p.m, p.notBefore, p.arrived)
	if own := recorded.AsTime().Sub(written); !written.IsZero() && own.Abs() > tolerance {
		return own
	}
	return measured
}

// circumstances of an arrival: those of one request are mostly the same.
type circumstances struct {
	author    author
	device    string
	arrivedMs int64
	offset    time.Duration
	review    bool
	freedBy   string
}

// appended is what the server appends to a record that a payload brought: what an older schema lacks, and the arrival.
func (w *writer) appended(p *prepared, perm permission) ([]byte, error) {
	arrival, err := w.arrived(p, perm)
	if err != nil || len(p.lifted) == 0 {
		return arrival, err
	}
	return slices.Concat(p.lifted, arrival), nil
}

// arrived is the encoded arrival.
func (w *writer) arrived(p *prepared, perm permission) ([]byte, error) {
	arrival := w.arrival(p, perm)
	is := circumstances{
		author{p.m.GetPersonId(), perm.role}, p.m.GetDeviceId(), p.arrived.UnixMilli(),
		time.Duration(arrival.GetClockOffsetMs()), perm.forReview, p.freedBy,
	}
	if w.lastAppended != nil && w.lastArrival == is && w.lastUncertain == arrival.GetTimeUncertain() {
		return w.lastAppended, nil
	}
	raw, err := ledger.Marshal(&carev1.Record{Arrival: arrival})
	w.lastArrival, w.lastUncertain, w.lastAppended = is, arrival.GetTimeUncertain(), raw
	return raw, err
}

// arrival is what the server knows of a mutation's way here.
func (w *writer) arrival(p *prepared, perm permission) *carev1.Arrival {
	tolerance := w.hub.limits.ClockTolerance
	offset := clockOffset(p, tolerance)
	ahead := p.arrived.Add(tolerance)
	envelope := p.m.GetRecord().GetEnvelope()
	happened := p.kind.Merge == carev1.MergePolicy_MERGE_POLICY_EVENT // and so it lies in the past
	return &carev1.Arrival{
		Received: timestamppb.New(time.UnixMilli(p.arrived.UnixMilli())), Author: w.author(p, perm.role), DeviceId: p.m.GetDeviceId(),
		ClockOffsetMs: offset.Milliseconds(),
		TimeUncertain: offset.Abs() > tolerance || envelope.GetRecorded().AsTime().After(ahead) ||
			happened && envelope.GetEffective().AsTime().After(ahead),
		ForReview: perm.forReview, ReleasedBy: w.freedBy(p),
	}
}

// freedBy is who released a mutation that was held; nil if nobody had to.
func (w *writer) freedBy(p *prepared) *carev1.Actor {
	if p.freedBy == "" {
		return nil
	}
	if actor, known := w.hub.dir.Person(w.call.Session.Tenant, p.freedBy); known {
		return proto.CloneOf(actor)
	}
	return &carev1.Actor{PersonId: p.freedBy}
}
