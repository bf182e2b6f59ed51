package app

import (
	"bytes"
	"testing"

	"connectrpc.com/connect"
	"github.com/rs/zerolog"
	"google.golang.org/protobuf/proto"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"

	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// TestARestoreCountsAnew: a log from before conflicts were counted is reported as it stands, its backup is no damaged one,
// and once restored it is clean and its conflict is on the list.
func TestARestoreCountsAnew(t *testing.T) {
	c := settings(t)
	r := start(t, c, onDisk)
	sato, suzuki := h2c(t, r).signedIn(t, "sato", "tablet-a"), h2c(t, r).signedIn(t, "suzuki", "tablet-b")
	reading := write(t, sato, nil, vital(368))
	write(t, sato, reading, vital(369))
	write(t, suzuki, reading, vital(371)) // she had seen the first only
	stream := store.Stream{Tenant: "demo", Name: "chart-0001/care"}
	err := r.engine.Update(t.Context(), func(tx store.Tx) error {
		raw, err := tx.Head(stream)
		head := &storev1.StreamHead{}
		if err != nil || proto.Unmarshal(raw, head) != nil || head.GetConflicts() != 1 {
			t.Fatalf("%d conflicts, %v", head.GetConflicts(), err)
		}
		head.Conflicts = 0
		raw, _ = ledger.Marshal(head)
		return tx.PutHead(stream, raw)
	})[0]
	if err != nil {
		t.Fatal(err)
	}
	content := backedUp(t, r)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if v, err := Verify(t.Context(), c, zerolog.Nop(), nil); err != nil || len(v.Damage) != 1 || !v.Whole {
		t.Errorf("the old log: %+v, %v", v, err)
	}
	if _, err := VerifyBackup(t.Context(), bytes.NewReader(content), t.TempDir(), 0); err != nil {
		t.Errorf("its backup: %v", err)
	}
	into := restoring(t, content)
	if _, err := Restore(t.Context(), into); err != nil {
		t.Fatal(err)
	}
	if v, err := Verify(t.Context(), config.Server{Storage: into.Storage}, zerolog.Nop(), nil); err != nil || len(v.Damage) > 0 {
		t.Errorf("the restored log: %+v, %v", v, err)
	}
	c.Storage = into.Storage
	r = start(t, c, onDisk)
	if _, err := r.Confirm(t.Context()); err != nil {
		t.Fatal(err)
	}
	work, err := h2c(t, r).signedIn(t, "sato", "tablet-a").chart().ListWork(t.Context(), connect.NewRequest(&chartv1.ListWorkRequest{
		Kind: chartv1.WorkKind_WORK_KIND_CONFLICT,
	}))
	if err != nil || len(work.Msg.GetItems()) != 1 {
		t.Errorf("%v, %v", work, err)
	}
}
