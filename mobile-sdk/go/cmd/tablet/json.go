package main

import (
	"encoding/json"
	"io"
	"os"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// maxJSON bounds what is read as the content of a record: a body is at most 64 KiB, and JSON is wordier.
const maxJSON = 1 << 20

// typed is the JSON of a flag: as it stands, of a file after @, or of the input for "-".
func (e *env) typed(text string) (string, error) {
	var from io.Reader
	switch {
	case text == "-":
		from = e.in
	case strings.HasPrefix(text, "@"):
		file, err := os.Open(text[1:])
		if err != nil {
			return "", usage("the file with the JSON cannot be read; check its name", "JSON のファイルを読み込めません。名前を確認してください")
		}
		defer file.Close()
		from = file
	default:
		return text, nil
	}
	content, err := io.ReadAll(io.LimitReader(from, maxJSON+1))
	if err != nil || len(content) > maxJSON {
		return "", usage("the JSON cannot be read, or is larger than 1 MiB", "JSON を読み込めないか、1MiBを超えています")
	}
	return string(content), nil
}

// contentOf is the JSON of a record's content, as write and amend take it.
func contentOf(body *carev1.Body) (string, error) {
	m := care.Message(body)
	if m == nil {
		return "", usage("this app does not know that kind of record; it needs an update", "この種類の記録はこのアプリで扱えません。更新が必要です")
	}
	content, err := protojson.MarshalOptions{Multiline: true, Indent: "  "}.Marshal(m)
	return string(content), err
}

// overlaid is a record's content with the fields that the JSON names in the place of its own; null clears one.
func overlaid(body *carev1.Body, typed string) (*carev1.Body, error) {
	wrong := usage("the JSON is not that of this kind; `tablet kinds KIND` lists its fields",
		"JSON がこの種類の内容になっていません。項目は tablet kinds 種類 で確認できます")
	var fields map[string]json.RawMessage
	if json.Unmarshal([]byte(typed), &fields) != nil {
		return nil, wrong
	}
	changed := proto.CloneOf(body)
	m := care.Message(changed)
	if m == nil {
		return nil, wrong
	}
	part := m.ProtoReflect().New().Interface()
	if protojson.Unmarshal([]byte(typed), part) != nil { // also for a name that the kind does not have
		return nil, wrong
	}
	own := m.ProtoReflect()
	for name := range fields {
		f := own.Descriptor().Fields().ByJSONName(name)
		if f == nil {
			f = own.Descriptor().Fields().ByTextName(name)
		}
		own.Clear(f)
	}
	proto.Merge(m, part)
	return changed, nil
}
