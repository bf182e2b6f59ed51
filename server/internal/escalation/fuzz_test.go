package escalation_test

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
)

// FuzzRow: whatever a row holds, nothing panics, and a second look at the same moment tells nobody.
func FuzzRow(f *testing.F) {
	for _, e := range []*storev1.Escalation{
		escalation.Begin([16]byte{1}, "yamada", escalation.BuiltIn(), true, alert("a", critical, began), began),
		{State: running, Severity: urgent, Round: 9, Steps: 99},
		{State: unanswered, Severity: critical, NextMs: 1},
	} {
		row, err := proto.Marshal(e)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(row, began.UnixMilli())
	}
	f.Fuzz(func(t *testing.T, row []byte, ms int64) {
		e := &storev1.Escalation{}
		if proto.Unmarshal(row, e) != nil || ms < 0 || ms > 1e14 || e.GetRoundMs() > 1e14 || e.GetStepMs() > 1e14 || e.GetToldMs() > 1e14 {
			t.Skip()
		}
		now := time.UnixMilli(ms)
		escalation.Advance(e, newWorld(), now)
		if told, alarm := escalation.Advance(e, newWorld(), now); len(told) > 0 || alarm {
			t.Fatalf("a second look told %v", told)
		}
		escalation.Join(e, alert("b", critical, now), nil, now)
		escalation.Answer(e, [][]byte{id("b")}, "sato", now)
	})
}
