package arrows_test

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestLimitsAreThoseOfTheCode: every number in the table of limits of sync/doc/protocol.md stands in the file that the row
// names: as the constant or the default that it names, or, of a contract, as a rule.
func TestLimitsAreThoseOfTheCode(t *testing.T) {
	raw, err := os.ReadFile("doc/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(raw), "## 20. Limits\n")
	table, _, _ = strings.Cut(table, "\n## ")
	checked := 0
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		if len(cells) != 4 || strings.HasPrefix(cells[0], " limit") {
			continue
		}
		compared, wrong := limitHolds(t, cells[1], cells[3])
		for _, problem := range wrong {
			t.Errorf("%s: %s", strings.TrimSpace(cells[0]), problem)
		}
		checked += compared
	}
	if checked < 60 {
		t.Errorf("only %d limits were found in the table and compared", checked)
	}
}

var (
	quoted = regexp.MustCompile("`([^`]+)`")
	// inText is a number with what it counts; a dot or comma within it belongs to it.
	inText = regexp.MustCompile(`([0-9][0-9,]*)(?: (B|KiB|MiB|GiB|ms|s|min|h|days?|years?)\b)?`)
)

// TestWrongLimitsAreNoticed: the comparison sees a number, a unit, a name and a rule that do not fit.
func TestWrongLimitsAreNoticed(t *testing.T) {
	for _, row := range []struct{ value, held string }{
		{"512 KiB", "`sync/blob/doc.go` `ChunkBytes`"}, {"256 B", "`sync/blob/doc.go` `ChunkBytes`"},
		{"256 KiB", "`sync/blob/doc.go` `NoSuchName`"}, {"1,001", "`proto/tsunagu/sync/v1/sync.proto`"}, {"5", "by hand"},
		{"10 s", "`sync/hub/devices.go` `seenEvery`"}, {"999", "`sync/hub/hub.go` `Mutations`"}, {"21 s", "`api/core.go` `SignOfLife`"},
	} {
		if _, wrong := limitHolds(t, row.value, row.held); len(wrong) == 0 {
			t.Errorf("%s held in %s is taken for right", row.value, row.held)
		}
	}
}

// limitHolds compares one row. It answers how many numbers it compared, and what is wrong.
func limitHolds(t *testing.T, value, held string) (compared int, wrong []string) {
	said := map[int64]bool{}
	for _, m := range inText.FindAllStringSubmatch(value, -1) {
		said[amountOf(m[1], m[2])] = true
	}
	file := ""
	for _, m := range quoted.FindAllStringSubmatch(held, -1) {
		switch word := m[1]; {
		case strings.HasSuffix(word, ".go"):
			file = word
		case strings.HasSuffix(word, ".proto"):
			compared++
			if !ruleIn(t, word, said) {
				wrong = append(wrong, word+" has no rule with one of "+value)
			}
		case file == "":
			wrong = append(wrong, word+" stands behind no file")
		default:
			compared++
			if n, ok := numberIn(t, file, word); !ok || !said[n] {
				wrong = append(wrong, fmt.Sprintf("%s in %s is %d, the table says %s", word, file, n, value))
			}
		}
	}
	if compared == 0 {
		wrong = append(wrong, "the row names no constant and no contract that holds it")
	}
	return compared, wrong
}

// amountOf is a number of the table in bytes, or nanoseconds, or as it is.
func amountOf(digits, unit string) int64 {
	n, _ := strconv.ParseInt(strings.ReplaceAll(digits, ",", ""), 10, 64)
	day := int64(24 * time.Hour)
	per := map[string]int64{
		"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "ms": int64(time.Millisecond), "s": int64(time.Second), "min": int64(time.Minute),
		"h": int64(time.Hour), "day": day, "days": day, "year": 365 * day, "years": 365 * day,
	}[unit]
	return n * max(per, 1)
}

// ruleIn tells whether a contract has a rule with one of the numbers, as a bound of a list, a text or a number.
func ruleIn(t *testing.T, file string, numbers map[int64]bool) bool {
	raw, err := os.ReadFile(filepath.Join("..", file))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?:max_items|max_len|lte)(?: =|:) ([0-9]+)`).FindAllStringSubmatch(string(raw), -1) {
		if n, err := strconv.ParseInt(m[1], 10, 64); err == nil && numbers[n] {
			return true
		}
	}
	return false
}

// numberIn finds a constant of a file, or what a field called so gets where nothing else is configured, and works it out.
// Milliseconds, whose names end in Ms, come back in nanoseconds.
func numberIn(t *testing.T, file, name string) (int64, bool) {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", file), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found ast.Expr
	ast.Inspect(parsed, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			for i, id := range n.Names {
				if id.Name == name && i < len(n.Values) {
					found = n.Values[i]
				}
			}
		case *ast.AssignStmt:
			if field, ok := n.Lhs[0].(*ast.SelectorExpr); ok && field.Sel.Name == name && found == nil {
				found = n.Rhs[0]
				if call, ok := found.(*ast.CallExpr); ok && len(call.Args) == 2 { // or(value, otherwise)
					found = call.Args[1]
				}
			}
		}
		return true
	})
	if found == nil {
		return 0, false
	}
	value, ok := workOut(parsed, found)
	if strings.HasSuffix(name, "Ms") {
		value *= int64(time.Millisecond)
	}
	return value, ok
}

// workOut works out an expression of constants: of the same file, of package time, and sync/store's largest value.
func workOut(file *ast.File, e ast.Expr) (int64, bool) {
	text := types.ExprString(e)
	for word, number := range map[string]int64{
		"time.Second": int64(time.Second), "time.Minute": int64(time.Minute), "time.Hour": int64(time.Hour), "store.MaxValueBytes": 512 << 10,
	} {
		text = strings.ReplaceAll(text, word, strconv.FormatInt(number, 10))
	}
	for range 4 { // constants that are made of constants
		if v, err := types.Eval(token.NewFileSet(), nil, token.NoPos, text); err == nil && v.Value != nil {
			n, exact := constant.Int64Val(constant.ToInt(v.Value))
			return n, exact
		}
		for _, d := range file.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, s := range g.Specs {
				if v := s.(*ast.ValueSpec); len(v.Values) == 1 {
					text = regexp.MustCompile(`\b`+v.Names[0].Name+`\b`).ReplaceAllString(text, "("+types.ExprString(v.Values[0])+")")
				}
			}
		}
	}
	return 0, false
}
