package chart

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// MaxWords bounds the words of one query.
const MaxWords = 16

// Query is what somebody looks for: words, all of which have to be in the texts of one record.
type Query struct{ words []string }

// ParseQuery reads words parted by spaces, of any width. It answers false if nothing is left to look for, or there are
// more than MaxWords.
func ParseQuery(text string) (q Query, ok bool) {
	for _, word := range strings.Fields(text) {
		if folded := Fold(word); folded != "" {
			q.words = append(q.words, folded)
		}
	}
	return q, len(q.words) > 0 && len(q.words) <= MaxWords
}

// Matches tells whether every word is in at least one of the texts.
func (q Query) Matches(texts []string) bool {
	var few [MaxWords]bool
	missing := len(q.words)
	for _, text := range texts {
		folded := Fold(text)
		for i, word := range q.words {
			if !few[i] && strings.Contains(folded, word) {
				few[i] = true
				if missing--; missing == 0 {
					return true
				}
			}
		}
	}
	return false
}

// excerptSide is how many characters an excerpt shows on either side of the word.
const excerptSide = 40

// Excerpt returns the text around the first word, on one line, as it was written; empty if no text has the word. Where
// the word comes about only by leaving out a space between a letter and its mark, it is the beginning of the text.
func (q Query) Excerpt(texts []string) string {
	for _, text := range texts {
		if !strings.Contains(Fold(text), q.words[0]) {
			continue
		}
		first, last := 0, 0
		folded, places := foldedWithPlaces(text)
		if at := bytes.Index(folded, []byte(q.words[0])); at >= 0 {
			first, last = places[at], places[at+len(q.words[0])-1]
		}
		from, until := back(text, first, excerptSide), forth(text, last, excerptSide+1)
		excerpt := strings.Join(strings.Fields(text[from:until]), " ")
		if from > 0 {
			excerpt = "…" + excerpt
		}
		if until < len(text) {
			excerpt += "…"
		}
		return excerpt
	}
	return ""
}

// back goes n characters back from a place.
func back(text string, at, n int) int {
	for ; n > 0 && at > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return at
}

// forth goes n characters on from a place.
func forth(text string, at, n int) int {
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRuneInString(text[at:])
		at += size
	}
	return at
}
