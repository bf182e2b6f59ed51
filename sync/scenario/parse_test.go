package scenario

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSplit(t *testing.T) {
	cases := []struct {
		line  string
		words []string
		args  Args
	}{
		{"A sync", []string{"A", "sync"}, nil},
		{"A vitals v1 temp=36.8 bp=120/70", []string{"A", "vitals", "v1"}, Args{{"temp", "36.8"}, {"bp", "120/70"}}},
		{"A  \t sync　twice", []string{"A", "sync", "twice"}, nil},
		{`A draft n s="slept well"`, []string{"A", "draft", "n"}, Args{{"s", "slept well"}}},
		{`A draft n s="a=b c"`, []string{"A", "draft", "n"}, Args{{"s", "a=b c"}}},
		{`"two words" x`, []string{"two words", "x"}, nil},
		{`"a b"=c`, []string{"a b=c"}, nil},
		{"a=b=c", nil, Args{{"a", "b=c"}}},
		{"=x y", []string{"=x", "y"}, nil},
		{"key=", nil, Args{{"key", ""}}},
		{`key="" x`, []string{"x"}, Args{{"key", ""}}},
		{`""`, []string{""}, nil},
		{`s=a"b c"d`, nil, Args{{"s", "ab cd"}}},
		{"a=1 word b=2", []string{"word"}, Args{{"a", "1"}, {"b", "2"}}},
		{"by=佐藤 because=読み直し", nil, Args{{"by", "佐藤"}, {"because", "読み直し"}}},
	}
	for _, c := range cases {
		words, args, err := split(c.line)
		if err != nil || !slices.Equal(words, c.words) || !slices.Equal(args, c.args) {
			t.Errorf("%s: %q, %q, %v", c.line, words, args, err)
		}
	}
}

func TestParse(t *testing.T) {
	script, err := Parse("# people\r\n\r\nperson sato nurse\n  A sync  \n->  one \n  -> two\n->\n# the end\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(script.Steps) != 2 {
		t.Fatalf("%d steps", len(script.Steps))
	}
	first, second := script.Steps[0], script.Steps[1]
	if first.Line != 3 || first.Text() != "person sato nurse" || len(first.Expect) != 0 {
		t.Errorf("%+v", first)
	}
	if second.Line != 4 || second.Text() != "A sync" || !slices.Equal(second.Expect, []string{"one", "two", ""}) {
		t.Errorf("%+v", second)
	}
	want := "# people\n\nperson sato nurse\nA sync\n-> new\n->\n# the end\n"
	if got := script.Format([][]string{nil, {"new", ""}}); got != want {
		t.Errorf("formatted:\n%s", got)
	}
}

func TestParseErrors(t *testing.T) {
	long := strings.Repeat("x", maxLine+1)
	cases := []struct {
		name, text string
		line       int
		says       string
	}{
		{"an answer first", "-> saved\nA sync\n", 1, "directly below"},
		{"an answer below a comment", "A sync\n# why\n-> saved\n", 3, "directly below"},
		{"an answer below a blank line", "A sync\n-> one\n\n-> two\n", 4, "directly below"},
		{"an open quote", "A sync\nA draft n s=\"slept\n", 2, "quote"},
		{"an open quote with the next line", "\n\nA draft n s=\"slept\nwell\"\n", 3, "quote"},
		{"a long line", "A sync\n#" + long + "\n", 2, "2000 bytes"},
		{"a long answer", "A sync\n-> " + long + "\n", 2, "2000 bytes"},
		{"a long script", strings.Repeat("A sync\n", maxLines+1), maxLines, "2000 lines"},
	}
	for _, c := range cases {
		script, err := Parse(c.text)
		var e *Error
		if !errors.As(err, &e) || e.Line != c.line || !strings.Contains(e.Text, c.says) || script != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !strings.HasPrefix(err.Error(), "line ") {
			t.Errorf("%s: %q does not begin with the line", c.name, err)
		}
	}
}

func TestLimitsAreInclusive(t *testing.T) {
	if _, err := Parse(strings.Repeat("A sync\n", maxLines)); err != nil {
		t.Error(err)
	}
	if _, err := Parse(strings.Repeat("x", maxLine)); err != nil {
		t.Error(err)
	}
}

func TestErrorsOfAStep(t *testing.T) {
	script, err := Parse("# one\nA sync\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := script.Steps[0].Errorf("no %s", "such thing"); err.Error() != "line 2: no such thing" {
		t.Error(err)
	}
}

func TestArgs(t *testing.T) {
	args := Args{{"a", "1"}, {"b", "2"}, {"a", "3"}, {"c", ""}}
	if args.Get("a") != "1" || args.Get("c") != "" || args.Get("d") != "" || Args(nil).Get("a") != "" {
		t.Error("Get does not give the first value")
	}
	if rest := args.Without("a", "x"); !slices.Equal(rest, Args{{"b", "2"}, {"c", ""}}) {
		t.Errorf("%v", rest)
	}
	if rest := args.Without(); !slices.Equal(rest, args) {
		t.Errorf("%v", rest)
	}
	if len(args) != 4 || args[2].Value != "3" {
		t.Error("Without changed the pairs")
	}
}

func expected(s *Script) (answers [][]string) {
	for _, step := range s.Steps {
		answers = append(answers, step.Expect)
	}
	return answers
}

// What is written back with the answers that were expected is the file as it was.
func TestScriptsAreWrittenBackAsTheyWere(t *testing.T) {
	for file, text := range scripts(t) {
		script, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if got := script.Format(expected(script)); got != text {
			t.Errorf("%s is written back as\n%s", file, got)
		}
	}
}

func scripts(t testing.TB) map[string]string {
	t.Helper()
	files, err := filepath.Glob("../../testdata/scenarios/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	all := map[string]string{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[file] = string(text)
	}
	return all
}

// FuzzParse reads any text. What it takes, it writes back so that it reads the same, unless an arrow without a space
// makes a line too long.
func FuzzParse(f *testing.F) {
	for _, text := range scripts(f) {
		f.Add(text)
	}
	f.Add("A sync\n->x\n")
	f.Add("a=\"b\"c=d \"\"=\n\r\r\n#\r\n->\n")
	f.Add("\xff=\xfe\n->\xff")
	f.Fuzz(func(t *testing.T, text string) {
		script, err := Parse(text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.Line < 1 || e.Line > strings.Count(text, "\n")+1 {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		written := script.Format(expected(script))
		if len(text) >= maxLine {
			return
		}
		again, err := Parse(written)
		if err != nil || len(again.Steps) != len(script.Steps) {
			t.Fatalf("%q, written back as %q: %v", text, written, err)
		}
		for i, s := range again.Steps {
			was := script.Steps[i]
			if s.Text() != was.Text() || !slices.Equal(s.Words, was.Words) || !slices.Equal(s.Args, was.Args) ||
				!slices.Equal(s.Expect, was.Expect) || s.Line != was.Line {
				t.Errorf("%q: step %+v, written back %+v", text, was, s)
			}
		}
	})
}
