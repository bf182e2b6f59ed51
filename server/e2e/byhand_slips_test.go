package e2e_test

import (
	"strings"
	"testing"
)

// number is the record's number in what a command answers.
func number(out string) string {
	n, _, _ := strings.Cut(out, " ")
	return n
}

// refused is a command that must fail, and say the given words.
func (h *hand) refused(says string, args ...string) {
	h.t.Helper()
	if out, err := h.try(args...); err == nil || !strings.Contains(out, says) {
		h.t.Errorf("tablet %s: %v, without %q:\n%s", strings.Join(args, " "), err, says, out)
	}
}

// oneNurse is a tablet of sato's that has synchronised once.
func oneNurse(t *testing.T) *hand {
	s := serve(t, t.TempDir(), "127.0.0.1:0")
	t.Cleanup(func() { s.stop(t) })
	a := newHand(t, s.url(), t.TempDir(), "tablet-a")
	a.signIn("sato", "tablet-a")
	a.run("received", "sync")
	return a
}

// TestWhatIsOverByHand: a visit, an absence and a task that are over are not written over by a word in passing; they are
// corrected with amend.
func TestWhatIsOverByHand(t *testing.T) {
	a := oneNurse(t)
	visit := number(a.run("saved", "visit", "start"))
	a.refused("has begun already", "visit", "start", visit)
	a.run("saved", "visit", "end", visit)
	a.refused("has ended already", "visit", "end", visit)
	a.refused("has ended already", "visit", "cancel", visit, "--reason", "mistaken")
	a.run("saved", "amend", visit, "--json", `{"purpose":"訪問看護"}`, "--reason", "forgotten")
	planned := number(a.run("saved", "visit", "plan", "１４：００"))
	a.run("saved", "visit", "cancel", planned, "--reason", "the family asked")
	a.refused("was cancelled", "visit", "start", planned)
	if out := a.run("the family asked", "history", planned); strings.Count(out, "the family asked") < 2 {
		t.Errorf("the reason is not with the change:\n%s", out)
	}
	absence := number(a.run("saved", "episode", "start", "absence"))
	a.run("saved", "episode", "end", absence)
	a.refused("its end is written down already", "episode", "end", absence)
	task := number(a.run("saved", "task", "add", "家族に電話"))
	a.run("saved", "task", "done", task)
	a.refused("done already", "task", "done", task)
	a.refused("of another kind", "task", "done", visit)
}

// TestSlipsByHand: what a keyboard without a list lets through is asked about, together with what the SDK asks, and saved
// once it was confirmed.
func TestSlipsByHand(t *testing.T) {
	a := oneNurse(t)
	order := func(more ...string) []string {
		return append([]string{"write", "medication_order", "--json"}, more...)
	}
	mistyped := order(`{"drug":{"name":"d"},"dosage":{"amountThousandths":100000,"unit":"錠","slots":["after-brekfast"]},"startDate":"2026-11-01","state":"ORDER_STATE_ACTIVE"}`)
	a.refused("A slot has a name that is not a common one", mistyped...)
	a.refused("The amount is above 20 at once", mistyped...)
	a.run("saved", append(mistyped, "--confirm")...)
	a.refused("drunk is 0 mL", "drink", "０")
	a.refused("Entered for "+shared+" ", "drink", "０") // whoever confirms sees whose chart it is
	a.refused("1 hour ahead", "drink", "0", "--at", "2099-01-01 09:00")
	a.run("saved", "drink", "0", "--confirm")
	a.run("saved", "drink", "150", "--at", "２０２６－１１－２３　９：００", "--confirm")
	old := []string{"note", "--draft", "--text", "long ago", "--at", "2020-01-01 09:00"}
	a.refused("more than 30 days ago", old...)
	a.run("saved", "sign", number(a.run("saved", append(old, "--confirm")...)))
	a.refused("missing flags: --reason=STRING", "retract", "x")
}

// TestListsByHand: a list that was cut says so, and a number is enough to name a record, whatever its chart.
func TestListsByHand(t *testing.T) {
	a := oneNurse(t)
	first := number(a.run("saved", "note", "--text", "first"))
	a.run("saved", "note", "--text", "second", "--handover-to", "夜勤")
	a.run("1 more: --limit 0 shows all", "show", "--limit", "1")
	if out := a.run("first", "show", "--limit", "0"); strings.Contains(out, "more:") {
		t.Errorf("all of them, and more:\n%s", out)
	}
	a.run("no unread handovers of the last 7 days", "handover")
	a.run("second", "handover", "--all")
	a.run("(chart-0001", "held", "--chart", "chart-0001")
	a.run("received", "sync")
	a.env = append(a.env, "TSUNAGU_CHART=")
	a.refused("Say which chart", "show")
	a.run("first", "history", first)
	a.run("saved", "read", first)
	a.run("written in the right chart", "move", first, "--to", "chart-0001", "--reason", "患者間違い")
	a.refused("no such record", "history", "ffffffffffff")
}

// TestBothWereGivenByHand: two records of one dose are a possible duplicate until somebody decides; that decision is kept
// with its author, and is not asked for again.
func TestBothWereGivenByHand(t *testing.T) {
	a := oneNurse(t)
	order := number(a.run("saved", "order", "--drug", "アムロジピン錠5mg", "--amount", "1", "--unit", "錠", "--slots", "after-breakfast"))
	dose := number(a.run("saved", "dose", order, "--slot", "after-breakfast", "--outcome", "given"))
	a.refused("--confirm", "dose", order, "--slot", "after-breakfast", "--outcome", "given")
	a.run("saved", "dose", order, "--slot", "after-breakfast", "--outcome", "given", "--confirm")
	a.run("possible duplicate", "show")
	a.refused("--both", "resolve", dose, "--keep")
	a.refused("--reason", "resolve", dose, "--both")
	a.run("saved", "resolve", dose, "--both", "--reason", "the family gave one too")
	if out := a.run("no duplicate, as decided by", "show"); strings.Contains(out, "possible duplicate ") {
		t.Errorf("it is asked about again:\n%s", out)
	}
}
