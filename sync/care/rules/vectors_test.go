package rules_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type vector struct {
	Name, Rule       string
	From             time.Time
	Standing, Recent []json.RawMessage
	Alerts           []json.RawMessage
	Now              *time.Time
	Findings         []struct {
		Severity, Topic string
		Evidence, Rank  *int
		Ja              string
	}
}

var severities = map[string]rules.Severity{"notice": rules.Notice, "urgent": rules.Urgent, "critical": rules.Critical}

var tokyo = time.FixedZone("JST", 9*60*60)

// TestVectors plays the cases that every implementation shares: each edge of each default limit, and every rule on both
// sides of what it says.
func TestVectors(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "testdata", "clinical", "alerts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []vector }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 100 {
		t.Fatalf("%d cases: the file was cut", len(file.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.Rule+"/"+c.Name, c.check)
	}
}

func (c *vector) check(t *testing.T) {
	v := &rules.View{Zone: tokyo, From: c.From, Defaults: rules.Defaults(), Standing: seen(t, c.Standing), Recent: seen(t, c.Recent), Alerts: seen(t, c.Alerts)}
	var found []rules.Finding
	if c.Now != nil {
		found = rules.Missing(v, *c.Now)
	} else {
		found = rules.Judge(v, v.Recent[0])
	}
	var of []rules.Finding
	for _, f := range found {
		if f.Ja == "" || f.En == "" || f.Version == "" || f.Observed.IsZero() || len(f.Evidence) == 0 {
			t.Errorf("not complete: %+v", f)
		}
		if f.Rule == c.Rule {
			of = append(of, f)
		}
	}
	if len(of) != len(c.Findings) {
		t.Fatalf("found %d: %+v", len(of), of)
	}
	for i, want := range c.Findings {
		if got := of[i]; got.Severity != severities[want.Severity] || got.Topic != want.Topic ||
			want.Evidence != nil && len(got.Evidence) != *want.Evidence {
			t.Errorf("severity %s, topic %s, %d records", got.Severity, got.Topic, len(got.Evidence))
		} else if !strings.Contains(got.Ja, want.Ja) || want.Rank != nil && got.Rank != *want.Rank {
			t.Errorf("rank %d: %s", got.Rank, got.Ja)
		}
	}
}

func seen(t *testing.T, raw []json.RawMessage) []rules.Seen {
	var all []rules.Seen
	for i, one := range raw {
		r := &carev1.Record{}
		if err := protojson.Unmarshal(one, r); err != nil {
			t.Fatal(err)
		}
		all = append(all, rules.Seen{Record: r, Seq: uint64(len(raw) - i)})
	}
	return all
}
