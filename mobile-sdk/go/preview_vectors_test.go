package sdk_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// alertVector is a case that every implementation of the rules shares.
type alertVector struct {
	Name, Rule       string
	Standing, Recent []json.RawMessage
	Now              *time.Time
	Findings         []struct {
		Severity, Topic string
		Evidence        *int
	}
}

// idsBegin is how the ids of the vectors begin; each case has a number of its own there, since a tablet has an id only once.
var idsBegin = []byte{0x01, 0x93, 0, 0, 0, 0, 0x70, 0, 0x80}

func (c *alertVector) record(t *testing.T, n int, raw json.RawMessage) *carev1.Record {
	t.Helper()
	own := slices.Clone(idsBegin)
	own[4], own[5] = byte(n>>8), byte(n)
	text := strings.ReplaceAll(string(raw), base64.StdEncoding.EncodeToString(idsBegin), base64.StdEncoding.EncodeToString(own))
	r := &carev1.Record{}
	if err := protojson.Unmarshal([]byte(text), r); err != nil {
		t.Fatal(err)
	}
	if p := r.GetBody().GetPatientProfile(); p != nil { // the cases name no more than the rules look at
		p.Name = &carev1.PersonName{Text: "架空 花子"}
		if s := p.GetSpo2Scale(); s != nil {
			s.DecidedBy, s.DecidedAt, s.Reason = &carev1.Actor{Name: "架空 医師"}, r.GetEnvelope().GetEffective(), "医師の判断"
		}
	}
	return r
}

// TestTabletComesToTheSameFindings writes the records of each shared case on a tablet without a network, and asks what
// the last one raises: what a nurse is shown at the bedside is what the server will find in the same records.
func TestTabletComesToTheSameFindings(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "testdata", "clinical", "alerts.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []alertVector }
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	a, net := newServer(t).tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	net.down = true
	played := 0
	for n, c := range file.Cases {
		// What did not happen is asked by the server's clock; one tablet shows nobody what another person has not sent yet.
		if c.Now != nil || strings.Contains(string(bytes.Join(raws(c.Standing), nil)), `"arrival"`) {
			continue
		}
		played++
		t.Run(c.Rule+"/"+c.Name, func(t *testing.T) { c.play(t, n, a) })
	}
	if played < 100 {
		t.Errorf("%d cases: the file was cut", played)
	}
}

// play writes the oldest record first.
func (c *alertVector) play(t *testing.T, n int, a *sdk.Tablet) {
	stream := fmt.Sprintf("case-%d/care", n)
	var last replica.ID
	for _, raw := range append(slices.Clone(c.Standing), reversed(c.Recent)...) {
		r := c.record(t, n, raw)
		last = replica.ID(r.GetId())
		_, err := a.Create("", r.GetBody(), sdk.Entry{ID: last, Stream: stream, At: r.GetEnvelope().GetEffective().AsTime(), Confirm: true})
		if err != nil {
			t.Fatal(err)
		}
		if r.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED {
			if _, err := a.Retract(stream, last, "another patient"); err != nil {
				t.Fatal(err)
			}
		}
	}
	warnings, err := a.PreviewRecord(stream, last)
	if err != nil {
		t.Fatal(err)
	}
	c.compare(t, last, slices.DeleteFunc(warnings, func(w sdk.Warning) bool { return w.Rule != c.Rule }))
}

func (c *alertVector) compare(t *testing.T, cause replica.ID, found []sdk.Warning) {
	severities := map[string]rules.Severity{"notice": rules.Notice, "urgent": rules.Urgent, "critical": rules.Critical}
	if len(found) != len(c.Findings) {
		t.Fatalf("found %d: %+v", len(found), found)
	}
	for i, want := range c.Findings {
		got := found[i]
		if got.Severity != severities[want.Severity] || got.Topic != want.Topic || want.Evidence != nil && len(got.Evidence) != *want.Evidence {
			t.Errorf("severity %s, topic %s, %d records", got.Severity, got.Topic, len(got.Evidence))
		}
		if got.AlertID != replica.ID(rules.AlertID(c.Rule, want.Topic, cause[:])) || got.Window.GetRecords() == 0 {
			t.Errorf("not the alert that the server will raise: %+v", got)
		}
	}
}

func raws(list []json.RawMessage) (all [][]byte) {
	for _, one := range list {
		all = append(all, one)
	}
	return all
}

func reversed(list []json.RawMessage) []json.RawMessage {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}
