package care

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// timestampName is the only message type that may be a part of a domain key: its encoding below is ours and fixed,
// whereas protobuf does not promise one.
const timestampName = "google.protobuf.Timestamp"

// DomainKey returns the key under which possible duplicates are found: the first 16 bytes of the SHA-256 of the
// kind's number and each part of UniqueBy, every part with its length before it. It answers false if the kind has no
// domain key, the body is of another kind, or a part is absent.
func DomainKey(k *Kind, b *carev1.Body) (key [16]byte, ok bool) {
	if of, found := KindOf(b); !found || of != k || len(k.key) == 0 {
		return key, false
	}
	m := b.ProtoReflect().Get(k.member).Message()
	in := binary.BigEndian.AppendUint32(make([]byte, 0, 96), k.Number)
	for _, f := range k.key {
		if !m.Has(f) {
			return key, false
		}
		at := len(in)
		in = appendPart(binary.BigEndian.AppendUint32(in, 0), f, m.Get(f))
		binary.BigEndian.PutUint32(in[at:], uint32(len(in)-at-4))
	}
	sum := sha256.Sum256(in)
	return [16]byte(sum[:16]), true
}

// appendPart writes one part: text and bytes as they are, numbers as 8 bytes big-endian, a time as seconds and nanos.
func appendPart(in []byte, f protoreflect.FieldDescriptor, v protoreflect.Value) []byte {
	switch f.Kind() {
	case protoreflect.StringKind:
		return append(in, v.String()...)
	case protoreflect.BytesKind:
		return append(in, v.Bytes()...)
	case protoreflect.EnumKind:
		return binary.BigEndian.AppendUint64(in, uint64(v.Enum()))
	case protoreflect.BoolKind:
		if v.Bool() {
			return append(in, 1)
		}
		return append(in, 0)
	case protoreflect.MessageKind:
		t, fields := v.Message(), f.Message().Fields()
		in = binary.BigEndian.AppendUint64(in, uint64(t.Get(fields.ByName("seconds")).Int()))
		return binary.BigEndian.AppendUint64(in, uint64(t.Get(fields.ByName("nanos")).Int()))
	case protoreflect.Uint32Kind, protoreflect.Uint64Kind, protoreflect.Fixed32Kind, protoreflect.Fixed64Kind:
		return binary.BigEndian.AppendUint64(in, v.Uint())
	default:
		return binary.BigEndian.AppendUint64(in, uint64(v.Int()))
	}
}

// resolveKey finds the fields of UniqueBy and refuses those whose equality is not plain.
func resolveKey(k *Kind) error {
	for _, name := range k.UniqueBy {
		f := k.fields.ByName(protoreflect.Name(name))
		if f == nil {
			return fmt.Errorf("unique_by names %q, which is not a field", name)
		}
		plain := f.Message() == nil || f.Message().FullName() == timestampName
		float := f.Kind() == protoreflect.FloatKind || f.Kind() == protoreflect.DoubleKind
		if f.Cardinality() == protoreflect.Repeated || !plain || float {
			return fmt.Errorf("unique_by names %q, which cannot be part of a key", name)
		}
		k.key = append(k.key, f)
	}
	return nil
}
