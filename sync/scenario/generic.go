package scenario

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// maxDepth is how many messages a key may lead into: progress.state is two names.
const maxDepth = 4

// setField sets any field by its name in the contract; a dot leads into a message: meal.staple_tenths=8. An empty
// value clears. A dot in front says that the field is meant where a step has a word of that name: .at, .status. It
// answers with the number of the top-level field.
func setField(m protoreflect.Message, a Arg, labels Labels) ([]uint32, error) {
	names := strings.Split(strings.TrimPrefix(a.Key, "."), ".")
	if len(names) > maxDepth {
		return nil, errKey
	}
	var top []uint32
	for i, name := range names {
		f := m.Descriptor().Fields().ByName(protoreflect.Name(name))
		if f == nil {
			return nil, errKey
		}
		if i == 0 {
			top = []uint32{uint32(f.Number())}
		}
		if i == len(names)-1 {
			return top, setValue(m, f, a.Value, labels)
		}
		if f.Message() == nil || f.IsList() || f.IsMap() {
			return nil, errKey
		}
		m = m.Mutable(f).Message()
	}
	return nil, errKey
}

func setValue(m protoreflect.Message, f protoreflect.FieldDescriptor, s string, labels Labels) error {
	if s == "" {
		m.Clear(f)
		return nil
	}
	if !f.IsList() {
		v, err := valueOf(f, s, labels)
		if err == nil {
			m.Set(f, v)
		}
		return err
	}
	list := m.NewField(f).List()
	for one := range strings.SplitSeq(s, ",") {
		v, err := valueOf(f, one, labels)
		if err != nil {
			return err
		}
		list.Append(v)
	}
	m.Set(f, protoreflect.ValueOfList(list))
	return nil
}

// valueOf reads a value as its field wants it: text, also where a code may stand beside it, yes or no, a whole number, the
// word of an enum, the name of a record for an id, a time as 2026-11-23T09:00:00+09:00.
func valueOf(f protoreflect.FieldDescriptor, s string, labels Labels) (v protoreflect.Value, err error) {
	switch {
	case f.Kind() == protoreflect.StringKind:
		return protoreflect.ValueOfString(s), nil
	case f.Kind() == protoreflect.BoolKind && (s == "yes" || s == "no"):
		return protoreflect.ValueOfBool(s == "yes"), nil
	case f.Kind() == protoreflect.Uint32Kind:
		n, err := number(s)
		if err != nil {
			return v, err
		}
		return protoreflect.ValueOfUint32(*n), nil
	case f.Kind() == protoreflect.Sint32Kind || f.Kind() == protoreflect.Int64Kind || f.Kind() == protoreflect.Sint64Kind:
		return signed(f, s)
	case f.Kind() == protoreflect.EnumKind:
		return enumWord(f.Enum(), s)
	case f.Kind() == protoreflect.BytesKind:
		id, err := labelled(labels, s)
		return protoreflect.ValueOfBytes(id), err
	case f.Message() != nil && f.Message().FullName() == "google.protobuf.Timestamp":
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return v, fmt.Errorf("write a time as 2026-11-23T09:00:00+09:00")
		}
		return protoreflect.ValueOfMessage(timestamppb.New(t).ProtoReflect()), nil
	case f.Message() != nil && f.Message().FullName() == "tsunagu.care.v1.CodedText":
		return protoreflect.ValueOfMessage((&carev1.CodedText{Text: s}).ProtoReflect()), nil
	}
	return v, fmt.Errorf("a script cannot write this field so")
}

func signed(f protoreflect.FieldDescriptor, s string) (v protoreflect.Value, err error) {
	bits := 64
	if f.Kind() == protoreflect.Sint32Kind {
		bits = 32
	}
	n, err := strconv.ParseInt(s, 10, bits)
	if err != nil {
		return v, fmt.Errorf("a whole number, please")
	}
	if bits == 32 {
		return protoreflect.ValueOfInt32(int32(n)), nil
	}
	return protoreflect.ValueOfInt64(n), nil
}

// enumWord finds a value by its name without the prefix: "hospital-stay" is EPISODE_KIND_HOSPITAL_STAY.
func enumWord(d protoreflect.EnumDescriptor, s string) (v protoreflect.Value, err error) {
	unset, values := "", map[string]int32{}
	for i := range d.Values().Len() {
		one := d.Values().Get(i)
		if values[string(one.Name())] = int32(one.Number()); one.Number() == 0 {
			unset = string(one.Name())
		}
	}
	n, err := word[protoreflect.EnumNumber](strings.TrimSuffix(unset, "UNSPECIFIED"), s, values)
	return protoreflect.ValueOfEnum(n), err
}
