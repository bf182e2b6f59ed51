package hub

import (
	"cmp"
	"errors"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/merge"
	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// take stores one mutation and answers what became of it.
func (w *writer) take(p *prepared) (*syncv1.MutationResult, error) {
	if p.placeless || len(w.hub.dir.Grants(w.stream.Tenant, p.m.GetPersonId(), w.stream.Name)) == 0 {
		return w.inbox(p)
	}
	if answer, err := w.known(p); answer != nil || err != nil {
		return answer, err
	}
	e, err := w.decide(p, nil)
	if err != nil {
		return nil, err
	}
	if err := w.releaseWaiting(p.id); err != nil {
		return nil, err
	}
	return w.present(p, e)
}

// present answers a mutation that was new a moment ago. What it waited for may have come with it, so its outcome is
// read again where it was held.
func (w *writer) present(p *prepared, e *storev1.Entry) (*syncv1.MutationResult, error) {
	if e.GetEffect() == syncv1.Outcome_OUTCOME_HELD {
		now, err := w.lookup(p.id)
		if err != nil {
			return nil, err
		}
		e = now.entry
	}
	return w.result(e, p.hash, false), nil
}

// dependency is what a mutation needs of the log.
type dependency struct {
	state    *storev1.RecordState
	reason   syncv1.HeldReason // set if something is missing
	waitsFor []byte
}

// decide judges a mutation and appends the entry that says so. held is the entry under which it was held before, if
// it was.
func (w *writer) decide(p *prepared, held *storev1.Entry) (*storev1.Entry, error) {
	if w.hub.restored.Unconfirmed() && planted.Bug != planted.JudgesBeforeConfirmation { // nobody can say yet who may write what
		if held != nil {
			return held, nil
		}
		return w.hold(p, nil, syncv1.HeldReason_HELD_REASON_RESTORED, "", nil)
	}
	if p.reason != 0 {
		return w.hold(p, held, p.reason, p.detail, nil)
	}
	dep, err := w.depends(p, held)
	if err != nil {
		return nil, err
	}
	kind := p.kind
	if dep.state != nil {
		kind, _ = care.KindByNumber(dep.state.GetKind())
	}
	p.freedBy = cmp.Or(p.releasedBy, held.GetJudgedBy())
	perm := judge(p, w.hub.dir.Grants(w.stream.Tenant, p.m.GetPersonId(), w.stream.Name), kind)
	switch {
	case kind != nil && kind.Derived: // nobody writes what the server derives, whoever released it
		return w.hold(p, held, syncv1.HeldReason_HELD_REASON_ROLE, "", nil)
	case perm.reason != 0 && !w.released(p, kind, perm.reason):
		return w.hold(p, held, perm.reason, "", nil)
	case dep.reason != 0:
		return w.hold(p, held, dep.reason, "", dep.waitsFor)
	case p.m.GetOperation() == syncv1.Operation_OPERATION_CREATE:
		return w.create(p, held, perm)
	case kind == nil || p.kind != nil && p.kind != kind:
		return w.hold(p, held, syncv1.HeldReason_HELD_REASON_INVALID, "record.body: of another kind than the record", nil)
	default:
		return w.change(p, held, perm, kind, dep.state)
	}
}

// released tells whether somebody has taken it on themselves that the author lacked a right. A release from before the record
// was there was of something that nobody could know the kind of: it covers no role that whoever released it has not.
func (w *writer) released(p *prepared, kind *care.Kind, reason syncv1.HeldReason) bool {
	if p.freedBy == "" || reason != syncv1.HeldReason_HELD_REASON_ROLE || kind == nil {
		return p.freedBy != ""
	}
	if _, person := w.hub.dir.Person(w.stream.Tenant, p.freedBy); !person {
		return true
	}
	return slices.ContainsFunc(w.hub.dir.Grants(w.stream.Tenant, p.freedBy, w.stream.Name), func(g Grant) bool { return kind.MayWrite(g.Role) })
}

// depends looks for the record and the predecessor.
func (w *writer) depends(p *prepared, held *storev1.Entry) (d dependency, err error) {
	if planted.Bug == planted.HoldsAllAfter {
		if d, err = w.behindHeld(p); d.reason != 0 || err != nil {
			return d, err
		}
	}
	if pred := p.m.GetPredecessor(); pred != nil {
		if d.reason, err = w.predecessor(p, pred, held); err != nil {
			return d, err
		}
		if d.reason != 0 {
			d.waitsFor = pred.GetId()
			return d, nil
		}
	}
	if p.m.GetOperation() == syncv1.Operation_OPERATION_CREATE {
		return d, nil
	}
	if d.state, err = w.recordState(p.record); err != nil {
		return d, err
	}
	if d.state == nil {
		d.reason, d.waitsFor = syncv1.HeldReason_HELD_REASON_MISSING_RECORD, p.record[:]
	}
	return d, nil
}

// predecessor tells what, if anything, is missing of a predecessor. Behind one that was rejected, a person decides
// about each successor by itself, now: a release from before the rejection was for something else.
func (w *writer) predecessor(p *prepared, pred *syncv1.Predecessor, held *storev1.Entry) (syncv1.HeldReason, error) {
	found, err := w.lookup(store.ID(pred.GetId()))
	if err != nil {
		return 0, err
	}
	rejected := found != nil && found.entry.GetEffect() == syncv1.Outcome_OUTCOME_REJECTED
	switch {
	case found == nil || !found.has(pred.GetPayloadHash()) || !sameID(found.written.GetRecordId(), p.record[:]):
		return syncv1.HeldReason_HELD_REASON_MISSING_PREDECESSOR, nil
	case rejected && p.releasedBy != "":
		return 0, nil
	case !ledger.Changed(found.entry.GetEffect()) && planted.Bug != planted.SuccessorsNotHeld:
		return syncv1.HeldReason_HELD_REASON_PREDECESSOR_HELD, nil
	}
	return 0, nil
}

// entry returns the next entry of the log for a mutation.
func (w *writer) entry(p *prepared, held *storev1.Entry, effect syncv1.Outcome) (*storev1.Entry, error) {
	at, err := w.next()
	if err != nil {
		return nil, err
	}
	e := &storev1.Entry{
		Version: at, Effect: effect, MutationId: p.id[:], RecordId: p.record[:],
		ArrivedMs: p.arrived.UnixMilli(), DeviceId: p.device,
	}
	if held == nil {
		e.Payload, e.AuthorSeal, e.JudgedBy = p.queued.GetPayload(), p.queued.GetAuthorSeal(), p.releasedBy
		return e, nil
	}
	e.HeldSeq, e.JudgedBy = held.GetVersion().GetSeq(), held.GetJudgedBy()
	if held.GetHeldSeq() != 0 {
		e.HeldSeq = held.GetHeldSeq()
	}
	return e, nil
}

// create makes a new record. That there is none with this id was found out when the mutation was looked up.
func (w *writer) create(p *prepared, held *storev1.Entry, perm permission) (*storev1.Entry, error) {
	e, err := w.entry(p, held, syncv1.Outcome_OUTCOME_APPLIED)
	if err != nil {
		return nil, err
	}
	e.ForReview = perm.forReview
	appended, err := w.appended(p, perm)
	if err != nil {
		return nil, err
	}
	v := &version{id: p.id, kind: p.kind, record: p.m.GetRecord(), arrivedMs: p.arrived.UnixMilli(), at: e.GetVersion(), by: p}
	v.setBytes(append(append(make([]byte, 0, len(p.brought)+len(appended)), p.brought...), appended...))
	e.Section, e.Record = v.section(), appended
	if held != nil {
		e.Record = v.bytes
	}
	if err := w.append(e, v.hash[:]); err != nil {
		return nil, err
	}
	if held != nil {
		if err := w.putMutation(p.id, e.GetVersion().GetSeq()); err != nil {
			return nil, err
		}
	}
	return e, w.install(v)
}

// change merges a mutation into a record that exists.
func (w *writer) change(p *prepared, held *storev1.Entry, perm permission, kind *care.Kind, state *storev1.RecordState) (*storev1.Entry, error) {
	oldBytes, err := w.recordBytes(state.GetVersion().GetSeq())
	if err != nil {
		return nil, err
	}
	current := &carev1.Record{}
	if err := proto.Unmarshal(oldBytes, current); err != nil {
		return nil, store.ErrDamaged
	}
	if current.GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED {
		return w.hold(p, held, syncv1.HeldReason_HELD_REASON_INVALID, "record: erased by order; nothing can be written to it", nil)
	}
	if kind.Number == answerKind && current.GetArrival().GetAuthor().GetPersonId() != p.m.GetPersonId() {
		return w.hold(p, held, syncv1.HeldReason_HELD_REASON_ROLE, "", nil) // what somebody answered, nobody else says otherwise
	}
	e, err := w.entry(p, held, syncv1.Outcome_OUTCOME_UNSPECIFIED)
	if err != nil {
		return nil, err
	}
	author := w.author(p, perm.role)
	in := merge.Input{
		Kind: kind, Current: current, State: state, Mutation: p.m, Version: e.GetVersion(),
		Owns: w.owns(p.m).has, InChain: w.continues(p.m).has,
		Change: &carev1.Change{
			MutationId: p.id[:], Author: author, Recorded: p.m.GetRecord().GetEnvelope().GetRecorded(),
			Received: timestamppb.New(p.arrived), Reason: p.m.GetReason(), ReleasedBy: w.freedBy(p),
		},
	}
	if err := w.evidence(&in, p); err != nil {
		return nil, err
	}
	merged, err := merge.Apply(in)
	if err == nil && proto.Size(merged.Record) > maxRecord {
		err = errRecordSize
	}
	if err != nil {
		return w.hold(p, held, syncv1.HeldReason_HELD_REASON_INVALID, err.Error(), nil)
	}
	if reason, detail := invalidIf(care.Validate(merged.Record.GetBody()), "record.body"); reason != 0 {
		return w.hold(p, held, reason, detail, nil)
	}
	e.Effect, e.Author, e.ForReview, e.PreviousSeq = merged.Outcome, author, perm.forReview, state.GetVersion().GetSeq()
	return e, w.installChange(p, e, merged, &version{
		id: p.record, kind: kind, record: merged.Record, state: state, oldBytes: oldBytes, markers: merged.Markers,
		arrivedMs: state.GetArrivedMs(), at: e.GetVersion(), by: p,
	})
}

func (w *writer) installChange(p *prepared, e *storev1.Entry, merged *merge.Result, v *version) error {
	record, err := ledger.Marshal(merged.Record)
	if err != nil {
		return err
	}
	v.setBytes(record)
	e.Section, e.Record = v.section(), v.bytes
	if err := w.append(e, v.hash[:]); err != nil {
		return err
	}
	if err := w.putMutation(p.id, e.GetVersion().GetSeq()); err != nil {
		return err
	}
	return w.install(v)
}

// errRecordSize: the record with all that is kept beside it would not fit into one entry.
var errRecordSize = errors.New("record: too large with its open conflicts; resolve some first")

// evidence finds out what the author had seen: how much of the log their trunk, and for a RESOLVE the version that
// they name, stands for.
func (w *writer) evidence(in *merge.Input, p *prepared) (err error) {
	if in.Trunk, err = w.proven(p.m.GetTrunk(), p.record); err != nil {
		return err
	}
	if planted.Bug == planted.ComparePrevious && p.m.GetPredecessor() != nil {
		previous, err := w.lookup(store.ID(p.m.GetPredecessor().GetId()))
		if err != nil {
			return err
		}
		in.Trunk = max(in.Trunk, previous.entry.GetVersion().GetSeq())
	}
	in.Seen, err = w.proven(p.m.GetResolution().GetSeen(), p.record)
	return err
}
