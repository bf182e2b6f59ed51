package hub

import (
	"bytes"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// prepared is a mutation with everything that can be said of it without looking at its stream.
type prepared struct {
	index   int // in the request
	queued  *syncv1.QueuedMutation
	m       *syncv1.Mutation // nil if the payload cannot be read
	id      store.ID
	record  store.ID
	hash    [32]byte // of the payload
	kind    *care.Kind
	arrived time.Time // its first arrival
	// waited: it was held, and counts from now on only.
	waited bool
	// notBefore is the sealed time before which it was not written; zero if the server does not vouch for one.
	notBefore time.Time
	brought   []byte // the record's bytes in the payload; nil if it has none
	lifted    []byte // what is laid over them to bring them to the newest schema
	// offset of the device's wall clock against the server's.
	offsetMs int64
	device   string // that brought it
	// reason and detail are set if it must be held whatever the stream says.
	reason syncv1.HeldReason
	detail string
	// placeless: it cannot be put into any stream.
	placeless bool
	// releasedBy is who took it out of an inbox into its stream: the right to write is theirs to give.
	releasedBy string
	// freedBy is who decided that it counts, now or when it was held for something else too; empty: nobody had to.
	freedBy string
}

// sealers are those that one call needs: many mutations of few people come with one request.
type sealers struct {
	master  *seal.Sealer
	authors map[[2]string]*seal.Sealer
	// fits is the last sealed time that was looked at, and whether it fitted: a queue repeats it.
	time     *syncv1.SealedTime
	device   string
	timeFits bool
}

func (h *Hub) sealers() *sealers {
	return &sealers{master: h.seals.Sealer(), authors: map[[2]string]*seal.Sealer{}}
}

// authorFits tells whether the mutation was sealed by the person and device that it names.
func (s *sealers) authorFits(master seal.Master, tenant string, m *syncv1.Mutation, q *syncv1.QueuedMutation) bool {
	who := [2]string{m.GetPersonId(), m.GetDeviceId()}
	author := s.authors[who]
	if author == nil {
		author = seal.AuthorSealer(master.AuthorKey(tenant, who[0], who[1]))
		s.authors[who] = author
	}
	return author.AuthorFits(q.GetPayload(), q.GetAuthorSeal())
}

// notBeforeFits tells whether the mutation's sealed time is this server's, for its device.
func (s *sealers) notBeforeFits(tenant string, m *syncv1.Mutation) bool {
	t := m.GetNotBefore()
	same := s.time != nil && s.device == m.GetDeviceId() && s.time.GetUnixMs() == t.GetUnixMs() &&
		bytes.Equal(s.time.GetSeal(), t.GetSeal())
	if !same {
		s.time, s.device, s.timeFits = t, m.GetDeviceId(), s.master.TimeFits(tenant, m.GetDeviceId(), t)
	}
	return s.timeFits
}

// prepare reads a queued mutation.
func (h *Hub) prepare(c Call, q *syncv1.QueuedMutation, with *sealers) *prepared {
	p := &prepared{queued: q, hash: seal.PayloadHash(q.GetPayload()), arrived: c.Now, device: c.Session.DeviceID}
	m := &syncv1.Mutation{}
	if err := proto.Unmarshal(q.GetPayload(), m); err != nil || !p.readable(m) {
		p.id = store.ID(p.hash[:16])
		p.placeless, p.reason = true, syncv1.HeldReason_HELD_REASON_UNREADABLE
		return p
	}
	p.m, p.id, p.record = m, store.ID(m.GetId()), store.ID(ledger.About(m))
	if !with.authorFits(h.seals, c.Session.Tenant, m, q) {
		p.placeless, p.reason = true, syncv1.HeldReason_HELD_REASON_AUTHOR_SEAL
		return p
	}
	p.arrived = h.firstArrival(c, p)
	if with.notBeforeFits(c.Session.Tenant, m) {
		p.notBefore = time.UnixMilli(m.GetNotBefore().GetUnixMs())
	}
	p.reason, p.detail = p.check(h.schema)
	return p
}

// readable tells whether a payload can be placed: it has an id, a stream, and its record at most once.
func (p *prepared) readable(m *syncv1.Mutation) bool {
	if len(m.GetId()) != 16 || m.GetStreamId() == "" || len(m.GetStreamId()) > maxStreamID {
		return false
	}
	if m.GetRecord() == nil {
		return true
	}
	var err error
	p.brought, err = ledger.PayloadRecord(p.queued.GetPayload())
	return err == nil
}

// firstArrival is when the mutation first arrived: now, or as the receipt of an earlier landing proves.
func (h *Hub) firstArrival(c Call, p *prepared) time.Time {
	r := p.queued.GetFirstLanding()
	proven := r != nil && h.seals.ReceiptFits(c.Session.Tenant, r) && r.GetStreamId() == p.m.GetStreamId() &&
		string(r.GetMutationId()) == string(p.id[:]) && string(r.GetPayloadHash()) == string(p.hash[:])
	if at := time.UnixMilli(r.GetArrivedMs()); proven && at.Before(c.Now) {
		return at
	}
	return c.Now
}

// check finds what is wrong with a mutation in itself.
func (p *prepared) check(schema schemas) (syncv1.HeldReason, string) {
	m, invalid := p.m, syncv1.HeldReason_HELD_REASON_INVALID
	switch {
	case m.GetSchemaVersion() > schema.newest:
		return syncv1.HeldReason_HELD_REASON_NEWER_SCHEMA, ""
	case unknownOperation(m.GetOperation()):
		return invalid, "operation"
	case m.GetOperation() != syncv1.Operation_OPERATION_CREATE && len(m.GetRecordId()) != 16:
		return invalid, "record_id"
	case m.GetPredecessor() != nil && len(m.GetPredecessor().GetId()) != 16:
		return invalid, "predecessor.id"
	case len(m.GetRecord().GetCandidates()) > 0 || m.GetRecord().GetArrival() != nil || m.GetRecord().GetLastChange() != nil:
		return invalid, "record: candidates, arrival and last_change are the server's"
	}
	if schema.lift(p) != nil {
		return invalid, "record: of an older schema, and what it says cannot be brought up to this one"
	}
	body := m.GetRecord().GetBody()
	kind, known := care.KindOf(body)
	if body != nil && !known {
		if len(body.ProtoReflect().GetUnknown()) > 0 {
			return syncv1.HeldReason_HELD_REASON_UNKNOWN_KIND, ""
		}
		return invalid, "record.body"
	}
	p.kind = kind
	return p.checkContent()
}

func unknownOperation(o syncv1.Operation) bool {
	return o < syncv1.Operation_OPERATION_CREATE || o > syncv1.Operation_OPERATION_RESOLVE
}

func (p *prepared) checkContent() (syncv1.HeldReason, string) {
	m, invalid := p.m, syncv1.HeldReason_HELD_REASON_INVALID
	if reason, detail := invalidIf(care.InvalidTimes(m.GetRecord()), "record"); reason != 0 {
		return reason, detail
	}
	switch m.GetOperation() {
	case syncv1.Operation_OPERATION_CREATE:
		switch {
		case p.kind == nil:
			return invalid, "record.body"
		case string(m.GetRecord().GetId()) != string(m.GetId()):
			return invalid, "record.id"
		case m.GetRecord().GetEnvelope().GetEffective() == nil:
			return invalid, "record.envelope.effective"
		case m.GetRecord().GetStatus() > carev1.RecordStatus_RECORD_STATUS_ACTIVE:
			return invalid, "record.status"
		}
		return invalidIf(care.Validate(m.GetRecord()), "record")
	case syncv1.Operation_OPERATION_RETRACT:
		if m.GetReason() == "" {
			return invalid, "reason"
		}
	case syncv1.Operation_OPERATION_PATCH:
		if p.kind != nil && p.kind.Merge == carev1.MergePolicy_MERGE_POLICY_EVENT && m.GetReason() == "" {
			return invalid, "reason"
		}
	}
	if reason, detail := invalidIf(care.Validate(m.GetRecord().GetEnvelope()), "record.envelope"); reason != 0 {
		return reason, detail
	}
	if p.kind != nil && p.kind.WholeRecord() {
		return invalidIf(care.Validate(m.GetRecord().GetBody()), "record.body")
	}
	return 0, ""
}

// invalidIf turns violations into a reason and a detail that names fields and rules, never values.
func invalidIf(found []care.Violation, under string) (syncv1.HeldReason, string) {
	if len(found) == 0 {
		return 0, ""
	}
	parts := make([]string, 0, len(found))
	for _, v := range found {
		parts = append(parts, under+"."+v.Field+": "+v.Message)
	}
	return syncv1.HeldReason_HELD_REASON_INVALID, strings.Join(parts, "; ")
}
