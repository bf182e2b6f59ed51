package alarm

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// TestASlowTargetHoldsUpNobodyElse: the webhooks of one person answer after the whole of a try, and forty patients have
// something critical. What is sent to somebody else leaves at once.
func TestASlowTargetHoldsUpNobodyElse(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		for i := range maxTargets {
			h.target("dr-2", webhook, fmt.Sprintf("slow-%02d", i))
		}
		h.target("dr-1", webhook, "hook-of-dr-1")
		h.hook.becomes(nil, func(_ int, to push.Target, _ push.Message) push.Outcome {
			if strings.HasPrefix(to.Value, "slow") {
				time.Sleep(14 * time.Second)
				return push.Outcome{Verdict: push.Later, Trouble: "timeout"}
			}
			return push.Outcome{Verdict: push.Accepted}
		})
		for i := range 40 {
			h.raise(fmt.Sprint("chart-", i), critical)
		}
		h.pass(30 * time.Second)
		h.hook.clear()
		begin := time.Now()
		h.raise("chart-real", critical)
		tries := h.hook.tries()
		if i := slices.IndexFunc(tries, func(s sent) bool { return s.value == "hook-of-dr-1" }); i < 0 || !tries[i].at.Equal(begin) {
			t.Fatalf("%d pushes left at once, and not that to the other person", len(tries))
		}
	})
}

// TestAQueueIsFairAndInOrder: of a target one is on its way, of a person two, and what stands behind them goes before them.
func TestAQueueIsFairAndInOrder(t *testing.T) {
	l := newLane(webhook, &wire{})
	push := func(person, target, name string) {
		j := job{person: person, targetID: []byte(target)}
		copy(j.message.Group[:], name) // each is about another matter
		j.key.Key = name
		l.put(j)
	}
	for i, target := range []string{"a1", "a1", "a2", "a3"} {
		push("a", target, fmt.Sprint("a-", i))
	}
	push("b", "b1", "b-0")
	var taken []job
	take := func() (names []string) {
		for {
			j, ok := l.take(Limits{}.filled())
			if !ok {
				return names
			}
			taken, names = append(taken, j), append(names, j.key.Key)
		}
	}
	for i, want := range [][]string{{"a-0", "a-2", "b-0"}, {"a-1"}, {"a-3"}, nil} {
		if i > 0 {
			l.free(taken[0])
			taken = taken[1:]
		}
		if got := take(); !slices.Equal(got, want) {
			t.Fatalf("%d: %v, want %v", i, got, want)
		}
	}
	for range len(taken) {
		l.free(taken[0])
		taken = taken[1:]
	}
	if len(l.busy)+len(l.targets)+len(l.people)+len(l.held) != 0 {
		t.Errorf("counts stay: %v %v %v", l.busy, l.people, l.held)
	}
}

// TestAPersonHoldsABoundedPartOfWhatIsInHand: the rest of theirs is looked at again later, and is sent all the same.
func TestAPersonHoldsABoundedPartOfWhatIsInHand(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.stop()
		for i := range 4 * maxHeld {
			h.raise(fmt.Sprint("chart-", i), urgent)
		}
		h.wire.becomes(nil, func(int, push.Target, push.Message) push.Outcome {
			time.Sleep(10 * time.Millisecond)
			return push.Outcome{Verdict: push.Accepted}
		})
		h.start("one")
		if n := h.d.sender.inHand.Load(); n > 6*maxHeld {
			t.Errorf("%d are in hand", n)
		}
		h.pass(time.Minute)
		alerts := 0
		for _, s := range h.wire.tries() {
			if s.message.Kind == storev1.PushKind_PUSH_KIND_ALERT {
				alerts++
			}
		}
		if alerts != 8*maxHeld {
			t.Errorf("%d pushes, want %d", alerts, 8*maxHeld)
		}
	})
}
