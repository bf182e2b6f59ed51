package badger

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// childDir makes the test binary a second process that writes to the folder until it is killed.
const childDir = "TSUNAGU_BADGER_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		child(dir)
		return
	}
	os.Exit(m.Run())
}

// childWriters is how many goroutines write in the child, each to a stream of its own.
const childWriters = 16

func childStream(w int) store.Stream { return store.Stream{Tenant: "child", Name: fmt.Sprint(w)} }

// child appends after what is there, and prints each number once it is acknowledged.
func child(dir string) {
	s, err := Open(testOptions(dir))
	if err != nil {
		fmt.Println("refused:", err)
		return
	}
	fmt.Println("opened")
	for w := range childWriters {
		go func() {
			for {
				var seq uint64
				err := s.Update(context.Background(), func(tx store.Tx) (err error) {
					seq, err = appendNext(tx, childStream(w))
					return err
				})[0]
				if err != nil {
					fmt.Println("error:", err)
					return
				}
				fmt.Println(w, seq)
			}
		}()
	}
	time.Sleep(time.Minute) // killed long before
}

// appendNext appends an entry and moves the head in one closure.
func appendNext(tx store.Tx, s store.Stream) (seq uint64, err error) {
	head, err := tx.Head(s)
	if err != nil {
		return 0, err
	}
	if head != nil {
		seq = binary.BigEndian.Uint64(head)
	}
	seq++
	if err := tx.Append(s, seq, make([]byte, 2000)); err != nil {
		return 0, err
	}
	return seq, tx.PutHead(s, binary.BigEndian.AppendUint64(nil, seq))
}

// startChild runs this test binary as a second process on the folder.
func startChild(t *testing.T, dir string) (*exec.Cmd, io.Reader) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, out
}

// TestKilled kills a writing process again and again. Every acknowledged entry has to be there once, and no head
// without its entry.
func TestKilled(t *testing.T) {
	dir, acknowledged := t.TempDir(), map[int]uint64{}
	for round := range 5 {
		cmd, out := startChild(t, dir)
		kill := time.AfterFunc(time.Duration(250+70*round)*time.Millisecond, func() { _ = cmd.Process.Kill() })
		lines := 0
		for in := bufio.NewScanner(out); in.Scan(); {
			var w int
			var seq uint64
			switch n, _ := fmt.Sscan(in.Text(), &w, &seq); {
			case n == 2:
				acknowledged[w] = max(acknowledged[w], seq)
				lines++
			case in.Text() != "opened":
				t.Errorf("round %d: the child says %q", round, in.Text())
			}
		}
		_ = cmd.Wait()
		kill.Stop()
		t.Logf("round %d: %d acknowledged", round, lines)
		checkKilled(t, dir, acknowledged)
	}
	if len(acknowledged) != childWriters {
		t.Errorf("only %d writers were acknowledged anything", len(acknowledged))
	}
}

func checkKilled(t *testing.T, dir string, acknowledged map[int]uint64) {
	t.Helper()
	s := open(t, testOptions(dir))
	defer s.Close()
	err := s.View(t.Context(), func(r store.Reader) error {
		for w := range childWriters {
			last := uint64(0)
			err := r.Entries(childStream(w), 0, func(seq uint64, entry []byte) error {
				if last++; seq != last || len(entry) != 2000 {
					return fmt.Errorf("entry %d of %d bytes at place %d", seq, len(entry), last)
				}
				return nil
			})
			if err != nil {
				return err
			}
			head, err := r.Head(childStream(w))
			if err != nil {
				return err
			}
			if head != nil && binary.BigEndian.Uint64(head) != last || last < acknowledged[w] {
				t.Errorf("writer %d: %d acknowledged, %d there, head %x", w, acknowledged[w], last, head)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

// TestSecondProcess opens a folder that another process uses.
func TestSecondProcess(t *testing.T) {
	dir := t.TempDir()
	s := open(t, testOptions(dir))
	cmd, out := startChild(t, dir)
	said, err := io.ReadAll(out)
	_ = cmd.Wait()
	if err != nil || !strings.Contains(string(said), "another process uses the store") || strings.Count(string(said), "\n") != 1 {
		t.Errorf("the second process says %q (%v)", said, err)
	}
	write(t, s, "undisturbed")
	refused(t, testOptions(dir), "another process uses the store")
}
