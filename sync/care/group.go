package care

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// CopyGroup sets one field of dst's member to a deep copy of src's, or clears it if src does not have it. The group
// is a field number of the member. It answers false, and changes nothing, if the bodies are not of one kind or the
// kind has no such field.
func CopyGroup(dst, src *carev1.Body, group uint32) bool {
	k, f, ok := groupField(dst, src, group)
	if !ok {
		return false
	}
	from := src.ProtoReflect().Get(k.member).Message()
	to := dst.ProtoReflect().Mutable(k.member).Message()
	if from.Interface() == to.Interface() {
		return true
	}
	to.Clear(f)
	if from.Has(f) {
		one := from.New()
		one.Set(f, from.Get(f))
		proto.Merge(to.Interface(), one.Interface())
	}
	return true
}

// EqualGroup tells whether one field has the same value in both bodies, or is absent from both. It answers false if
// the bodies are not of one kind or the kind has no such field.
func EqualGroup(a, b *carev1.Body, group uint32) bool {
	k, f, ok := groupField(a, b, group)
	if !ok {
		return false
	}
	x, y := a.ProtoReflect().Get(k.member).Message(), b.ProtoReflect().Get(k.member).Message()
	return x.Has(f) == y.Has(f) && x.Get(f).Equal(y.Get(f))
}

func groupField(a, b *carev1.Body, group uint32) (*Kind, protoreflect.FieldDescriptor, bool) {
	k, ok := KindOf(a)
	if other, same := KindOf(b); !ok || !same || other != k || group >= maxBodyField {
		return nil, nil, false
	}
	f := k.fields.ByNumber(protoreflect.FieldNumber(group))
	return k, f, f != nil
}
