package sdk

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Paper is what a record is typed in from (代行入力): a physician's sheet that came on paper or by fax.
type Paper struct {
	// Signed is who signed it, by name and role. The person id stays empty for somebody outside the directory.
	Signed *carev1.Actor
	// Record is the one that the paper stands in, such as a document of the same stream. Zero: the entry's files show it.
	Record replica.ID
}

// onBehalf says in an envelope that whoever uses the tablet types in what somebody else signed.
func (t *Tablet) onBehalf(e *carev1.Envelope, p *Paper) error {
	me, err := t.me()
	if err != nil {
		return err
	}
	e.Performer, e.Enterer = proto.CloneOf(p.Signed), me
	if p.Record != (replica.ID{}) {
		e.Links = append(e.Links, &carev1.RecordLink{
			Relation: carev1.LinkRelation_LINK_RELATION_TRANSCRIBED_FROM, RecordId: p.Record[:],
		})
	}
	return nil
}

// amendsPaper returns the envelope that goes with a change of what was typed in by somebody who may do no more than that:
// the record's own, with whoever changes it as enterer. Nil: the change is one like any other.
func (t *Tablet) amendsPaper(kind *care.Kind, shown *carev1.Record) (*carev1.Envelope, error) {
	if !care.Unconfirmed(shown) {
		return nil, nil
	}
	me, err := t.me()
	if err != nil || kind.MayWrite(me.GetRole()) {
		return nil, err
	}
	e := proto.CloneOf(shown.GetEnvelope())
	e.Enterer, e.Confirmation = me, nil
	return e, nil
}

// ConfirmSeen confirms what was typed in from paper, as its author had it before them (記録の確定). Only somebody in a role
// that writes such records may: of an instruction, a physician.
func (t *Tablet) ConfirmSeen(shown Item) (Saved, error) {
	if shown.Erased {
		return Saved{}, replica.ErrErased
	}
	kind, known := care.KindOf(shown.Record.GetBody())
	if !known || !care.Unconfirmed(shown.Record) {
		return Saved{}, ErrConfirmed
	}
	me, err := t.me()
	if err != nil {
		return Saved{}, err
	}
	if !kind.MayWrite(me.GetRole()) {
		return Saved{}, ErrMayNotConfirm
	}
	e := proto.CloneOf(shown.Record.GetEnvelope())
	e.Confirmation = &carev1.Confirmation{By: me, At: timestamppb.New(t.now())}
	return t.write(replica.Draft{
		StreamID: shown.StreamID, RecordID: shown.ID, Operation: syncv1.Operation_OPERATION_PATCH, Seen: shown.Seen,
		Record: &carev1.Record{Body: shown.Record.GetBody(), Envelope: e},
	})
}

// me returns who uses the tablet.
func (t *Tablet) me() (*carev1.Actor, error) {
	s, err := t.session()
	if err != nil {
		return nil, err
	}
	if s == nil {
		return nil, ErrSignIn
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if a := t.actor(s.GetPersonId()); a != nil {
		return a, nil
	}
	return nil, ErrSignIn
}
