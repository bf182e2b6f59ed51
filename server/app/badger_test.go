package app

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/keys"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// onDisk is a server on the engine that it has by default.
func onDisk(o *options) { o.open = openBadger }

// note writes a handover note as the console does.
func note(t *testing.T, c *client, chart string) *chartv1.WriteResponse {
	t.Helper()
	answer, err := c.chart().Write(t.Context(), handover(t, chart))
	if err != nil {
		t.Fatal(err)
	}
	return answer.Msg
}

func handover(t *testing.T, chart string) *connect.Request[chartv1.WriteRequest] {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	return connect.NewRequest(&chartv1.WriteRequest{
		ChartId: chart, MutationId: id[:], Operation: syncv1.Operation_OPERATION_CREATE,
		Body: &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{
			Format: carev1.NoteFormat_NOTE_FORMAT_HANDOVER, Text: "made up",
		}}},
		Envelope: &carev1.Envelope{Effective: timestamppb.Now(), Recorded: timestamppb.Now()},
	})
}

func timeline(t *testing.T, c *client, chart string) int {
	t.Helper()
	answer, err := c.chart().GetTimeline(t.Context(), connect.NewRequest(&chartv1.GetTimelineRequest{ChartId: chart}))
	if err != nil {
		t.Fatal(err)
	}
	return len(answer.Msg.GetItems())
}

// TestWrittenIsThereAfterARestart goes the whole way: sign in, write, be told by a watch, read on another device, stop,
// verify, start, read again, write with a new token.
func TestWrittenIsThereAfterARestart(t *testing.T) {
	c := settings(t)
	r := start(t, c, onDisk)
	sato, tanaka := h2c(t, r).signedIn(t, "sato", "tablet-a"), h1(t, r).signedIn(t, "tanaka", "console")
	watch, err := tanaka.sync().Watch(t.Context(), connect.NewRequest(&syncv1.WatchRequest{}))
	if err != nil || !watch.Receive() {
		t.Fatal(err, watch.Err())
	}
	written := note(t, sato, "chart-0001")
	if outcome := written.GetResult().GetOutcome(); outcome != syncv1.Outcome_OUTCOME_APPLIED {
		t.Fatal(outcome)
	}
	if !r.options.seals.ReceiptFits("demo", written.GetReceipt()) {
		t.Error("the receipt does not fit")
	}
	if !watch.Receive() || watch.Msg().GetStreamId() != "chart-0001/care" || watch.Msg().GetSeq() != 1 {
		t.Errorf("the watch said %v", watch.Msg())
	}
	if n := timeline(t, tanaka, "chart-0001"); n != 1 {
		t.Errorf("%d on the timeline", n)
	}
	if _, err := Verify(t.Context(), c, zerolog.Nop(), nil); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("verify beside a server: %v", err)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}

	verified, err := Verify(t.Context(), c, zerolog.Nop(), nil)
	if err != nil || len(verified.Damage) != 0 || verified.Entries != 1 {
		t.Fatalf("%+v %v", verified, err)
	}
	r = start(t, c, onDisk)
	again := h1(t, r)
	again.token = sato.token // tokens hold over a restart
	if n := timeline(t, again, "chart-0001"); n != 1 {
		t.Errorf("%d on the timeline after a restart", n)
	}
	if warned := strings.Count(r.log.String(), `"level":"warn"`); warned != 1 || !strings.Contains(r.log.String(), "no way to push") {
		t.Errorf("a plain restart warns: %s", r.log)
	}
}

// TestForeignChartsLookAbsent: what may not be read and what is not there get one answer.
func TestForeignChartsLookAbsent(t *testing.T) {
	r := start(t, settings(t))
	takahashi := h1(t, r).signedIn(t, "takahashi", "tablet-c")
	var said []string
	for _, chart := range []string{"chart-0001", "chart-9999"} {
		_, err := takahashi.chart().GetTimeline(t.Context(), connect.NewRequest(&chartv1.GetTimelineRequest{ChartId: chart}))
		if connect.CodeOf(err) != connect.CodeNotFound {
			t.Errorf("%s: %v", chart, err)
			continue
		}
		said = append(said, err.Error())
	}
	if len(said) == 2 && said[0] != said[1] {
		t.Errorf("%q is not %q", said[0], said[1])
	}
}

func TestSecondProcessAndWrongKeyAreRefused(t *testing.T) {
	c := settings(t)
	r := start(t, c, onDisk)
	second := func() error {
		a, err := Open(t.Context(), c, zerolog.Nop())
		if err == nil {
			err = errors.Join(errors.New("it opened"), a.Close())
		}
		return err
	}
	if err := second(); !strings.Contains(err.Error(), "another process") {
		t.Error(err)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(c.KeysFolder(), "store.key")
	if err := os.WriteFile(key, []byte(strings.Repeat("ab", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := second(); !strings.Contains(err.Error(), "does not fit") || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
}

func TestFullDiskReadsAndDoesNotWrite(t *testing.T) {
	c := settings(t)
	r := start(t, c, onDisk)
	note(t, h1(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	c.MinFree = 1 << 60 // more than there is
	r = start(t, c, onDisk)
	sato := h1(t, r).signedIn(t, "sato", "tablet-a")
	if n := timeline(t, sato, "chart-0001"); n != 1 {
		t.Errorf("%d on the timeline", n)
	}
	if err := r.ready(); !errors.Is(err, store.ErrFull) {
		t.Errorf("ready with a full disk: %v", err)
	}
	_, err := sato.chart().Write(t.Context(), handover(t, "chart-0001"))
	if connect.CodeOf(err) != connect.CodeUnavailable {
		t.Errorf("a write to a full disk: %v", err)
	}
}

// TestVerifySeesDamage changes one byte of an entry behind the server's back.
func TestVerifySeesDamage(t *testing.T) {
	c := settings(t)
	r := start(t, c, onDisk)
	note(t, h1(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	k, err := keys.Load(c.KeysFolder(), true)
	if err != nil {
		t.Fatal(err)
	}
	e, err := openBadger(t.Context(), c, k.Store, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	err = e.Update(t.Context(), func(tx store.Tx) error {
		s := store.Stream{Tenant: "demo", Name: "chart-0001/care"}
		entry, err := tx.Entry(s, 1)
		if err != nil || entry == nil {
			return errors.Join(errors.New("there is no entry"), err)
		}
		changed := bytes.Replace(entry, []byte("made up"), []byte("made it"), 1)
		return tx.ReplaceEntry(s, 1, changed)
	})[0]
	if err := errors.Join(err, e.Close()); err != nil {
		t.Fatal(err)
	}
	verified, err := Verify(t.Context(), c, zerolog.Nop(), nil)
	if err != nil || len(verified.Damage) == 0 {
		t.Fatalf("%+v %v", verified, err)
	}
	for _, line := range verified.Damage {
		if strings.Contains(line, "chart-0001") || strings.Contains(line, "made") {
			t.Errorf("the report names a chart or quotes it: %s", line)
		}
	}
}
