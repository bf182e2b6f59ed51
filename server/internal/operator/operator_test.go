package operator

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/backup"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
)

// answers is a server of a test.
type answers struct {
	backup  func(ctx context.Context, out io.Writer) (backup.Counts, error)
	erased  []journal.Erasure
	covered Checked
}

func (a *answers) Backup(ctx context.Context, out io.Writer) (backup.Counts, error) {
	return a.backup(ctx, out)
}

func (a *answers) Cover(_ context.Context, c Checked) (Covered, error) {
	a.covered = c
	return Covered{Streams: len(c.Heads)}, nil
}

func (a *answers) Erase(_ context.Context, e journal.Erasure) error {
	a.erased = append(a.erased, e)
	return errors.New("there is no such record; nothing was erased")
}
func (a *answers) Export(_ context.Context, x Exporting, out io.Writer) error {
	if x.Chart == "none" {
		return errors.New("there is no such chart; nothing was written")
	}
	_, err := io.WriteString(out, x.Chart+x.Until.Format(time.DateOnly))
	if x.Chart == "torn" {
		err = errors.New("the store is damaged")
	}
	return err
}
func (a *answers) Collect(_ context.Context, c Collecting) (Collected, error) {
	return Collected{Kept: int(c.Grace / time.Hour)}, nil
}
func (a *answers) Stats(context.Context) (Stats, error) { return Stats{Streams: 7}, nil }
func (a *answers) Alerts(context.Context) (AlertsNow, error) {
	return AlertsNow{Ways: []Way{{Name: "fcm"}}, Groups: []Group{{ID: "3f", Told: []string{"mori"}}}}, nil
}
func (a *answers) Trail(_ context.Context, group string) ([]Sent, error) {
	return []Sent{{ID: group, Person: "mori"}}, nil
}
func (a *answers) Targets(_ context.Context, person string) ([]Registered, error) {
	return []Registered{{Person: person}}, nil
}
func (a *answers) TestPush(context.Context, string) ([]Sent, error) {
	return nil, errors.New("this person has no target; nothing was sent")
}
func (a *answers) Duties(context.Context) ([]Duty, error) { return []Duty{{Rota: "on-call"}}, nil }
func (a *answers) Review(context.Context) (Review, error) {
	return Review{Unconfirmed: true, Differences: []journal.Difference{{How: journal.Ended}}}, nil
}
func (a *answers) Confirm(context.Context) (Confirmed, error) { return Confirmed{Judged: 3}, nil }

func serve(t *testing.T, path string, a *answers) *Client {
	t.Helper()
	s, err := Listen(path, a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	c, err := Dial(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestEveryCall goes there and back.
func TestEveryCall(t *testing.T) {
	a := &answers{backup: func(_ context.Context, out io.Writer) (backup.Counts, error) {
		_, err := out.Write(bytes.Repeat([]byte("x"), 3<<20))
		return backup.Counts{Streams: 5}, err
	}}
	c := serve(t, filepath.Join(t.TempDir(), "s"), a)
	var out bytes.Buffer
	if counts, err := c.Backup(t.Context(), &out); err != nil || counts.Streams != 5 || out.Len() != 3<<20 {
		t.Errorf("%v, %d bytes, %v", counts, out.Len(), err)
	}
	if got, err := c.Cover(t.Context(), Checked{ID: "b", Heads: []Head{{Stream: "s", Hash: []byte{1}}}}); err != nil || got.Streams != 1 || a.covered.Heads[0].Hash[0] != 1 {
		t.Errorf("%v, %v", got, err)
	}
	if err := c.Erase(t.Context(), journal.Erasure{Order: "17"}); err == nil || err.Error() != "there is no such record; nothing was erased" || a.erased[0].Order != "17" {
		t.Errorf("%v, %v", err, a.erased)
	}
	if got, err := c.Collect(t.Context(), Collecting{Grace: 3 * time.Hour}); err != nil || got.Kept != 3 {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := c.Stats(t.Context()); err != nil || got.Streams != 7 {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := c.Alerts(t.Context()); err != nil || got.Ways[0].Name != "fcm" || got.Groups[0].Told[0] != "mori" {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := c.Trail(t.Context(), "3f"); err != nil || got[0].ID != "3f" {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := c.Targets(t.Context(), "mori"); err != nil || got[0].Person != "mori" {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := c.TestPush(t.Context(), "mori"); err == nil || err.Error() != "this person has no target; nothing was sent" {
		t.Error(err)
	}
	if got, err := c.Duties(t.Context()); err != nil || got[0].Rota != "on-call" {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := c.Review(t.Context()); err != nil || !got.Unconfirmed || got.Differences[0].How != journal.Ended {
		t.Errorf("%v, %v", got, err)
	}
	if got, err := c.Confirm(t.Context()); err != nil || got.Judged != 3 {
		t.Errorf("%v, %v", got, err)
	}
}

// TestABackupThatFails is an error on the other side, before its first byte and after.
func TestABackupThatFails(t *testing.T) {
	for _, sent := range []int{0, 1, 2 << 20} {
		a := &answers{backup: func(_ context.Context, out io.Writer) (backup.Counts, error) {
			if sent > 0 {
				_, _ = out.Write(make([]byte, sent))
			}
			return backup.Counts{}, errors.New("the store is damaged")
		}}
		_, err := serve(t, filepath.Join(t.TempDir(), "s"), a).Backup(t.Context(), io.Discard)
		if err == nil || (sent == 0 && err.Error() != "the store is damaged") {
			t.Errorf("after %d bytes: %v", sent, err)
		}
	}
}

// TestExport: whole, refused, and torn after its first byte.
func TestExport(t *testing.T) {
	c := serve(t, filepath.Join(t.TempDir(), "s"), &answers{})
	var out bytes.Buffer
	until := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
	if err := c.Export(t.Context(), Exporting{Chart: "c", Until: until}, &out); err != nil || out.String() != "c2026-11-30" {
		t.Errorf("%q, %v", out.String(), err)
	}
	if err := c.Export(t.Context(), Exporting{Chart: "none"}, io.Discard); err == nil || err.Error() != "there is no such chart; nothing was written" {
		t.Error(err)
	}
	if err := c.Export(t.Context(), Exporting{Chart: "torn"}, io.Discard); err == nil {
		t.Error("a torn export ends well")
	}
}

// TestCloseEndsABackup that is under way, and waits for its end.
func TestCloseEndsABackup(t *testing.T) {
	path, began, ended := filepath.Join(t.TempDir(), "s"), make(chan bool), false
	s, err := Listen(path, &answers{backup: func(ctx context.Context, out io.Writer) (backup.Counts, error) {
		close(began)
		<-ctx.Done()
		ended = true
		return backup.Counts{}, ctx.Err()
	}})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Dial(path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	failed := make(chan error, 1)
	go func() {
		_, err := c.Backup(context.Background(), io.Discard)
		failed <- err
	}()
	<-began
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if !ended || <-failed == nil {
		t.Error("the backup went on, or ended well")
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket stays: %v", err)
	}
}

// TestNoServer: neither a folder without a socket nor one that a dead server left is a server, and a new one takes over.
func TestNoServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	if _, err := Dial(path); !errors.Is(err, ErrNone) {
		t.Errorf("no socket: %v", err)
	}
	left, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	left.SetUnlinkOnClose(false)
	_ = left.Close()
	if _, err := Dial(path); !errors.Is(err, ErrNone) {
		t.Errorf("a dead server's: %v", err)
	}
	if _, err := serve(t, path, &answers{}).Stats(t.Context()); err != nil {
		t.Errorf("a new server: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket: %v, %v", info.Mode(), err)
	}
}

// TestLongPaths: a folder may lie deeper than the path of a socket may be long.
func TestLongPaths(t *testing.T) {
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("this system has no way to reach a socket by its folder")
	}
	folder := filepath.Join(t.TempDir(), strings.Repeat("deep/", 40))
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "operator.sock")
	if _, err := Dial(path); !errors.Is(err, ErrNone) {
		t.Errorf("no socket: %v", err)
	}
	if _, err := serve(t, path, &answers{}).Stats(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestBodiesAreBounded, and what is not a question is refused in one sentence.
func TestBodiesAreBounded(t *testing.T) {
	c := serve(t, filepath.Join(t.TempDir(), "s"), &answers{})
	long := io.MultiReader(bytes.NewReader(bytes.Repeat([]byte(" "), maxBody)), strings.NewReader("{}"))
	answer, err := c.http.Post("http://operator"+pathCover, "application/json", long)
	if err == nil {
		_ = answer.Body.Close()
		if answer.StatusCode == http.StatusOK {
			t.Error("a body without end is taken")
		}
	}
	if err := c.ask(t.Context(), pathErase, "not an erasure", &struct{}{}); err == nil || !strings.Contains(err.Error(), "do not understand") {
		t.Error(err)
	}
}
