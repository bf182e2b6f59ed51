package app

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"testing"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// heldNote brings a note that is held, from a device: of a schema that the server does not know, or for a chart that its
// author never had a right to. It returns the id of the record that it would be.
func heldNote(t *testing.T, c *client, person, device string, m *syncv1.Mutation) string {
	t.Helper()
	answer, err := identityv1connect.NewIdentityServiceClient(c, c.base).SignIn(t.Context(), connect.NewRequest(&identityv1.SignInRequest{
		DeviceId: device, DeviceSecret: "demo-" + device, PersonId: person, PersonSecret: "demo-" + person,
	}))
	if err != nil {
		t.Fatal(err)
	}
	m.Id = make([]byte, 16)
	_, _ = rand.Read(m.Id)
	m.Operation, m.PersonId, m.DeviceId = syncv1.Operation_OPERATION_CREATE, person, device
	m.Record = &carev1.Record{
		Id: m.GetId(), Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE,
		Body: &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{
			Format: carev1.NoteFormat_NOTE_FORMAT_FREE, Text: heldWords,
		}}},
		Envelope: &carev1.Envelope{Effective: timestamppb.Now(), Recorded: timestamppb.Now()},
	}
	payload, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	req := pull()
	req.Msg.Mutations = []*syncv1.QueuedMutation{{Payload: payload, AuthorSeal: seal.Author([32]byte(answer.Msg.GetAuthorKey()), payload)}}
	got, err := c.sync().Sync(t.Context(), req)
	if err != nil || got.Msg.GetResults()[0].GetOutcome() != syncv1.Outcome_OUTCOME_HELD {
		t.Fatal(got, err)
	}
	return hex.EncodeToString(m.GetId())
}

// heldWords are what a court wants gone.
const heldWords = "保留中の記録にだけ書かれた文"

// holds tells whether words stand anywhere in the store.
func holds(t *testing.T, r *running, words string) (found bool) {
	t.Helper()
	err := r.engine.Dump(t.Context(), func(row store.Row) error {
		found = found || bytes.Contains(row.Value, []byte(words))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestWhatIsOnlyHeldIsErased, in a stream and in an inbox; and what is not there at all is refused as before.
func TestWhatIsOnlyHeldIsErased(t *testing.T) {
	for name, m := range map[string]*syncv1.Mutation{
		"in a stream":  {StreamId: "chart-0001/care", SchemaVersion: 1000},
		"in the inbox": {StreamId: "nobody's chart/care", SchemaVersion: 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := start(t, settings(t))
			id := heldNote(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "sato", "tablet-a", m)
			if !holds(t, r, heldWords) {
				t.Fatal("what is held is not in the store: the test shows nothing")
			}
			order := journal.Erasure{Stream: m.GetStreamId(), Record: id, Order: "令和8年 第12号"}
			elsewhere := order
			elsewhere.Stream = "chart-0002/care"
			if err := r.Erase(t.Context(), elsewhere); !errors.Is(err, errNoRecord) {
				t.Errorf("under another stream: %v", err)
			}
			for range 2 {
				if err := r.Erase(t.Context(), order); err != nil {
					t.Fatal(err)
				}
			}
			if holds(t, r, heldWords) {
				t.Error("the words are still in the store")
			}
		})
	}
}
