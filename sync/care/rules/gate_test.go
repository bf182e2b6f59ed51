package rules_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// TestGateAndReachLoseNothing: over all shared cases, the gate lets pass every record of which a rule speaks, and a view
// that holds only what the reach asks for finds what the whole one does.
func TestGateAndReachLoseNothing(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "clinical", "alerts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []vector }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	spoke, stayedOut := 0, 0
	for _, c := range file.Cases {
		if c.Now != nil {
			continue
		}
		v := &rules.View{Zone: tokyo, From: c.From, Defaults: rules.Defaults(), Standing: seen(t, c.Standing), Recent: seen(t, c.Recent)}
		cause := v.Recent[0]
		found := rules.Judge(v, cause)
		if len(found) > 0 {
			spoke++
		}
		switch might := rules.NewGate(v).MightSpeak(cause.Record); {
		case !might && len(found) > 0:
			t.Errorf("%s/%s: the gate kept out what a rule speaks of", c.Rule, c.Name)
		case !might:
			stayedOut++
		}
		if near := rules.Judge(cut(v, cause), cause); !reflect.DeepEqual(near, found) {
			t.Errorf("%s/%s: within its reach %+v, in all %+v", c.Rule, c.Name, near, found)
		}
	}
	if spoke < 50 || stayedOut < 10 {
		t.Errorf("%d spoke, %d were kept out: the cases show nothing", spoke, stayedOut)
	}
}

// cut leaves in a view what the reach asks for.
func cut(v *rules.View, cause rules.Seen) *rules.View {
	at := cause.Record.GetEnvelope().GetEffective().AsTime()
	near := &rules.View{Zone: v.Zone, Standing: v.Standing, Defaults: v.Defaults, From: at}
	for range 3 {
		reach := rules.ReachOf(near, cause)
		if near.From = at.Add(-reach.Back); near.From.Before(v.From) {
			near.From = v.From
		}
		near.Recent = nil
		for _, s := range v.Recent {
			if e := s.Record.GetEnvelope().GetEffective().AsTime(); !e.Before(near.From) && !e.After(at.Add(reach.Ahead)) {
				near.Recent = append(near.Recent, s)
			}
		}
	}
	return near
}

// TestGateKeepsOutNothing: over sets of vital signs of any kind, with and without limits and a decided scale, a set of which
// a rule speaks passes the gate.
func TestGateKeepsOutNothing(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		v := &rules.View{Zone: tokyo, From: noon.Add(-rules.Lookback), Defaults: rules.Defaults()}
		if rapid.Bool().Draw(t, "scale 2") {
			v.Standing = append(v.Standing, record(1, noon.AddDate(0, 0, -1), &carev1.Body{Kind: &carev1.Body_PatientProfile{
				PatientProfile: &carev1.PatientProfile{Spo2Scale: &carev1.Spo2ScaleDecision{Scale: 2}},
			}}))
		}
		cause := record(9, noon, vitals(drawn(t)))
		v.Recent = []rules.Seen{cause}
		if found := rules.Judge(v, cause); len(found) > 0 && !rules.NewGate(v).MightSpeak(cause.Record) {
			t.Fatalf("kept out: %+v", found)
		}
	})
}

// drawn is a set of vital signs near the limits, or with what could not be measured.
func drawn(t *rapid.T) *carev1.VitalSigns {
	s := &carev1.VitalSigns{}
	if rapid.Bool().Draw(t, "has SpO2") {
		s.Spo2Percent = proto.Uint32(rapid.Uint32Range(80, 99).Draw(t, "SpO2"))
	}
	if rapid.Bool().Draw(t, "has a pulse") {
		s.PulsePerMin = proto.Uint32(rapid.Uint32Range(35, 135).Draw(t, "pulse"))
	}
	switch rapid.IntRange(0, 3).Draw(t, "glucose") {
	case 1:
		s.Glucose = &carev1.Glucose{Reading: &carev1.Glucose_MgPerDl{MgPerDl: rapid.Uint32Range(40, 700).Draw(t, "mg/dL")}}
	case 2:
		out := carev1.GlucoseOutOfRange(rapid.IntRange(1, 2).Draw(t, "Lo or Hi"))
		s.Glucose = &carev1.Glucose{Reading: &carev1.Glucose_OutOfRange{OutOfRange: out}}
	}
	for range rapid.IntRange(0, 4).Draw(t, "absent") {
		s.Absent = append(s.Absent, &carev1.AbsentReading{
			Item:   carev1.VitalItem(rapid.IntRange(1, 6).Draw(t, "item")),
			Reason: carev1.AbsentReason(rapid.IntRange(1, 2).Draw(t, "reason")),
		})
	}
	return s
}

// TestFurtherBeyondIsNeverBetter: of two readings of one direction, the one further beyond is told as no less severe, and
// within one severity with no lower a rank.
func TestFurtherBeyondIsNeverBetter(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		low := rapid.Uint32Range(0, 100).Draw(t, "lower SpO2")
		high := rapid.Uint32Range(low, 100).Draw(t, "higher SpO2")
		of := func(percent uint32) (severity rules.Severity, rank int) {
			v := &rules.View{Zone: tokyo, From: noon, Defaults: rules.Defaults()}
			v.Recent = []rules.Seen{record(1, noon, vitals(&carev1.VitalSigns{Spo2Percent: &percent}))}
			for _, f := range rules.Judge(v, v.Recent[0]) {
				if f.Rule == "threshold" {
					severity, rank = f.Severity, f.Rank
				}
			}
			return severity, rank
		}
		lowSeverity, lowRank := of(low)
		if severity, rank := of(high); severity > lowSeverity || severity == lowSeverity && rank > lowRank {
			t.Fatalf("%d %%: %v %d, %d %%: %v %d", low, lowSeverity, lowRank, high, severity, rank)
		}
	})
}
