package planted_test

import (
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/planted"
)

// bugFile is a file that says which mistake a build has.
type bugFile struct {
	name  string
	build constraint.Expr
	bug   string // the constant that it names
}

func bugFiles(t *testing.T) (files []bugFile) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		bug := file.Scope.Lookup("Bug")
		if bug == nil {
			continue
		}
		f := bugFile{name: name, bug: bug.Decl.(*ast.ValueSpec).Values[0].(*ast.Ident).Name}
		for _, group := range file.Comments {
			if line := group.List[0].Text; constraint.IsGoBuild(line) {
				if f.build, err = constraint.Parse(line); err != nil {
					t.Fatal(err)
				}
			}
		}
		if f.build == nil {
			t.Fatalf("%s is in every build", name)
		}
		files = append(files, f)
	}
	return files
}

// every is all mistakes, whoever finds them.
func every() []planted.Name { return slices.Concat(planted.All, planted.ByTests) }

// Every tag builds in its own mistake and no other, and a build without tags has none.
func TestEveryBuildHasOneMistakeOrNone(t *testing.T) {
	files := bugFiles(t)
	if len(files) != len(every())+1 {
		t.Errorf("%d files for %d mistakes and none", len(files), len(every()))
	}
	for _, mistake := range append([]planted.Name{planted.None}, every()...) {
		tags := []string{"planted", string(mistake)}
		if mistake == planted.None {
			tags = nil
		}
		var in []string
		for _, f := range files {
			if f.build.Eval(func(tag string) bool { return slices.Contains(tags, tag) }) {
				in = append(in, f.bug)
			}
		}
		if len(in) != 1 || in[0] != constantOf(mistake) {
			t.Errorf("with the tags %q the mistakes are %q", tags, in)
		}
	}
}

// constantOf is the name of a mistake's constant: equal_keeps_marker is EqualKeepsMarker.
func constantOf(n planted.Name) string {
	if n == planted.None {
		return "None"
	}
	var b strings.Builder
	for _, word := range strings.Split(string(n), "_") {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// A mistake that no code makes would be found by every simulation.
func TestEveryMistakeIsBuiltIn(t *testing.T) {
	used := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if of, ok := s.X.(*ast.Ident); ok && of.Name == "planted" {
				used[s.Sel.Name] = true
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, mistake := range every() {
		if !used[constantOf(mistake)] {
			t.Errorf("nothing under sync makes the mistake %s", mistake)
		}
	}
}

func TestNamesAreDistinct(t *testing.T) {
	sorted := slices.Sorted(slices.Values(every()))
	if len(slices.Compact(sorted)) != len(every()) || slices.Contains(every(), planted.None) {
		t.Errorf("%q", every())
	}
}
