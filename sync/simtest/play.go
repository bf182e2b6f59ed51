package simtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/scenario"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Play plays a scenario script in a world without chance: only what the script says goes wrong. It returns the
// answers to every step, and the promises that were broken.
func Play(script *scenario.Script) (answers [][]string, problems []string, err error) {
	w := newWorld(Options{Seed: 1})
	w.faults = false
	w.server, w.oracle = newServer(w), newOracle(w)
	p := &player{world: w, tablets: map[string]*device{}, labels: map[string]id{}, names: map[id]string{}}
	for _, step := range script.Steps {
		p.said = nil
		if err := p.step(step); err != nil {
			return nil, nil, err
		}
		answers = append(answers, p.said)
	}
	w.oracle.observe()
	w.oracle.digests()
	return answers, w.problems, nil
}

// player is one script under way.
type player struct {
	world   *world
	tablets map[string]*device
	labels  map[string]id // of records
	names   map[id]string // of mutations, for people
	said    []string
}

func (p *player) say(format string, args ...any) {
	p.said = append(p.said, fmt.Sprintf(format, args...))
}

func (p *player) label(name string) ([]byte, bool) {
	i, ok := p.labels[name]
	return i[:], ok
}

func (p *player) step(s *scenario.Step) error {
	if len(s.Words) == 0 {
		return s.Errorf("a step begins with a word")
	}
	if d := p.tablets[s.Words[0]]; d != nil {
		return p.tablet(s, d)
	}
	switch s.Words[0] {
	case "person":
		return p.person(s)
	case "tablet":
		return p.newTablet(s)
	case "wait":
		if len(s.Words) != 2 {
			return s.Errorf("wait how long? wait 10m")
		}
		t, err := time.ParseDuration(s.Words[1])
		if err != nil || t < 0 {
			return s.Errorf("%q is not a length of time, like 10m or 26h", s.Words[1])
		}
		p.world.now = p.world.now.Add(t)
		return nil
	case "server":
		return p.server(s)
	case "station":
		return p.station(s)
	case "log":
		return p.log(s)
	}
	if known, err := p.office(s); known {
		return err
	}
	return s.Errorf("%q is neither a tablet nor person, tablet, wait, server, station, assignment, chart, court or log", s.Words[0])
}

// person NAME ROLE [until=26h]: somebody with a grant on every stream of the chart.
func (p *player) person(s *scenario.Step) error {
	if len(s.Words) < 3 {
		return s.Errorf("person NAME ROLE")
	}
	role, ok := carev1.Role_value["ROLE_"+strings.ToUpper(strings.ReplaceAll(s.Words[2], "-", "_"))]
	if !ok || role == 0 {
		return s.Errorf("%q is not a role: physician, nurse, care-worker, care-manager, pharmacist, therapist", s.Words[2])
	}
	var until time.Time
	if end := s.Args.Get("until"); end != "" {
		d, err := time.ParseDuration(end)
		if err != nil {
			return s.Errorf("until=%s is not a length of time", end)
		}
		until = p.world.now.Add(d)
	}
	p.world.server.dir.add(s.Words[1], carev1.Role(role), start.AddDate(-1, 0, 0), until)
	return nil
}

// tablet NAME PERSON [PERSON …] [clock=2h]
func (p *player) newTablet(s *scenario.Step) error {
	if len(s.Words) < 3 {
		return s.Errorf("tablet NAME PERSON")
	}
	for _, person := range s.Words[2:] {
		if p.world.server.dir.people[person] == nil {
			return s.Errorf("there is no person %q", person)
		}
	}
	d := p.world.addDevice("tablet-"+strings.ToLower(s.Words[1]), s.Words[2:]...)
	if wrong := s.Args.Get("clock"); wrong != "" {
		skew, err := time.ParseDuration(wrong)
		if err != nil {
			return s.Errorf("clock=%s is not a length of time, like 2h or -2h", wrong)
		}
		d.skew = skew
	}
	p.tablets[s.Words[1]] = d
	return nil
}

// server copy | server restored | what the operator does
func (p *player) server(s *scenario.Step) error {
	srv := p.world.server
	switch strings.Join(s.Words[1:], " ") {
	case "copy":
		srv.copied()
	case "restored":
		if srv.backup == nil {
			return s.Errorf("there is no copy of the server yet: server copy")
		}
		srv.setBack()
	default:
		return p.operator(s)
	}
	return nil
}

// tablet steps.
func (p *player) tablet(s *scenario.Step, d *device) error {
	if len(s.Words) < 2 {
		return s.Errorf("what does %s do?", s.Words[0])
	}
	switch verb := s.Words[1]; verb {
	case "sync":
		return p.sync(s, d)
	case "shows":
		return p.shows(s, d)
	case "restarts":
		d.crash()
		return nil
	case "copy":
		d.copied = d.store.Snapshot()
		return nil
	case "restored":
		if d.copied == nil {
			return s.Errorf("there is no copy of %s yet: %s copy", s.Words[0], s.Words[0])
		}
		d.store = d.copied.Snapshot()
		d.open()
		return nil
	case "amend", "retract", "resolve":
		return p.change(s, d)
	default:
		if known, err := p.keeping(s, d); known {
			return err
		}
		if scenario.Verbs[verb] == "" {
			return s.Errorf("%q is nothing that a tablet does", verb)
		}
		return p.create(s, d)
	}
}

// author is who writes: by=NAME, else whoever the tablet belongs to.
func (d *device) author(s *scenario.Step) (string, error) {
	by := s.Args.Get("by")
	if by == "" {
		return d.authors[0], nil
	}
	if !slices.Contains(d.authors, by) {
		return "", s.Errorf("%s is not signed in on this tablet", by)
	}
	return by, nil
}

func (p *player) create(s *scenario.Step, d *device) error {
	if len(s.Words) != 3 {
		return s.Errorf("give the new record a name: %s %s NAME", s.Words[0], s.Words[1])
	}
	author, err := d.author(s)
	if err != nil {
		return err
	}
	body, err := scenario.New(s.Words[1], s.Args.Without("by", "stream", "signed-by"), p.label)
	if err != nil {
		return s.Errorf("%v", err)
	}
	record := &carev1.Record{Body: body}
	if record.Envelope, err = p.typedIn(s, author); err != nil {
		return err
	}
	return p.write(s, d, author, replica.Draft{Operation: syncv1.Operation_OPERATION_CREATE, Record: record})
}

// change amends, retracts or resolves a record that the tablet shows.
func (p *player) change(s *scenario.Step, d *device) error {
	if len(s.Words) < 3 {
		return s.Errorf("which record? %s %s NAME", s.Words[0], s.Words[1])
	}
	record, ok := p.labels[s.Words[2]]
	if !ok {
		return s.Errorf("no record has the name %q", s.Words[2])
	}
	author, err := d.author(s)
	if err != nil {
		return err
	}
	draft := replica.Draft{RecordID: record, Reason: s.Args.Get("because")}
	if s.Words[1] == "retract" {
		draft.Operation = syncv1.Operation_OPERATION_RETRACT
		return p.write(s, d, author, draft)
	}
	v, ok, err := d.replica.Record(streamOf(s), record)
	if err != nil || !ok {
		p.say("this tablet does not have it")
		return nil
	}
	body := proto.CloneOf(v.Record.GetBody())
	groups, err := scenario.Set(body, s.Args.Without("by", "because", "stream", "status"), p.label)
	if err != nil {
		return s.Errorf("%v", err)
	}
	draft.Operation, draft.Record = syncv1.Operation_OPERATION_PATCH, &carev1.Record{Body: body}
	if s.Words[1] == "resolve" {
		draft.Operation, draft.Record.Status = syncv1.Operation_OPERATION_RESOLVE, carev1.RecordStatus_RECORD_STATUS_ACTIVE
		if s.Args.Get("status") == "retracted" {
			draft.Record.Status = carev1.RecordStatus_RECORD_STATUS_RETRACTED
		}
		groups = append(groups, candidateGroups(v.Record)...)
	}
	if kind, ok := care.KindOf(body); ok && !kind.WholeRecord() {
		draft.Groups = slices.Compact(slices.Sorted(slices.Values(groups)))
	}
	return p.write(s, d, author, draft)
}

func candidateGroups(r *carev1.Record) []uint32 {
	var groups []uint32
	for _, c := range r.GetCandidates() {
		groups = append(groups, c.GetGroup())
	}
	return groups
}

func streamOf(s *scenario.Step) string {
	if name := s.Args.Get("stream"); name != "" {
		return name
	}
	return "care"
}

func (p *player) write(s *scenario.Step, d *device, author string, draft replica.Draft) error {
	draft.StreamID = streamOf(s)
	before := d.sight(draft)
	m, err := d.replica.Write(author, d.clock(), p.world.newID, draft)
	if err != nil {
		p.say("refused: %v", err)
		var refused *replica.RefusedError
		if errors.As(err, &refused) {
			p.said = p.said[:0]
			for _, f := range refused.Findings {
				p.say("refused: %s", f.En)
			}
		}
		return nil
	}
	p.world.oracle.wrote(m, author, draft, before)
	if draft.Operation == syncv1.Operation_OPERATION_CREATE {
		p.labels[s.Words[2]] = m
	}
	p.names[m] = s.Words[1] + " " + s.Words[2]
	p.say("saved on this tablet")
	return nil
}

// sync brings a tablet and the server together until nothing is left to do. answer-lost: the server does its part
// of the first exchange, and the tablet never hears of it.
func (p *player) sync(s *scenario.Step, d *device) error {
	how := strings.Join(s.Words[2:], " ")
	switch how {
	case "", "answer-lost", "request-lost", "twice":
	default:
		return s.Errorf("sync, or sync with answer-lost, request-lost or twice")
	}
	for range 20 {
		req, err := d.replica.NextRequest(d.clock())
		if err != nil {
			return s.Errorf("%v", err)
		}
		req = proto.CloneOf(req)
		if how == "request-lost" {
			p.say("no answer")
			return nil
		}
		if how == "twice" {
			p.world.server.sync(d, proto.CloneOf(req))
		}
		resp, err := p.world.server.sync(d, req)
		if how == "answer-lost" || err != nil {
			p.say("no answer")
			return nil
		}
		p.results(req, resp)
		progress, err := d.replica.Absorb(d.clock(), p.world.newID, req, resp)
		if err != nil {
			return s.Errorf("%v", err)
		}
		p.acknowledge(d, req, resp)
		if !d.mend() && !progress.More {
			return nil
		}
	}
	return s.Errorf("the tablet does not come to rest")
}

func (p *player) acknowledge(d *device, req *syncv1.SyncRequest, resp *syncv1.SyncResponse) {
	for i, q := range req.GetMutations() {
		m := &syncv1.Mutation{}
		outcome := resp.GetResults()[i].GetOutcome()
		kept := outcome != syncv1.Outcome_OUTCOME_RETRY && outcome != syncv1.Outcome_OUTCOME_ID_REUSED
		if proto.Unmarshal(q.GetPayload(), m) == nil && kept {
			p.world.oracle.acknowledged[id(m.GetId())] = d
		}
	}
}

// results says what became of each mutation.
func (p *player) results(req *syncv1.SyncRequest, resp *syncv1.SyncResponse) {
	for i, q := range req.GetMutations() {
		m := &syncv1.Mutation{}
		if proto.Unmarshal(q.GetPayload(), m) != nil {
			continue
		}
		p.say("%s: %s", p.names[id(m.GetId())], words(resp.GetResults()[i]))
	}
	for i, ref := range req.GetHeld() {
		if r := resp.GetHeld()[i]; r.GetOutcome() != syncv1.Outcome_OUTCOME_HELD {
			p.say("%s: now %s", p.names[id(ref.GetMutationId())], words(r))
		}
	}
	for _, v := range resp.GetVerdicts() {
		if v.GetVerdict() >= syncv1.Verdict_VERDICT_REVOKED && v.GetStreamId() == "care" {
			p.say("%s", strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(v.GetVerdict().String(), "VERDICT_"), "_", " ")))
		}
	}
}

func words(r *syncv1.MutationResult) string {
	text := strings.ToLower(strings.TrimPrefix(r.GetOutcome().String(), "OUTCOME_"))
	if r.GetHeldReason() != 0 {
		text += ", " + strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(r.GetHeldReason().String(), "HELD_REASON_"), "_", " "))
	}
	if r.GetDetail() != "" {
		text += " (" + r.GetDetail() + ")"
	}
	if r.GetRepeated() {
		text += ", known before"
	}
	return text
}
