package care

import (
	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// kinds are those of this build's contract. A contract with an incomplete policy must not start at all.
var kinds = func() *kindTable {
	t, err := load((*carev1.Body)(nil).ProtoReflect().Descriptor())
	if err != nil {
		panic("care: " + err.Error())
	}
	return t
}()

// Kinds returns all kinds, ascending by number. The caller must not change the slice.
func Kinds() []*Kind { return kinds.list }

// KindByNumber returns the kind with this field number in Body; false if the contract has none.
func KindByNumber(n uint32) (*Kind, bool) {
	k, ok := kinds.byNumber[n]
	return k, ok
}

// KindByName returns the kind with this field name in Body, such as "vital_signs"; false if the contract has none.
func KindByName(name string) (*Kind, bool) {
	k, ok := kinds.byName[name]
	return k, ok
}

// KindOf returns the kind of a body; false if no member is set: empty, or a kind newer than this build.
func KindOf(b *carev1.Body) (*Kind, bool) {
	if b == nil {
		return nil, false
	}
	member := b.ProtoReflect().WhichOneof(kinds.oneof)
	if member == nil {
		return nil, false
	}
	return KindByNumber(uint32(member.Number()))
}

// Message returns the member of a body, not a copy; nil if none is set. A member that is set to a nil message, which
// only a program can make, reads as an empty one.
func Message(b *carev1.Body) proto.Message {
	k, ok := KindOf(b)
	if !ok {
		return nil
	}
	m := b.ProtoReflect().Get(k.member).Message()
	if !m.IsValid() {
		m = m.Type().New()
	}
	return m.Interface()
}

// NewBody returns a body with an empty member of the kind.
func NewBody(k *Kind) *carev1.Body {
	b := &carev1.Body{}
	b.ProtoReflect().Mutable(k.member)
	return b
}
