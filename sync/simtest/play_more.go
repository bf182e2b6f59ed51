package simtest

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/scenario"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// office are the steps of those who look after the installation: the directory, the operator, a court.
func (p *player) office(s *scenario.Step) (known bool, err error) {
	switch s.Words[0] {
	case "assignment":
		return true, p.assignment(s)
	case "chart":
		return true, p.chart(s)
	case "court":
		return true, p.court(s)
	}
	return false, nil
}

// assignment NAME ends | assignment NAME begins: an edit of the directory.
func (p *player) assignment(s *scenario.Step) error {
	dir := p.world.server.dir
	if len(s.Words) != 3 || dir.people[s.Words[1]] == nil {
		return s.Errorf("assignment NAME ends, or assignment NAME begins")
	}
	switch s.Words[2] {
	case "ends":
		dir.end(s.Words[1], p.world.now)
	case "begins":
		dir.add(s.Words[1], dir.people[s.Words[1]].GetRole(), p.world.now, time.Time{})
	default:
		return s.Errorf("assignment NAME ends, or assignment NAME begins")
	}
	return nil
}

// chart STREAM is CHART: charts that are merged or parted are an edit of the directory; no log moves.
func (p *player) chart(s *scenario.Step) error {
	if len(s.Words) == 4 && s.Words[2] == "is" {
		for i, ref := range p.world.server.dir.streams {
			if ref.ID == s.Words[1] {
				p.world.server.dir.move(i, s.Words[3])
				return nil
			}
		}
	}
	return s.Errorf("chart STREAM is CHART: chart clinical is other")
}

// court erases NAME: what an order of a court leaves is a stub.
func (p *player) court(s *scenario.Step) error {
	if len(s.Words) != 3 || s.Words[1] != "erases" {
		return s.Errorf("court erases NAME")
	}
	record, ok := p.labels[s.Words[2]]
	if !ok {
		return s.Errorf("no record has the name %q", s.Words[2])
	}
	key := recordKey{stream: streamOf(s), id: record}
	p.world.server.ordered = append(p.world.server.ordered, key)
	p.world.oracle.gone[key] = true
	p.world.server.erase(key)
	return nil
}

// operator: server restored by-the-book puts the copy back as the manual says, and server confirmed is the operator's
// word that grants and erasures are right.
func (p *player) operator(s *scenario.Step) error {
	srv := p.world.server
	switch strings.Join(s.Words[1:], " ") {
	case "restored by-the-book":
		if srv.backup == nil {
			return s.Errorf("there is no copy of the server yet: server copy")
		}
		srv.restore()
	case "confirmed":
		srv.confirm()
	default:
		return s.Errorf("server copy, server restored, server restored by-the-book, or server confirmed")
	}
	return nil
}

// keeping are the steps about what a tablet holds.
func (p *player) keeping(s *scenario.Step, d *device) (known bool, err error) {
	switch s.Words[1] {
	case "holds":
		return true, p.holds(s, d)
	case "widens":
		return true, p.widens(s, d)
	case "loses":
		return true, p.loses(s, d)
	case "checks":
		return true, p.checks(d)
	case "charts":
		return true, p.charts(d)
	case "moves":
		return true, p.moves(s, d)
	}
	return false, nil
}

// TABLET holds MONTHS: how many months it holds besides the present one.
func (p *player) holds(s *scenario.Step, d *device) error {
	if len(s.Words) == 3 {
		if n, err := strconv.ParseUint(s.Words[2], 10, 8); err == nil {
			return d.replica.SetWindow(uint32(n))
		}
	}
	return s.Errorf("how many months? %s holds 3", s.Words[0])
}

// TABLET widens 2026-09: it asks for the months from there on.
func (p *player) widens(s *scenario.Step, d *device) error {
	var year, month uint32
	if len(s.Words) == 3 {
		if n, err := fmt.Sscanf(s.Words[2], "%d-%d", &year, &month); n == 2 && err == nil {
			return d.replica.Widen(d.clock(), streamOf(s), year*100+month)
		}
	}
	return s.Errorf("from which month? %s widens 2026-09", s.Words[0])
}

// TABLET loses NAME: its disk loses a record, and it is switched off without an end.
func (p *player) loses(s *scenario.Step, d *device) error {
	record, ok := id{}, false
	if len(s.Words) == 3 {
		record, ok = p.labels[s.Words[2]]
	}
	if !ok {
		return s.Errorf("which record? %s loses NAME", s.Words[0])
	}
	d.damaged[streamOf(s)], d.hurt[recordKey{streamOf(s), record}] = true, true
	err := d.store.Update(func(tx replica.Tx) error {
		return tx.Delete(append(familyOf(familyRecord, streamOf(s)), record[:]...))
	})
	if err != nil {
		return s.Errorf("%v", err)
	}
	d.crash()
	return d.replica.Unclean()
}

// TABLET checks: it adds up what it holds.
func (p *player) checks(d *device) error {
	differing := 0
	for {
		turn, err := d.replica.VerifyTurn(d.clock())
		if err != nil {
			return err
		}
		if differing += turn.Differing; !turn.More {
			break
		}
	}
	p.say("sections that differ: %d", differing)
	return nil
}

// TABLET charts: which streams it shows, and in which chart.
func (p *player) charts(d *device) error {
	streams, err := d.replica.Streams()
	for _, one := range streams {
		p.say("%s in %s", one.ID, one.Info.GetChartId())
	}
	return err
}

// TABLET moves NAME to NEW stream=clinical because="…": the same content as a new record in the right chart, and the
// wrong one retracted, each naming the other.
func (p *player) moves(s *scenario.Step, d *device) error {
	if len(s.Words) != 5 || s.Words[3] != "to" || s.Args.Get("stream") == "" {
		return s.Errorf(`%s moves NAME to NEW stream=clinical because="…"`, s.Words[0])
	}
	wrong, ok := p.labels[s.Words[2]]
	if !ok {
		return s.Errorf("no record has the name %q", s.Words[2])
	}
	v, ok, err := d.replica.Record("care", wrong)
	if err != nil || !ok {
		p.say("this tablet does not have it")
		return err
	}
	to, reason := streamOf(s), s.Args.Get("because")
	link := func(relation carev1.LinkRelation, record id, stream string) *carev1.Envelope {
		return &carev1.Envelope{Links: []*carev1.RecordLink{{Relation: relation, RecordId: record[:], StreamId: stream}}}
	}
	right := replica.Draft{StreamID: to, Operation: syncv1.Operation_OPERATION_CREATE, Reason: reason, Record: &carev1.Record{
		Body: proto.CloneOf(v.Record.GetBody()), Envelope: link(carev1.LinkRelation_LINK_RELATION_MOVED_FROM, wrong, "care"),
	}}
	right.Record.Envelope.Effective = v.Record.GetEnvelope().GetEffective()
	retract := replica.Draft{StreamID: "care", RecordID: wrong, Operation: syncv1.Operation_OPERATION_RETRACT, Reason: reason}
	before := d.sight(retract)
	made, err := d.replica.WriteAll(d.authors[0], d.clock(), p.world.newID,
		func([]replica.ID) replica.Draft { return right },
		func(made []replica.ID) replica.Draft {
			retract.Record = &carev1.Record{Envelope: link(carev1.LinkRelation_LINK_RELATION_MOVED_TO, made[0], to)}
			return retract
		})
	if err != nil {
		return s.Errorf("%v", err)
	}
	p.world.oracle.wrote(made[0], d.authors[0], right, sight{own: set{}, pending: set{}})
	p.world.oracle.wrote(made[1], d.authors[0], retract, before)
	p.labels[s.Words[4]] = made[0]
	p.names[made[0]], p.names[made[1]] = "move "+s.Words[4], "retract "+s.Words[2]
	p.say("saved on this tablet")
	return nil
}

// typedIn is the envelope of a sheet that somebody else signed on paper (代行入力): signed-by=NAME. Nil without that.
func (p *player) typedIn(s *scenario.Step, author string) (*carev1.Envelope, error) {
	by := s.Args.Get("signed-by")
	if by == "" {
		return nil, nil
	}
	signed, ok := p.world.server.dir.people[by]
	if !ok {
		return nil, s.Errorf("there is no person %q", by)
	}
	paper := sha256.Sum256([]byte(s.Words[2]))
	return &carev1.Envelope{
		Performer: signed, Enterer: p.world.server.dir.people[author], Effective: timestamppb.New(p.world.now),
		Blobs: []*carev1.BlobRef{{Sha256: paper[:], Size: 1, MediaType: "application/pdf", Title: "the paper"}},
	}, nil
}
