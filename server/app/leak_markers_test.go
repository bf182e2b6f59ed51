package app

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// core is the part of every marker that is looked for. It stays as it is when the marker is escaped for JSON, for Go
// or for a URL; the number behind it tells the field.
const core = "leak7qz"

// markers fill messages, each field with a marker of its own.
type markers struct{ next int }

// text is a marker of 16 bytes, so that it also fits fields of ids; its first character is escaped by some encoders.
func (m *markers) text() string {
	m.next++
	return fmt.Sprintf("漏%s%06d", core, m.next)
}

// fill puts a marker into every string and every bytes field, and something else into every other one. choice picks
// the member of each oneof.
func (m *markers) fill(message protoreflect.Message, choice, depth int) {
	fields := message.Descriptor().Fields()
	for i := range fields.Len() {
		field := fields.Get(i)
		if oneof := field.ContainingOneof(); oneof != nil && !oneof.IsSynthetic() {
			if oneof.Fields().Get(choice%oneof.Fields().Len()) != field {
				continue
			}
		}
		switch {
		case field.IsMap():
			continue // the contract has none; TestContractHasNoMaps would tell
		case field.IsList():
			list := message.Mutable(field).List()
			if field.Message() == nil {
				list.Append(m.value(field))
			} else if depth > 0 {
				m.fill(list.AppendMutable().Message(), choice, depth-1)
			}
		case field.Message() != nil:
			if depth > 0 {
				m.fill(message.Mutable(field).Message(), choice, depth-1)
			}
		default:
			message.Set(field, m.value(field))
		}
	}
}

func (m *markers) value(field protoreflect.FieldDescriptor) protoreflect.Value {
	switch field.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(m.text())
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(m.text()))
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(1)
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind:
		return protoreflect.ValueOfInt64(1)
	case protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return protoreflect.ValueOfUint64(1)
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind:
		return protoreflect.ValueOfInt32(1)
	case protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return protoreflect.ValueOfUint32(1)
	case protoreflect.FloatKind:
		return protoreflect.ValueOfFloat32(1)
	default:
		return protoreflect.ValueOfFloat64(1)
	}
}

// filled are messages of a type: whole ones for each member of their oneofs, and one for each field with a marker in
// that field alone, which comes further than one in which everything is wrong.
func (m *markers) filled(of protoreflect.MessageDescriptor) []proto.Message {
	var all []proto.Message
	for choice := range 5 {
		whole := dynamicpb.NewMessage(of)
		m.fill(whole, choice, 6)
		all = append(all, whole)
	}
	for i := range of.Fields().Len() {
		one, whole := dynamicpb.NewMessage(of), dynamicpb.NewMessage(of)
		m.fill(whole, 0, 6)
		one.Set(of.Fields().Get(i), whole.Get(of.Fields().Get(i)))
		all = append(all, one)
	}
	return all
}

// syncs are requests that come through to the core: what they carry is a mutation full of markers.
func (m *markers) syncs() []proto.Message {
	var all []proto.Message
	for choice := range 5 {
		mutation := new(syncv1.Mutation)
		m.fill(mutation.ProtoReflect(), choice, 6)
		for _, change := range []func(){func() {}, func() { mutation.StreamId = "chart-0001/care" }, func() { mutation.PersonId, mutation.DeviceId = "sato", "tablet-a" }} {
			change()
			payload, err := proto.Marshal(mutation)
			if err != nil {
				panic(err)
			}
			request := pull().Msg
			request.Mutations = []*syncv1.QueuedMutation{
				{Payload: payload, AuthorSeal: []byte(m.text())}, {Payload: []byte(m.text())},
			}
			request.Positions = []*syncv1.StreamPosition{{StreamId: m.text()}}
			all = append(all, request)
		}
	}
	return all
}

// leaks looks for markers as they are, in hexadecimal and in base64 at any alignment.
func leaks(text string) []string {
	var found []string
	look := func(in, form string) {
		if at := strings.Index(in, form); at >= 0 {
			found = append(found, text[max(0, at-120):min(len(text), at+60)])
		}
	}
	look(text, core)
	look(strings.Map(lower, text), hex.EncodeToString([]byte(core)))
	for shift := range 3 {
		// What stands before and behind the core changes the characters at both edges: those are left off.
		padded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + core + "xx"))
		look(text, padded[(shift*8+5)/6:(shift*8+len(core)*8)/6])
	}
	return found
}

// lower makes letters small and leaves every character as long as it is.
func lower(r rune) rune {
	if r >= 'A' && r <= 'Z' {
		return r + 'a' - 'A'
	}
	return r
}
