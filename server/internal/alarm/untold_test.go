package alarm

import (
	"testing"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// TestNoticesThatReachNobody: an empty rota, or people without a device. They stand in the trail and the operator hears of
// it, once a day.
func TestNoticesThatReachNobody(t *testing.T) {
	for name, c := range map[string]struct {
		prepare func(*house)
		person  string
	}{
		"nobody on duty": {func(h *house) { h.rota("on-call", ""); h.policy(byRota()) }, ""},
		"no device":      {func(h *house) { h.removed("cm-1"); h.policy(urgentPolicy("org-dr", byName("cm-1"))) }, "cm-1"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				c.prepare(h)
				ids := h.raise("chart-1", notice)
				if h.codes.count(AlarmNobody) != 0 {
					t.Fatal("the operator was told before the digest")
				}
				h.pass(23*time.Hour + 31*time.Minute)
				h.pass(40 * time.Hour) // a second digest has nothing new
				lines := 0
				for _, d := range pushes(t, h.store) {
					if d.GetKind() != storev1.PushKind_PUSH_KIND_DIGEST {
						continue
					}
					lines++
					if d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_NO_TARGET || d.GetPersonId() != c.person || string(d.GetGroupId()) != string(groups(t, h.store)[0].GetId()) {
						t.Errorf("%v", d)
					}
				}
				if lines != 1 || h.codes.count(AlarmNobody) != 1 {
					t.Fatalf("%d lines in the trail, and the operator was told %d times", lines, h.codes.count(AlarmNobody))
				}
				h.answer("chart-1", "ns-1", ids...)
				h.wire.clear()
			})
		})
	}
}

// TestNoticesForWhoeverIsOnDutyThen: nobody was when they were counted.
func TestNoticesForWhoeverIsOnDutyThen(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.rota("on-call", "")
		h.policy(byRota())
		h.raise("chart-1", notice)
		h.pass(time.Hour)
		h.rota("on-call", "", duty("ns-1", time.Now().Add(-time.Hour), time.Now().Add(48*time.Hour)))
		h.pass(22*time.Hour + 31*time.Minute)
		h.wantsKind(storev1.PushKind_PUSH_KIND_DIGEST, "ns-1-phone")
		if h.codes.count(AlarmNobody) != 0 {
			t.Fatal("somebody was told, and the operator hears that nobody was")
		}
	})
}
