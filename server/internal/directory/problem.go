package directory

import (
	"fmt"
	"sort"
	"strings"
)

// problem is what is wrong on a line. Its text names fields and rules, never a name or a secret.
type problem struct {
	line int
	text string
}

// problems is what is wrong with a file.
type problems []problem

func (p *problems) add(t text, format string, values ...any) {
	*p = append(*p, problem{t.line, fmt.Sprintf(format, values...)})
}

// Problems is the error of a file that was not taken.
type Problems struct {
	Path  string
	found problems
}

func refused(path string, found problems) error {
	sort.SliceStable(found, func(i, j int) bool { return found[i].line < found[j].line })
	return &Problems{path, found}
}

// Error is one sentence about the first problem.
func (p *Problems) Error() string {
	more := ""
	if len(p.found) > 1 {
		more = fmt.Sprintf(" (and %d more: run `tsunagu directory check`)", len(p.found)-1)
	}
	return fmt.Sprintf("%s, line %d: %s%s; correct it and try again", p.Path, p.found[0].line, p.found[0].text, more)
}

// All lists every problem, one a line.
func (p *Problems) All() string {
	var b strings.Builder
	for _, one := range p.found {
		fmt.Fprintf(&b, "%s:%d: %s\n", p.Path, one.line, one.text)
	}
	return b.String()
}
