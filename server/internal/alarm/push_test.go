package alarm

import (
	"context"
	"slices"
	"testing"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// outcomes makes a script that has an outcome for the first tries, and accepts the rest.
func outcomes(all ...push.Outcome) func(int, push.Target, push.Message) push.Outcome {
	return func(n int, _ push.Target, _ push.Message) push.Outcome {
		if n < len(all) {
			return all[n]
		}
		return push.Outcome{Verdict: push.Accepted}
	}
}

func (h *house) state(id []byte, person string) alertv1.TargetState {
	h.t.Helper()
	target := &storev1.PushTarget{}
	err := h.store.View(context.Background(), func(r store.Reader) error {
		_, err := read(r, targetKey(tenant, person, id), target)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return target.GetState()
}

func TestRetryAfterIsHonoured(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		later := push.Outcome{Verdict: push.Later, After: 90 * time.Second, Trouble: "quota"}
		h.wire.script = outcomes(later, later)
		h.raise("chart-1", urgent)
		first := h.wire.tries()
		h.wire.clear()
		h.wire.becomes(nil, nil)
		h.pass(89 * time.Second)
		h.wants()
		h.pass(30 * time.Second) // the chance adds a quarter at most
		again := h.wire.tries()
		if len(again) != 2 {
			t.Fatalf("%d pushes after the wait, want 2", len(again))
		}
		for _, s := range again {
			if s.message.Delivery != first[0].message.Delivery && s.message.Delivery != first[1].message.Delivery {
				t.Fatal("the push that was tried again has another id")
			}
		}
	})
}

func TestNewPushKeepsTheWaitOfTheOneBefore(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		later := push.Outcome{Verdict: push.Later, After: 3 * time.Minute, Trouble: "quota"}
		h.wire.script = outcomes(later, later)
		h.raise("chart-1", critical) // told again after two minutes
		h.wire.clear()
		h.wire.becomes(nil, nil)
		h.pass(179 * time.Second)
		h.wants()
		h.pass(50 * time.Second)
		h.wants("dr-1-phone", "dr-2-phone") // one each, not two
	})
}

func TestDeadTargetsTakeTheNextStepNow(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		second := h.target("dr-1", token, "dr-1-tablet")
		h.wire.script = func(_ int, to push.Target, _ push.Message) push.Outcome {
			if to.Value == "ns-1-phone" {
				return push.Outcome{Verdict: push.Accepted}
			}
			return push.Outcome{Verdict: push.Dead, Trouble: "unregistered"}
		}
		h.raise("chart-1", critical)
		h.wants("dr-1-phone", "dr-1-tablet", "dr-2-phone", "ns-1-phone")
		if h.state(second, "dr-1") != alertv1.TargetState_TARGET_STATE_DEAD {
			t.Fatal("the target is not dead")
		}
		if g := groups(t, h.store)[0]; g.GetSteps() != 2 || g.GetState() != alertv1.GroupState_GROUP_STATE_RUNNING {
			t.Fatalf("the group has taken %d steps", g.GetSteps())
		}
	})
}

func TestOneLiveDeviceKeepsTheStep(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.wire.script = outcomes(push.Outcome{Verdict: push.Dead, Trouble: "unregistered"})
		h.raise("chart-1", critical)
		h.wants("dr-1-phone", "dr-2-phone")
		if g := groups(t, h.store)[0]; g.GetSteps() != 1 {
			t.Fatalf("the group has taken %d steps", g.GetSteps())
		}
	})
}

func TestRegisteredAnewMeanwhileStaysLive(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.wire.script = outcomes(push.Outcome{Verdict: push.Dead, Trouble: "unregistered"})
		var id []byte
		h.wire.during = func(_ context.Context, n int) {
			if n == 0 {
				time.Sleep(time.Second)
				for _, person := range []string{"dr-1", "dr-2"} {
					id = []byte(person + "-phone\x00\x00\x00\x00\x00\x00")
					_ = h.store.Update(context.Background(), func(tx store.Tx) error {
						return put(tx, targetKey(tenant, person, id), &storev1.PushTarget{
							Id: id, PersonId: person, Kind: token, Value: person + "-phone", State: live, ConfirmedMs: time.Now().UnixMilli(),
						})
					})
				}
			}
		}
		h.raise("chart-1", urgent)
		h.pass(2 * time.Second)
		for _, person := range []string{"dr-1", "dr-2"} {
			if h.state([]byte(person+"-phone\x00\x00\x00\x00\x00\x00"), person) != live {
				t.Fatal("a target that was registered anew is dead")
			}
		}
	})
}

func TestAsideIsKeptAndTold(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		id := h.target("cm-1", webhook, "https://x.invalid")
		h.hook.script = outcomes(push.Outcome{Verdict: push.Aside, Trouble: "token", Alarm: true})
		policy := urgentPolicy("org-dr", &alertv1.Recipient{Who: &alertv1.Recipient_PersonId{PersonId: "cm-1"}})
		h.policy(policy)
		h.raise("chart-1", urgent)
		if h.state(id, "cm-1") != alertv1.TargetState_TARGET_STATE_ASIDE || h.codes.count(AlarmAside) != 1 {
			t.Fatal("the target was not put aside, or nobody was told")
		}
		h.pass(2 * time.Minute)
		if s := h.d.Status(); s.Aside != 1 {
			t.Fatalf("the status counts %d targets aside", s.Aside)
		}
	})
}

func TestBrokenChannelRestsAndTheOtherGoes(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.target("dr-1", webhook, "https://dr-1.invalid")
		h.wire.script = func(int, push.Target, push.Message) push.Outcome {
			return push.Outcome{Verdict: push.Broken, Trouble: "credentials", Alarm: true}
		}
		h.raise("chart-1", urgent)
		if len(h.hook.tries()) != 1 {
			t.Fatal("the other channel sent nothing")
		}
		if s := h.d.Status(); !s.Channels[0].Broken || s.Channels[1].Broken || h.codes.count(AlarmBroken) == 0 {
			t.Fatalf("the status says %+v", s.Channels)
		}
		tried := len(h.wire.tries())
		for i := range 20 {
			h.raise("chart-"+string(rune('a'+i)), critical)
		}
		if n := len(h.wire.tries()); n != tried {
			t.Fatalf("a channel that rests was asked %d times", n-tried)
		}
		h.wire.becomes(nil, nil)
		h.wire.clear()
		h.pass(10 * time.Minute)
		if h.d.Status().Channels[0].Broken {
			t.Fatal("the channel is mended and still counts as broken")
		}
		reached := map[[16]byte]bool{}
		for _, s := range h.wire.tries() {
			reached[s.message.Group] = true
		}
		if len(reached) != 21 {
			t.Fatalf("pushes of %d groups came through, want 21", len(reached))
		}
	})
}

func TestTooLateGoesOn(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.wire.script = func(_ int, to push.Target, _ push.Message) push.Outcome {
			if to.Value == "ns-1-phone" {
				return push.Outcome{Verdict: push.Accepted}
			}
			return push.Outcome{Verdict: push.Later, Trouble: "unavailable"}
		}
		policy := urgentPolicy("org-dr", &alertv1.Recipient{Who: &alertv1.Recipient_PersonId{PersonId: "dr-1"}},
			&alertv1.Recipient{Who: &alertv1.Recipient_PersonId{PersonId: "ns-1"}})
		policy.Urgent.Steps[1].AfterMinutes = 10080
		h.policy(policy)
		h.raise("chart-1", urgent)
		h.pass(urgentLasts - time.Minute)
		for _, s := range h.wire.tries() {
			if s.value == "ns-1-phone" {
				t.Fatal("the next step was taken before the push was too late")
			}
		}
		h.wire.clear()
		h.pass(2 * time.Minute)
		h.wants("ns-1-phone")
	})
}

func TestCriticalIsNotHeldUp(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.stop()
		h.limits = Limits{Sending: 8, Reserved: 2}
		h.start("two")
		h.wire.during = func(ctx context.Context, _ int) { <-ctx.Done() }
		var everybody []*alertv1.Recipient
		for _, person := range []string{"dr-1", "dr-2", "ns-1", "cm-1"} {
			h.target(person, token, person+"-tablet")
			everybody = append(everybody, &alertv1.Recipient{Who: &alertv1.Recipient_PersonId{PersonId: person}})
		}
		policy := urgentPolicy("org-dr", everybody[0])
		policy.Urgent.Steps[0].To = everybody
		h.policy(policy)
		for i := range 20 {
			h.raise("chart-"+string(rune('a'+i)), urgent)
		}
		if n := len(h.wire.tries()); n != 6 {
			t.Fatalf("%d pushes are on their way, want 6", n)
		}
		h.wire.becomes(nil, nil)
		h.wire.clear()
		h.raise("chart-z", critical)
		h.wants("cm-1-phone", "cm-1-tablet", "dr-1-phone", "dr-1-tablet", "dr-2-phone", "dr-2-tablet", "ns-1-phone", "ns-1-tablet")
	})
}

func TestAnsweredWhileSending(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.wire.during = func(context.Context, int) { time.Sleep(5 * time.Second) }
		h.wire.script = outcomes(push.Outcome{Verdict: push.Later, Trouble: "timeout"})
		ids := h.raise("chart-1", critical)
		h.pass(time.Second)
		h.answer("chart-1", "ns-1", ids...)
		h.pass(5 * time.Second)
		states := map[alertv1.DeliveryState]int{}
		for _, d := range pushes(t, h.store) {
			states[d.GetState()]++
		}
		if states[alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED] != 1 || states[alertv1.DeliveryState_DELIVERY_STATE_NOT_NEEDED] != 1 {
			t.Fatalf("the trail has %v", states)
		}
		h.pass(time.Hour)
		h.wants("dr-1-phone", "dr-2-phone")
	})
}

func TestWaitingPushEndsWithTheAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.wire.becomes(nil, outcomes(slices.Repeat([]push.Outcome{{Verdict: push.Later, Trouble: "unavailable"}}, 2)...))
		ids := h.raise("chart-1", urgent)
		h.answer("chart-1", "ns-1", ids...)
		for _, d := range pushes(t, h.store) {
			if d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_NOT_NEEDED || d.GetNextMs() != 0 {
				t.Fatalf("a push in state %v", d.GetState())
			}
		}
	})
}

// TestPushesOfOneMatterDoNotOvertake has a worse alert come while the push of the first one is on its way to the same device.
func TestPushesOfOneMatterDoNotOvertake(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.wire.becomes(func(context.Context, int) { time.Sleep(10 * time.Second) }, nil)
		h.raise("chart-1", urgent)
		h.pass(time.Second)
		h.raise("chart-1", critical)
		h.raise("chart-2", critical)
		if n := len(h.wire.tries()); n != 4 {
			t.Fatalf("%d pushes are on their way, want the first of each chart", n)
		}
		h.pass(10 * time.Second)
		if n := len(h.wire.tries()); n != 6 {
			t.Fatalf("%d pushes, want 6", n)
		}
	})
}

func TestPanicIsTriedAgain(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.wire.during = func(_ context.Context, n int) {
			if n == 0 {
				panic("a value that must not be in a log")
			}
		}
		h.raise("chart-1", urgent)
		h.pass(time.Minute)
		if len(h.wire.tries()) != 3 || h.codes.count(AlarmPanic) != 1 {
			t.Fatalf("%d tries", len(h.wire.tries()))
		}
	})
}

// urgentPolicy is one of an organisation with a step for each recipient, an hour between them.
func urgentPolicy(organisation string, to ...*alertv1.Recipient) *alertv1.Policy {
	plan := &alertv1.Plan{WaitMinutes: 240}
	for i, who := range to {
		plan.Steps = append(plan.Steps, &alertv1.Step{AfterMinutes: uint32(i * 60), To: []*alertv1.Recipient{who}})
	}
	return &alertv1.Policy{OrganisationId: organisation, Urgent: plan, Critical: plan, Version: 1}
}

func (h *house) policy(p *alertv1.Policy) {
	h.update(func(tx store.Tx) error {
		return put(tx, store.ServerKey{Tenant: tenant, Table: store.TablePolicy, Key: "o/" + p.GetOrganisationId()}, p)
	})
}

func TestPolicyThatCounts(t *testing.T) {
	person := func(id string) *alertv1.Recipient {
		return &alertv1.Recipient{Who: &alertv1.Recipient_PersonId{PersonId: id}}
	}
	bubble(t, func(t *testing.T, h *house) {
		h.policy(urgentPolicy("org-ns", person("ns-1")))
		h.raise("chart-1", urgent)
		h.wants("ns-1-phone")
		h.policy(urgentPolicy("org-dr", person("dr-2")))
		h.raise("chart-2", urgent)
		h.wants("dr-2-phone")
		chart := urgentPolicy("org-dr", person("cm-1"))
		chart.ChartId = "chart-3"
		h.update(func(tx store.Tx) error {
			return put(tx, store.ServerKey{Tenant: tenant, Table: store.TablePolicy, Key: "c/chart-3"}, chart)
		})
		h.raise("chart-3", urgent)
		h.wants("cm-1-phone")
		h.pass(time.Second)
		if g := groups(t, h.store); g[0].GetBuiltIn() || g[0].GetPolicy().GetOrganisationId() != "org-ns" {
			t.Fatal("a group that runs has another policy than it began with")
		}
	})
}

func TestNoticesWaitForTheDigest(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.raise("chart-1", notice)
		h.raise("chart-2", notice, notice)
		h.pass(23*time.Hour + 29*time.Minute)
		h.wants()
		h.pass(time.Minute)
		for _, s := range h.wire.tries() {
			if s.message.Kind != storev1.PushKind_PUSH_KIND_DIGEST || s.message.Severity != carev1.AlertSeverity_ALERT_SEVERITY_NOTICE {
				t.Fatalf("a push of kind %v", s.message.Kind)
			}
		}
		h.wants("dr-1-phone", "dr-2-phone")
		ids := h.raise("chart-3", notice)
		h.answer("chart-3", "ns-1", ids...)
		h.pass(48 * time.Hour)
		h.wants() // all of that day were answered
	})
}

// TestShownIsNotSentAgain has the channel not know whether the push got there, and the app say that it did.
func TestShownIsNotSentAgain(t *testing.T) {
	for name, when := range map[string]time.Duration{"while it is sent": time.Second, "while it waits": 6 * time.Second} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				h.wire.becomes(func(context.Context, int) { time.Sleep(5 * time.Second) },
					outcomes(slices.Repeat([]push.Outcome{{Verdict: push.Later, Trouble: "timeout"}}, 4)...))
				h.raise("chart-1", urgent)
				h.pass(when)
				h.update(func(tx store.Tx) error {
					return each(tx, tenant, store.TableDelivery, "", "", maxTrail, func(key string, d *storev1.PushDelivery) error {
						d.ShownMs = time.Now().UnixMilli()
						return put(tx, store.ServerKey{Tenant: tenant, Table: store.TableDelivery, Key: key}, d)
					})
				})
				h.pass(10 * time.Minute)
				h.wants("dr-1-phone", "dr-2-phone")
				for _, d := range pushes(t, h.store) {
					if d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED {
						t.Fatalf("a push in state %v", d.GetState())
					}
				}
			})
		})
	}
}

// TestEndedTargetsHideNoLiveOne gives somebody many targets that have ended before the one that is live.
func TestEndedTargetsHideNoLiveOne(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.update(func(tx store.Tx) error {
			for i := range byte(3 * maxTargets) {
				id := make([]byte, 16)
				id[15] = i
				err := put(tx, targetKey(tenant, "dr-1", id), &storev1.PushTarget{
					Id: id, PersonId: "dr-1", Kind: token, State: alertv1.TargetState_TARGET_STATE_REMOVED,
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		h.raise("chart-1", urgent)
		h.wants("dr-1-phone", "dr-2-phone")
	})
}
