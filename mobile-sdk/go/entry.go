package sdk

import (
	"errors"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Saved names what was just written. It is on this tablet's disk; the server has not seen it yet.
type Saved struct {
	StreamID string
	// RecordID is the record; MutationID what was written about it. For a new record they are the same.
	RecordID, MutationID replica.ID
}

// Entry is what goes with the content of a new record.
type Entry struct {
	// At is when it was measured, given or seen. Zero: now, by the tablet's clock.
	At time.Time
	// Stream to write to. Empty: the chart's usual one for the kind.
	Stream string
	// Blobs are photos and files, as AddBlob answered.
	Blobs []*carev1.BlobRef
	// Paper, if the content is typed in from what somebody else signed; At is then when they did. Nil: the author's own.
	Paper *Paper
	// ID of the record, from NewID, if its content names it; zero: a new one.
	ID replica.ID
	// Confirm: the author looked at the unlikely values and means them.
	Confirm bool
}

// Create writes a new record: vital signs, a note, an order, a dose.
func (t *Tablet) Create(chart string, body *carev1.Body, e Entry) (Saved, error) {
	kind, known := care.KindOf(body)
	if !known {
		return Saved{}, replica.ErrNoBody
	}
	if err := t.signedIn(); err != nil { // before "no such chart", which would be true and no help
		return Saved{}, err
	}
	stream := e.Stream
	if stream == "" {
		var err error
		if stream, err = t.usual(chart, kind.DefaultStream); err != nil {
			return Saved{}, err
		}
	}
	body, err := t.confirmed(entered{stream: stream, body: body, at: e.At}, e.Confirm)
	if err != nil {
		return Saved{}, err
	}
	rec, letGo, err := t.drafted(stream, body, e)
	if err != nil {
		return Saved{}, err
	}
	defer letGo()
	ids := newID
	if e.ID != (replica.ID{}) {
		ids = func() replica.ID { return e.ID }
	}
	return t.writeAs(ids, replica.Draft{StreamID: stream, Operation: syncv1.Operation_OPERATION_CREATE, Record: rec})
}

// drafted is the record of a new entry. What it attaches is held until the caller lets it go, after the record is written.
func (t *Tablet) drafted(stream string, body *carev1.Body, e Entry) (rec *carev1.Record, letGo func(), err error) {
	rec, letGo = &carev1.Record{Body: body}, func() {}
	if !e.At.IsZero() {
		rec.Envelope = &carev1.Envelope{Effective: timestamppb.New(e.At)}
	}
	if e.Paper != nil || len(e.Blobs) > 0 {
		if rec.Envelope == nil {
			rec.Envelope = &carev1.Envelope{}
		}
		rec.Envelope.Blobs = e.Blobs
	}
	if e.Paper != nil {
		if err := t.onBehalf(rec.Envelope, e.Paper); err != nil {
			return nil, nil, err
		}
	}
	if len(e.Blobs) > 0 {
		if letGo, err = t.holdBlobs(stream, e.Blobs); err != nil {
			return nil, nil, err
		}
	}
	return rec, letGo, nil
}

// NewID makes the id of a record that is about to be written, for content that names it.
func NewID() replica.ID { return newID() }

// Amend replaces the content of a record as the tablet shows it at this moment. An app with a form calls AmendSeen.
func (t *Tablet) Amend(stream string, record replica.ID, body *carev1.Body, reason string, confirm bool) (Saved, error) {
	shown, err := t.Record(stream, record)
	if err != nil {
		return Saved{}, err
	}
	return t.AmendSeen(shown, body, reason, confirm)
}

// AmendSeen replaces the content of a record as its author had it before them. Of a draft note only what differs from
// that is written, so that others may write the rest meanwhile; what came to the tablet since the form was opened is
// not overwritten. What happened needs a reason to be changed.
func (t *Tablet) AmendSeen(shown Item, body *carev1.Body, reason string, confirm bool) (Saved, error) {
	stream, record := shown.StreamID, shown.ID
	if shown.Erased {
		return Saved{}, replica.ErrErased
	}
	kind, known := care.KindOf(body)
	if is, same := care.KindOf(shown.Record.GetBody()); !known || !same || is != kind {
		return Saved{}, replica.ErrNoBody
	}
	if unchanged(body, shown.Record.GetBody()) {
		return Saved{}, ErrUnchanged
	}
	body, err := t.confirmed(entered{stream: stream, body: body, at: shown.At, amends: shown.Record}, confirm)
	if err != nil {
		return Saved{}, err
	}
	d := replica.Draft{
		StreamID: stream, RecordID: record, Operation: syncv1.Operation_OPERATION_PATCH, Reason: reason,
		Record: &carev1.Record{Body: body}, Seen: shown.Seen,
	}
	if d.Record.Envelope, err = t.amendsPaper(kind, shown.Record); err != nil {
		return Saved{}, err
	}
	if !kind.WholeRecord() {
		for _, g := range kind.Groups() {
			if g < uint32(carev1.Group_GROUP_STATUS) && !care.EqualGroup(body, shown.Record.GetBody(), g) {
				d.Groups = append(d.Groups, g)
			}
		}
		if len(d.Groups) == 0 {
			return Saved{}, ErrUnchanged
		}
	}
	return t.write(d)
}

// unchanged tells whether two bodies say the same. Confirmations do not count: they are of the write, not the value.
func unchanged(a, b *carev1.Body) bool {
	a, b = proto.CloneOf(a), proto.CloneOf(b)
	for _, body := range []*carev1.Body{a, b} {
		forgetConfirmed(body)
	}
	return proto.Equal(a, b)
}

// Retract marks a record as entered in error. It stays in the history, struck through.
func (t *Tablet) Retract(stream string, record replica.ID, reason string) (Saved, error) {
	shown, err := t.Record(stream, record)
	if err != nil {
		return Saved{}, err
	}
	return t.RetractSeen(shown, reason)
}

// RetractSeen is Retract for somebody who had the record before them.
func (t *Tablet) RetractSeen(shown Item, reason string) (Saved, error) {
	return t.write(replica.Draft{
		StreamID: shown.StreamID, RecordID: shown.ID, Operation: syncv1.Operation_OPERATION_RETRACT, Reason: reason,
		Seen: shown.Seen,
	})
}

// Acknowledge says that the author has seen that an entry was refused.
func (t *Tablet) Acknowledge(mutation replica.ID) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.replica.Acknowledge(mutation)
}

// write puts a draft into the queue, in the name of whoever uses the tablet.
func (t *Tablet) write(d replica.Draft) (Saved, error) { return t.writeAs(newID, d) }

func (t *Tablet) writeAs(ids replica.IDSource, d replica.Draft) (Saved, error) {
	entered := d.Operation != syncv1.Operation_OPERATION_RESOLVE // which takes over what somebody wrote before
	if blank(d.Reason) || entered && d.Record != nil && blankText(d.Record.ProtoReflect()) {
		return Saved{}, ErrBlank
	}
	s, err := t.session()
	if err != nil {
		return Saved{}, err
	}
	if s == nil {
		return Saved{}, ErrSignIn
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	id, err := t.replica.Write(s.GetPersonId(), t.opts.Clock(), ids, d)
	if err != nil {
		return Saved{}, checked(err)
	}
	t.queueDraft(id, d)
	saved := Saved{StreamID: d.StreamID, RecordID: d.RecordID, MutationID: id}
	if d.Operation == syncv1.Operation_OPERATION_CREATE {
		saved.RecordID = id
	}
	return saved, nil
}

// checked puts a refusal of the values into words that name each of them.
func checked(err error) error {
	var refused *replica.RefusedError
	if errors.As(err, &refused) {
		return &CheckError{Findings: refused.Findings}
	}
	return err
}
