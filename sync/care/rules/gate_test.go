package rules_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"
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
