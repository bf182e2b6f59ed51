package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
)

// TestJSONChangesWhatItNames: fields that the JSON names take its values, lists and parts as wholes; null clears; the
// rest stays, and what the kind does not have is refused.
func TestJSONChangesWhatItNames(t *testing.T) {
	const before = `{"title":"家族に電話","detail":"長女へ","urgent":true,"about":["AAAAAAAAAAAAAAAAAAAAAA=="],"progress":{"state":"TASK_STATE_OPEN","reason":"x"}}`
	was, err := bodyOf("task", before)
	if err != nil {
		t.Fatal(err)
	}
	kept := proto.CloneOf(was)
	for typed, want := range map[string]string{
		`{"detail":"次女へ"}`:                                       strings.Replace(before, "長女へ", "次女へ", 1),
		`{"urgent":null,"progress":{"state":"TASK_STATE_DONE"}}`: `{"title":"家族に電話","detail":"長女へ","about":["AAAAAAAAAAAAAAAAAAAAAA=="],"progress":{"state":"TASK_STATE_DONE"}}`,
		`{"about":[]}`: strings.Replace(before, `"AAAAAAAAAAAAAAAAAAAAAA=="`, "", 1),
		`{}`:           before,
	} {
		is, err := overlaid(was, typed)
		wanted, err2 := bodyOf("task", want)
		if err != nil || err2 != nil || !proto.Equal(is, wanted) {
			t.Errorf("%s: %v, %v %v", typed, is, err, err2)
		}
	}
	for _, wrong := range []string{`{"tittle":"x"}`, `{`, `[]`, `null`, `{"urgent":"very"}`, `{"title":"a"}{}`, ``} {
		if is, err := overlaid(was, wrong); err == nil {
			t.Errorf("%q was taken: %v", wrong, is)
		}
	}
	if !proto.Equal(was, kept) {
		t.Error("the record as it was shown has changed")
	}
}

// TestContentGoesThereAndBack: what history --json prints is what write and amend take, for every kind.
func TestContentGoesThereAndBack(t *testing.T) {
	for _, kind := range care.Kinds() {
		body := care.NewBody(kind)
		content, err := contentOf(body)
		if err != nil {
			t.Errorf("%s: %v", kind.Name, err)
			continue
		}
		if again, err := bodyOf(kind.Name, content); err != nil || !proto.Equal(again, body) {
			t.Errorf("%s: %v, %v", kind.Name, again, err)
		}
	}
}

// TestJSONComesFromAFileOrTheInput, and a file that is not there is said to be.
func TestJSONComesFromAFileOrTheInput(t *testing.T) {
	e := &env{in: strings.NewReader(`{"title":"input"}`)}
	name := filepath.Join(t.TempDir(), "content.json")
	if err := os.WriteFile(name, []byte(`{"title":"file"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string]string{"-": "input", "@" + name: "file", `{"title":"typed"}`: "typed"} {
		if got, err := e.typed(typed); err != nil || !strings.Contains(got, want) {
			t.Errorf("%s: %q, %v", typed, got, err)
		}
	}
	if _, err := e.typed("@" + name + ".not"); err == nil {
		t.Error("a file that is not there was read")
	}
	e.in = strings.NewReader(strings.Repeat("x", maxJSON+1))
	if _, err := e.typed("-"); err == nil {
		t.Error("more than the limit was read")
	}
}

// TestKindsListTheirFields: each of them, with the words that an enum takes.
func TestKindsListTheirFields(t *testing.T) {
	for _, kind := range care.Kinds() {
		out, errOut, code := call(t, t.TempDir(), "--lang", "en", "kinds", kind.Name)
		if code != 0 || !strings.HasPrefix(out, kind.Name) || strings.Count(out, "\n") < 3 {
			t.Errorf("%s: %d %q %q", kind.Name, code, out, errOut)
		}
	}
	out, _, _ := call(t, t.TempDir(), "kinds", "visit")
	if !strings.Contains(out, "VISIT_STATE_PLANNED | VISIT_STATE_STARTED") || strings.Contains(out, "UNSPECIFIED") {
		t.Errorf("a visit: %s", out)
	}
	if _, errOut, code := call(t, t.TempDir(), "--lang", "en", "kinds", "nothing"); code != 1 || !strings.Contains(errOut, "there is no such kind") {
		t.Errorf("nothing: %d %q", code, errOut)
	}
}
