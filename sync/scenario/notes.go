package scenario

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// noteFields are the text fields of a note, by their key in a script. Draft and signed note name them alike.
var noteFields = map[string]protoreflect.Name{
	"s": "subjective", "o": "objective", "a": "assessment", "p": "plan", "focus": "focus", "data": "data",
	"action": "action", "response": "response", "text": "text", "to": "handover_to",
}

// setNote sets a field of a draft or a signed note.
func setNote(n protoreflect.Message, a Arg, labels Labels) ([]uint32, error) {
	set := func(name protoreflect.Name, value protoreflect.Value) []uint32 {
		field := n.Descriptor().Fields().ByName(name)
		n.Set(field, value)
		return []uint32{uint32(field.Number())}
	}
	switch a.Key {
	case "format":
		f, err := word[carev1.NoteFormat]("NOTE_FORMAT_", a.Value, carev1.NoteFormat_value)
		return set("format", protoreflect.ValueOfEnum(protoreflect.EnumNumber(f))), err
	case "important":
		return set("important", protoreflect.ValueOfBool(a.Value == "yes")), nil
	case "about":
		id, err := labelled(labels, a.Value)
		ids := n.NewField(n.Descriptor().Fields().ByName("vital_signs_ids"))
		ids.List().Append(protoreflect.ValueOfBytes(id))
		return set("vital_signs_ids", ids), err
	}
	name, ok := noteFields[a.Key]
	if !ok {
		return nil, errKey
	}
	return set(name, protoreflect.ValueOfString(a.Value)), nil
}

func labelled(labels Labels, label string) ([]byte, error) {
	id, ok := labels(label)
	if !ok {
		return nil, fmt.Errorf("no record has this name yet")
	}
	return id, nil
}
