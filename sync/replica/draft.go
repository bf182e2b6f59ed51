package replica

import (
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const (
	opCreate  = syncv1.Operation_OPERATION_CREATE
	opPatch   = syncv1.Operation_OPERATION_PATCH
	opRetract = syncv1.Operation_OPERATION_RETRACT
	opResolve = syncv1.Operation_OPERATION_RESOLVE
)

// Draft is what somebody is about to write.
type Draft struct {
	StreamID string
	// RecordID is the record to change; zero for a CREATE.
	RecordID  ID
	Operation syncv1.Operation
	// Groups are the fields that are written, for kinds that merge by field; empty for a CREATE and a RETRACT.
	Groups []uint32
	// Record holds the content: body, envelope and status, as far as they are written. A RETRACT needs none; of what is
	// given, the links of the envelope go with it, so that the history says where the content went.
	Record *carev1.Record
	Reason string
	// Seen is the record as its author had it before them, from View.Seen. Nil: as the device shows it now. Whoever
	// lets people fill in a form passes it, because the record may have moved since the form was opened.
	Seen *devicev1.Seen
}

// check refuses a draft that the server could only hold. shown is the record as the device shows it; nil if it
// shows none.
func (d Draft) check(shown *carev1.Record) error {
	if d.StreamID == "" || len(d.StreamID) > 128 {
		return ErrStream
	}
	create := d.Operation == opCreate
	if create != (d.RecordID == ID{}) {
		return ErrRecord
	}
	if d.Operation == opRetract {
		if d.Reason == "" {
			return ErrReason
		}
		return groupsFit(len(d.Groups) == 0)
	}
	kind, known := care.KindOf(d.Record.GetBody())
	if !known && (d.Operation != opResolve || d.Record.GetBody() != nil) {
		if d.Record.GetBody() != nil || len(d.Groups) == 0 || shown == nil {
			return ErrNoBody
		}
		kind, known = care.KindOf(shown.GetBody())
	}
	if known && kind.Merge == carev1.MergePolicy_MERGE_POLICY_EVENT && d.Operation == opPatch && d.Reason == "" {
		return ErrReason
	}
	if err := groupsFit(!known || (len(d.Groups) == 0) == (create || kind.WholeRecord())); err != nil {
		return err
	}
	return d.checkValues(kind, shown)
}

func groupsFit(fit bool) error {
	if !fit {
		return ErrGroups
	}
	return nil
}

// checkValues refuses impossible values. Of a kind that merges by field, the record is looked at as it would be.
func (d Draft) checkValues(kind *care.Kind, shown *carev1.Record) error {
	body := d.Record.GetBody()
	if len(d.Groups) > 0 {
		for _, g := range d.Groups {
			if kind != nil && !slices.Contains(kind.Groups(), g) {
				return ErrGroups
			}
		}
		if shown == nil || body == nil {
			return nil
		}
		merged := proto.CloneOf(shown.GetBody())
		for _, g := range d.Groups {
			care.CopyGroup(merged, body, g)
		}
		body = merged
	}
	found := care.Check(body)
	for _, v := range append(care.Validate(d.Record.GetEnvelope()), care.InvalidTimes(d.Record)...) {
		found = append(found, care.EnvelopeFinding(v))
	}
	if slices.ContainsFunc(found, func(f care.Finding) bool { return f.Severity == care.Refused }) {
		return &RefusedError{Findings: found}
	}
	return nil
}

// content is the record that the mutation carries: the draft's, with the circumstances of writing.
func (d Draft) content(id ID, device *devicev1.DeviceState, c Clock) *carev1.Record {
	rec := &carev1.Record{}
	if d.Record != nil && d.Operation != opRetract {
		rec = &carev1.Record{Envelope: d.Record.GetEnvelope(), Body: d.Record.GetBody(), Status: d.Record.GetStatus()}
		rec.ProtoReflect().SetUnknown(d.Record.ProtoReflect().GetUnknown())
		rec = proto.CloneOf(rec)
	}
	if links := d.Record.GetEnvelope().GetLinks(); d.Operation == opRetract && len(links) > 0 {
		rec.Envelope = &carev1.Envelope{Links: links}
	}
	if rec.Envelope == nil {
		rec.Envelope = &carev1.Envelope{}
	}
	e := rec.Envelope
	// Whole seconds: the monotonic clock has the rest, and each record travels often.
	e.Recorded = timestamppb.New(time.Unix(c.WallMs/1000, 0))
	e.MonotonicMs, e.BootId, e.ClockOffsetMs = c.MonotonicMs, c.BootID, device.ClockOffsetMs
	if d.Operation == opCreate {
		rec.Id, rec.Status = id[:], carev1.RecordStatus_RECORD_STATUS_ACTIVE
		if e.Effective == nil {
			e.Effective = proto.CloneOf(e.Recorded)
		}
	}
	return rec
}
