package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// hand runs the tablet command as a person at a shell does.
type hand struct {
	t       *testing.T
	program string
	env     []string
}

func newHand(t *testing.T, url, dir, device string) *hand {
	return &hand{t: t, program: tabletProgram(t), env: append(os.Environ(),
		"TSUNAGU_SERVER="+url, "TSUNAGU_STORE="+filepath.Join(dir, device), "TSUNAGU_DEVICE="+device,
		"TSUNAGU_CHART="+shared, "TSUNAGU_LANG=en")}
}

func (h *hand) try(args ...string) (string, error) {
	cmd := exec.CommandContext(h.t.Context(), h.program, args...)
	cmd.Env = h.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// run is a command that has to succeed, and to say the given words.
func (h *hand) run(says string, args ...string) string {
	h.t.Helper()
	out, err := h.try(args...)
	if err != nil || !strings.Contains(out, says) {
		h.t.Fatalf("tablet %s: %v, without %q:\n%s", strings.Join(args, " "), err, says, out)
	}
	return out
}

func (h *hand) signIn(person, device string) {
	h.t.Helper()
	h.run("signed in", "sign-in", person, "--secret", "demo-"+person, "--device-secret", "demo-"+device)
}

// TestTwoTabletsByHand lets two people write into one field while there is no server, each on a tablet of their own.
// Both values are kept, both see them, and one of them decides.
func TestTwoTabletsByHand(t *testing.T) {
	data, dir := t.TempDir(), t.TempDir()
	s := serve(t, data, "127.0.0.1:0")
	a, b := newHand(t, s.url(), dir, "tablet-a"), newHand(t, s.url(), dir, "tablet-b")
	a.signIn("sato", "tablet-a")
	b.signIn("suzuki", "tablet-b")
	a.run("received", "sync")
	a.run(shared, "charts")
	draft, _, _ := strings.Cut(a.run("saved on this tablet", "note", "--draft", "--s", "よく眠れた"), " ")
	a.run("sent and taken 1", "sync")
	b.run("received", "sync")
	b.run("よく眠れた", "show")

	s.stop(t)
	writeApart(t, a, b, draft)
	s = serve(t, data, s.address)
	decideTogether(t, a, b, draft)
	s.stop(t)
	verify(t, data)
}

// writeApart lets both write while there is no server.
func writeApart(t *testing.T, a, b *hand, draft string) {
	t.Helper()
	a.run("saved on this tablet", "amend", draft, "--a", "状態は安定")
	b.run("saved on this tablet", "amend", draft, "--a", "食欲低下あり")
	b.run("saved on this tablet", "vitals", "--temp", "36.9", "--pulse", "70")
	for _, h := range []*hand{a, b} {
		if out, err := h.try("sync"); err == nil || !strings.Contains(out, "cannot be reached") {
			t.Errorf("without a server sync ends with %v:\n%s", err, out)
		}
		h.run("on this tablet", "queue")
	}
}

// decideTogether brings both tablets to the server: both people see both values, and sato takes the second.
func decideTogether(t *testing.T, a, b *hand, draft string) {
	t.Helper()
	a.run("sent and taken 1", "sync")
	b.run("somebody has to decide: 1", "sync")
	shown := b.run("状態は安定", "conflicts")
	if !strings.Contains(shown, "(1) A: 食欲低下あり") {
		t.Errorf("the second value is not beside the first:\n%s", shown)
	}
	a.run("received", "sync")
	a.run("(1) A: 食欲低下あり", "conflicts")
	a.run("saved on this tablet", "resolve", draft, "--take", "1")
	a.run("sent and taken 1", "sync")
	b.run("received", "sync")
	for _, h := range []*hand{a, b} {
		h.run("no such records", "conflicts")
		h.run("A: 食欲低下あり", "show")
		h.run("copy is whole", "verify")
	}
}
