package care

import (
	"strings"
	"unicode"
)

// Printable takes out of a text what only steers a screen or a printer: escape sequences lose the sign that makes them
// one, and nothing turns the direction of what stands around it. Line breaks and tabs stay. What is stored is not
// changed; this is for whoever shows it.
func Printable(s string) string {
	if !strings.ContainsFunc(s, steers) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if steers(r) {
			return -1
		}
		return r
	}, s)
}

// steers tells whether a character is a control sign other than white space, or turns the direction of writing.
func steers(r rune) bool {
	return unicode.IsControl(r) && !unicode.IsSpace(r) || unicode.Is(unicode.Bidi_Control, r)
}
