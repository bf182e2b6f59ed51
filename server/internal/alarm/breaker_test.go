package alarm

import (
	"testing"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// onPlatform says what a person's device runs on.
func (h *house) onPlatform(person string, p alertv1.Platform) {
	id := h.target(person, token, person+"-phone")
	h.update(func(tx store.Tx) error {
		return put(tx, targetKey(tenant, person, id), &storev1.PushTarget{
			Id: id, PersonId: person, Kind: token, Value: person + "-phone", State: live, Platform: p, ConfirmedMs: time.Now().UnixMilli(),
		})
	})
}

// TestOnePlatformCutOffDoesNotStopTheOthers: the credentials for Apple have run out. Pushes to iPhones wait, nobody is asked
// for them again and again, and those to other telephones leave at once.
func TestOnePlatformCutOffDoesNotStopTheOthers(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.onPlatform("dr-1", alertv1.Platform_PLATFORM_IOS)
		h.onPlatform("dr-2", alertv1.Platform_PLATFORM_ANDROID)
		h.wire.script = func(_ int, to push.Target, _ push.Message) push.Outcome {
			if to.Platform == alertv1.Platform_PLATFORM_IOS {
				return push.Outcome{Verdict: push.Broken, Trouble: "third-party-auth", Alarm: true}
			}
			return push.Outcome{Verdict: push.Accepted}
		}
		h.raise("chart-1", critical)
		h.wants("dr-1-phone", "dr-2-phone")
		h.raise("chart-2", critical)
		h.wants("dr-2-phone")
		if c := h.d.Status().Channels[0]; !c.Broken || c.Trouble != "third-party-auth" {
			t.Fatalf("the status says %+v", c)
		}
		h.wire.becomes(nil, nil)
		h.pass(time.Minute)
		if h.d.Status().Channels[0].Broken {
			t.Fatal("Apple is mended and still counts as broken")
		}
		reached := map[[16]byte]bool{}
		for _, s := range h.wire.tries() {
			if s.value == "dr-1-phone" {
				reached[s.message.Group] = true
			}
		}
		if len(reached) != 2 {
			t.Fatalf("pushes of %d groups came through to the iPhone, want 2", len(reached))
		}
	})
}

// TestATestThatGetsThroughMendsItsPlatform, and no other: whoever mended the credentials sees it before the next alert.
func TestATestThatGetsThroughMendsItsPlatform(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.onPlatform("dr-1", alertv1.Platform_PLATFORM_IOS)
		h.wire.script = func(int, push.Target, push.Message) push.Outcome {
			return push.Outcome{Verdict: push.Broken, Trouble: "third-party-auth", Alarm: true}
		}
		h.raise("chart-1", critical)
		h.d.Works(token, alertv1.Platform_PLATFORM_ANDROID)
		h.d.Works(webhook, alertv1.Platform_PLATFORM_IOS)
		if !h.d.Status().Channels[0].Broken {
			t.Fatal("another platform's push, or another channel's, mended it")
		}
		h.d.Works(token, alertv1.Platform_PLATFORM_UNSPECIFIED)
		h.d.Works(token, alertv1.Platform_PLATFORM_IOS)
		if h.d.Status().Channels[0].Broken {
			t.Fatal("it counts as broken after its test got through")
		}
	})
}
