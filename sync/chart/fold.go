package chart

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns text as it is compared in a search: what people type in several ways without meaning anything else is
// one. Width (ＡＢＣ, ｶﾅ), composed and decomposed characters, case, hiragana and katakana do not count, and neither do
// spaces and the middle dot: 山田　花子 is 山田花子. Every other sign counts, so that 37.5 is not 375.
func Fold(text string) string {
	folded := make([]byte, 0, len(text))
	if !norm.NFKC.IsNormalString(text) {
		text = norm.NFKC.String(text)
	}
	for _, c := range text {
		folded = appendFolded(folded, c)
	}
	return string(norm.NFC.Bytes(folded)) // where a space stood between them, a letter and its mark meet
}

// appendFolded appends one character of normal text, or nothing.
func appendFolded(b []byte, c rune) []byte {
	switch {
	case c < utf8.RuneSelf:
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c == ' ' || c >= '\t' && c <= '\r' {
			return b
		}
		return append(b, byte(c))
	case c >= 'ァ' && c <= 'ヶ' || c == 'ヽ' || c == 'ヾ':
		c -= 'ァ' - 'ぁ'
	case c == '・' || unicode.IsSpace(c):
		return b
	default:
		c = unicode.ToLower(c)
	}
	return utf8.AppendRune(b, c)
}

// foldedWithPlaces is Fold with, for every byte of the result, where in text the stretch begins that it came from.
func foldedWithPlaces(text string) (folded []byte, places []int) {
	for from := 0; from < len(text); {
		size := norm.NFKC.NextBoundaryInString(text[from:], true)
		if size <= 0 {
			size = len(text) - from
		}
		for _, c := range norm.NFKC.String(text[from : from+size]) {
			folded = appendFolded(folded, c)
		}
		for len(places) < len(folded) {
			places = append(places, from)
		}
		from += size
	}
	return folded, places
}
