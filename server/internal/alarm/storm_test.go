package alarm

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/badger"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

func TestStorm(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.wire.becomes(func(context.Context, int) { time.Sleep(10 * time.Millisecond) }, nil)
		h.update(func(tx store.Tx) error {
			for i := range 1500 {
				severity := urgent
				if i%10 == 0 {
					severity = critical
				}
				if err := outbox(tx, alertEvent(fmt.Sprint("chart-", i), severity)); err != nil {
					return err
				}
			}
			return nil
		})
		h.pass(time.Minute)
		tries := h.wire.tries()
		if len(tries) != 3000 {
			t.Fatalf("%d pushes, want 3000", len(tries))
		}
		begun := tries[0].at
		for _, s := range tries {
			if s.message.Severity == critical && s.at.Sub(begun) > 2*time.Second {
				t.Fatalf("a critical push waited %s behind others", s.at.Sub(begun))
			}
		}
		for _, d := range pushes(t, h.store) {
			if d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED {
				t.Fatalf("a push in state %v", d.GetState())
			}
		}
	})
}

// TestOnDisk does it with the engine that servers use, in real time.
func TestOnDisk(t *testing.T) {
	s, err := badger.Open(badger.Options{Dir: t.TempDir(), Key: make([]byte, badger.KeyBytes)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	h := &house{t: t, store: s, wire: &wire{}}
	h.entropy = rand.Reader
	for _, person := range []string{"dr-1", "dr-2"} {
		put := func(tx store.Tx) error {
			id := []byte(person + "-phone\x00\x00\x00\x00\x00\x00")
			return write(tx, targetKey(tenant, person, id), &storev1.PushTarget{Id: id, PersonId: person, Kind: token, Value: person, State: live})
		}
		if err := s.Update(t.Context(), put)[0]; err != nil {
			t.Fatal(err)
		}
	}
	const charts = 50
	var left sync.WaitGroup
	left.Add(2 * charts)
	h.wire.becomes(func(context.Context, int) { left.Done() }, nil)
	ctx, cancel := context.WithCancel(t.Context())
	d := New(Config{
		Store: s, Directory: h.dir, Owner: "one", Entropy: h.entropy, Log: zerolog.Nop(),
		Channels: map[alertv1.TargetKind]push.Channel{token: h.wire},
	})
	ended := make(chan struct{})
	go func() { defer close(ended); _ = d.Run(ctx) }()
	for i := range charts {
		e := alertEvent(fmt.Sprint("chart-", i), critical)
		if err := s.Update(t.Context(), func(tx store.Tx) error { return outbox(tx, e) })[0]; err != nil {
			t.Fatal(err)
		}
		d.Wake()
	}
	left.Wait() // every push has left
	cancel()
	<-ended
	for _, d := range pushes(t, s) {
		if d.GetState() != alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED {
			t.Fatalf("a push in state %v", d.GetState())
		}
	}
	if n := len(groups(t, s)); n != charts {
		t.Fatalf("%d groups, want %d", n, charts)
	}
}
