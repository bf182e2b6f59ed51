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

// JCSLevel is one level of the Japan Coma Scale (3-3-9度方式). The scale is ordinal and never averaged.
type JCSLevel struct {
	Level  uint32
	Group  string // "Ⅰ" awake, "Ⅱ" wakes to a stimulus, "Ⅲ" does not wake; empty: clear
	Ja, En string
}

// jcsLevels carry the wording that the app shows: older texts word the levels differently.
var jcsLevels = []JCSLevel{
	{0, "", "意識清明", "clear"},
	{1, "Ⅰ", "見当識は保たれるが意識清明ではない", "awake and oriented, but not quite clear"},
	{2, "Ⅰ", "見当識障害がある", "awake, disoriented"},
	{3, "Ⅰ", "自分の名前・生年月日が言えない", "awake, cannot say own name or date of birth"},
	{10, "Ⅱ", "普通の呼びかけで開眼", "opens eyes when spoken to"},
	{20, "Ⅱ", "大声・強く揺すると開眼", "opens eyes to a loud voice or shaking"},
	{30, "Ⅱ", "痛み刺激と呼びかけを続けるとかろうじて開眼", "barely opens eyes to continued pain and calling"},
	{100, "Ⅲ", "痛みを払いのける", "does not wake; pushes pain away"},
	{200, "Ⅲ", "痛みで手足を動かす・顔をしかめる", "does not wake; moves limbs or grimaces to pain"},
	{300, "Ⅲ", "痛みに全く反応しない", "does not respond to pain at all"},
}

// JCSLevels returns the scale from clear to unresponsive.
func JCSLevels() []JCSLevel { return slices.Clone(jcsLevels) }

func jcsLevel(level uint32) (JCSLevel, bool) {
	i := slices.IndexFunc(jcsLevels, func(l JCSLevel) bool { return l.Level == level })
	if i < 0 {
		return JCSLevel{}, false
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
	if l, ok := jcsLevel(j.GetLevel()); ok && l.Group != "" {
		s = l.Group + "-" + s
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
	return &carev1.JapanComaScale{Level: level.Level, Modifiers: modifiers}, nil
}

// jcsGroup returns 0 for clear, else 1 to 3.
func jcsGroup(l JCSLevel) int { return slices.Index([]string{"", "Ⅰ", "Ⅱ", "Ⅲ"}, l.Group) }

func jcsByDigits(figures string) (JCSLevel, bool) {
	n, err := strconv.ParseUint(figures, 10, 32)
	if err != nil || strconv.FormatUint(n, 10) != figures {
		return JCSLevel{}, false
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
