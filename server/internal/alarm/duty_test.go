package alarm

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

func duty(person string, from, until time.Time) *alertv1.Duty {
	return &alertv1.Duty{PersonId: person, From: timestamppb.New(from), Until: timestamppb.New(until)}
}

// rota saves one, as the service does: what runs is due now.
func (h *house) rota(id, fallback string, duties ...*alertv1.Duty) {
	h.t.Helper()
	running := groups(h.t, h.store)
	h.update(func(tx store.Tx) error {
		for _, g := range running {
			if err := tx.PutDue(time.Now().UnixMilli(), escalationKey(tenant, g.GetId())); err != nil {
				return err
			}
		}
		return put(tx, store.ServerKey{Tenant: tenant, Table: store.TableRota, Key: "org-dr/" + id},
			&alertv1.Rota{OrganisationId: "org-dr", Id: id, Duties: duties, FallbackPersonId: fallback})
	})
}

func byRota() *alertv1.Policy {
	return urgentPolicy("org-dr", &alertv1.Recipient{Who: &alertv1.Recipient_RotaId{RotaId: "on-call"}})
}

func (h *house) wantsKind(kind storev1.PushKind, values ...string) {
	h.t.Helper()
	for _, s := range h.wire.tries() {
		if s.message.Kind != kind {
			h.t.Fatalf("a push of kind %v, want %v", s.message.Kind, kind)
		}
	}
	h.wants(values...)
}

func TestHandOver(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		now := time.Now()
		change := now.Add(90 * time.Minute)
		h.rota("on-call", "", duty("dr-1", now.Add(-time.Hour), change), duty("dr-2", change, change.Add(8*time.Hour)))
		h.pass(20 * time.Minute)
		h.wire.clear() // the question to dr-2
		h.policy(byRota())
		h.raise("chart-1", urgent)
		h.wants("dr-1-phone")
		h.pass(69 * time.Minute)
		h.wants()
		h.pass(time.Minute)
		h.wants("dr-2-phone")
		h.rota("on-call", "", duty("ns-1", now, change.Add(8*time.Hour)))
		h.wants("ns-1-phone")
	})
}

func TestHeartbeatBeforeDuty(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		begin := time.Now().Add(10 * time.Hour)
		h.rota("on-call", "", duty("dr-1", begin, begin.Add(8*time.Hour)))
		h.pass(8*time.Hour - time.Minute)
		h.wants()
		h.pass(time.Minute)
		h.wantsKind(storev1.PushKind_PUSH_KIND_HEARTBEAT, "dr-1-phone")
		h.pass(24 * time.Hour)
		h.wants()
		if h.codes.count(AlarmUnreachable) != 0 {
			t.Fatal("somebody who was reached counts as unreachable")
		}
	})
}

func TestUnreachableBeforeDuty(t *testing.T) {
	for name, prepare := range map[string]func(*house){
		"no target": func(h *house) {
			h.wire.becomes(nil, nil)
			h.removed("dr-1")
		},
		"dead": func(h *house) {
			h.wire.becomes(nil, func(_ int, to push.Target, _ push.Message) push.Outcome {
				if to.Value == "dr-1-phone" {
					return push.Outcome{Verdict: push.Dead, Trouble: "unregistered"}
				}
				return push.Outcome{Verdict: push.Accepted}
			})
		},
		"not confirmed for long": func(h *house) { h.pass(31 * 24 * time.Hour) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				prepare(h)
				begin := time.Now().Add(10 * time.Hour)
				h.rota("on-call", "ns-1", duty("dr-1", begin, begin.Add(8*time.Hour)), duty("dr-2", begin.Add(-100*time.Hour), begin.Add(time.Hour)))
				h.policy(urgentPolicy("org-dr", &alertv1.Recipient{Who: &alertv1.Recipient_RotaId{RotaId: "none"}},
					&alertv1.Recipient{Who: &alertv1.Recipient_RotaId{RotaId: "on-call"}}))
				h.pass(8*time.Hour + 11*time.Minute)
				told := map[string]storev1.PushKind{}
				for _, s := range h.wire.tries() {
					told[s.value] = s.message.Kind
				}
				if len(told) < 2 || told["ns-1-phone"] != storev1.PushKind_PUSH_KIND_UNREACHABLE || told["dr-2-phone"] != storev1.PushKind_PUSH_KIND_UNREACHABLE {
					t.Fatalf("told were %v", told)
				}
				if h.codes.count(AlarmUnreachable) != 1 {
					t.Fatalf("the operator was told %d times", h.codes.count(AlarmUnreachable))
				}
				h.wire.clear()
				h.pass(time.Hour)
				h.wants()
			})
		})
	}
}

func (h *house) removed(person string) {
	h.update(func(tx store.Tx) error {
		id := []byte(person + "-phone\x00\x00\x00\x00\x00\x00")
		return put(tx, targetKey(tenant, person, id), &storev1.PushTarget{Id: id, PersonId: person, Kind: token, State: alertv1.TargetState_TARGET_STATE_REMOVED})
	})
}

func TestDutyThatWasTakenBackIsNotAsked(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		begin := time.Now().Add(10 * time.Hour)
		h.rota("on-call", "", duty("dr-1", begin, begin.Add(8*time.Hour)))
		h.pass(time.Hour)
		h.rota("on-call", "")
		h.pass(24 * time.Hour)
		h.wants()
	})
}

// TestDutyInADamagedRotaIsAsked: a rota that cannot be read is not one from which the duty was taken.
func TestDutyInADamagedRotaIsAsked(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		begin := time.Now().Add(10 * time.Hour)
		h.rota("on-call", "", duty("dr-1", begin, begin.Add(8*time.Hour)))
		h.pass(time.Hour)
		h.update(func(tx store.Tx) error {
			return tx.PutServerRow(store.ServerKey{Tenant: tenant, Table: store.TableRota, Key: "org-dr/on-call"}, []byte{0xff})
		})
		h.pass(7*time.Hour + time.Minute)
		h.wantsKind(storev1.PushKind_PUSH_KIND_HEARTBEAT, "dr-1-phone")
		if h.codes.count(AlarmDamaged) == 0 {
			t.Fatal("the operator was not told")
		}
	})
}

func TestWhomAPolicyNamesIsAskedDaily(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.policy(urgentPolicy("org-dr", &alertv1.Recipient{Who: &alertv1.Recipient_PersonId{PersonId: "dr-2"}}))
		h.pass(23 * time.Hour)
		h.wantsKind(storev1.PushKind_PUSH_KIND_HEARTBEAT, "dr-2-phone")
		h.pass(24 * time.Hour)
		h.wantsKind(storev1.PushKind_PUSH_KIND_HEARTBEAT, "dr-2-phone")
	})
}

func TestNobodyIsReachable(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		for _, person := range []string{"dr-1", "dr-2", "ns-1", "cm-1"} {
			h.removed(person)
		}
		h.raise("chart-1", critical)
		if h.codes.count(AlarmNobody) == 0 || h.codes.count(AlarmUnanswered) != 1 {
			t.Fatal("the operator was not told")
		}
		for _, d := range pushes(t, h.store) {
			if d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_NO_TARGET {
				t.Fatalf("a push in state %v", d.GetState())
			}
		}
		h.target("ns-1", token, "ns-1-new")
		h.pass(15 * time.Minute)
		h.wants("ns-1-new")
	})
}

func TestStatusCounts(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.raise("chart-1", critical)
		h.raise("chart-2", notice)
		ids := h.raise("chart-3", urgent)
		h.answer("chart-3", "dr-1", ids...)
		h.pass(time.Hour)
		s := h.d.Status()
		if s.Running != 1 || s.Unanswered != 1 || s.Digest != 1 || s.Due != 0 || s.InHand != 0 || len(s.Channels) != 2 {
			t.Fatalf("%+v", s)
		}
	})
}

// TestNobodyIsAskedAgainAndAgain: whoever has many duties, by one rota or several, is asked once in twelve hours, and duties
// that nobody can mean are not asked about.
func TestNobodyIsAskedAgainAndAgain(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		begin := time.Now().Add(130 * time.Minute)
		for _, id := range []string{"a", "b"} {
			var duties []*alertv1.Duty
			for i := range 20 {
				at := begin.Add(time.Duration(i) * 30 * time.Minute)
				duties = append(duties, duty("dr-2", at, at.Add(30*time.Minute)))
			}
			h.rota(id, "", duties...)
		}
		h.rota("short", "", duty("dr-1", begin, begin.Add(14*time.Minute)))
		h.pass(beatEvery)
		h.wantsKind(storev1.PushKind_PUSH_KIND_HEARTBEAT, "dr-2-phone")
		if h.codes.count(AlarmUnreachable) != 0 {
			t.Error("somebody who was reached counts as unreachable")
		}
		at := time.Now().Add(3 * time.Hour)
		h.rota("a", "", duty("dr-2", at, at.Add(time.Hour)))
		h.pass(2 * time.Hour)
		h.wantsKind(storev1.PushKind_PUSH_KIND_HEARTBEAT, "dr-2-phone")
	})
}

// TestTheLastAnswerCounts: of somebody who was found unreachable a little while ago the next check says so too, without
// another push.
func TestTheLastAnswerCounts(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.wire.becomes(nil, func(_ int, to push.Target, _ push.Message) push.Outcome {
			return push.Outcome{Verdict: push.Refused, Trouble: "refused"}
		})
		begin := time.Now().Add(130 * time.Minute)
		h.rota("a", "", duty("dr-2", begin, begin.Add(time.Hour)), duty("dr-2", begin.Add(time.Minute), begin.Add(time.Hour)),
			duty("dr-2", begin.Add(5*time.Hour), begin.Add(6*time.Hour)))
		h.pass(9 * time.Hour)
		if n := h.codes.count(AlarmUnreachable); n != 3 {
			t.Errorf("the operator was told %d times, want 3", n)
		}
		h.wantsKind(storev1.PushKind_PUSH_KIND_HEARTBEAT, "dr-2-phone")
	})
}

// TestNobodyIsWarnedAgainAndAgain: a rota with many duties of somebody whom nobody can reach is one push a day for each of
// the others.
func TestNobodyIsWarnedAgainAndAgain(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		begin := time.Now().Add(130 * time.Minute)
		far := begin.AddDate(1, 0, 0)
		duties := []*alertv1.Duty{duty("dr-1", far, far.Add(time.Hour)), duty("ns-1", far, far.Add(time.Hour))}
		for i := range 40 {
			at := begin.Add(time.Duration(i) * 30 * time.Minute)
			duties = append(duties, duty("ghost", at, at.Add(30*time.Minute)))
		}
		h.rota("a", "", duties...)
		h.pass(warnEvery - time.Minute)
		h.wantsKind(storev1.PushKind_PUSH_KIND_UNREACHABLE, "dr-1-phone", "ns-1-phone")
		if n := h.codes.count(AlarmUnreachable); n != 40 {
			t.Errorf("the operator was told %d times, want 40", n)
		}
	})
}
