// Package scenario reads scenario scripts: what people do with tablets, in lines that a nurse could read, with the
// answers that they get. The same script is played against the simulator (sync/simtest) and against a real server
// (mobile-sdk/go/cmd/demo).
//
// A line is a comment (#), an answer (->) or a step. A step is words and key=value pairs; quotes hold words together:
//
//	A vitals v1 temp=36.8 pulse=72 bp=120/70
//	-> saved on this tablet
//
// The package knows the lines and how to make a record's content from them. It plays nothing.
package scenario

import (
	"fmt"
	"strings"
	"unicode"
)

// Limits of a script.
const (
	maxLines = 2000
	maxLine  = 2000
)

// Script is a script as it stands in its file.
type Script struct {
	Steps []*Step
	// tail holds the lines after the last step's answers.
	tail []string
}

// Step is one line that does something, with the answers that the script expects.
type Step struct {
	// Line is its number in the file, from 1.
	Line int
	// Words are the words without a key.
	Words []string
	// Args are the key=value pairs.
	Args Args
	// Expect are the answers, without the arrow.
	Expect []string

	raw    string
	before []string // comments and blank lines above it
}

// Args are the key=value pairs of a step, in the order of the line.
type Args []Arg

// Arg is one key=value pair.
type Arg struct{ Key, Value string }

// Get returns the value of a key; empty if it is not there.
func (a Args) Get(key string) string {
	for _, one := range a {
		if one.Key == key {
			return one.Value
		}
	}
	return ""
}

// Without returns the pairs whose key is none of the given ones.
func (a Args) Without(keys ...string) Args {
	var rest Args
	for _, one := range a {
		if !strings.Contains(" "+strings.Join(keys, " ")+" ", " "+one.Key+" ") {
			rest = append(rest, one)
		}
	}
	return rest
}

// Text is the step as it stands in the script.
func (s *Step) Text() string { return s.raw }

// Error is a mistake in a script, with its line.
type Error struct {
	Line int
	Text string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Errorf returns an error at the step's line.
func (s *Step) Errorf(format string, args ...any) error {
	return &Error{Line: s.Line, Text: fmt.Sprintf(format, args...)}
}

// Parse reads a script.
func Parse(text string) (*Script, error) {
	script := &Script{}
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	if len(lines) > maxLines {
		return nil, &Error{Line: maxLines, Text: fmt.Sprintf("a script has at most %d lines", maxLines)}
	}
	for i, line := range lines {
		trimmed := strings.TrimSpace(line)
		switch {
		case len(line) > maxLine:
			return nil, &Error{Line: i + 1, Text: fmt.Sprintf("a line has at most %d bytes", maxLine)}
		case strings.HasPrefix(trimmed, "->"):
			if len(script.Steps) == 0 || len(script.tail) > 0 {
				return nil, &Error{Line: i + 1, Text: "an answer stands directly below its step"}
			}
			last := script.Steps[len(script.Steps)-1]
			last.Expect = append(last.Expect, strings.TrimSpace(strings.TrimPrefix(trimmed, "->")))
		case trimmed == "" || strings.HasPrefix(trimmed, "#"):
			script.tail = append(script.tail, line)
		default:
			words, args, err := split(trimmed)
			if err != nil {
				return nil, &Error{Line: i + 1, Text: err.Error()}
			}
			script.Steps = append(script.Steps, &Step{Line: i + 1, Words: words, Args: args, raw: trimmed, before: script.tail})
			script.tail = nil
		}
	}
	return script, nil
}

// Format writes the script with the given answers in the place of the expected ones: one list per step.
func (s *Script) Format(answers [][]string) string {
	var b strings.Builder
	for i, step := range s.Steps {
		for _, line := range step.before {
			b.WriteString(line + "\n")
		}
		b.WriteString(step.raw + "\n")
		for _, answer := range answers[i] {
			b.WriteString(strings.TrimRight("-> "+answer, " ") + "\n")
		}
	}
	for _, line := range s.tail {
		b.WriteString(line + "\n")
	}
	return b.String()
}

// split takes a line apart. A quote may stand around a whole word or around the value of a pair.
func split(line string) (words []string, args Args, err error) {
	var word strings.Builder
	key, quoted, open, any := "", false, false, false
	end := func() {
		if !any {
			return
		}
		if key != "" {
			args = append(args, Arg{key, word.String()})
		} else {
			words = append(words, word.String())
		}
		word.Reset()
		key, any, quoted = "", false, false
	}
	for _, r := range line {
		switch {
		case r == '"':
			open, quoted, any = !open, true, true
		case unicode.IsSpace(r) && !open:
			end()
		case r == '=' && !open && !quoted && key == "" && word.Len() > 0:
			key = word.String()
			word.Reset()
		default:
			word.WriteRune(r)
			any = true
		}
	}
	if open {
		return nil, nil, fmt.Errorf("a quote is not closed")
	}
	end()
	return words, args, nil
}
