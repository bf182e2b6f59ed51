package sheet

import (
	"html"
	"strings"
	"unicode"
)

// shown escapes a text that somebody wrote. Its line breaks stay, and text that runs from right to left, or says so, is
// closed in, so that it turns nothing round that stands beside it.
func shown(text string) string {
	out := strings.ReplaceAll(html.EscapeString(text), "\n", "<br>")
	if turns(text) {
		return "<bdi>" + out + "</bdi>"
	}
	return out
}

// rightToLeft are the blocks of scripts that run from right to left, and the signs that say in which direction text runs.
var rightToLeft = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x0590, Hi: 0x08ff, Stride: 1}, {Lo: 0x200e, Hi: 0x200f, Stride: 1}, {Lo: 0x202a, Hi: 0x202e, Stride: 1},
		{Lo: 0x2066, Hi: 0x2069, Stride: 1}, {Lo: 0xfb1d, Hi: 0xfdff, Stride: 1}, {Lo: 0xfe70, Hi: 0xfeff, Stride: 1},
	},
	R32: []unicode.Range32{{Lo: 0x10800, Hi: 0x10fff, Stride: 1}, {Lo: 0x1e800, Hi: 0x1efff, Stride: 1}},
}

// turns tells whether a text has a character that changes the direction of what stands around it.
func turns(text string) bool {
	return strings.ContainsFunc(text, func(c rune) bool { return unicode.Is(rightToLeft, c) })
}

// english marks words as English, for whoever has the page read aloud; nothing for no words.
func english(text string) string {
	if text == "" {
		return ""
	}
	return `<span class="en" lang="en">` + shown(text) + "</span>"
}

// title is a thing in both languages, one after the other; said once if it reads the same.
func (b both) title() string {
	if b.en == b.ja || b.en == "" {
		return shown(b.ja)
	}
	return shown(b.ja) + " " + english(b.en)
}

// stacked is a thing in both languages, one below the other; said once if it reads the same.
func (b both) stacked() string {
	if b.en == b.ja || b.en == "" {
		return shown(b.ja)
	}
	return shown(b.ja) + "<br>" + english(b.en)
}

// first is a thing in Japanese only: names of drugs and doctors read the same, and the rest stands below in both.
func (b both) first() string { return shown(b.ja) }

// styled writes a text as a string of a style sheet: every character by its number, so that none means anything there.
func styled(text string) string {
	const digits = "0123456789abcdef"
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range text {
		if c == 0 {
			continue
		}
		b.WriteByte('\\')
		for shift := 20; shift >= 0; shift -= 4 {
			b.WriteByte(digits[c>>shift&0xf])
		}
	}
	b.WriteByte('"')
	return b.String()
}
