package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// report collects what was measured, in the order of the plan.
type report struct {
	plan  map[string]*figure
	order []*figure
}

// add adds values to a figure of the plan.
func (r *report) add(f figure, values ...float64) {
	key := f.row + " " + f.what
	if r.plan == nil {
		r.plan = map[string]*figure{}
	}
	if r.plan[key] == nil {
		r.plan[key] = &f
		r.order = append(r.order, &f)
	}
	r.plan[key].values = append(r.plan[key].values, values...)
}

// print writes the table, row by row.
func (r *report) print(out io.Writer, markdown, judge bool) {
	if len(r.order) == 0 {
		return
	}
	lines := [][]string{{"row", "what", "median", "least … most (of)", "target", "", "best peer"}}
	for _, row := range known {
		for _, f := range r.order {
			if f.row == row && len(f.values) > 0 {
				lines = append(lines, f.line(judge))
			}
		}
	}
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for i, line := range lines {
		writeLine(out, line, widths, markdown)
		if i == 0 && markdown {
			fmt.Fprintln(out, "|"+strings.Repeat("---|", len(line)))
		}
	}
	fmt.Fprintln(out)
	r.notes(out, markdown)
}

func (f *figure) line(judge bool) []string {
	line := []string{f.row, f.what, f.unit.show(f.median()), f.spread(), f.aim(), f.verdict(), f.peer}
	if !judge {
		line[5] = ""
	}
	return line
}

func writeLine(out io.Writer, cells []string, widths []int, markdown bool) {
	var b strings.Builder
	for i, cell := range cells {
		if markdown {
			b.WriteString("| " + cell + " ")
			continue
		}
		pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		if i >= 2 && i <= 4 {
			cell, pad = pad+cell, ""
		}
		b.WriteString(cell + pad + "  ")
	}
	if markdown {
		b.WriteString("|")
	}
	fmt.Fprintln(out, strings.TrimRight(b.String(), " "))
}

// notes say what does not fit a table.
func (r *report) notes(out io.Writer, markdown bool) {
	mark := ""
	if markdown {
		mark = "- "
	}
	said := map[string]bool{}
	for _, f := range r.order {
		if f.note != "" && !said[f.note] {
			said[f.note] = true
			fmt.Fprintln(out, mark+f.row+": "+f.note)
		}
	}
}
