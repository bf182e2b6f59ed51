package sdk

import (
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Instruct writes a temporary instruction of a physician, or one that a nurse types in from paper (Entry.Paper). The alerts
// that it names are answered with it: both are on this tablet's disk for good, or neither.
func (t *Tablet) Instruct(chart string, i *carev1.TemporaryInstruction, e Entry) (Saved, error) {
	body := &carev1.Body{Kind: &carev1.Body_TemporaryInstruction{TemporaryInstruction: i}}
	if err := t.mayWrite(body, e.Paper); err != nil {
		return Saved{}, err
	}
	if err := t.endsLater(i.GetUntil().AsTime()); err != nil {
		return Saved{}, err
	}
	if len(i.GetAlertIds()) == 0 {
		return t.Create(chart, body, e)
	}
	stream, _, err := t.alertsIn(chart, idsOf(i.GetAlertIds()))
	if err != nil {
		return Saved{}, err
	}
	if body, err = t.confirmed(entered{stream: stream, body: body, at: e.At}, e.Confirm); err != nil {
		return Saved{}, err
	}
	rec, letGo, err := t.drafted(stream, body, e)
	if err != nil {
		return Saved{}, err
	}
	defer letGo()
	return t.instruct(replica.Draft{StreamID: stream, Operation: syncv1.Operation_OPERATION_CREATE, Record: rec})
}

// instruct writes an instruction and the answer that names it.
func (t *Tablet) instruct(d replica.Draft) (Saved, error) {
	if blankText(d.Record.ProtoReflect()) {
		return Saved{}, ErrBlank
	}
	by, err := t.me()
	if err != nil {
		return Saved{}, err
	}
	answer := func(made []replica.ID) replica.Draft {
		return replica.Draft{StreamID: d.StreamID, Operation: d.Operation, Record: &carev1.Record{
			Body: &carev1.Body{Kind: &carev1.Body_AlertResponse{AlertResponse: &carev1.AlertResponse{
				AlertIds: d.Record.GetBody().GetTemporaryInstruction().GetAlertIds(),
				Answer:   carev1.AlertAnswer_ALERT_ANSWER_INSTRUCTED, InstructionId: made[0][:],
			}}},
		}}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	made, err := t.replica.WriteAll(by.GetPersonId(), t.opts.Clock(), newID, func([]replica.ID) replica.Draft { return d }, answer)
	if err != nil {
		return Saved{}, checked(err)
	}
	t.queueDraft(made[0], d)
	return Saved{StreamID: d.StreamID, RecordID: made[0], MutationID: made[0]}, nil
}

// AmendInstruction changes an instruction that its author has before them; everybody whom it is for receives it anew.
func (t *Tablet) AmendInstruction(shown Item, i *carev1.TemporaryInstruction, reason string) (Saved, error) {
	if err := t.mayAmend(shown); err != nil {
		return Saved{}, err
	}
	if !i.GetWithdrawn() {
		if err := t.endsLater(i.GetUntil().AsTime()); err != nil {
			return Saved{}, err
		}
	}
	return t.AmendSeen(shown, &carev1.Body{Kind: &carev1.Body_TemporaryInstruction{TemporaryInstruction: i}}, reason, true)
}

// WithdrawInstruction takes an instruction back before its end, for a reason that whoever received it reads.
func (t *Tablet) WithdrawInstruction(shown Item, reason string) (Saved, error) {
	if shown.Record.GetBody().GetTemporaryInstruction() == nil {
		return Saved{}, ErrNoRecord
	}
	if reason == "" {
		return Saved{}, replica.ErrReason
	}
	i := proto.CloneOf(shown.Record.GetBody().GetTemporaryInstruction())
	i.Withdrawn, i.WithdrawnReason = true, reason
	return t.AmendInstruction(shown, i, reason)
}

// endsLater refuses an end that has passed: what is written with it would never count.
func (t *Tablet) endsLater(until time.Time) error {
	if !until.After(t.now()) {
		return ErrOver
	}
	return nil
}

// mayAmend refuses at once what the server would hold: a change of what a physician ordered. Whoever typed something in
// from paper corrects it until it is confirmed.
func (t *Tablet) mayAmend(shown Item) error {
	if care.Unconfirmed(shown.Record) {
		return nil
	}
	return t.mayWrite(shown.Record.GetBody(), nil)
}
