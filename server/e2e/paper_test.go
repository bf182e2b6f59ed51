package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPaperByHand: a nurse types in what a physician signed, with a photo of the sheet; everybody is told that it is not
// confirmed, until the physician has confirmed it; and nobody else can.
func TestPaperByHand(t *testing.T) {
	data, dir := t.TempDir(), t.TempDir()
	s := serve(t, data, "127.0.0.1:0")
	a, b := newHand(t, s.url(), dir, "tablet-a"), newHand(t, s.url(), dir, "tablet-b")
	a.signIn("sato", "tablet-a")
	b.signIn("tanaka", "tablet-b")
	a.run("received", "sync")
	sheet := filepath.Join(dir, "sheet.jpg")
	if err := os.WriteFile(sheet, []byte("a photo of the sheet"), 0o600); err != nil {
		t.Fatal(err)
	}
	const content = `{"type":"INSTRUCTION_TYPE_VISITING_NURSE","periodFrom":"2026-11-01","periodTo":"2027-04-30","issued":"2026-10-28",` +
		`"physician":"田中 誠","clinic":"みどり内科","state":"INSTRUCTION_STATE_ISSUED","diagnoses":[{"text":"慢性心不全"}]}`
	paper := func(more ...string) []string {
		return append([]string{"paper", "instruction", "--json", content, "--signed", "田中 誠"}, more...)
	}
	for says, args := range map[string][]string{
		"say where the paper is":         paper("--at", "2026-10-28 09:00"),
		"say when the paper was signed":  paper("--file", sheet),
		"Enter the issued as a day":      {"write", "instruction", "--json", strings.Replace(content, "2026-10-28", "10/28", 1)},
		"Choose the type":                {"write", "instruction", "--json", strings.Replace(content, "INSTRUCTION_TYPE_VISITING_NURSE", "INSTRUCTION_TYPE_UNSPECIFIED", 1)},
		"missing flags: --signed=STRING": {"paper", "instruction", "--json", content},
	} {
		if out, err := a.try(args...); err == nil || !strings.Contains(out, says) {
			t.Errorf("%q is not said, %v:\n%s", says, err, out)
		}
	}
	typed, _, _ := strings.Cut(a.run("saved on this tablet", paper("--file", sheet, "--at", "２０２６-10-28")...), " ")
	a.run("sent and taken 1", "sync")
	a.run("not yet confirmed", "show")
	if out, err := a.try("confirm", typed); err == nil {
		t.Errorf("a nurse confirms:\n%s", out)
	}
	b.run("received", "sync")
	b.run("not yet confirmed", "show")
	b.run("saved on this tablet", "confirm", typed)
	b.run("sent and taken 1", "sync")
	a.run("received", "sync")
	for _, h := range []*hand{a, b} {
		if out := h.run("慢性心不全", "show"); strings.Contains(out, "not yet confirmed") {
			t.Errorf("still not confirmed:\n%s", out)
		}
	}
	if out, err := b.try("confirm", typed); err == nil {
		t.Errorf("confirmed twice:\n%s", out)
	}
	s.stop(t)
	verify(t, data)
}

// TestDueByHand: a dose that is due says how much, and where the order has to be read for that.
func TestDueByHand(t *testing.T) {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	a := newHand(t, s.url(), t.TempDir(), "tablet-a")
	a.signIn("sato", "tablet-a")
	a.run("received", "sync")
	order := func(drug, dosage string) {
		t.Helper()
		a.run("saved on this tablet", "write", "medication_order", "--confirm", "--json",
			`{"drug":{"name":"`+drug+`"},"dosage":`+dosage+`,"startDate":"2026-11-01","state":"ORDER_STATE_ACTIVE"}`)
	}
	order("フロセミド錠20mg", `{"amountThousandths":1500,"unit":"錠","slots":["after-breakfast"]}`)
	order("プレドニゾロン錠5mg", `{"amountThousandths":1000,"unit":"錠","slots":["after-breakfast"],"supplementCodes":["I1200000"]}`)
	order("メトトレキサート錠2mg", `{"amountThousandths":1000,"unit":"錠","slots":["after-breakfast"],"supplementCodes":["CW100000"]}`)
	out := a.run("フロセミド錠20mg  1.5錠", "due", "--day", "2026-11-23")
	for drug, says := range map[string]string{"プレドニゾロン錠5mg": "read the order for how much", "メトトレキサート錠2mg": "1錠"} {
		_, after, there := strings.Cut(out, drug+"  "+says)
		if _, next, _ := strings.Cut(after, "\n"); !there || !strings.HasPrefix(strings.TrimSpace(next), "it may not be for every day") {
			t.Errorf("%s:\n%s", drug, out)
		}
	}
	if strings.Count(out, "it may not be for every day") != 2 {
		t.Errorf("a dose of every day:\n%s", out)
	}
	s.stop(t)
}
