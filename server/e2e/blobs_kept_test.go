package e2e_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
)

// TestFullTabletKeepsWhatTheServerDoesNotHave: with no room at all, what was fetched goes and what waits stays.
func TestFullTabletKeepsWhatTheServerDoesNotHave(t *testing.T) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	team := openTablet(t, filepath.Join(t.TempDir(), "a"), s.url(), "sato", "tablet-a")
	theirs, theirSum := photographed(t, team, shared, photo(t, 1))
	if _, err := team.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}

	line := &cuttable{chunks: -1}
	dir := filepath.Join(t.TempDir(), "b")
	full := openCuttable(t, dir, s.url(), "suzuki", "tablet-b", line, func(o *sdk.Options) { o.BlobCache = 1 })
	if _, err := full.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	own, ownSum := photographed(t, full, shared, photo(t, 2))
	if !bytes.Equal(opened(t, full, theirs, theirSum), photo(t, 1)) {
		t.Error("a photo that was fetched")
	}
	line.chunks = 0
	if _, err := full.Sync(t.Context()); !errors.Is(err, sdk.ErrOffline) {
		t.Fatal(err)
	}
	waiting(t, full, 1)
	if !bytes.Equal(opened(t, full, own, ownSum), photo(t, 2)) {
		t.Error("what was never sent is gone")
	}
	line.chunks = -1
	if report, err := full.Sync(t.Context()); err != nil || report.Blobs != 1 {
		t.Fatalf("%+v, %v", report, err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "blobs")); err != nil || len(left) != 0 {
		t.Errorf("what is on the server takes room: %v, %v", left, err)
	}
	if !bytes.Equal(opened(t, full, own, ownSum), photo(t, 2)) {
		t.Error("it cannot be fetched")
	}
}

// TestErasedPhotoLeavesTheTablets at their next synchronisation, its author's own included.
func TestErasedPhotoLeavesTheTablets(t *testing.T) {
	data := t.TempDir()
	s := serve(t, data, "127.0.0.1:0")
	authors := t.TempDir()
	author := openTablet(t, authors, s.url(), "sato", "tablet-a")
	saved, sum := photographed(t, author, shared, photo(t, 1))
	if _, err := author.Sync(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	reader := openTablet(t, dir, s.url(), "suzuki", "tablet-b")
	opened(t, reader, saved, sum)
	if _, err := reader.Thumbnail(t.Context(), saved.StreamID, saved.RecordID, sum); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(serverProgram(t), "erase", "--data", data, "--stream", saved.StreamID,
		"--record", hex.EncodeToString(saved.RecordID[:]), "--order-reference", "1", "--yes").CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	synchronise(t, reader)
	synchronise(t, author)
	for _, folder := range []string{filepath.Join(dir, "tablet-b"), filepath.Join(authors, "tablet-a")} {
		if left, err := os.ReadDir(filepath.Join(folder, "blobs")); err != nil || len(left) != 0 {
			t.Errorf("%d files are left in %s, %v", len(left), filepath.Base(folder), err)
		}
	}
	if queue, err := author.Queue(); err != nil || len(queue) != 0 {
		t.Errorf("what was written is still there: %d entries, %v", len(queue), err)
	}
	if _, err := reader.OpenBlob(t.Context(), saved.StreamID, saved.RecordID, sum); !errors.Is(err, sdk.ErrNoBlob) {
		t.Error(err)
	}
}

// TestLostPhotoComesBackFromItsTablet: the server goes on with an old copy of its folder, from before the photo.
func TestLostPhotoComesBackFromItsTablet(t *testing.T) {
	data, old := t.TempDir(), filepath.Join(t.TempDir(), "old")
	s := serve(t, data, "127.0.0.1:0")
	tablet := openTablet(t, t.TempDir(), s.url(), "sato", "tablet-a")
	photographed(t, tablet, shared, photo(t, 1))
	synchronise(t, tablet)
	s.stop(t)
	if err := os.CopyFS(old, os.DirFS(data)); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"store.key", "seal.key"} { // copies are for everybody's eyes
		if err := os.Chmod(filepath.Join(old, "keys", key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = serve(t, data, s.address)
	saved, sum := photographed(t, tablet, shared, photo(t, 2))
	synchronise(t, tablet)
	waiting(t, tablet, 0)
	s.stop(t)

	s = serve(t, old, s.address)
	synchronise(t, tablet)
	synchronise(t, tablet)
	waiting(t, tablet, 0)
	other := openTablet(t, t.TempDir(), s.url(), "suzuki", "tablet-b")
	if !bytes.Equal(opened(t, other, saved, sum), photo(t, 2)) {
		t.Error("the photo came changed")
	}
}

// TestPhotosByHand: at a shell, with a PDF beside the photo.
func TestPhotosByHand(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	a, b := newHand(t, s.url(), dir, "tablet-a"), newHand(t, s.url(), dir, "tablet-b")
	a.signIn("sato", "tablet-a")
	b.signIn("suzuki", "tablet-b")
	a.run("received", "sync")
	heel, letter := filepath.Join(dir, "heel.jpg"), filepath.Join(dir, "letter.pdf")
	if err := errors.Join(os.WriteFile(heel, photo(t, 3), 0o600), os.WriteFile(letter, []byte("%PDF-1.7"), 0o600)); err != nil {
		t.Fatal(err)
	}
	record, _, _ := strings.Cut(a.run("saved on this tablet", "photo", "--file", heel, "--file", letter, "--text", "左かかと"), " ")
	a.run("not sent yet", "files", record)
	a.run("photos and files sent: 2", "sync")
	b.run("received", "sync")
	b.run("application/pdf", "files")
	for _, c := range []struct {
		out  string
		args []string
		want []byte
	}{{"1.jpg", nil, photo(t, 3)}, {"2.pdf", []string{"--number", "2"}, []byte("%PDF-1.7")}, {"small.jpg", []string{"--thumbnail"}, nil}} {
		out := filepath.Join(dir, c.out)
		b.run("written", append([]string{"fetch", record, "--out", out}, c.args...)...)
		if got, err := os.ReadFile(out); err != nil || len(got) == 0 || c.want != nil && !bytes.Equal(got, c.want) {
			t.Errorf("%s: %d bytes, %v", c.out, len(got), err)
		}
	}
	for says, args := range map[string][]string{
		"no such photo":    {"fetch", record, "--number", "3", "--out", filepath.Join(dir, "x")},
		"there already":    {"fetch", record, "--out", heel},
		"no small picture": {"fetch", record, "--number", "2", "--thumbnail", "--out", filepath.Join(dir, "x")},
		"cannot be read":   {"photo", "--file", filepath.Join(dir, "none.jpg")},
		"empty or larger":  {"photo", "--file", os.DevNull},
	} {
		if out, err := b.try(args...); err == nil || !strings.Contains(out, says) {
			t.Errorf("%v: %v, without %q: %s", args, err, says, out)
		}
	}
	b.run("on this tablet and on the server", "files", record)
}
