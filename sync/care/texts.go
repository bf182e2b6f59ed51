package care

import (
	"strings"
	"sync"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Texts calls fn for every text that people wrote in a record: in its body, in the values that wait beside it, the
// reasons that were given, and the titles of its files. Fields come in the order of the contract, and none is empty.
//
// What counts as text is decided by rule, so that a kind of tomorrow is searched without anybody thinking of it: every
// string of a body, except those that the contract restricts to a pattern (codes, dates, numbers), those whose name
// says that they name something for programs (see notWritten), and messages that name a person or a code in a system.
func Texts(r *carev1.Record, fn func(string)) {
	bodyTexts(r.GetBody(), fn)
	for _, c := range r.GetCandidates() {
		bodyTexts(c.GetBody(), fn)
		told(c.GetReason(), fn)
		titles(c.GetEnvelope(), fn)
	}
	told(r.GetLastChange().GetReason(), fn)
	titles(r.GetEnvelope(), fn)
}

func bodyTexts(b *carev1.Body, fn func(string)) {
	if b != nil {
		walkTexts(b.ProtoReflect(), fn)
	}
}

func titles(e *carev1.Envelope, fn func(string)) {
	for _, b := range e.GetBlobs() {
		told(b.GetTitle(), fn)
	}
}

func told(text string, fn func(string)) {
	if text != "" {
		fn(text)
	}
}

// walkTexts calls fn for every text of a message. Messages nest as deep as the contract lets them, which has no cycles.
func walkTexts(m protoreflect.Message, fn func(string)) {
	for _, f := range writtenFields(m.Descriptor()) {
		if !m.Has(f) {
			continue
		}
		each := func(v protoreflect.Value) { told(v.String(), fn) }
		if f.Message() != nil {
			each = func(v protoreflect.Value) { walkTexts(v.Message(), fn) }
		}
		if !f.IsList() {
			each(m.Get(f))
			continue
		}
		for i := range m.Get(f).List().Len() {
			each(m.Get(f).List().Get(i))
		}
	}
}

// written remembers which fields of a message are text or lead to text.
var written sync.Map // protoreflect.FullName → []protoreflect.FieldDescriptor

func writtenFields(d protoreflect.MessageDescriptor) []protoreflect.FieldDescriptor {
	if known, ok := written.Load(d.FullName()); ok {
		return known.([]protoreflect.FieldDescriptor)
	}
	var fields []protoreflect.FieldDescriptor
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		if f.IsMap() {
			continue // the contract has none in a body
		}
		if isText(f) || f.Message() != nil && !naming[f.Message().FullName()] && len(writtenFields(f.Message())) > 0 {
			fields = append(fields, f)
		}
	}
	written.Store(d.FullName(), fields)
	return fields
}

// naming are messages that name something for programs. The name of an actor is that of the directory.
var naming = map[protoreflect.FullName]bool{
	"tsunagu.care.v1.Actor": true, "tsunagu.care.v1.Coding": true, "tsunagu.care.v1.Identifier": true,
	"google.protobuf.Timestamp": true,
}

// notWritten are names of fields that hold no text of a person, beside all that end in _id, _code or _number.
var notWritten = map[protoreflect.Name]bool{
	"id": true, "code": true, "number": true, "symbol": true, "unit": true, "lot": true, "version": true,
	"size": true, "observe": true, "confirmed": true,
}

// isText tells whether a field holds text that a person wrote.
func isText(f protoreflect.FieldDescriptor) bool {
	if f.Kind() != protoreflect.StringKind || naming[f.ContainingMessage().FullName()] || notWritten[f.Name()] || restricted(f) {
		return false
	}
	for _, end := range []string{"_id", "_ids", "_code", "_codes", "_number"} {
		if strings.HasSuffix(string(f.Name()), end) {
			return false
		}
	}
	return true
}

// restricted tells whether the contract allows only a pattern in a field. One that is made of scripts, as that of a name
// in kana, still is text.
func restricted(f protoreflect.FieldDescriptor) bool {
	rules, ok := proto.GetExtension(f.Options(), validate.E_Field).(*validate.FieldRules)
	if !ok || rules == nil {
		return false
	}
	s := rules.GetString()
	if f.IsList() {
		s = rules.GetRepeated().GetItems().GetString()
	}
	return s.GetPattern() != "" && !strings.Contains(s.GetPattern(), `\p{`) || len(s.GetIn()) > 0
}
