package arrows_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const module = "github.com/tsunagu-care/tsunagu"

// clocks are the functions of package time that read or await real time.
var clocks = []string{
	"Now", "Since", "Until",
	"Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker",
}

// source is one Go file and the import path of the package it belongs to.
type source struct {
	pkg   string
	files *token.FileSet
	tree  *ast.File
}

// violation is one place that breaks one rule.
type violation struct {
	where token.Position
	what  string
	rule  rule
}

func (v violation) String() string {
	return fmt.Sprintf("%s: %s\n\trule: %s\n\twhy: %s", v.where, v.what, v.rule.name, v.rule.reason)
}

// parse reads one Go file of the module; name is relative to its root.
func parse(name string, content []byte) (source, error) {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, name, content, parser.SkipObjectResolution)
	return source{pkg: path.Join(module, path.Dir(name)), files: files, tree: tree}, err
}

// sources parses every non-test Go file below root whatever its build tags say.
func sources(root string) ([]source, error) {
	var found []source
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return enter(root, name)
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || hidden(entry.Name()) {
			return nil
		}
		file, err := read(root, name)
		found = append(found, file)
		return err
	})
	return found, err
}

// enter skips the folders that the go command does not see as ours.
func enter(root, dir string) error {
	if dir == root {
		return nil
	}
	base := filepath.Base(dir)
	if hidden(base) || base == "testdata" || base == "vendor" || base == "node_modules" {
		return fs.SkipDir
	}
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	if err == nil {
		return fs.SkipDir // a module of its own
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func hidden(base string) bool {
	return strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_")
}

func read(root, name string) (source, error) {
	content, err := os.ReadFile(name)
	if err != nil {
		return source{}, err
	}
	relative, err := filepath.Rel(root, name)
	if err != nil {
		return source{}, err
	}
	return parse(filepath.ToSlash(relative), content)
}

// check returns every place where file breaks one of the rules.
func check(file source, rules []rule) []violation {
	var found []violation
	for _, r := range rules {
		if !matches(file.pkg, r.from) || matches(file.pkg, r.except) {
			continue
		}
		report := func(at token.Pos, what string) {
			found = append(found, violation{where: file.files.Position(at), what: what, rule: r})
		}
		if r.absent {
			report(file.tree.Package, "is a package of its own")
		}
		checkImports(file, r, report)
		if r.pure {
			checkPurity(file, report)
		}
	}
	return found
}

func checkImports(file source, r rule, report func(token.Pos, string)) {
	for _, spec := range file.tree.Imports {
		imported := importPath(spec)
		if !allowed(imported, r) {
			report(spec.Pos(), fmt.Sprintf("imports %s", imported))
		}
	}
}

func allowed(imported string, r rule) bool {
	switch {
	case matches(imported, r.never):
		return false
	case imported == module || strings.HasPrefix(imported, module+"/"):
		return r.ours == nil || matches(imported, r.ours)
	case standard(imported):
		return true
	default:
		return r.others == nil || matches(imported, r.others)
	}
}

// standard tells the standard library by the rule of the go command: only the
// paths of other modules begin with a host name.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}

// checkPurity walks the whole file, because a clock can hide in any expression.
func checkPurity(file source, report func(token.Pos, string)) {
	names := timeNames(file, report)
	ast.Inspect(file.tree, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.GoStmt:
			report(node.Pos(), "starts a goroutine")
		case *ast.SelectorExpr:
			name, ok := node.X.(*ast.Ident)
			if ok && slices.Contains(names, name.Name) && slices.Contains(clocks, node.Sel.Name) {
				report(node.Pos(), "uses time."+node.Sel.Name)
			}
		}
		return true
	})
}

// timeNames returns what file calls package time. A dot import is reported: it
// would hide which names are clocks.
func timeNames(file source, report func(token.Pos, string)) []string {
	var names []string
	for _, spec := range file.tree.Imports {
		switch {
		case importPath(spec) != "time":
		case spec.Name == nil:
			names = append(names, "time")
		case spec.Name.Name == ".":
			report(spec.Pos(), "imports time with a dot")
		default:
			names = append(names, spec.Name.Name)
		}
	}
	return names
}

// importPath may ignore the error: the parser accepts only valid strings.
func importPath(spec *ast.ImportSpec) string {
	imported, _ := strconv.Unquote(spec.Path.Value)
	return imported
}

// matches tells whether an import path fits one of the patterns.
func matches(imported string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		return compile(pattern).MatchString(imported)
	})
}

// compile turns a pattern of the go command into a regular expression.
func compile(pattern string) *regexp.Regexp {
	if folder, ours := strings.CutPrefix(pattern, "./"); ours {
		pattern = module + "/" + folder
	}
	expression := strings.ReplaceAll(regexp.QuoteMeta(pattern), `\.\.\.`, `.*`)
	if below, ok := strings.CutSuffix(expression, `/.*`); ok {
		expression = below + `(/.*)?`
	}
	return regexp.MustCompile(`^` + expression + `$`)
}
