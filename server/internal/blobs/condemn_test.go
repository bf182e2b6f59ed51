package blobs_test

import (
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/blobs"
	"github.com/tsunagu-care/tsunagu/sync/blob"
	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// inbox puts a mutation with a blob into an inbox.
func inbox(t *testing.T, s store.Store, m *syncv1.Mutation, n blob.Name) {
	t.Helper()
	m.StreamId = n.Stream
	m.Record = &carev1.Record{Envelope: &carev1.Envelope{Blobs: []*carev1.BlobRef{{Sha256: n.SHA256[:], Size: 1}}}}
	item := marshal(t, &storev1.InboxItem{Payload: marshal(t, m)})
	err := s.Update(t.Context(), func(tx store.Tx) error {
		return tx.PutInbox(store.Organisation{Tenant: n.Tenant, Name: "station"}, store.ID(m.GetId()), item)
	})
	if err[0] != nil {
		t.Fatal(err[0])
	}
}

// TestErasureTakesThePhotoOfItsRecordOnly: what waits in an inbox is about the record that the core says it is about,
// though it names another one besides.
func TestErasureTakesThePhotoOfItsRecordOnly(t *testing.T) {
	own, foreign := store.ID{1}, store.ID{2}
	for _, c := range []struct {
		name      string
		operation syncv1.Operation
		erased    store.ID
		gone      bool
	}{
		{"a new record, itself erased", syncv1.Operation_OPERATION_CREATE, own, true},
		{"a new record that names an erased one", syncv1.Operation_OPERATION_CREATE, foreign, false},
		{"a change of an erased record", syncv1.Operation_OPERATION_PATCH, foreign, true},
		{"a change with the id of an erased record", syncv1.Operation_OPERATION_PATCH, own, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			v, s := open(t, root, bucketOf(t, root)), memory.New()
			data := content(30)
			u := upload(data, "tablet")
			send(t, v, u, data)
			inbox(t, s, &syncv1.Mutation{Id: own[:], RecordId: foreign[:], Operation: c.operation}, u.Name)
			if err := v.Condemn(t.Context(), s.Dump, []blobs.RecordName{{Tenant: u.Tenant, Stream: u.Stream, Record: c.erased}}); err != nil {
				t.Fatal(err)
			}
			// The core has taken the words out of what it erased, so that nothing mentions the photo any more.
			collection := blobs.Collection{Rows: memory.New().Dump, Condemned: true, Now: time.Now()}
			if _, err := v.Collect(t.Context(), collection); err != nil {
				t.Fatal(err)
			}
			if there, err := v.Has(t.Context(), u.Name); err != nil || there == c.gone {
				t.Errorf("it is there: %v, %v", there, err)
			}
		})
	}
}
