package alarm

import (
	"testing"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/fcm"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// ofAnother answers of the given devices that they are another sender's, and takes every other push.
func ofAnother(values ...string) func(int, push.Target, push.Message) push.Outcome {
	return func(_ int, to push.Target, _ push.Message) push.Outcome {
		for _, value := range values {
			if value == to.Value || value == "all" {
				return push.Outcome{Verdict: push.Aside, Trouble: fcm.OtherSender, Alarm: true}
			}
		}
		return push.Outcome{Verdict: push.Accepted}
	}
}

// TestCredentialsOfAnotherProject: every device is said to be another sender's. None is put aside for it, the operator hears
// that the channel is broken, and once it is mended every push arrives.
func TestCredentialsOfAnotherProject(t *testing.T) {
	for name, prepare := range map[string]func(*house){
		"two at once": func(h *house) { h.raise("chart-1", critical) },
		"one by one": func(h *house) {
			h.policy(urgentPolicy("org-dr", byName("dr-1"), byName("dr-2")))
			h.raise("chart-1", urgent)
		},
		"of two platforms": func(h *house) {
			h.onPlatform("dr-1", alertv1.Platform_PLATFORM_IOS)
			h.onPlatform("dr-2", alertv1.Platform_PLATFORM_ANDROID)
			h.raise("chart-1", critical)
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				h.wire.becomes(nil, ofAnother("all"))
				prepare(h)
				h.pass(time.Second)
				for _, person := range []string{"dr-1", "dr-2"} {
					if h.state([]byte(person+"-phone\x00\x00\x00\x00\x00\x00"), person) != live {
						t.Fatalf("the device of %s is put aside", person)
					}
				}
				if c := h.d.Status().Channels[0]; !c.Broken || c.Trouble != fcm.OtherSender || h.codes.count(AlarmBroken) == 0 {
					t.Fatalf("the status says %+v, the operator was told %d times", c, h.codes.count(AlarmBroken))
				}
				h.wire.becomes(nil, nil)
				h.wire.clear()
				h.pass(90 * time.Second)
				h.wants("dr-1-phone", "dr-2-phone")
			})
		})
	}
}

// TestDevicesOfAnotherProject: where something else is accepted they are put aside, one or many, now and later, and the
// channel works.
func TestDevicesOfAnotherProject(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		first, second := h.target("dr-1", token, "dr-1-old"), h.target("dr-1", token, "dr-1-older")
		h.wire.becomes(nil, ofAnother("dr-1-old", "dr-1-older"))
		h.raise("chart-1", critical)
		h.pass(10 * time.Minute)
		for _, id := range [][]byte{first, second} {
			if h.state(id, "dr-1") != alertv1.TargetState_TARGET_STATE_ASIDE {
				t.Fatal("a device of another project is not put aside")
			}
		}
		if h.d.Status().Channels[0].Broken {
			t.Fatal("the channel counts as broken")
		}
	})
}

func byName(person string) *alertv1.Recipient {
	return &alertv1.Recipient{Who: &alertv1.Recipient_PersonId{PersonId: person}}
}

// TestTheFirstOfTwoRefusalsIsWrittenLast: by then it is known that it was not the target.
func TestTheFirstOfTwoRefusalsIsWrittenLast(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		k := &turn{d: h.d, tenant: tenant, now: time.Now()}
		refused := push.Outcome{Verdict: push.Aside, Trouble: fcm.OtherSender, Alarm: true}
		first := result{job: job{person: "dr-1", targetID: newID(), to: push.Target{Kind: token}}, outcome: refused}
		first.key.Tenant = tenant
		second := first
		second.person = "dr-2"
		l := h.d.sender.lanes[token]
		l.strangers.note(first.targetRow(), first.key, refused)
		if got := k.judged(first).outcome.Verdict; got != push.Aside {
			t.Fatalf("one alone is %v", got)
		}
		l.strangers.note(second.targetRow(), second.key, refused)
		if got := k.judged(first).outcome.Verdict; got != push.Broken {
			t.Fatalf("the first of two is %v", got)
		}
	})
}
