package alarm

import (
	"testing"
	"testing/synctest"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// bubble runs a test in time that is made up. It begins at 09:00 in Japan.
func bubble(t *testing.T, fn func(t *testing.T, h *house)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		h := open(t)
		defer func() { h.stop() }()
		fn(t, h)
	})
}

func TestNightWithoutAnAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.pass(14 * time.Hour) // 23:00: quiet hours, which a critical alert does not keep
		ids := h.raise("chart-1", critical)
		h.wants("dr-1-phone", "dr-2-phone")
		h.pass(2 * time.Minute)
		h.wants("dr-1-phone", "dr-2-phone")
		h.pass(3 * time.Minute)
		h.wants("dr-1-phone", "dr-1-phone", "dr-2-phone", "dr-2-phone", "ns-1-phone") // told again at 4 minutes too
		h.pass(5 * time.Minute)
		h.wants("cm-1-phone", "dr-1-phone", "dr-2-phone", "ns-1-phone")
		if h.codes.count(AlarmUnanswered) != 0 {
			t.Fatal("the operator was told before the last round was over")
		}
		h.pass(time.Hour)
		if n := h.codes.count(AlarmUnanswered); n != 1 {
			t.Fatalf("the operator was told %d times that nobody answers", n)
		}
		h.wire.clear()
		h.pass(15 * time.Minute)
		h.wants("cm-1-phone", "dr-1-phone", "dr-2-phone", "ns-1-phone")
		h.answer("chart-1", "dr-2", ids...)
		h.pass(24 * time.Hour)
		h.wants()
		g := groups(t, h.store)
		if len(g) != 1 || g[0].GetState() != alertv1.GroupState_GROUP_STATE_ANSWERED || g[0].GetAnsweredBy() != "dr-2" || g[0].GetNextMs() != 0 {
			t.Fatalf("after the answer the groups are %v", g)
		}
		err := h.store.View(t.Context(), func(r store.Reader) error {
			running, err := r.ServerRow(runningKey(tenant, "chart-1"))
			if running == nil || len(running) != 0 {
				t.Errorf("the chart's running group is %q", running)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestQuietHours(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		p := urgentPolicy("org-dr", &alertv1.Recipient{Who: &alertv1.Recipient_Role{Role: carev1.Role_ROLE_PHYSICIAN}})
		p.Quiet = &alertv1.QuietHours{From: "21:00", Until: "07:00"}
		h.policy(p)
		h.pass(14 * time.Hour)
		h.raise("chart-1", urgent)
		h.pass(8*time.Hour - time.Minute)
		h.wants()
		h.pass(time.Minute)
		h.wants("dr-1-phone", "dr-2-phone")
	})
}
