package alarm

import (
	"testing"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// TestAGrantThatEndsBetweenTwoTries: a push that waits is not sent any more to somebody who may not read the chart by then,
// and the next step is taken.
func TestAGrantThatEndsBetweenTwoTries(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.stop()
		h.dir.ended = map[string]bool{}
		h.start("two")
		h.wire.becomes(nil, func(int, push.Target, push.Message) push.Outcome {
			return push.Outcome{Verdict: push.Later, Trouble: "unavailable"}
		})
		h.raise("chart-1", critical)
		h.wants("dr-1-phone", "dr-2-phone")
		h.wire.becomes(nil, nil)
		h.stop()
		h.dir.ended["dr-1"], h.dir.ended["dr-2"] = true, true
		h.start("two")
		h.pass(time.Minute)
		h.wants("ns-1-phone")
		for _, d := range pushes(t, h.store) {
			if d.GetPersonId() != "ns-1" && (d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_NO_TARGET || d.GetTrouble() != troubleNoRight || len(d.GetTargetId()) != 0) {
				t.Errorf("%v", d)
			}
		}
	})
}

// TestTheDigestIsForThoseWhoMayReadThen: the right to a chart ended before the notices of the day are told.
func TestTheDigestIsForThoseWhoMayReadThen(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.stop()
		h.dir.ended = map[string]bool{}
		h.start("two")
		h.raise("chart-1", notice)
		h.stop()
		h.dir.ended["dr-1"] = true
		h.start("two")
		h.pass(24 * time.Hour)
		h.wants("dr-2-phone")
	})
}

// TestWhoLeftTheDirectoryIsNotTold: what they registered is there, and nobody uses it.
func TestWhoLeftTheDirectoryIsNotTold(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.stop()
		h.dir.gone = map[string]bool{"dr-1": true}
		h.start("two")
		begin := time.Now().Add(10 * time.Hour)
		h.rota("on-call", "", duty("dr-1", begin, begin.Add(8*time.Hour)))
		h.pass(10 * time.Hour)
		h.wants()
		if h.codes.count(AlarmUnreachable) != 1 {
			t.Fatal("the operator is not told that nobody is on call")
		}
	})
}
