package alarm

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// TestALateResultOfAnOlderClaimDoesNotCount: the same process claims a push anew when its lease has run out, and then the
// first try comes back after all. Which claim it is of says the number alone.
func TestALateResultOfAnOlderClaimDoesNotCount(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.policy(urgentPolicy("org-dr", byName("dr-1")))
		h.wire.becomes(func(_ context.Context, n int) {
			if n == 0 {
				time.Sleep(90 * time.Second) // longer than the lease
			}
		}, outcomes(push.Outcome{Verdict: push.Dead, Trouble: "unregistered"}))
		h.raise("chart-1", urgent)
		h.pass(3 * time.Minute)
		h.wants("dr-1-phone", "dr-1-phone")
		if h.state([]byte("dr-1-phone\x00\x00\x00\x00\x00\x00"), "dr-1") != live {
			t.Fatal("a result of a claim that was over has ended the target")
		}
		if d := pushes(t, h.store)[0]; d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED || d.GetAttempts() != 1 || d.GetLease().GetFence() != 2 {
			t.Fatalf("%v", d)
		}
	})
}

// TestBackOffIsBounded: it doubles, by chance up to a quarter longer, never shorter than was asked for, and it differs.
func TestBackOffIsBounded(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		k := &turn{d: h.d, now: time.Now()}
		for _, after := range []time.Duration{0, 90 * time.Second, time.Hour} {
			for attempts := range uint32(12) {
				least := max(min(max(after, 0)<<max(int(attempts)-1, 0), lastRetry), after)
				if after == 0 {
					least = min(firstRetry<<max(int(attempts)-1, 0), lastRetry)
				}
				seen := map[time.Duration]bool{}
				for range 50 {
					wait := k.backOff(result{outcome: push.Outcome{After: after}}, &storev1.PushDelivery{Attempts: attempts})
					if wait < least || wait >= least+least/4 {
						t.Fatalf("after %d tries, asked for %s: %s, want %s and up to a quarter of it", attempts, after, wait, least)
					}
					seen[wait] = true
				}
				if len(seen) < 40 {
					t.Fatalf("50 waits are but %d different ones", len(seen))
				}
			}
		}
	})
}

// stuck is a store that refuses every write while it is told to.
type stuck struct {
	store.Store
	is atomic.Bool
}

func (s *stuck) Update(ctx context.Context, closures ...func(store.Tx) error) []error {
	if s.is.Load() {
		return store.Repeat(store.ErrFull, len(closures))
	}
	return s.Store.Update(ctx, closures...)
}

// TestResultsThatCannotBeWrittenAreGivenUp: a store that takes none for long does not fill the hands of the dispatcher, and
// once it does again the push is sent once more.
func TestResultsThatCannotBeWrittenAreGivenUp(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.stop()
		engine := h.store
		s := &stuck{Store: engine}
		h.store = s
		h.policy(urgentPolicy("org-dr", byName("dr-1")))
		h.start("two")
		h.wire.becomes(func(_ context.Context, n int) { s.is.Store(n == 0) }, nil)
		h.raise("chart-1", urgent)
		h.pass(time.Minute)
		if n := h.d.sender.inHand.Load(); n != 1 {
			t.Fatalf("%d pushes are in hand while their results are offered, want 1", n)
		}
		h.pass(10 * time.Minute)
		if n := h.d.sender.inHand.Load(); n != 0 {
			t.Fatalf("%d pushes are in hand and nobody has them", n)
		}
		s.is.Store(false)
		h.pass(time.Minute)
		h.wants("dr-1-phone", "dr-1-phone")
		if d := pushes(t, engine)[0]; d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED {
			t.Fatalf("%v", d)
		}
	})
}

// TestOnlyItsOwnClaimsAreTakenBack: those of another process that runs beside this one stay with it until their lease is over.
func TestOnlyItsOwnClaimsAreTakenBack(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.stop()
		h.d = nil
		until := time.Now().Add(time.Minute).UnixMilli()
		h.update(func(tx store.Tx) error {
			for person, owner := range map[string]string{"dr-1": "one", "dr-2": "two"} {
				d := &storev1.PushDelivery{
					Id: newID(), Kind: storev1.PushKind_PUSH_KIND_TEST, PersonId: person, TargetId: []byte(person + "-phone\x00\x00\x00\x00\x00\x00"),
					State: alertv1.DeliveryState_DELIVERY_STATE_QUEUED, NextMs: until, DeadlineMs: time.Now().Add(time.Hour).UnixMilli(),
					Lease: &storev1.Lease{Owner: owner, UntilMs: until, Fence: 1},
				}
				key := deliveryKey(tenant, d)
				if err := put(tx, key, d); err != nil {
					return err
				}
				if err := tx.PutDue(until, key); err != nil {
					return err
				}
			}
			return nil
		})
		h.start("one")
		h.wants("dr-1-phone")
		h.pass(59 * time.Second)
		h.wants()
		h.pass(2 * time.Second)
		h.wants("dr-2-phone")
	})
}

// TestADigestThatWasToldBeginsAgain: what comes on the same day, for a later hour of it, is told too.
func TestADigestThatWasToldBeginsAgain(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		p := urgentPolicy("org-dr", byName("dr-1"))
		p.DigestAt = "10:00" // an hour from now, by the clock of the patients
		h.policy(p)
		h.raise("chart-1", notice)
		h.pass(61 * time.Minute)
		h.wantsKind(storev1.PushKind_PUSH_KIND_DIGEST, "dr-1-phone")
		p.DigestAt, p.Version = "12:00", 2
		h.policy(p)
		h.raise("chart-2", notice)
		h.pass(2 * time.Hour)
		h.wantsKind(storev1.PushKind_PUSH_KIND_DIGEST, "dr-1-phone")
	})
}
