package replica

import (
	"bytes"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/seal"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// takeResults takes the answers to the mutations, in the order of the request.
func (a *absorbing) takeResults() error {
	var reused []*devicev1.OwnMutation
	for i, q := range a.req.GetMutations() {
		own, err := a.sent(q)
		if err != nil {
			return err
		}
		if own == nil || own.GetState() != statePending {
			continue // answered already, or rewritten since
		}
		if a.resp.GetResults()[i].GetOutcome() == syncv1.Outcome_OUTCOME_ID_REUSED {
			reused = append(reused, own)
			continue
		}
		if err := a.answer(own, a.resp.GetResults()[i]); err != nil {
			return err
		}
	}
	if len(reused) == 0 {
		return nil
	}
	return a.renew(reused)
}

// sent returns the mutation that was sent; nil if the queue no longer holds it with these bytes.
func (a *absorbing) sent(q *syncv1.QueuedMutation) (*devicev1.OwnMutation, error) {
	m := &syncv1.Mutation{}
	if err := proto.Unmarshal(q.GetPayload(), m); err != nil {
		return nil, ErrAnswer
	}
	own, err := findOwn(a.tx, m.GetId())
	if err != nil || own == nil {
		return nil, err
	}
	if hash := seal.PayloadHash(q.GetPayload()); !bytes.Equal(hash[:], own.GetPayloadHash()) {
		return nil, nil
	}
	return own, nil
}

// answer takes one answer to a pending or held mutation.
func (a *absorbing) answer(own *devicev1.OwnMutation, result *syncv1.MutationResult) error {
	s, err := a.stream(own.GetStreamId())
	if err != nil {
		return err
	}
	outcome := result.GetOutcome()
	if a.retry[own.GetStreamId()] || a.unjudged(own.GetStreamId()) {
		outcome = syncv1.Outcome_OUTCOME_RETRY
	}
	own.NeedsUpdate = false
	if result.GetHeldReason() == syncv1.HeldReason_HELD_REASON_ERASED && outcome != syncv1.Outcome_OUTCOME_RETRY {
		return erase(a.tx, own.GetStreamId(), ID(own.GetRecordId()))
	}
	switch outcome {
	case syncv1.Outcome_OUTCOME_RETRY:
		a.out.Retried++
		if own.GetState() == statePending && !a.unjudged(own.GetStreamId()) {
			a.late[own.GetStreamId()] = true
		}
		return nil
	case syncv1.Outcome_OUTCOME_HELD:
		a.out.Held++
		if planted.Bug == planted.RetiresHeld && result.GetVersion().GetSeq() > 0 {
			break
		}
		return a.settleAs(own, result, stateHeld)
	case syncv1.Outcome_OUTCOME_REJECTED:
		a.out.Rejected++
		return a.settleAs(own, result, stateRejected)
	case syncv1.Outcome_OUTCOME_CONFLICT:
		a.out.Conflicts++
	case syncv1.Outcome_OUTCOME_APPLIED, syncv1.Outcome_OUTCOME_MERGED:
	default: // of a newer server: kept, sent again after the update
		a.out.NeedsUpdate, own.NeedsUpdate = true, true
		return move(a.tx, own, own.GetState())
	}
	if a.verdict[s.GetStreamId()].GetVerdict() == syncv1.Verdict_VERDICT_REVOKED || landed(s, result.GetVersion()) {
		narrowLeftover(s)
		return a.settleAs(own, result, stateRetired)
	}
	return a.settleAs(own, result, stateAnswered)
}

// unjudged tells whether the stream's verdict says that nothing of this request was judged.
func (a *absorbing) unjudged(stream string) bool {
	v := a.verdict[stream].GetVerdict()
	return v == syncv1.Verdict_VERDICT_ADOPTED || v == syncv1.Verdict_VERDICT_HISTORY_LOST
}

func (a *absorbing) settleAs(own *devicev1.OwnMutation, result *syncv1.MutationResult, to devicev1.MutationState) error {
	if own.GetState() == statePending {
		a.out.Pushed++
		if to != stateHeld && to != stateRejected {
			a.out.Taken++
		}
	}
	own.Result = result
	own.Receipt, own.FirstLanding = receiptOf(own, result), nil
	return move(a.tx, own, to)
}

// receiptOf puts the proof of a landing together; nil if the answer carries none.
func receiptOf(own *devicev1.OwnMutation, result *syncv1.MutationResult) *syncv1.Receipt {
	if len(result.GetReceiptSeal()) == 0 || result.GetVersion().GetSeq() == 0 {
		return nil
	}
	return &syncv1.Receipt{
		StreamId: own.GetStreamId(), Version: result.GetVersion(), MutationId: own.GetId(),
		PayloadHash: own.GetPayloadHash(), ArrivedMs: result.GetArrivedMs(), Seal: result.GetReceiptSeal(),
	}
}

// takeHeld takes the present outcome of what was held. One that was released is like any other answer.
func (a *absorbing) takeHeld() error {
	for i, result := range a.resp.GetHeld() {
		own, err := findOwn(a.tx, a.req.GetHeld()[i].GetMutationId())
		if err != nil {
			return err
		}
		if own.GetState() == stateRetired {
			if err := a.takeKept(own, result); err != nil {
				return err
			}
			continue
		}
		if own == nil || own.GetState() != stateHeld && own.GetState() != stateRejected || saysNothing(own, result) {
			continue
		}
		lost := result.GetOutcome() == syncv1.Outcome_OUTCOME_RETRY && !a.retry[own.GetStreamId()] && !a.unjudged(own.GetStreamId())
		if lost { // the server has it neither in a log nor in an inbox: it was restored
			if err := offerAgain(a.tx, own); err != nil {
				return err
			}
			continue
		}
		if err := a.answer(own, result); err != nil {
			return err
		}
	}
	return nil
}

// saysNothing tells whether an answer about a mutation that is shown as held or refused leaves it as it is. What was refused
// is so until the server says otherwise: a server that was set back may have lost the refusal, and somebody may have
// released it since. That the server does not find it is no such word.
func saysNothing(own *devicev1.OwnMutation, now *syncv1.MutationResult) bool {
	switch now.GetOutcome() {
	case syncv1.Outcome_OUTCOME_UNSPECIFIED, syncv1.Outcome_OUTCOME_ID_REUSED:
		return true
	case syncv1.Outcome_OUTCOME_HELD:
		return now.GetHeldReason() == 0 || sameAnswer(now, own.GetResult())
	case syncv1.Outcome_OUTCOME_REJECTED:
		return sameAnswer(now, own.GetResult())
	case syncv1.Outcome_OUTCOME_RETRY:
		return own.GetState() == stateRejected
	}
	return false
}

// sameAnswer tells whether two answers say the same about a mutation. An answer to a question about it always says that it
// is given again, which is nothing new.
func sameAnswer(now, before *syncv1.MutationResult) bool {
	if now.GetRepeated() == before.GetRepeated() {
		return proto.Equal(now, before)
	}
	now = proto.CloneOf(now)
	now.Repeated = before.GetRepeated()
	return proto.Equal(now, before)
}

// takeLandings keeps the newest proof of what the server has of this device in each stream. What an answer says of a
// position that is not the present one any more is no such proof.
func (a *absorbing) takeLandings() error {
	for _, l := range a.resp.GetLandings() {
		if len(l.GetStreamId()) == 0 || len(l.GetStreamId()) > 128 {
			return ErrAnswer
		}
		if a.retry[l.GetStreamId()] || a.unjudged(l.GetStreamId()) {
			continue
		}
		s, err := a.stream(l.GetStreamId())
		if err != nil {
			return err
		}
		if l.GetPlace().GetVersion().GetSeq() > s.GetLanded().GetVersion().GetSeq() {
			s.Landed = l.GetPlace()
		}
	}
	return nil
}
