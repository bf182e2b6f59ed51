package main

import (
	"fmt"
	"slices"
	"strconv"
)

// figure is one thing that is measured, with what is aimed at and the best that a peer was measured with.
type figure struct {
	row, what string
	unit      unit
	target    float64 // 0: none
	atLeast   bool    // else at most
	peer      string
	note      string
	values    []float64
}

// unit says how a value is shown.
type unit string

const (
	perSecond    unit = "/s"
	seconds      unit = "s"
	milliseconds unit = "ms"
	microseconds unit = "µs"
	bytesUnit    unit = "bytes"
	mebibytes    unit = "MiB"
	count        unit = ""
)

func (u unit) show(v float64) string {
	text := ""
	switch {
	case v >= 1000:
		text = grouped(v)
	case u == perSecond, u == bytesUnit && v >= 100, u == count && v == float64(int(v)):
		text = strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		text = strconv.FormatFloat(v, 'f', 1, 64)
	default:
		text = strconv.FormatFloat(v, 'f', 2, 64)
	}
	if u == count || u == perSecond {
		return text + string(u)
	}
	return text + " " + string(u)
}

// grouped writes a whole number with commas.
func grouped(v float64) string {
	digits := strconv.FormatFloat(v, 'f', 0, 64)
	for at := len(digits) - 3; at > 0; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

// median, least and most of the values.
func (f *figure) median() float64 {
	sorted := slices.Sorted(slices.Values(f.values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

func (f *figure) spread() string {
	if len(f.values) < 2 {
		return ""
	}
	return fmt.Sprintf("%s … %s (%d)", f.unit.show(slices.Min(f.values)), f.unit.show(slices.Max(f.values)), len(f.values))
}

func (f *figure) aim() string {
	switch {
	case f.target == 0:
		return ""
	case f.atLeast:
		return "≥ " + f.unit.show(f.target)
	default:
		return "≤ " + f.unit.show(f.target)
	}
}

// verdict compares the median with the target.
func (f *figure) verdict() string {
	switch {
	case f.target == 0:
		return ""
	case f.atLeast == (f.median() >= f.target) || f.median() == f.target:
		return "OK"
	default:
		return "MISSED"
	}
}
