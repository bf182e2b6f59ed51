package rules

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care/news2"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Cause is what set the rules off.
type Cause struct {
	// MutationID is the mutation that wrote the record; for what did not happen, a name of the day and the stream.
	MutationID []byte
	// Received is when the server had it. Zero on a tablet.
	Received time.Time
}

// lateData is from when on an alert says that what it is about reached the server late.
const lateData = time.Hour

// Quiet is the longest time for which an alert keeps others of its topic silent: a view for Raise holds the alerts that lie
// no further from what was found.
const Quiet = 68 * time.Hour

// quiet is for how long a finding of the same topic that is no worse stays silent. The first is never silenced.
var quiet = map[Severity]time.Duration{Critical: 4 * time.Hour, Urgent: 20 * time.Hour, Notice: Quiet}

// Raise makes alerts of findings: one for each that is new, or worse than the last alert of its topic. The view holds the
// alerts that were raised before. The records have an id that is a hash of rule, topic and cause, so that the same cause
// raises none twice; envelope and body are complete, the rest is the server's.
func Raise(v *View, cause Cause, found []Finding) []*carev1.Record {
	var raised []*carev1.Record
	for _, f := range found {
		before := v.lastAlert(f.Topic, f.Observed)
		if before == nil {
			before = &standing{}
		} else if is := (&standing{severity: f.Severity, rank: f.Rank}); !is.worse(before.severity, before.rank) && redOf(f.News2)&^before.red == 0 {
			continue
		}
		raised = append(raised, f.alert(v, cause, before.id))
	}
	return raised
}

// standing is what an alert says now: what it was amended to, once what it rests on was.
type standing struct {
	id       []byte
	severity Severity
	rank     int
	// red are the parameters of NEWS2 of which it, or another alert that keeps silent with it, told that they score 3.
	red uint8
}

// redOf are the parameters that score 3, a bit for each: a single 3 always surfaces, also beside an alert that told of another.
func redOf(score *carev1.News2Score) (red uint8) {
	for i, points := range score.GetPoints() {
		if points == news2.Red {
			red |= 1 << i
		}
	}
	return red
}

// lastAlert returns the worst alert of a topic that still keeps others silent; nil if none does.
func (v *View) lastAlert(topic string, at time.Time) *standing {
	var worst *standing
	var red uint8
	for _, all := range [][]Seen{v.Alerts, v.Recent} {
		for _, s := range all {
			a := s.Record.GetBody().GetAlert()
			if a == nil || a.GetTopic() != topic || !stands(s.Record) || a.GetAmendment().GetVoid() {
				continue
			}
			is := &standing{s.Record.GetId(), a.GetSeverity(), int(a.GetRank()), redOf(a.GetNews2())}
			if now := a.GetAmendment(); now != nil {
				is.severity, is.rank, is.red = now.GetSeverity(), int(now.GetRank()), redOf(now.GetNews2())
			}
			if at.Sub(a.GetObserved().AsTime()).Abs() >= quiet[is.severity] {
				continue
			}
			if red |= is.red; worst == nil || is.worse(worst.severity, worst.rank) {
				worst = is
			}
		}
	}
	if worst != nil {
		worst.red = red
	}
	return worst
}

// worse tells whether one is worse than another: more severe, or of a higher rank within its severity.
func (s *standing) worse(severity Severity, rank int) bool {
	if s.severity != severity {
		return s.severity > severity
	}
	return s.rank > rank
}

func (f Finding) alert(v *View, cause Cause, worsens []byte) *carev1.Record {
	id := AlertID(f.Rule, f.Topic, cause.MutationID)
	ja, en := f.Ja, f.En
	if late := cause.Received.Sub(f.Observed); !cause.Received.IsZero() && late >= lateData {
		lateJa, lateEn := f.ago(late)
		ja, en = ja+"（"+lateJa+"、いま受信）", en+" "+lateEn+", received now."
	}
	observed := timestamppb.New(f.Observed)
	a := &carev1.ClinicalAlert{
		Rule: f.Rule, RuleVersion: f.Version, Severity: f.Severity, ReasonJa: ja, ReasonEn: en, Observed: observed,
		Topic: f.Topic, Rank: uint32(max(f.Rank, 0)), WorsensId: worsens, News2: f.News2, ThresholdId: f.Threshold,
		Window: &carev1.AlertWindow{
			From: timestamppb.New(v.From), Until: observed, Seq: v.Seq, Records: uint32(len(v.Recent)),
		},
	}
	for _, s := range f.Evidence {
		a.Evidence = append(a.Evidence, &carev1.AlertEvidence{RecordId: s.Record.GetId(), Seq: s.Seq})
	}
	return &carev1.Record{
		Id: id[:], Envelope: &carev1.Envelope{Effective: observed, Zone: v.zone().String()},
		Body: &carev1.Body{Kind: &carev1.Body_Alert{Alert: a}}, Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE,
	}
}

// AlertID is the id of the alert that a rule raises about a topic for a cause: a UUIDv8 (RFC 9562) made of the first 16
// bytes of SHA-256("tsunagu alert 1" ‖ rule ‖ 0 ‖ topic ‖ 0 ‖ cause).
func AlertID(rule, topic string, cause []byte) [16]byte {
	h := sha256.New()
	fmt.Fprintf(h, "tsunagu alert 1%s\x00%s\x00", rule, topic)
	h.Write(cause)
	id := [16]byte(h.Sum(nil)[:16])
	id[6] = id[6]&0x0f | 0x80
	id[8] = id[8]&0x3f | 0x80
	return id
}

// ago says how long before it arrived a reading was measured, and how long before anything else happened: nobody measures
// a dose or a meal.
func (f Finding) ago(d time.Duration) (ja, en string) {
	ja, en = fmt.Sprintf("%d時間前", int(d.Hours())), fmt.Sprintf("%d h ago", int(d.Hours()))
	if days := int(d.Hours()) / 24; days >= 2 {
		ja, en = fmt.Sprintf("%d日前", days), fmt.Sprintf("%d days ago", days)
	}
	if len(f.Evidence) > 0 && f.Evidence[0].Record.GetBody().GetVitalSigns() != nil {
		return ja + "の測定", "Measured " + en
	}
	return "記録の時刻は" + ja, "It happened " + en
}

// many writes a number of things in English.
func many(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
