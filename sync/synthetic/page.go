package synthetic

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// page collects what is written in one chart on one day.
type page struct {
	world  *World
	chart  *chart
	day    int
	writes []Write
}

// entry is what goes with a body.
type entry struct {
	by      *colleague
	at      time.Time // when it happened
	later   int       // minutes until it was written down
	stream  string    // empty: care
	name    string    // what makes the id of the record its own within the chart
	end     time.Time // of a period
	planned time.Time // when it is to be, of what is only planned; zero: at
	about   ID        // the record that it is about
	files   []File    // photos and files that go with it
}

// add writes a new record.
func (p *page) add(body *carev1.Body, e entry) ID {
	written := e.at.Add(time.Duration(e.later) * time.Minute)
	id := p.world.recordID(p.chart, e.at, e.name)
	envelope := &carev1.Envelope{
		Effective: timestamppb.New(e.at), Recorded: timestamppb.New(written), Performer: e.by.actor(),
	}
	if running, found := p.chart.running(p.world, e.at, written); found && running.id != id {
		envelope.Episode = &carev1.Episode{Id: running.id[:], Kind: running.kind}
	}
	if !e.planned.IsZero() {
		envelope.Effective = timestamppb.New(e.planned)
	}
	if !e.end.IsZero() {
		envelope.EffectiveEnd = timestamppb.New(e.end)
	}
	if e.about != (ID{}) {
		envelope.Links = []*carev1.RecordLink{{Relation: carev1.LinkRelation_LINK_RELATION_ABOUT, RecordId: e.about[:]}}
	}
	for _, f := range e.files {
		envelope.Blobs = append(envelope.Blobs, f.ref())
	}
	stream := e.stream
	if stream == "" {
		stream = CareStream(p.chart.id)
	}
	p.writes = append(p.writes, Write{
		ID: id, RecordID: id, At: written, Chart: p.chart.id, Stream: stream, Person: e.by.ID, Device: e.by.device,
		Operation: syncv1.Operation_OPERATION_CREATE, Files: e.files,
		Record: &carev1.Record{Id: id[:], Envelope: envelope, Body: body, Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE},
	})
	return id
}

// change writes a record again. Without groups the body is the whole record.
func (p *page) change(record ID, body *carev1.Body, e entry, reason string, groups ...uint32) {
	p.add(body, e)
	w := &p.writes[len(p.writes)-1]
	w.RecordID, w.Operation, w.Reason, w.Groups = record, syncv1.Operation_OPERATION_PATCH, reason, groups
	w.Record.Id = record[:]
}

// retract marks a record as written in error.
func (p *page) retract(record ID, e entry, reason string) {
	p.add(nil, e)
	w := &p.writes[len(p.writes)-1]
	w.RecordID, w.Operation, w.Reason, w.Record = record, syncv1.Operation_OPERATION_RETRACT, reason, nil
}

// sortWrites puts writes into the order of their time; of the same moment by id.
func sortWrites(list []Write) {
	slices.SortStableFunc(list, func(a, b Write) int {
		return cmp.Or(a.At.Compare(b.At), bytes.Compare(a.ID[:], b.ID[:]))
	})
}

// chartDay makes one day of one chart.
func (w *World) chartDay(c *chart, day int, visit stop) []Write {
	p := &page{world: w, chart: c, day: day}
	if day == 0 {
		p.standing()
	}
	p.turns()
	if c.home {
		p.homeDay()
	}
	if visit.nurse != nil {
		p.visit(visit)
	}
	p.around()
	p.writes = slices.DeleteFunc(p.writes, func(one Write) bool { return w.dayOf(one.At) > day && day == w.days-1 })
	sortWrites(p.writes)
	return p.writes
}
