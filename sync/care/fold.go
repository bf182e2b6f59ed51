package care

import (
	"errors"
	"strings"
)

// maxEntry is the longest text, in bytes, that the parsers of scales, readings and codes look at.
const maxEntry = 64

// ErrTooLong: the text is longer than any scale, reading or code. Errors of the parsers never quote their input.
var ErrTooLong = errors.New("care: too long")

// fold turns full-width digits, letters and signs, roman numerals and dashes, as Japanese keyboards produce them,
// into upper-case ASCII, and trims spaces. What it does not know it keeps.
func fold(s string) (string, error) {
	if len(s) > maxEntry {
		return "", ErrTooLong
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r >= '！' && r <= '～': // U+FF01 to U+FF5E are ASCII 0x21 to 0x7E
			b.WriteByte(byte(r - '！' + '!'))
		case r == '　':
			b.WriteByte(' ')
		case r >= 'Ⅰ' && r <= 'Ⅲ':
			b.WriteString("III"[:r-'Ⅰ'+1])
		case r >= 'ⅰ' && r <= 'ⅲ':
			b.WriteString("III"[:r-'ⅰ'+1])
		case strings.ContainsRune("‐‑‒–—―−ー", r):
			b.WriteByte('-')
		default:
			b.WriteRune(r)
		}
	}
	return strings.ToUpper(strings.TrimSpace(b.String())), nil
}
