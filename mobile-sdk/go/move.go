package sdk

import (
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Move corrects a record that was written in the wrong patient's chart: the same content as a new record in the right
// one, and the wrong one retracted, each naming the other. Both are queued together, also without a network; neither
// is queued without the other. The stream is the right chart's usual one of the same class if none is named.
//
// The new record is its mover's; who measured, gave or saw it stays its performer. What ties it to other records of
// the wrong chart, and its episode there, is left behind.
func (t *Tablet) Move(shown Item, chart, stream, reason string) (Saved, error) {
	if shown.Erased {
		return Saved{}, replica.ErrErased
	}
	if _, known := care.KindOf(shown.Record.GetBody()); !known || shown.NeedsUpdate || shown.Retracted {
		return Saved{}, ErrNotMovable
	}
	if blank(reason) {
		return Saved{}, ErrBlank
	}
	if reason == "" {
		return Saved{}, replica.ErrReason
	}
	to, err := t.moveTo(shown.StreamID, chart, stream)
	if err != nil {
		return Saved{}, err
	}
	s, err := t.session()
	if err != nil {
		return Saved{}, err
	}
	if s == nil {
		return Saved{}, ErrSignIn
	}
	create := replica.Draft{
		StreamID: to, Operation: syncv1.Operation_OPERATION_CREATE, Reason: reason,
		Record: &carev1.Record{Body: shown.Record.GetBody(), Envelope: moved(shown)},
	}
	retract := func(made []replica.ID) replica.Draft {
		link := &carev1.RecordLink{Relation: carev1.LinkRelation_LINK_RELATION_MOVED_TO, RecordId: made[0][:], StreamId: to}
		return replica.Draft{
			StreamID: shown.StreamID, RecordID: shown.ID, Operation: syncv1.Operation_OPERATION_RETRACT, Reason: reason,
			Seen: shown.Seen, Record: &carev1.Record{Envelope: &carev1.Envelope{Links: []*carev1.RecordLink{link}}},
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	made, err := t.replica.WriteAll(s.GetPersonId(), t.opts.Clock(), newID, func([]replica.ID) replica.Draft { return create }, retract)
	if err != nil {
		return Saved{}, err
	}
	t.queueDraft(made[0], create)
	return Saved{StreamID: to, RecordID: made[0], MutationID: made[0]}, nil
}

// moveTo is the stream that a record goes to.
func (t *Tablet) moveTo(from, chart, stream string) (string, error) {
	if stream != "" {
		if stream == from {
			return "", ErrNotMovable
		}
		return stream, nil
	}
	t.mu.Lock()
	streams, err := t.replica.Streams()
	t.mu.Unlock()
	class := carev1.StreamClass_STREAM_CLASS_CARE
	for _, s := range streams {
		if s.ID == from {
			class = s.Info.GetStreamClass()
		}
	}
	if err != nil {
		return "", err
	}
	to, err := t.usual(chart, class)
	if err == nil && to == from {
		err = ErrNotMovable
	}
	return to, err
}

// moved is the envelope of a record in its new place.
func moved(shown Item) *carev1.Envelope {
	was := shown.Record.GetEnvelope()
	e := &carev1.Envelope{
		Performer: was.GetPerformer(), Confirmation: was.GetConfirmation(), SpokenOrder: was.GetSpokenOrder(),
		Effective: was.GetEffective(), EffectiveEnd: was.GetEffectiveEnd(), Zone: was.GetZone(), Blobs: was.GetBlobs(),
		Links: []*carev1.RecordLink{{
			Relation: carev1.LinkRelation_LINK_RELATION_MOVED_FROM, RecordId: shown.ID[:], StreamId: shown.StreamID,
		}},
	}
	if e.Performer == nil {
		e.Performer = shown.Author
	}
	return proto.CloneOf(e)
}
