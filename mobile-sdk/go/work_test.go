package sdk_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/binary"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/seal"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// ListDevices answers page by page, one device each, so that a tablet has to ask again.
func (s *server) ListDevices(ctx context.Context, r *connect.Request[chartv1.ListDevicesRequest]) (*connect.Response[chartv1.ListDevicesResponse], error) {
	c, err := s.call(r.Header())
	if err != nil {
		return nil, err
	}
	r.Msg.PageSize = 1
	resp, err := s.hub.ListDevices(ctx, c, r.Msg)
	return connect.NewResponse(resp), err
}

// TestWorkOfEachKind: what waits for a person is on the list of its kind and on no other, for whoever may read the chart.
func TestWorkOfEachKind(t *testing.T) {
	s := newServer(t)
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	b, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "suzuki")
	synced(t, a, b)
	reading, given := create(t, a, vitals(368)), create(t, a, order("after-breakfast"))
	synced(t, a, b)
	for tablet, tenths := range map[*sdk.Tablet]int32{a: 369, b: 371} {
		if _, err := tablet.Amend(reading.StreamID, reading.RecordID, vitals(tenths), "typo", false); err != nil {
			t.Fatal(err)
		}
	}
	doses := []sdk.Saved{create(t, a, dose(given.RecordID, "2026-11-23/after-breakfast")), create(t, b, dose(given.RecordID, "2026-11-23/after-breakfast"))}
	synced(t, a, b, a)
	s.late = true // a right that began later does not cover the time of writing
	held := create(t, a, vitals(372))
	synced(t, a)
	s.late = false
	list := func(kind chartv1.WorkKind, of string) (ids []replica.ID) {
		t.Helper()
		items, err := b.Work(t.Context(), kind, of)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range items {
			id := i.GetRecord().GetRecord().GetId()
			if i.GetHeld() != nil {
				id = i.GetHeld().GetMutationId()
			}
			ids = append(ids, replica.ID(id))
		}
		return ids
	}
	for _, of := range []string{chart, ""} {
		if got := list(chartv1.WorkKind_WORK_KIND_HELD, of); !slices.Equal(got, []replica.ID{held.MutationID}) {
			t.Errorf("held, in %q: %x", of, got)
		}
		if got := list(chartv1.WorkKind_WORK_KIND_CONFLICT, of); !slices.Equal(got, []replica.ID{reading.RecordID}) {
			t.Errorf("conflicts, in %q: %x", of, got)
		}
		first := slices.MinFunc(doses, func(x, y sdk.Saved) int { return bytes.Compare(x.RecordID[:], y.RecordID[:]) })
		if got := list(chartv1.WorkKind_WORK_KIND_POSSIBLE_DUPLICATE, of); !slices.Equal(got, []replica.ID{first.RecordID}) {
			t.Errorf("duplicates, in %q: %x", of, got)
		}
	}
	if _, err := b.Work(t.Context(), chartv1.WorkKind_WORK_KIND_HELD, wrongChart); err == nil {
		t.Error("the work of a chart that is not there")
	}
}

// TestHeldListOfManyLongEntries: a tablet can list what is held whatever strangers wrote, and each entry once.
func TestHeldListOfManyLongEntries(t *testing.T) {
	s := newServer(t)
	s.only = "sato"
	a, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	const entries = 160 // of 27 KB: together more than one answer may have
	for n := range entries {
		s.hold(t, n, strings.Repeat("あ", 9000))
	}
	lists := map[string]func() ([]*chartv1.WorkItem, error){
		"held": func() ([]*chartv1.WorkItem, error) { return a.ListHeldOnServer(t.Context(), "") },
		"work": func() ([]*chartv1.WorkItem, error) { return a.Work(t.Context(), chartv1.WorkKind_WORK_KIND_HELD, "") },
	}
	for name, list := range lists {
		items, err := list()
		seen, bytes := map[string]bool{}, 0
		for _, i := range items {
			seen[string(i.GetHeld().GetMutationId())] = true
			bytes += proto.Size(i)
		}
		if err != nil || len(items) != entries || len(seen) != entries || bytes < 4<<20 {
			t.Errorf("%s: %d items, %d of them different, %d bytes, %v", name, len(items), len(seen), bytes, err)
		}
	}
}

// hold brings an entry of somebody without a right, which the organisation's inbox holds.
func (s *server) hold(t *testing.T, n int, text string) {
	t.Helper()
	id := make([]byte, 16)
	binary.BigEndian.PutUint64(id, uint64(n)+1)
	payload, err := proto.Marshal(&syncv1.Mutation{
		Id: id, StreamId: chart + "/care", Operation: syncv1.Operation_OPERATION_CREATE, SchemaVersion: 1, PersonId: "mori", DeviceId: "tablet-b",
		Record: &carev1.Record{
			Id: id, Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE,
			Body: &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{
				Format: carev1.NoteFormat_NOTE_FORMAT_FREE, Text: text,
			}}},
			Envelope: &carev1.Envelope{Effective: timestamppb.Now(), Recorded: timestamppb.Now()},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	c := hub.Call{
		Session: hub.Session{Tenant: tenant, PersonID: "mori", DeviceID: "tablet-b", Organisation: "o"}, Now: time.Now(), Entropy: rand.Reader,
	}
	resp, _, err := s.hub.Sync(t.Context(), c, &syncv1.SyncRequest{
		ProtocolVersion: 1, Clock: &syncv1.DeviceClock{},
		Mutations: []*syncv1.QueuedMutation{{Payload: payload, AuthorSeal: seal.Author(s.keys.AuthorKey(tenant, "mori", "tablet-b"), payload)}},
	})
	if err != nil || resp.GetResults()[0].GetOutcome() != syncv1.Outcome_OUTCOME_HELD {
		t.Fatal(resp, err)
	}
}

// TestDevicesOfTheOrganisation: all of them, over several pages, each with when it was last heard of; and nothing without
// the network.
func TestDevicesOfTheOrganisation(t *testing.T) {
	s := newServer(t)
	a, net := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	devices, err := a.Devices(t.Context())
	if err != nil || len(devices) != 2 {
		t.Fatalf("%v, %v", devices, err)
	}
	for _, d := range devices {
		if heard := d.GetLastSeen() != nil && d.GetPersonId() == "sato"; heard != (d.GetId() == "tablet-a") {
			t.Errorf("%v", d)
		}
	}
	net.down = true
	if devices, err = a.Devices(t.Context()); err == nil || len(devices) != 0 {
		t.Errorf("without the network: %v, %v", devices, err)
	}
	if items, err := a.Work(t.Context(), chartv1.WorkKind_WORK_KIND_HELD, ""); err == nil || len(items) != 0 {
		t.Errorf("without the network: %v, %v", items, err)
	}
}
