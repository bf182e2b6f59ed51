package sdk

import (
	"errors"
	"slices"
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
	// Confirm: the author looked at the unlikely values and means them.
	Confirm bool
}

// Create writes a new record: vital signs, a note, an order, a dose.
func (t *Tablet) Create(chart string, body *carev1.Body, e Entry) (Saved, error) {
	kind, known := care.KindOf(body)
	if !known {
		return Saved{}, replica.ErrNoBody
	}
	stream := e.Stream
	if stream == "" {
		c, err := t.Chart(chart)
		if err != nil {
			return Saved{}, err
		}
		var has bool
		if stream, has = c.Stream(kind.DefaultStream); !has {
			return Saved{}, ErrNoChart
		}
	}
	body, err := confirmed(body, e.Confirm)
	if err != nil {
		return Saved{}, err
	}
	rec := &carev1.Record{Body: body}
	if !e.At.IsZero() {
		rec.Envelope = &carev1.Envelope{Effective: timestamppb.New(e.At)}
	}
	return t.write(replica.Draft{StreamID: stream, Operation: syncv1.Operation_OPERATION_CREATE, Record: rec})
}

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
	var err error
	kind, known := care.KindOf(body)
	if is, same := care.KindOf(shown.Record.GetBody()); !known || !same || is != kind {
		return Saved{}, replica.ErrNoBody
	}
	if body, err = confirmed(body, confirm); err != nil {
		return Saved{}, err
	}
	d := replica.Draft{
		StreamID: stream, RecordID: record, Operation: syncv1.Operation_OPERATION_PATCH, Reason: reason,
		Record: &carev1.Record{Body: body}, Seen: shown.Seen,
	}
	if !kind.WholeRecord() {
		for _, g := range kind.Groups() {
			if g < uint32(carev1.Group_GROUP_STATUS) && !care.EqualGroup(body, shown.Record.GetBody(), g) {
				d.Groups = append(d.Groups, g)
			}
		}
		if len(d.Groups) == 0 {
			return Saved{StreamID: stream, RecordID: record}, nil // nothing differs, so nothing is written
		}
	}
	return t.write(d)
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

// Keep is the choice to keep the current value.
const Keep = -1

// Resolve decides a conflict: the current value stays (Keep), or the value of the candidate with that number takes
// its place. The other values that were shown are dropped, and stay in the history.
func (t *Tablet) Resolve(stream string, record replica.ID, choice int, reason string) (Saved, error) {
	shown, err := t.Record(stream, record)
	if err != nil {
		return Saved{}, err
	}
	return t.ResolveSeen(shown, choice, reason)
}

// ResolveSeen decides a conflict as its author had it before them: the choice is a number of that list, and only what
// stood there is decided.
func (t *Tablet) ResolveSeen(shown Item, choice int, reason string) (Saved, error) {
	stream, record := shown.StreamID, shown.ID
	candidates := shown.Record.GetCandidates()
	kind, known := care.KindOf(shown.Record.GetBody())
	if !known || choice < Keep || choice >= len(candidates) {
		return Saved{}, ErrNoRecord
	}
	d := replica.Draft{
		StreamID: stream, RecordID: record, Operation: syncv1.Operation_OPERATION_RESOLVE, Reason: reason,
		Record: &carev1.Record{Body: proto.CloneOf(shown.Record.GetBody()), Status: shown.Record.GetStatus()}, Seen: shown.Seen,
	}
	if choice != Keep {
		take(d.Record, shown.Record, candidates[choice])
	}
	if !kind.WholeRecord() {
		for _, c := range candidates {
			if !slices.Contains(d.Groups, c.GetGroup()) {
				d.Groups = append(d.Groups, c.GetGroup())
			}
		}
		slices.Sort(d.Groups)
		if slices.Contains(d.Groups, uint32(carev1.Group_GROUP_ENVELOPE)) && d.Record.Envelope == nil {
			d.Record.Envelope = proto.CloneOf(shown.Record.GetEnvelope())
		}
	}
	return t.write(d)
}

// take puts a candidate's value into what is written.
func take(rec, shown *carev1.Record, c *carev1.Candidate) {
	switch c.GetGroup() {
	case uint32(carev1.Group_GROUP_UNSPECIFIED):
		if c.GetBody() != nil {
			rec.Body = proto.CloneOf(c.GetBody())
		}
		rec.Envelope = proto.CloneOf(c.GetEnvelope())
		if c.GetStatus() != carev1.RecordStatus_RECORD_STATUS_UNSPECIFIED {
			rec.Status = c.GetStatus()
		}
	case uint32(carev1.Group_GROUP_STATUS):
		rec.Status = c.GetStatus()
	case uint32(carev1.Group_GROUP_ENVELOPE):
		rec.Envelope = proto.CloneOf(c.GetEnvelope())
	default:
		care.CopyGroup(rec.Body, c.GetBody(), c.GetGroup())
	}
}

// Acknowledge says that the author has seen that an entry was refused.
func (t *Tablet) Acknowledge(mutation replica.ID) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.replica.Acknowledge(mutation)
}

// write puts a draft into the queue, in the name of whoever uses the tablet.
func (t *Tablet) write(d replica.Draft) (Saved, error) {
	s, err := t.session()
	if err != nil {
		return Saved{}, err
	}
	if s == nil {
		return Saved{}, ErrSignIn
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	id, err := t.replica.Write(s.GetPersonId(), t.opts.Clock(), newID, d)
	if err != nil {
		var refused *replica.RefusedError
		if errors.As(err, &refused) {
			return Saved{}, &CheckError{Findings: refused.Findings}
		}
		return Saved{}, err
	}
	saved := Saved{StreamID: d.StreamID, RecordID: d.RecordID, MutationID: id}
	if d.Operation == syncv1.Operation_OPERATION_CREATE {
		saved.RecordID = id
	}
	return saved, nil
}

// confirmed looks at what was entered. Impossible values are refused; unlikely ones have to be confirmed, which the
// record then says.
func confirmed(body *carev1.Body, confirm bool) (*carev1.Body, error) {
	found := care.Check(body)
	if slices.ContainsFunc(found, func(f care.Finding) bool { return f.Severity == care.Refused }) {
		return nil, &CheckError{Findings: found}
	}
	if len(found) > 0 && !confirm {
		return nil, &CheckError{Confirm: true, Findings: found}
	}
	body = proto.CloneOf(body)
	if v := body.GetVitalSigns(); v != nil {
		for _, f := range found {
			if f.Item != 0 && !slices.Contains(v.Confirmed, f.Item) {
				v.Confirmed = append(v.Confirmed, f.Item)
			}
		}
	}
	return body, nil
}
