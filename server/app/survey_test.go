package app

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// shows checks that /metrics has every line.
func shows(t *testing.T, r *running, lines ...string) {
	t.Helper()
	_, text := get(t, "http://"+r.Addr()+"/metrics")
	for _, line := range lines {
		if !strings.Contains(text, "\n"+line+"\n") {
			t.Errorf("/metrics does not have %q", line)
		}
	}
}

// TestSurvey: /metrics shows what waits for somebody, and stops when that is dealt with.
func TestSurvey(t *testing.T) {
	r := start(t, settings(t))
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	if _, err := sato.sync().Sync(t.Context(), pull()); err != nil {
		t.Fatal(err)
	}
	photo := attach(t, sato, "chart-0001", []byte("a photo that has yet to come"))
	tenant, organisations := r.directory.Organisations()
	put := func(s ...*storev1.InboxItem) {
		t.Helper()
		err := r.engine.Update(t.Context(), func(tx store.Tx) error {
			for n, item := range s {
				raw, err := proto.Marshal(item)
				if err != nil {
					return err
				}
				if err := tx.PutInbox(store.Organisation{Tenant: tenant, Name: organisations[0]}, store.ID{1, byte(n)}, raw); err != nil {
					return err
				}
			}
			old, err := proto.Marshal(&storev1.KnownDevice{LastSeenMs: 1, Streams: []*storev1.HeldStream{{StreamId: "chart-0001/care", RevokedMs: 1}}})
			if err != nil {
				return err
			}
			return tx.PutDevice(tenant, "tablet-lost", old)
		})[0]
		if err != nil {
			t.Fatal(err)
		}
	}
	foreign, err := proto.Marshal(&syncv1.Mutation{StreamId: "chart-0009/care", Id: make([]byte, 16), RecordId: bytes.Repeat([]byte{7}, 16)})
	if err != nil {
		t.Fatal(err)
	}
	put(&storev1.InboxItem{Payload: foreign})
	if err := r.survey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.countMissing(t.Context(), time.Now().Add(2*broughtWithin)); err != nil {
		t.Fatal(err)
	}
	shows(t, r, "tsunagu_inbox_open 1", "tsunagu_entries 1", "tsunagu_entries_not_backed_up 1", "tsunagu_backup_made_timestamp_seconds 0",
		"tsunagu_held_open 0", "tsunagu_conflicts_open 0", `tsunagu_devices{heard="within_a_week"} 1`, `tsunagu_devices{heard="longer_ago"} 1`,
		"tsunagu_streams_unpurged 1", "tsunagu_restore_unconfirmed 0", "tsunagu_blobs_missing 1", "tsunagu_sections_differed_total 0")

	photo.bring(t, sato)
	erased := store.ID(bytes.Repeat([]byte{7}, 16))
	if err := r.App.hub.Erase(t.Context(), operatorCall(tenant), "chart-0009/care", erased, organisations[0]); err != nil {
		t.Fatal(err)
	}
	made := time.Now().Add(-time.Hour).Truncate(time.Second)
	covers := []journal.Cover{{Tenant: tenant, Stream: photo.name.GetStreamId(), Epoch: 1, Seq: 1}}
	if err := r.journal.Verified(journal.Backup{ID: "b", Made: made}, covers, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := r.survey(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.countMissing(t.Context(), time.Now().Add(2*broughtWithin)); err != nil {
		t.Fatal(err)
	}
	r.metrics.Differed(3)
	shows(t, r, "tsunagu_inbox_open 0", "tsunagu_entries_not_backed_up 1", "tsunagu_blobs_missing 0", "tsunagu_sections_differed_total 3")
}

// TestPhotosHaveTime: one whose record came today is not missing yet.
func TestPhotosHaveTime(t *testing.T) {
	r := start(t, settings(t))
	attach(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001", []byte("a photo on its way"))
	if err := r.countMissing(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	shows(t, r, "tsunagu_blobs_missing 0")
}
