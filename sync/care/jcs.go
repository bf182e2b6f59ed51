package care

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Errors of ParseJCS.
var (
	ErrJCSLevel    = errors.New("care: not a level of the Japan Coma Scale")
	ErrJCSGroup    = errors.New("care: the roman group does not fit the level")
	ErrJCSModifier = errors.New("care: the modifiers are R, I and A, each once")
)

// jcsStep is one level of the Japan Coma Scale (3-3-9度方式). The scale is ordinal and never averaged.
type jcsStep struct {
	level uint32
	group string // "Ⅰ" awake, "Ⅱ" wakes to a stimulus, "Ⅲ" does not wake; empty: clear
}

// jcsLevels is the scale from clear to unresponsive.
var jcsLevels = []jcsStep{
	{0, ""}, {1, "Ⅰ"}, {2, "Ⅰ"}, {3, "Ⅰ"}, {10, "Ⅱ"}, {20, "Ⅱ"}, {30, "Ⅱ"}, {100, "Ⅲ"}, {200, "Ⅲ"}, {300, "Ⅲ"},
}

func jcsLevel(level uint32) (jcsStep, bool) {
	i := slices.IndexFunc(jcsLevels, func(l jcsStep) bool { return l.level == level })
	if i < 0 {
		return jcsStep{}, false
	}
	return jcsLevels[i], true
}

// jcsModifiers by the number of the enum: restlessness, incontinence, apallic state.
const jcsModifiers = "RIA"

// FormatJCS writes "0", "Ⅱ-20" or "Ⅲ-200-RI"; empty if there is no scale.
func FormatJCS(j *carev1.JapanComaScale) string {
	if j == nil {
		return ""
	}
	s := strconv.FormatUint(uint64(j.GetLevel()), 10)
	if l, ok := jcsLevel(j.GetLevel()); ok && l.group != "" {
		s = l.group + "-" + s
	}
	var letters string
	for n := range len(jcsModifiers) {
		if slices.Contains(j.GetModifiers(), carev1.JcsModifier(n+1)) {
			letters += jcsModifiers[n : n+1]
		}
	}
	if letters != "" {
		s += "-" + letters
	}
	return s
}

// ParseJCS reads what people write: "JCS20", "Ⅱ-20", "II-20", "20-RI", "JCS Ⅱ-20", "３－Ｉ". A roman group must fit
// the level. The modifiers come back in the order R, I, A.
func ParseJCS(s string) (*carev1.JapanComaScale, error) {
	s, err := fold(s)
	if err != nil {
		return nil, err
	}
	s = trimSeparators(strings.TrimPrefix(s, "JCS"))
	group, rest := leading(s, func(c byte) bool { return c == 'I' })
	figures, rest := leading(trimSeparators(rest), func(c byte) bool { return c >= '0' && c <= '9' })
	level, ok := jcsByDigits(figures)
	if !ok {
		return nil, ErrJCSLevel
	}
	if group != "" && len(group) != jcsGroup(level) {
		return nil, ErrJCSGroup
	}
	modifiers, err := parseModifiers(rest)
	if err != nil {
		return nil, err
	}
	return &carev1.JapanComaScale{Level: level.level, Modifiers: modifiers}, nil
}

// jcsGroup returns 0 for clear, else 1 to 3.
func jcsGroup(l jcsStep) int { return slices.Index([]string{"", "Ⅰ", "Ⅱ", "Ⅲ"}, l.group) }

func jcsByDigits(figures string) (jcsStep, bool) {
	n, err := strconv.ParseUint(figures, 10, 32)
	if err != nil || strconv.FormatUint(n, 10) != figures {
		return jcsStep{}, false
	}
	return jcsLevel(uint32(n))
}

func parseModifiers(s string) ([]carev1.JcsModifier, error) {
	var found []carev1.JcsModifier
	for _, c := range s {
		if strings.ContainsRune(separators, c) {
			continue
		}
		n := carev1.JcsModifier(strings.IndexRune(jcsModifiers, c) + 1)
		if n == 0 || slices.Contains(found, n) {
			return nil, ErrJCSModifier
		}
		found = append(found, n)
	}
	slices.Sort(found)
	return found, nil
}

// separators may stand between prefix, group, level and modifiers.
const separators = " -,・/"

func trimSeparators(s string) string { return strings.TrimLeft(s, separators) }

// leading splits off the longest prefix whose bytes all fit.
func leading(s string, fits func(byte) bool) (head, rest string) {
	n := 0
	for n < len(s) && fits(s[n]) {
		n++
	}
	return s[:n], s[n:]
}
