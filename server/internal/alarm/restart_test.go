package alarm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"
)

func TestRestartGoesOn(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		ids := h.raise("chart-1", critical)
		h.wants("dr-1-phone", "dr-2-phone")
		h.pass(time.Minute)
		h.stop()
		h.pass(5 * time.Minute)
		h.start("two")
		h.wants("dr-1-phone", "dr-2-phone", "ns-1-phone") // the step that was missed, once
		h.pass(time.Minute)
		h.wants()
		h.answer("chart-1", "dr-1", ids...)
	})
}

func TestStoppedBeforeItWasSent(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.stop()
		h.limits = Limits{Sending: 1}
		h.start("two")
		h.wire.becomes(func(ctx context.Context, _ int) { <-ctx.Done() }, nil)
		h.raise("chart-1", critical)
		h.stop()
		if n := len(h.wire.tries()); n != 1 {
			t.Fatalf("%d pushes were begun", n)
		}
		h.wire.clear()
		h.wire.becomes(nil, nil)
		h.start("three")
		if n := len(h.wire.tries()); n != 1 {
			t.Fatalf("%d pushes right after the start, want the one that was not begun", n)
		}
		for _, d := range pushes(t, h.store) {
			if d.GetAttempts() != 1 {
				t.Fatalf("a push counts %d tries", d.GetAttempts())
			}
		}
	})
}

// TestAnAnswerGoesBeforeAPushThatWaited: both lie in the store when the dispatcher starts, and the push was due first.
func TestAnAnswerGoesBeforeAPushThatWaited(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.wire.becomes(nil, func(int, push.Target, push.Message) push.Outcome {
			return push.Outcome{Verdict: push.Later, Trouble: "unavailable"}
		})
		ids := h.raise("chart-1", critical)
		h.stop()
		h.pass(time.Minute)
		h.answer("chart-1", "dr-1", ids...)
		h.wire.becomes(nil, nil)
		h.wire.clear()
		h.start("one")
		for _, s := range h.wire.tries() {
			if s.message.Kind == storev1.PushKind_PUSH_KIND_ALERT {
				t.Fatal("people are told of what is answered")
			}
		}
		for _, d := range pushes(t, h.store) {
			if d.GetKind() == storev1.PushKind_PUSH_KIND_ALERT && d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_NOT_NEEDED {
				t.Errorf("a push of what is answered is %v", d.GetState())
			}
		}
	})
}

// TestKilled takes the store as it is at every point at which a push is on its way, and goes on from there: the same push
// may be sent once more, and no other.
func TestKilled(t *testing.T) {
	for point := range 6 {
		for _, owner := range []string{"one", "two"} {
			t.Run(fmt.Sprint(owner, point), func(t *testing.T) {
				bubble(t, func(t *testing.T, h *house) {
					engine := h.store.(*memory.Store)
					var left *memory.Store
					h.wire.becomes(func(_ context.Context, n int) {
						if n == point {
							left = engine.Snapshot()
						}
					}, nil)
					h.raise("chart-1", critical)
					h.pass(4 * time.Minute)
					h.stop()
					before := h.wire.tries()[:point+1]
					h.store = left
					h.wire.clear()
					h.wire.becomes(nil, nil)
					h.start(owner)
					if owner == "one" && len(h.wire.tries()) == 0 {
						t.Fatal("the pushes of the process that died wait although it is the same one")
					}
					h.pass(10 * time.Minute)
					sentTwice := 0
					for _, s := range h.wire.tries() {
						if i := slices.IndexFunc(before, func(b sent) bool { return b.message.Delivery == s.message.Delivery }); i >= 0 {
							sentTwice++
							if before[i].value != s.value || before[i].message.Group != s.message.Group {
								t.Fatal("an id was used for another push")
							}
						}
					}
					if sentTwice > 2 || sentTwice == 0 && owner == "one" { // for another one a newer push may have come first
						t.Fatalf("%d pushes were sent twice, want those that were on their way", sentTwice)
					}
					for _, d := range pushes(t, h.store) {
						if d.GetState() == alertv1.DeliveryState_DELIVERY_STATE_QUEUED {
							t.Fatal("a push was lost")
						}
					}
				})
			})
		}
	}
}

func TestKilledAfterTheAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.wire.becomes(func(context.Context, int) { time.Sleep(5 * time.Second) }, nil)
		ids := h.raise("chart-1", critical)
		h.pass(time.Second)
		h.answer("chart-1", "ns-1", ids...)
		left := h.store.(*memory.Store).Snapshot()
		h.stop()
		h.store = left
		h.wire.clear()
		h.start("one")
		h.pass(time.Hour)
		h.wants()
	})
}

func TestTwoDispatchers(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		other := *h
		other.start("two")
		defer other.stop()
		for i := range 30 {
			h.raise(fmt.Sprint("chart-", i), critical)
			other.d.Wake()
		}
		h.pass(4*time.Minute + time.Second)
		ids := map[[16]byte]int{}
		for _, s := range h.wire.tries() {
			ids[s.message.Delivery]++
		}
		if len(ids) != 30*2*3 || len(h.wire.tries()) != len(ids) {
			t.Fatalf("%d pushes of %d deliveries, want %d of each", len(h.wire.tries()), len(ids), 30*2*3)
		}
		for _, g := range groups(t, h.store) {
			if g.GetSteps() != 1 {
				t.Fatalf("a group has taken %d steps", g.GetSteps())
			}
		}
	})
}

// faulty is a store in which the nth call of Update fails, in one of several ways.
type faulty struct {
	store.Store
	n   atomic.Int64
	at  int64
	way string
}

var errFault = errors.New("a fault")

func (f *faulty) Update(ctx context.Context, closures ...func(store.Tx) error) []error {
	if f.n.Add(1)-1 != f.at {
		return f.Store.Update(ctx, closures...)
	}
	switch f.way {
	case "all":
		return store.Repeat(store.ErrFull, len(closures))
	case "one":
		errs := f.Store.Update(ctx, closures[1:]...)
		return append([]error{errFault}, errs...)
	default: // it is stored, and nobody hears of it
		f.Store.Update(ctx, closures...)
		return store.Repeat(errFault, len(closures))
	}
}

// story is what the store and the channel are failed in.
func story(t *testing.T, h *house) {
	first := h.raise("chart-1", critical, urgent)
	h.raise("chart-2", urgent)
	h.pass(3 * time.Minute)
	h.raise("chart-3", critical)
	h.answer("chart-1", "ns-1", first...)
	h.pass(20 * time.Minute)
}

// judged checks what must hold at the end of the story, whatever failed.
func judged(t *testing.T, h *house) {
	t.Helper()
	states := map[string]alertv1.GroupState{}
	for _, g := range groups(t, h.store) {
		if _, twice := states[g.GetChartId()]; twice {
			t.Fatal("a chart has two groups")
		}
		states[g.GetChartId()] = g.GetState()
		if g.GetState() != alertv1.GroupState_GROUP_STATE_ANSWERED && g.GetNextMs() <= time.Now().UnixMilli() {
			t.Fatalf("the group of %s has no next time", g.GetChartId())
		}
	}
	if len(states) != 3 || states["chart-1"] != alertv1.GroupState_GROUP_STATE_ANSWERED {
		t.Fatalf("the groups are %v", states)
	}
	reached := map[string]bool{}
	for _, d := range pushes(t, h.store) {
		if d.GetState() == alertv1.DeliveryState_DELIVERY_STATE_QUEUED && d.GetNextMs() <= time.Now().UnixMilli() {
			t.Fatal("a push is lost")
		}
		if d.GetState() == alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED {
			reached[string(d.GetGroupId())] = true
		}
	}
	for _, g := range groups(t, h.store) {
		if !reached[string(g.GetId())] {
			t.Fatalf("nobody heard of %s", g.GetChartId())
		}
	}
}

func TestEveryCallOfTheStoreFails(t *testing.T) {
	for _, way := range []string{"all", "one", "unheard"} {
		for at := int64(0); ; at++ {
			reached := false
			synctest.Test(t, func(t *testing.T) {
				f := &faulty{at: -1, way: way}
				h := open(t)
				h.stop()
				f.Store, h.store = h.store, f
				h.d = nil
				f.at = f.n.Load() + at
				h.startFaulty("one", f)
				defer func() { h.stop() }()
				story(t, h)
				judged(t, h)
				reached = f.n.Load() > f.at
			})
			if !reached || t.Failed() {
				break
			}
		}
	}
}

// startFaulty starts a dispatcher whose store fails, while the test writes to the real one.
func (h *house) startFaulty(owner string, f *faulty) {
	h.start(owner)
	h.store = f.Store
}

func TestEveryPushFails(t *testing.T) {
	for _, verdict := range []push.Verdict{push.Dead, push.Aside, push.Later, push.Broken, push.Refused, 0} {
		for at := 0; ; at++ {
			reached := false
			synctest.Test(t, func(t *testing.T) {
				h := open(t)
				defer func() { h.stop() }()
				h.wire.becomes(nil, func(n int, _ push.Target, _ push.Message) push.Outcome {
					if n == at {
						return push.Outcome{Verdict: verdict, Trouble: "fault", Alarm: true}
					}
					return push.Outcome{Verdict: push.Accepted}
				})
				story(t, h)
				judged(t, h)
				reached = len(h.wire.tries()) > at
			})
			if !reached || t.Failed() {
				break
			}
		}
	}
}

func TestNothingIsLostBeforeTheStart(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.stop()
		h.d = nil
		ids := h.raise("chart-1", critical)
		h.pass(26 * time.Hour)
		h.start("two")
		h.wants("dr-1-phone", "dr-2-phone")
		h.answer("chart-1", "dr-1", ids...)
	})
}

func TestRunEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		d := New(Config{Store: memory.New(), Directory: office{}, Log: zerolog.Nop()})
		if err := d.Run(ctx); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	})
}
