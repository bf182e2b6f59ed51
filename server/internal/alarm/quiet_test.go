package alarm

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// book is a log that may be written by many.
type book struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *book) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *book) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// TestLogNamesNobody plays everything that an operator is told of, and looks through the log for people and patients.
func TestLogNamesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t)
		h.stop()
		log := &book{}
		h.log = zerolog.New(log)
		h.start("two")
		defer func() { h.stop() }()
		verdicts := []push.Verdict{push.Dead, push.Aside, push.Later, push.Refused, push.Broken}
		h.wire.becomes(nil, func(n int, _ push.Target, _ push.Message) push.Outcome {
			return push.Outcome{Verdict: verdicts[n%len(verdicts)], Trouble: "trouble", Alarm: true}
		})
		h.raise("chart-1", critical)
		h.raise("chart-2", urgent)
		h.pass(time.Minute)
		for _, person := range []string{"dr-1", "dr-2", "ns-1", "cm-1"} {
			h.removed(person)
		}
		h.raise("chart-3", critical)
		begin := time.Now().Add(time.Hour)
		h.rota("on-call", "", duty("dr-1", begin, begin.Add(time.Hour)))
		h.pass(24 * time.Hour)
		h.update(func(tx store.Tx) error {
			key := store.ServerKey{Tenant: tenant, Table: store.TableDigest, Key: "dr-1/2000-01-01"}
			if err := tx.PutServerRow(key, []byte{0xff}); err != nil {
				return err
			}
			return tx.PutDue(time.Now().UnixMilli(), key)
		})
		for _, code := range []string{AlarmAside, AlarmRefused, AlarmProvider, AlarmNobody, AlarmUnanswered, AlarmUnreachable, AlarmDamaged} {
			if !strings.Contains(log.String(), `"code":"`+code+`"`) {
				t.Errorf("the log has no line of %s", code)
			}
		}
		for _, word := range []string{"chart-", "dr-1", "dr-2", "ns-1", "cm-1", "phone", "org-"} {
			if strings.Contains(log.String(), word) {
				t.Errorf("the log names %q", word)
			}
		}
	})
}

func TestSentencesForEveryAlarm(t *testing.T) {
	for code, sentence := range sentences {
		if !strings.ContainsAny(sentence, ";") || !strings.Contains(sentence, ":") {
			t.Errorf("%s does not say what happened, what is safe and what to do", code)
		}
	}
}

// TestSlowChannelLosesNothing has pushes wait longer than their lease: they are claimed anew, with the same id.
func TestSlowChannelLosesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.stop()
		h.limits = Limits{Sending: 2, Reserved: 1}
		h.start("two")
		h.wire.becomes(func(context.Context, int) { time.Sleep(10 * time.Second) }, nil)
		for i := range 20 {
			h.raise("chart-"+string(rune('a'+i)), urgent)
		}
		h.pass(10 * time.Minute)
		ids := map[[16]byte]int{}
		for _, s := range h.wire.tries() {
			ids[s.message.Delivery]++
		}
		if len(ids) != 40 || len(h.wire.tries()) != 40 {
			t.Fatalf("%d tries of %d pushes, want 40 of 40", len(h.wire.tries()), len(ids))
		}
		for _, d := range pushes(t, h.store) {
			if d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED || d.GetAttempts() != 1 {
				t.Fatalf("a push in state %v after %d tries", d.GetState(), d.GetAttempts())
			}
		}
	})
}

// TestLateResultOfAnOldLeaseCountsNothing has another process take a push whose sender was away for longer than its lease.
func TestLateResultOfAnOldLeaseCountsNothing(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.stop()
		h.start("two")
		h.wire.becomes(func(_ context.Context, n int) {
			if n < 2 {
				time.Sleep(3 * time.Minute) // a process that stood still
			}
		}, outcomes(push.Outcome{Verdict: push.Dead, Trouble: "late"}, push.Outcome{Verdict: push.Dead, Trouble: "late"}))
		h.raise("chart-1", urgent)
		other := *h
		other.start("three")
		defer other.stop()
		h.pass(5 * time.Minute)
		for _, d := range pushes(t, h.store) {
			if d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED {
				t.Fatalf("a push in state %v", d.GetState())
			}
		}
		for _, person := range []string{"dr-1", "dr-2"} {
			if h.state([]byte(person+"-phone\x00\x00\x00\x00\x00\x00"), person) != live {
				t.Fatal("a late result counted")
			}
		}
	})
}
