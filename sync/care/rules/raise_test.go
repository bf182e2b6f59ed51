package rules_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, tokyo)

// pulse is a set with one reading; n names record and mutation.
func pulse(n byte, at time.Time, perMin uint32) rules.Seen {
	id := make([]byte, 16)
	id[15] = n
	return rules.Seen{Seq: uint64(n), Record: &carev1.Record{
		Id: id, Envelope: &carev1.Envelope{Effective: timestamppb.New(at)}, Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE,
		Body: &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{PulsePerMin: &perMin}}},
	}}
}

// chart is a view that grows, latest first.
type chart struct{ rules.View }

func (c *chart) write(s rules.Seen, received time.Time) []*carev1.Record {
	c.Recent = slices.Insert(c.Recent, 0, s)
	raised := rules.Raise(&c.View, rules.Cause{MutationID: s.Record.GetId(), Received: received}, rules.Judge(&c.View, s))
	for _, r := range raised {
		c.Recent = slices.Insert(c.Recent, 0, rules.Seen{Record: r})
	}
	return raised
}

func newChart() *chart {
	return &chart{rules.View{Zone: tokyo, From: noon.Add(-rules.Lookback), Defaults: rules.Defaults()}}
}

func TestRaisedOnceAndThenOnlyWhenWorse(t *testing.T) {
	c := newChart()
	steps := []struct {
		name  string
		after time.Duration
		pulse uint32
		want  []string // rule and severity
	}{
		{"the first", 0, 112, []string{"threshold urgent"}},
		{"as bad", time.Hour, 115, nil},
		{"worse", 2 * time.Hour, 132, []string{"news2 urgent", "threshold critical"}},
		{"better, and no news", 3 * time.Hour, 118, nil},
		{"as bad again, while the critical one is fresh", 4 * time.Hour, 133, nil},
		{"still bad the next day", 25 * time.Hour, 133, []string{"news2 urgent", "threshold critical"}},
	}
	for i, s := range steps {
		at := noon.Add(s.after)
		var got []string
		for _, r := range c.write(pulse(byte(i+1), at, s.pulse), at) {
			a := r.GetBody().GetAlert()
			severity := strings.ToLower(strings.TrimPrefix(a.GetSeverity().String(), "ALERT_SEVERITY_"))
			got = append(got, a.GetRule()+" "+severity)
			if found := care.Validate(r.GetBody()); len(found) > 0 {
				t.Errorf("%s: the alert breaks the contract: %v", s.name, found)
			}
			if len(a.GetReasonJa()) == 0 || a.GetWindow().GetRecords() == 0 || a.GetEvidence()[0].GetSeq() != uint64(i+1) {
				t.Errorf("%s: %v", s.name, a)
			}
		}
		if !slices.Equal(got, s.want) {
			t.Errorf("%s: %v, want %v", s.name, got, s.want)
		}
	}
}

// TestTheSameCauseHasTheSameId: a mutation that is offered again raises the alert that is there.
func TestTheSameCauseHasTheSameId(t *testing.T) {
	one, again := newChart(), newChart()
	a := one.write(pulse(1, noon, 112), noon)
	b := again.write(pulse(1, noon, 112), noon.Add(9*time.Hour))
	if len(a) != 1 || len(b) != 1 || string(a[0].GetId()) != string(b[0].GetId()) {
		t.Fatalf("%v\n%v", a, b)
	}
	if id := rules.AlertID("news2", "news2", []byte{1}); id[6]>>4 != 8 || id[8]>>6 != 2 {
		t.Errorf("not a UUIDv8: %x", id)
	}
	if rules.AlertID("a", "bc", nil) == rules.AlertID("ab", "c", nil) {
		t.Error("two rules share an id")
	}
}

func TestLateDataSaysSo(t *testing.T) {
	a := newChart().write(pulse(1, noon, 112), noon.Add(26*time.Hour+5*time.Minute))[0].GetBody().GetAlert()
	if !strings.Contains(a.GetReasonJa(), "26時間前の測定、いま受信") || !strings.Contains(a.GetReasonEn(), "Measured 26 h ago, received now.") {
		t.Errorf("%s\n%s", a.GetReasonJa(), a.GetReasonEn())
	}
	if a.GetSeverity() != rules.Urgent {
		t.Error("late data must not be less severe")
	}
}

// TestAmendedReadingIsJudgedAnew: a slip of the pen that is put right raises nothing more, a worse one does.
func TestAmendedReadingIsJudgedAnew(t *testing.T) {
	c := newChart()
	c.write(pulse(1, noon, 112), noon)
	c.Recent = slices.DeleteFunc(c.Recent, func(s rules.Seen) bool { return s.Record.GetBody().GetVitalSigns() != nil })
	amended := pulse(1, noon, 135)
	c.Recent = slices.Insert(c.Recent, 0, amended)
	raised := rules.Raise(&c.View, rules.Cause{MutationID: []byte("the amendment")}, rules.Judge(&c.View, amended))
	if len(raised) != 2 || raised[1].GetBody().GetAlert().GetSeverity() != rules.Critical ||
		len(raised[1].GetBody().GetAlert().GetWorsensId()) != 16 {
		t.Errorf("%v", raised)
	}
}

func TestRetractedFindsNothing(t *testing.T) {
	c := newChart()
	s := pulse(1, noon, 180)
	s.Record.Status = carev1.RecordStatus_RECORD_STATUS_RETRACTED
	if raised := c.write(s, noon); raised != nil {
		t.Errorf("%v", raised)
	}
}
