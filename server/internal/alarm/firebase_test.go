package alarm

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/rs/zerolog"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/badger"
	"github.com/tsunagu-care/tsunagu/server/internal/fcm"
	"github.com/tsunagu-care/tsunagu/server/internal/fcm/fcmtest"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// TestThroughFirebase goes all the way: the engine that servers use, the channel that they use, and a server that speaks
// the protocol of Firebase. The only device of the physicians is gone, so the nurse is told at once, and
// once more when the forwarder has asked to come back.
func TestThroughFirebase(t *testing.T) {
	forwarder, err := fcmtest.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer forwarder.Close()
	channel, err := fcm.Open(t.Context(), fcm.Config{ProjectID: "made-up-project", Endpoint: forwarder.URL()})
	if err != nil {
		t.Fatal(err)
	}
	s, err := badger.Open(badger.Options{Dir: t.TempDir(), Key: make([]byte, badger.KeyBytes)})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	forwarder.Script("gone", fcmtest.Unregistered())
	forwarder.Script("later", fcmtest.Unavailable().After("1"), fcmtest.Accepted())
	for person, value := range map[string]string{"dr-1": "gone", "ns-1": "later"} {
		id := make([]byte, 16)
		copy(id, value)
		err := s.Update(t.Context(), func(tx store.Tx) error {
			return write(tx, targetKey(tenant, person, id), &storev1.PushTarget{
				Id: id, PersonId: person, Kind: token, Value: value, State: live, Platform: alertv1.Platform_PLATFORM_ANDROID,
			})
		})[0]
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	d := New(Config{
		Store: s, Directory: office{}, Owner: "one", Entropy: rand.Reader, Log: zerolog.Nop(),
		Channels: map[alertv1.TargetKind]push.Channel{token: channel},
	})
	ended := make(chan struct{})
	go func() { defer close(ended); _ = d.Run(ctx) }()
	if err := s.Update(t.Context(), func(tx store.Tx) error { return outbox(tx, alertEvent("chart-1", critical)) })[0]; err != nil {
		t.Fatal(err)
	}
	d.Wake()
	waiting, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	if err := forwarder.Wait(waiting, 3); err != nil { // gone, later, and later again
		t.Fatal(err)
	}
	cancel()
	<-ended
	states := map[string]alertv1.DeliveryState{}
	for _, d := range pushes(t, s) {
		states[d.GetPersonId()+" "+d.GetTrouble()] = d.GetState()
	}
	if states["dr-1 unregistered"] != alertv1.DeliveryState_DELIVERY_STATE_DEAD || states["ns-1 "] != alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED {
		t.Fatalf("the trail has %v", states)
	}
}
