package directory

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Merge writes into the file that a chart is read with another one. Everything else in the file stays as it is written,
// comments and order too. A file that would not be taken afterwards is not changed.
func Merge(path, keep, merged string) error {
	return edit(path, func(content []byte) ([]byte, error) {
		chart, err := chartNode(content, merged)
		if err != nil {
			return nil, err
		}
		if _, err := chartNode(content, keep); err != nil {
			return nil, err
		}
		if key, _ := field(chart, "merged_into"); key != nil {
			return nil, fmt.Errorf("line %d: the chart is merged already; nothing was changed: part it first with unmerge-charts", key.Line)
		}
		key, id := field(chart, "id")
		at, err := offset(content, id.Line, id.Column)
		if err != nil {
			return nil, err
		}
		at += len(id.Value)
		if id.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
			at += 2
		}
		added := ", merged_into: " + keep
		if chart.Style&yaml.FlowStyle == 0 {
			at += strings.IndexByte(string(content[at:])+"\n", '\n')
			added = "\n" + strings.Repeat(" ", key.Column-1) + "merged_into: " + keep
		}
		return splice(content, at, at, added), nil
	}, merged, keep)
}

// Unmerge takes that out again: the charts are two as if they had never been one.
func Unmerge(path, keep, merged string) error {
	return edit(path, func(content []byte) ([]byte, error) {
		chart, err := chartNode(content, merged)
		if err != nil {
			return nil, err
		}
		key, value := field(chart, "merged_into")
		if key == nil || value.Value != keep {
			return nil, fmt.Errorf("line %d: the chart is not merged into that one; nothing was changed: look at the file", chart.Line)
		}
		from, err := offset(content, key.Line, key.Column)
		if err != nil {
			return nil, err
		}
		to, err := offset(content, value.Line, value.Column)
		if err != nil {
			return nil, err
		}
		to += len(value.Value)
		if value.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
			to += 2
		}
		if chart.Style&yaml.FlowStyle != 0 {
			return cutFlow(content, from, to), nil
		}
		return cutLine(content, from, to)
	}, merged, "")
}

// edit changes a file: the new content has to be taken, and to say what it was changed for.
func edit(path string, change func([]byte) ([]byte, error), chart, want string) error {
	content, err := read(path)
	if err != nil {
		return err
	}
	changed, err := change(content)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	f, found := decode(changed)
	if len(found) == 0 {
		_, _, found = build(f, nil)
	}
	if len(found) > 0 {
		return fmt.Errorf("nothing was changed: %w", refused(path, found))
	}
	for _, c := range f.Charts {
		if c.ID.value == chart && c.MergedInto.value != want {
			return fmt.Errorf("line %d of %s is written in a way that this command cannot change; nothing was changed: write `merged_into` by hand", c.ID.line, path)
		}
	}
	return replace(path, changed)
}

// replace writes the file anew, durably, with the mode that it had.
func replace(path string, content []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, info.Mode().Perm())
	if err != nil {
		return fmt.Errorf("the directory file cannot be written; nothing was changed: check the folder and its owner: %w", err)
	}
	_, err = f.Write(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return fmt.Errorf("the directory file cannot be written; nothing was changed: check the disk: %w", err)
	}
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// chartNode finds a chart in the YAML.
func chartNode(content []byte, id string) (*yaml.Node, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(content, &document); err != nil || len(document.Content) != 1 {
		return nil, errors.New("this is not YAML; nothing was changed: run `tsunagu directory check`")
	}
	_, charts := field(document.Content[0], "charts")
	if charts != nil {
		for _, chart := range charts.Content {
			if _, value := field(chart, "id"); value != nil && value.Value == id {
				return chart, nil
			}
		}
	}
	return nil, errors.New("a chart that was named is not in the file; nothing was changed: check --keep and --merge")
}

// field returns key and value of a field of a map, nil if there is none.
func field(of *yaml.Node, name string) (key, value *yaml.Node) {
	for i := 0; of.Kind == yaml.MappingNode && i+1 < len(of.Content); i += 2 {
		if of.Content[i].Value == name {
			return of.Content[i], of.Content[i+1]
		}
	}
	return nil, nil
}

// offset turns a line and a column, both from 1 and in characters, into a place in the bytes.
func offset(content []byte, line, column int) (int, error) {
	at := 0
	for range line - 1 {
		next := strings.IndexByte(string(content[at:min(len(content), at+maxLine)]), '\n')
		if next < 0 {
			return 0, errors.New("a line is too long to be changed; nothing was changed: write `merged_into` by hand")
		}
		at += next + 1
	}
	for range column - 1 {
		_, size := utf8.DecodeRune(content[at:])
		at += size
	}
	return at, nil
}

// maxLine bounds a line of a file that is edited.
const maxLine = 64 << 10

func splice(content []byte, from, to int, with string) []byte {
	changed := make([]byte, 0, len(content)+len(with))
	changed = append(changed, content[:from]...)
	changed = append(changed, with...)
	return append(changed, content[to:]...)
}

// cutFlow takes a field out of a map in braces, with the comma before it, or behind it if it is the first.
func cutFlow(content []byte, from, to int) []byte {
	before := strings.TrimRight(string(content[:from]), " \n")
	if strings.HasSuffix(before, ",") {
		return splice(content, len(before)-1, to, "")
	}
	rest := strings.TrimLeft(string(content[to:]), " ")
	rest = strings.TrimLeft(strings.TrimPrefix(rest, ","), " ")
	return splice(content, from, len(content)-len(rest), "")
}

// cutLine takes out the line of a field, comment included. One that shares its line with the dash of its map stays.
func cutLine(content []byte, from, to int) ([]byte, error) {
	start := strings.LastIndexByte(string(content[:from]), '\n') + 1
	if strings.TrimSpace(string(content[start:from])) != "" {
		return nil, errors.New("`merged_into` stands first in its chart; nothing was changed: take it out by hand")
	}
	end := strings.IndexByte(string(content[to:]), '\n')
	if end < 0 {
		return splice(content, start, len(content), ""), nil
	}
	return splice(content, start, to+end+1, ""), nil
}
