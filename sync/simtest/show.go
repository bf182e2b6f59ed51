package simtest

import (
	"context"
	"strings"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/scenario"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

var stateWords = map[replica.State]string{
	replica.TooLarge: "too large to send", replica.Rejected: "rejected", replica.Held: "held",
	replica.Conflict: "needs a decision", replica.OnTablet: "on this tablet", replica.Safe: "safe on the server",
}

// shows NAME: the record as the tablet shows it.
func (p *player) shows(s *scenario.Step, d *device) error {
	if len(s.Words) < 3 {
		return s.Errorf("which record? %s shows NAME", s.Words[0])
	}
	record, ok := p.labels[s.Words[2]]
	if !ok {
		return s.Errorf("no record has the name %q", s.Words[2])
	}
	v, ok, err := d.replica.Record(streamOf(s), record)
	if err != nil {
		return s.Errorf("%v", err)
	}
	if !ok {
		p.say("nothing")
		return nil
	}
	_, text := care.Summary(v.Record.GetBody())
	if v.Record.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED {
		text += " (retracted)"
	}
	if v.Record.GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED {
		text = "erased by order"
	}
	p.say("%s [%s]", text, stateWords[v.State])
	for _, c := range v.Record.GetCandidates() {
		p.say("beside it, by %s: %s", c.GetAuthor().GetName(), candidateText(c))
	}
	if err := p.doubles(s, d, v); err != nil {
		return err
	}
	if a := v.Record.GetArrival(); a.GetTimeUncertain() {
		p.say("time uncertain: the tablet's clock was off by %d minutes", a.GetClockOffsetMs()/60000)
	}
	return nil
}

// doubles says which other records the tablet shows that may be the same dose, as the worse case: given twice.
func (p *player) doubles(s *scenario.Step, d *device, v replica.View) error {
	err := d.replica.Records(v.StreamID, func(o replica.View) error {
		if o.ID != v.ID && care.DoubleDose(v.Record, o.Record) {
			p.say("possible double dose: with %s", p.recordName(o.ID))
		}
		return nil
	})
	if err != nil {
		return s.Errorf("%v", err)
	}
	return nil
}

func (p *player) recordName(record id) string {
	for name, i := range p.labels {
		if i == record {
			return name
		}
	}
	return "a record without a name"
}

func candidateText(c *carev1.Candidate) string {
	if c.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED {
		return "to be retracted"
	}
	_, text := care.Summary(c.GetBody())
	return text
}

// station release NAME | station reject NAME: a person's decision on what is held of a record.
func (p *player) station(s *scenario.Step) error {
	if len(s.Words) != 3 || s.Words[1] != "release" && s.Words[1] != "reject" {
		return s.Errorf("station release NAME, or station reject NAME")
	}
	call := p.world.server.call(p.world.devices[0])
	for _, m := range p.world.oracle.order {
		if p.names[m] == "" || !p.about(m, s.Words[2]) {
			continue
		}
		_, _, err := p.world.server.hub.JudgeHeld(context.Background(), call, hub.Judgement{
			StreamID: streamOf(s), MutationID: m, Release: s.Words[1] == "release", Words: s.Args.Get("because"),
		})
		if err == nil {
			p.say("%s: %sd", p.names[m], map[string]string{"release": "release", "reject": "rejecte"}[s.Words[1]])
			break
		}
	}
	p.world.oracle.observe()
	return nil
}

// about tells whether a mutation is of the record with this name.
func (p *player) about(m id, label string) bool {
	name := p.names[m]
	return len(name) > len(label) && name[len(name)-len(label)-1:] == " "+label
}

// log: what the server's log holds, entry by entry.
func (p *player) log(s *scenario.Step) error {
	return p.world.server.store.View(context.Background(), func(r store.Reader) error {
		return r.Entries(stream(streamOf(s)), 0, func(seq uint64, raw []byte) error {
			e := &storev1.Entry{}
			if err := proto.Unmarshal(raw, e); err != nil {
				return err
			}
			what := "held"
			if ledger.Changed(e.GetEffect()) {
				what = outcomeWord(e)
			} else if e.GetEffect() == syncv1.Outcome_OUTCOME_REJECTED {
				what = "rejected"
			}
			name := p.names[id(e.GetMutationId())]
			if name == "" {
				name = "stub of an erasure"
			}
			if ledger.Derived(e) {
				name = alertName(e)
			}
			p.say("%d.%d %s: %s", e.GetVersion().GetEpoch(), seq, name, what)
			return nil
		})
	})
}

// alertName says which alert an entry of the server holds.
func alertName(e *storev1.Entry) string {
	rec := &carev1.Record{}
	if ledger.Erased(e) || proto.Unmarshal(e.GetRecord(), rec) != nil {
		return "alert, erased"
	}
	a := rec.GetBody().GetAlert()
	word := "alert"
	if now := a.GetAmendment(); now.GetVoid() {
		word = "alert void"
	} else if now != nil {
		word = "alert amended"
	}
	return word + " " + a.GetTopic() + " " + strings.ToLower(strings.TrimPrefix(a.GetSeverity().String(), "ALERT_SEVERITY_"))
}

func outcomeWord(e *storev1.Entry) string {
	return map[int32]string{1: "applied", 2: "merged", 3: "conflict"}[int32(e.GetEffect())]
}
