package sheet

import (
	"html"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/sync/care"
)

// fields writes what a standing record holds beside its texts: numbers, dates, codes and choices, under the contract's
// own names. A summary says the most of it in words; a telephone or insurance number it does not say, and on paper there
// is nowhere else to look.
func (p *page) fields(b *carev1.Body) {
	message := care.Message(b)
	if message == nil {
		return
	}
	shown := map[string]bool{}
	care.Texts(&carev1.Record{Body: b}, func(text string) { shown[text] = true })
	var said []string
	leaves(message.ProtoReflect(), "", func(path, value string) {
		if !shown[value] {
			said = append(said, path+" "+value)
		}
	})
	if len(said) > 0 {
		p.text(`<div class="en">`, html.EscapeString(strings.Join(said, " · ")), "</div>")
	}
}

// leaves calls fn for every value of a message that is set and can be read, in the order of the contract. Bytes are ids, and
// the addresses of code systems say nothing on paper.
func leaves(m protoreflect.Message, path string, fn func(path, value string)) {
	for i := range m.Descriptor().Fields().Len() {
		f := m.Descriptor().Fields().Get(i)
		if !m.Has(f) || f.Kind() == protoreflect.BytesKind || f.IsMap() || f.Name() == "system" {
			continue
		}
		at := path + string(f.Name())
		if !f.IsList() {
			leaf(f, m.Get(f), at, fn)
			continue
		}
		for k := range m.Get(f).List().Len() {
			leaf(f, m.Get(f).List().Get(k), at, fn)
		}
	}
}

func leaf(f protoreflect.FieldDescriptor, v protoreflect.Value, at string, fn func(path, value string)) {
	switch f.Kind() {
	case protoreflect.MessageKind:
		if t, is := v.Message().Interface().(interface{ GetSeconds() int64 }); is {
			fn(at, momentOf(t.GetSeconds()))
			return
		}
		leaves(v.Message(), at+".", fn)
	case protoreflect.EnumKind:
		fn(at, choice(f.Enum(), v.Enum()))
	default:
		fn(at, v.String())
	}
}

// choice names a value of an enum without what all of its values begin with; a newer one has its number only.
func choice(d protoreflect.EnumDescriptor, n protoreflect.EnumNumber) string {
	value := d.Values().ByNumber(n)
	if value == nil {
		return protoreflect.ValueOfEnum(n).String()
	}
	prefix := strings.TrimSuffix(string(d.Values().Get(0).Name()), "UNSPECIFIED")
	return strings.ToLower(strings.TrimPrefix(string(value.Name()), prefix))
}
