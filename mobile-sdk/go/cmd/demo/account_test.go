package main

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

func answered(o syncv1.Outcome, s replica.State) replica.Own {
	return replica.Own{State: s, Result: &syncv1.MutationResult{Outcome: o}}
}

// oneOfEach has a write for every standing, in their order.
func oneOfEach() []*write {
	applied, conflict := syncv1.Outcome_OUTCOME_APPLIED, syncv1.Outcome_OUTCOME_CONFLICT
	return []*write{
		{own: answered(applied, replica.Safe)},
		{own: answered(conflict, replica.Safe), decided: true},
		{own: answered(applied, replica.Safe), held: true},
		{own: answered(conflict, replica.Conflict)},
		{own: answered(syncv1.Outcome_OUTCOME_HELD, replica.Held), held: true},
		{own: answered(syncv1.Outcome_OUTCOME_REJECTED, replica.Rejected), held: true},
		{renewed: true},
		{own: replica.Own{State: replica.OnTablet}},
	}
}

// TestEveryWriteStandsSomewhere: each standing is told apart from the others, and has a title.
func TestEveryWriteStandsSomewhere(t *testing.T) {
	for want, w := range oneOfEach() {
		if got := w.standing(); got != standingOf(want) {
			t.Errorf("%q stands as %q", standingTitles[want].en, standingTitles[got].en)
		}
		if standingTitles[want].ja == "" || standingTitles[want].en == "" {
			t.Errorf("standing %d has no title", want)
		}
	}
}

// TestAccountIsCompared: sums that fit the server's own are said to, and others are not hidden.
func TestAccountIsCompared(t *testing.T) {
	var out strings.Builder
	p := newPlayer(t.Context(), &teller{out: &out}, "", t.TempDir(), "chart")
	for n, w := range oneOfEach() {
		w.number, w.tablet, w.by = n+1, &tablet{name: "T"}, sdk.Person{ID: "sato", Name: "佐藤 彩", Role: carev1.Role_ROLE_NURSE}
		w.stream, w.body = "chart-1/care", &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{Text: "x"}}}
		p.writes = append(p.writes, w)
	}
	p.count, p.judged = len(p.writes)+1, 2
	before := counts{Entries: 100, Held: 1, Conflicts: 4}
	p.account(before, counts{Entries: 108, Held: 4, Conflicts: 5}) // six arrived, two were judged
	if !strings.Contains(out.String(), "Everything adds up") || strings.Count(out.String(), "tablet T, sato (nurse)") != 7 {
		t.Errorf("sums that fit:\n%s", out.String())
	}
	out.Reset()
	p.account(before, counts{Entries: 107, Held: 4, Conflicts: 5})
	if strings.Contains(out.String(), "Everything adds up") || !strings.Contains(out.String(), "8 ≠   7") {
		t.Errorf("a write that the server does not have:\n%s", out.String())
	}
}

// TestPhotoIsOne that an app can show, large enough for a thumbnail to be smaller.
func TestPhotoIsOne(t *testing.T) {
	content, err := drawn()
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil || picture.Bounds().Dx() != photoWidth {
		t.Errorf("%v, %v", picture, err)
	}
}
