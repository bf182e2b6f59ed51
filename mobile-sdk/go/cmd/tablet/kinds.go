package main

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/tsunagu-care/tsunagu/sync/care"
)

// maxFieldDepth is how deep fields within fields are listed.
const maxFieldDepth = 3

type kindsCmd struct {
	Kind string `arg:"" optional:"" help:"The kind whose fields are listed, such as allergy."`
}

// Run lists the kinds, or what the JSON of one may hold: names, types, and the words that are allowed.
func (c kindsCmd) Run(e *env) error {
	if c.Kind == "" {
		for _, k := range care.Kinds() {
			e.say("%-18s %s", k.Name, e.both(care.KindTitle(k)))
		}
		return nil
	}
	kind, known := care.KindByName(c.Kind)
	if !known {
		return noKind()
	}
	e.say("%s  %s", kind.Name, e.both(care.KindTitle(kind)))
	e.fields(care.Message(care.NewBody(kind)).ProtoReflect().Descriptor(), 1)
	return nil
}

// fields lists the fields of a message, those within one further in.
func (e *env) fields(d protoreflect.MessageDescriptor, depth int) {
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		many := ""
		if f.IsList() {
			many = "[…] "
		}
		e.say("%s%s: %s%s", strings.Repeat("  ", depth), f.JSONName(), many, fieldType(f))
		if m := f.Message(); m != nil && m.FullName() != timestampName && depth < maxFieldDepth {
			e.fields(m, depth+1)
		}
	}
}

const timestampName = "google.protobuf.Timestamp"

// fieldType says how a value is written in JSON.
func fieldType(f protoreflect.FieldDescriptor) string {
	switch {
	case f.Enum() != nil:
		var words []string
		for i := range f.Enum().Values().Len() {
			if v := f.Enum().Values().Get(i); v.Number() != 0 {
				words = append(words, string(v.Name()))
			}
		}
		return strings.Join(words, " | ")
	case f.Message() != nil && f.Message().FullName() == timestampName:
		return `"2026-11-23T09:30:00+09:00"`
	case f.Message() != nil:
		return "{…}"
	case f.Kind() == protoreflect.StringKind:
		return `"text"`
	case f.Kind() == protoreflect.BytesKind:
		return `"base64"`
	case f.Kind() == protoreflect.BoolKind:
		return "true | false"
	}
	return "number"
}

// noKind names the kinds that there are.
func noKind() error {
	var names []string
	for _, k := range care.Kinds() {
		names = append(names, k.Name)
	}
	return unclear("there is no such kind; the kinds are "+strings.Join(names, ", "), "その種類はありません。種類："+strings.Join(names, "・"))
}
