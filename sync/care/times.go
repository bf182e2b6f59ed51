package care

import (
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// InvalidTimes names the times in a message that are none: outside the years 1 to 9999, or with nanoseconds that are
// not. The rules of the contract cannot say it, and a chart with one could not be written as JSON any more.
func InvalidTimes(m proto.Message) []Violation {
	if m == nil || !m.ProtoReflect().IsValid() {
		return nil
	}
	var found []Violation
	walkTimes(m.ProtoReflect(), "", &found)
	return found
}

func walkTimes(m protoreflect.Message, path string, found *[]Violation) {
	if t, is := m.Interface().(*timestamppb.Timestamp); is {
		if !t.IsValid() && len(*found) < MaxViolations {
			*found = append(*found, Violation{Field: path, Rule: "timestamp", Message: "must be a time in the years 1 to 9999"})
		}
		return
	}
	for _, f := range timedFields(m.Descriptor()) {
		if !m.Has(f) {
			continue
		}
		at := string(f.Name())
		if path != "" {
			at = path + "." + at
		}
		if !f.IsList() {
			walkTimes(m.Get(f).Message(), at, found)
			continue
		}
		for i := range m.Get(f).List().Len() {
			walkTimes(m.Get(f).List().Get(i).Message(), at, found)
		}
	}
}

// timed remembers which fields of a message lead to a time: most messages have none, and are not walked.
var timed sync.Map // protoreflect.FullName → []protoreflect.FieldDescriptor

func timedFields(d protoreflect.MessageDescriptor) []protoreflect.FieldDescriptor {
	if known, ok := timed.Load(d.FullName()); ok {
		return known.([]protoreflect.FieldDescriptor)
	}
	var fields []protoreflect.FieldDescriptor
	for i := range d.Fields().Len() {
		if f := d.Fields().Get(i); f.Message() != nil && !f.IsMap() && leadsToTime(f.Message(), map[protoreflect.FullName]bool{}) {
			fields = append(fields, f)
		}
	}
	timed.Store(d.FullName(), fields)
	return fields
}

func leadsToTime(d protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) bool {
	if d.FullName() == timestampName {
		return true
	}
	if seen[d.FullName()] {
		return false
	}
	seen[d.FullName()] = true
	for i := range d.Fields().Len() {
		if f := d.Fields().Get(i); f.Message() != nil && !f.IsMap() && leadsToTime(f.Message(), seen) {
			return true
		}
	}
	return false
}
