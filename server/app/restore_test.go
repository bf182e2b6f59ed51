package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/rs/zerolog"
	"google.golang.org/protobuf/proto"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/backup"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/keys"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// backedUp is a backup of a running server, not encrypted.
func backedUp(t *testing.T, s operator.Service) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := s.Backup(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// restoring is a restore into a new folder.
func restoring(t *testing.T, content []byte) Restoring {
	t.Helper()
	return Restoring{Storage: config.Storage{Data: filepath.Join(t.TempDir(), "new")}, In: bytes.NewReader(content)}
}

// dumped is every row of a store; the epochs of the heads are kept apart.
func dumped(t *testing.T, s store.Store) (rows string, epochs map[string]uint64) {
	t.Helper()
	var all strings.Builder
	epochs = map[string]uint64{}
	err := s.Dump(t.Context(), func(row store.Row) error {
		if row.Table == store.RowHead {
			head := &storev1.StreamHead{}
			if err := proto.Unmarshal(row.Value, head); err != nil {
				return err
			}
			epochs[row.Name] = head.GetVersion().GetEpoch()
			head.Bases, head.Version.Epoch = nil, 0
			row.Value, _ = proto.MarshalOptions{Deterministic: true}.Marshal(head)
		}
		fmt.Fprintf(&all, "%d %s %s %x %x\n", row.Table, row.Tenant, row.Name, row.Key, row.Value)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String(), epochs
}

// TestARestoredStoreIsTheSame but for its keys and its epochs, which are all new; and nobody has confirmed it.
func TestARestoredStoreIsTheSame(t *testing.T) {
	c := settings(t)
	r := start(t, c, onDisk)
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	for range 5 {
		note(t, sato, "chart-0001")
		note(t, sato, "chart-0002")
	}
	before, epochsBefore := dumped(t, r.engine)
	content := backedUp(t, r)
	k, err := keys.Load(c.KeysFolder(), true)
	if err != nil {
		t.Fatal(err)
	}

	into := restoring(t, content)
	done, err := Restore(t.Context(), into)
	if err != nil || done.Verified.Streams != 2 || done.Verified.Entries != 10 || done.JournalKept {
		t.Fatalf("%+v, %v", done, err)
	}
	c2 := c
	c2.Storage = into.Storage
	r2 := start(t, c2, onDisk)
	after, epochsAfter := dumped(t, r2.engine)
	if before != after {
		t.Error("the restored store differs")
	}
	for stream, epoch := range epochsBefore {
		// The journal of epochs is gone, so that the new ones begin at the clock.
		if epochsAfter[stream] <= epoch || epochsAfter[stream] < uint64(time.Now().Add(-time.Hour).Unix()) {
			t.Errorf("%s: epoch %d after %d", stream, epochsAfter[stream], epoch)
		}
	}
	if k2, err := keys.Load(c2.KeysFolder(), true); err != nil || k2.Seal != k.Seal || k2.Store == k.Store {
		t.Errorf("the keys: %v", err)
	}
	if d := r2.journal.Durable("demo", "chart-0001/care"); d.GetSeq() != 5 {
		t.Errorf("the backup that it came from covers %v", d)
	}
	testUnconfirmed(t, r2)
}

// testUnconfirmed: a restored server says so until it is confirmed, over a restart.
func testUnconfirmed(t *testing.T, r *running) {
	t.Helper()
	if _, text := get(t, "http://"+r.Addr()+"/readyz"); !strings.Contains(text, "not confirmed") {
		t.Errorf("/readyz: %s", text)
	}
	if !strings.Contains(r.log.String(), "nobody has confirmed") {
		t.Error("the log does not say that nobody has confirmed")
	}
	review, err := r.Review(t.Context())
	if err != nil || !review.Unconfirmed || review.JournalKept {
		t.Errorf("%+v, %v", review, err)
	}
	if _, err := r.Confirm(t.Context()); err != nil || r.journal.Unconfirmed() {
		t.Fatal(err)
	}
	if _, text := get(t, "http://"+r.Addr()+"/readyz"); strings.Contains(text, "confirmed") {
		t.Errorf("/readyz: %s", text)
	}
	if _, err := r.Confirm(t.Context()); err != nil { // again: nothing is left to do
		t.Error(err)
	}
}

func get(t *testing.T, url string) (status int, text string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// TestABackupIsOneSnapshot although people go on writing: every chain and digest in it fits, and nothing that was
// answered before it is missing.
func TestABackupIsOneSnapshot(t *testing.T) {
	r := start(t, settings(t), onDisk)
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	note(t, sato, "chart-0001")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int)
	for _, chart := range []string{"chart-0001", "chart-0002"} {
		go func() {
			n := 0
			for ; ctx.Err() == nil; n++ {
				if _, err := sato.chart().Write(context.Background(), handover(t, chart)); err != nil {
					break
				}
			}
			ended <- n
		}()
	}
	for range 5 {
		note(t, sato, "chart-0003")
		loaded, err := VerifyBackup(t.Context(), bytes.NewReader(backedUp(t, r)), t.TempDir(), 0)
		if err != nil || loaded.Verified.Entries == 0 || uint64(loaded.Verified.Entries) != loaded.Counts.Entries {
			t.Fatalf("%+v, %v", loaded, err)
		}
	}
	stop()
	if a, b := <-ended, <-ended; a == 0 || b == 0 {
		t.Errorf("nobody wrote meanwhile: %d, %d", a, b)
	}
}

// TestRestoresThatAreRefused leave nothing behind and change nothing.
func TestRestoresThatAreRefused(t *testing.T) {
	r := start(t, settings(t), onDisk)
	note(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
	content := backedUp(t, r)
	strange := t.TempDir() // a journal of another server
	if err := keys.MarkSeal(filepath.Join(strange, "seal.mark"), [keys.Size]byte{1}); err != nil {
		t.Fatal(err)
	}
	if j, err := journal.Open(strange); err != nil || j.Close() != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		change func(*Restoring)
		want   string
	}{
		"cut":                    {func(r *Restoring) { r.In = bytes.NewReader(content[:len(content)-9]) }, "cut or altered"},
		"empty":                  {func(r *Restoring) { r.In = bytes.NewReader(nil) }, "cut or altered"},
		"another journal":        {func(r *Restoring) { r.OldJournal = strange }, "not that of the server"},
		"no journal there":       {func(r *Restoring) { r.OldJournal = t.TempDir() }, "no journal in"},
		"a journal already":      {func(r *Restoring) { r.OldJournal, r.Journal = strange, strange }, "already"},
		"a blob of another form": {func(r *Restoring) { r.In = bytes.NewReader(withBlob(t, content)) }, "does not know"},
		"blobs cannot be kept": {func(r *Restoring) {
			r.In = bytes.NewReader(withBlob(t, content))
			r.Blob = func(string, int64, io.Reader) error { return errors.New("no room for a photo") }
		}, "no room"},
	} {
		t.Run(name, func(t *testing.T) {
			into := restoring(t, content)
			test.change(&into)
			done, err := Restore(t.Context(), into)
			if done != nil || err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v", err)
			}
			if left, _ := os.ReadDir(into.Data); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
	for at := 0; at < len(content); at += max(1, len(content)/60) {
		bad := bytes.Clone(content)
		bad[at] ^= 4
		into := restoring(t, bad)
		if _, err := Restore(t.Context(), into); err == nil {
			t.Errorf("byte %d of %d may differ", at, len(content))
		} else if left, _ := os.ReadDir(into.Data); len(left) != 0 {
			t.Errorf("left behind: %v", left)
		}
	}
}

// withBlob is a backup with the keys of another one and one photo.
func withBlob(t *testing.T, like []byte) []byte {
	t.Helper()
	var seal []byte
	if _, err := backup.Read(bytes.NewReader(like), backup.Sink{Keys: func(s []byte) error { seal = bytes.Clone(s); return nil }}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	_, err := backup.Write(t.Context(), &out, backup.Source{
		Seal: seal, Rows: func(context.Context, func(store.Row) error) error { return nil }, Blobs: photo("p"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// photo is the only blob of a store.
type photo string

func (p photo) Each(_ context.Context, fn func(string, int64, io.Reader) error) error {
	return fn("photo", int64(len(p)), strings.NewReader(string(p)))
}

// TestAFullFolderIsNotTouched: neither a data folder nor anything else.
func TestAFullFolderIsNotTouched(t *testing.T) {
	c := settings(t)
	r := start(t, c, onDisk)
	content := backedUp(t, r)
	into := restoring(t, content)
	into.Data = c.Data
	if _, err := Restore(t.Context(), into); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("a data folder in use: %v", err)
	}
	note(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
}

// TestUnfinishedRestores are served by nobody, and neither is a journal that does not know of the restore.
func TestUnfinishedRestores(t *testing.T) {
	r := start(t, settings(t), onDisk)
	into := restoring(t, backedUp(t, r))
	if _, err := Restore(t.Context(), into); err != nil {
		t.Fatal(err)
	}
	c := settings(t)
	c.Storage = into.Storage
	refused := func(want string) {
		t.Helper()
		a, err := Open(t.Context(), c, zerolog.Nop())
		if err == nil {
			_ = a.Close()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if err := os.WriteFile(c.UnfinishedMark(), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused("did not come to its end")
	if err := os.Remove(c.UnfinishedMark()); err != nil {
		t.Fatal(err)
	}
	c.Journal = t.TempDir()
	refused("does not know of the restore")
}

// TestWhatTheJournalKnows wins over the backup: a revocation after it holds though the directory file is older, and
// epochs go on above those that the lost server gave.
func TestWhatTheJournalKnows(t *testing.T) {
	c := settings(t)
	older, err := os.ReadFile(c.Directory)
	if err != nil {
		t.Fatal(err)
	}
	c.Directory, c.Journal = filepath.Join(t.TempDir(), "directory.yaml"), t.TempDir() // a disk of its own
	write := func(content []byte) {
		if err := os.WriteFile(c.Directory, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(older)
	r := start(t, c, onDisk)
	note(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
	content := backedUp(t, r)
	write(bytes.Replace(older, []byte("  - {person: yamamoto, charts: [chart-0001, chart-0002], from: 2026-01-01}\n"), nil, 1))
	if err := r.Reload(); err != nil {
		t.Fatal(err)
	}
	last, err := r.epochs.Next(1000)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}

	into := restoring(t, content)
	into.Journal = c.Journal
	if done, err := Restore(t.Context(), into); err != nil || !done.JournalKept {
		t.Fatal(err)
	}
	write(older)
	c.Data = into.Data
	r = start(t, c, onDisk)
	if _, epochs := dumped(t, r.engine); epochs["chart-0001/care"] != last+1 {
		t.Errorf("epoch %d after %d", epochs["chart-0001/care"], last)
	}
	if _, err := h2c(t, r).signedIn(t, "yamamoto", "tablet-a").charts(t.Context()); connect.CodeOf(err) != connect.CodeUnavailable {
		t.Errorf("shown before it was confirmed: %v", err)
	}
	review, err := r.Review(t.Context())
	if err != nil || len(review.Differences) != 2 || review.Differences[0].How != journal.Ended {
		t.Errorf("%+v, %v", review, err)
	}
	if _, err := r.Confirm(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := h2c(t, r).signedIn(t, "yamamoto", "tablet-a").charts(t.Context()); err != nil || n != 0 {
		t.Errorf("yamamoto reads %d charts, %v", n, err)
	}
	if n, err := h2c(t, r).signedIn(t, "sato", "tablet-a").charts(t.Context()); err != nil || n != 3 {
		t.Errorf("sato reads %d charts, %v", n, err)
	}
}

// TestWhatABackupCovers is what this store's log has, and is answered at once.
func TestWhatABackupCovers(t *testing.T) {
	c := settings(t)
	r := start(t, c, onDisk)
	sato := h2c(t, r).signedIn(t, "sato", "tablet-a")
	note(t, sato, "chart-0001")
	content := backedUp(t, r)
	note(t, sato, "chart-0001")
	loaded, err := VerifyBackup(t.Context(), bytes.NewReader(content), t.TempDir(), 0)
	if err != nil {
		t.Fatal(err)
	}
	client, err := operator.Dial(c.OperatorSocket())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if got, err := client.Cover(t.Context(), loaded.Checked()); err != nil || got.Streams != 1 || got.Strange != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if d := r.journal.Durable("demo", "chart-0001/care"); d.GetSeq() != 1 {
		t.Errorf("durable: %v", d)
	}
	stats, err := client.Stats(t.Context())
	if err != nil || stats.Streams != 1 || stats.Entries != 2 || stats.Records != 2 || stats.Backup.NotCovered != 1 {
		t.Errorf("%+v, %v", stats, err)
	}
	other := start(t, settings(t), onDisk) // another server knows nothing of it
	note(t, h2c(t, other).signedIn(t, "sato", "tablet-a"), "chart-0001")
	if got, err := other.Cover(t.Context(), loaded.Checked()); err != nil || got.Streams != 0 || got.Strange != 1 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestCommandsWithoutAServer open the store themselves, and never beside a server that has it.
func TestCommandsWithoutAServer(t *testing.T) {
	c := settings(t)
	if _, err := Operate(t.Context(), c, zerolog.Nop()); err == nil || !strings.Contains(err.Error(), "no store") {
		t.Errorf("an empty folder: %v", err)
	}
	r := start(t, c, onDisk)
	note(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
	if _, err := Operate(t.Context(), c, zerolog.Nop()); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("beside a server: %v", err)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := operator.Dial(c.OperatorSocket()); !errors.Is(err, operator.ErrNone) {
		t.Errorf("a stopped server listens: %v", err)
	}
	a, err := Operate(t.Context(), c, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if s, err := a.Stats(t.Context()); err != nil || s.Entries != 1 || s.Backup != nil {
		t.Errorf("%+v, %v", s, err)
	}
	if _, err := a.Confirm(t.Context()); err == nil || !strings.Contains(err.Error(), "never restored") {
		t.Errorf("a confirmation without a restore: %v", err)
	}
}

// TestErasuresThatAreRefused are not written down.
func TestErasuresThatAreRefused(t *testing.T) {
	r := start(t, settings(t), onDisk)
	note(t, h2c(t, r).signedIn(t, "sato", "tablet-a"), "chart-0001")
	for _, test := range []struct{ record, order, want string }{
		{"no id", "2026-17", "32 hexadecimal digits"},
		{strings.Repeat("0", 32), "", "reference"},
		{strings.Repeat("0", 32), "a\nb", "reference"},
		{strings.Repeat("0", 32), "2026-17", "no such record"},
	} {
		err := r.Erase(t.Context(), journal.Erasure{Stream: "chart-0001/care", Record: test.record, Order: test.order})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q, %q: %v", test.record, test.order, err)
		}
	}
	if list := r.journal.Erasures(); len(list) != 0 {
		t.Errorf("written down: %v", list)
	}
}

// TestErasuresAreCarriedOut: on what is there, again without harm, and for what an older backup does not have a stub
// stands, so that a tablet that still has it cannot bring it back.
func TestErasuresAreCarriedOut(t *testing.T) {
	r := start(t, settings(t), onDisk)
	tablet := h2c(t, r).signedIn(t, "sato", "tablet-a")
	written := note(t, tablet, "chart-0001")
	id := fmt.Sprintf("%x", written.GetReceipt().GetMutationId())
	unknown := strings.Repeat("7", 32)
	list := []journal.Erasure{
		{Tenant: "demo", Stream: "chart-0001/care", Record: unknown, Order: "1"},
		{Tenant: "demo", Stream: "chart-0001/care", Record: id, Order: "3"},
	}
	for range 2 {
		if err := eraseAll(t.Context(), r.App.hub, []string{"sakura"}, list); err != nil {
			t.Fatal(err)
		}
	}
	for _, record := range []string{unknown, id} {
		n, err := recordID(record)
		if err != nil {
			t.Fatal(err)
		}
		if there, err := r.hub.Erasable(t.Context(), "demo", "chart-0001/care", n); err != nil || !there {
			t.Errorf("%s: %v, %v", record, there, err)
		}
	}
}
