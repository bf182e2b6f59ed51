package care

import (
	"fmt"
	"slices"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// SchemaVersion is the version of the bodies in this build's contract.
const SchemaVersion = 1

// maxBodyField bounds the field numbers of a body, so that they never meet the numbers of carev1.Group.
const maxBodyField = 1000

// Kind is one record kind as the contract declares it. Kinds are shared and must not be changed.
type Kind struct {
	Number        uint32 // field number in Body; it is the kind for ever
	Name          string // field name in Body, such as "vital_signs"
	Merge         carev1.MergePolicy
	Section       carev1.SectionPolicy
	DefaultStream carev1.StreamClass
	UniqueBy      []string // field names of the domain key; empty: none
	Writers       []carev1.Role
	Derived       bool          // only the server writes it
	Transcribers  []carev1.Role // who may type in what a writer signed on paper; see MayTranscribe

	member protoreflect.FieldDescriptor   // of Body
	fields protoreflect.FieldDescriptors  // of the member's message
	key    []protoreflect.FieldDescriptor // UniqueBy, resolved
	groups []uint32
}

// MayWrite tells whether the role may write records of this kind.
func (k *Kind) MayWrite(r carev1.Role) bool { return slices.Contains(k.Writers, r) }

// WholeRecord tells whether a record of this kind is one single group: EVENT and REVIEW.
func (k *Kind) WholeRecord() bool { return k.Merge != carev1.MergePolicy_MERGE_POLICY_MERGE }

// Groups returns the units of merge: for a MERGE kind its field numbers, ascending, then GROUP_STATUS and
// GROUP_ENVELOPE; for any other kind only 0. The caller must not change the slice.
func (k *Kind) Groups() []uint32 { return k.groups }

// kindTable holds the kinds of one Body, ascending by number.
type kindTable struct {
	list     []*Kind
	byNumber map[uint32]*Kind
	byName   map[string]*Kind
	oneof    protoreflect.OneofDescriptor
}

// load reads the kinds from the descriptor of Body. Every member must be a message with a complete policy.
func load(body protoreflect.MessageDescriptor) (*kindTable, error) {
	t := &kindTable{byNumber: map[uint32]*Kind{}, byName: map[string]*Kind{}}
	if t.oneof = body.Oneofs().ByName("kind"); t.oneof == nil {
		return nil, fmt.Errorf("%s has no oneof named kind", body.FullName())
	}
	for i := range body.Fields().Len() {
		member := body.Fields().Get(i)
		if member.ContainingOneof() != t.oneof {
			return nil, fmt.Errorf("%s is not a member of the oneof kind", member.FullName())
		}
		k, err := loadKind(member)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", member.FullName(), err)
		}
		t.list = append(t.list, k)
		t.byNumber[k.Number], t.byName[k.Name] = k, k
	}
	slices.SortFunc(t.list, func(a, b *Kind) int { return int(a.Number) - int(b.Number) })
	return t, nil
}

func loadKind(member protoreflect.FieldDescriptor) (*Kind, error) {
	if member.Message() == nil {
		return nil, fmt.Errorf("is not a message")
	}
	opts, _ := member.Message().Options().(*descriptorpb.MessageOptions)
	if opts == nil || !proto.HasExtension(opts, carev1.E_Kind) {
		return nil, fmt.Errorf("%s declares no kind policy", member.Message().FullName())
	}
	policy := proto.GetExtension(opts, carev1.E_Kind).(*carev1.KindPolicy)
	k := &Kind{
		Number: uint32(member.Number()), Name: string(member.Name()),
		Merge: policy.GetMerge(), Section: policy.GetSection(), DefaultStream: policy.GetDefaultStream(),
		UniqueBy: policy.GetUniqueBy(), Writers: policy.GetWriters(), Transcribers: policy.GetTranscribers(), Derived: policy.GetDerived(),
		member: member, fields: member.Message().Fields(),
	}
	for _, check := range []func(*Kind) error{checkPolicy, checkFields, resolveKey} {
		if err := check(k); err != nil {
			return nil, err
		}
	}
	k.groups = groupsOf(k)
	return k, nil
}

// checkPolicy refuses values that are unset or that this build does not know.
func checkPolicy(k *Kind) error {
	for name, e := range map[string]protoreflect.Enum{
		"merge": k.Merge, "section": k.Section, "default_stream": k.DefaultStream,
	} {
		if !known(e) {
			return fmt.Errorf("kind policy has no valid %s", name)
		}
	}
	if (len(k.Writers) == 0) != k.Derived {
		return fmt.Errorf("kind policy names no writers, or is derived and names some")
	}
	for _, r := range slices.Concat(k.Writers, k.Transcribers) {
		if !known(r) {
			return fmt.Errorf("kind policy names a role that does not exist")
		}
	}
	if slices.ContainsFunc(k.Transcribers, k.MayWrite) {
		return fmt.Errorf("kind policy lets a role transcribe what it may write anyway")
	}
	return nil
}

func known(e protoreflect.Enum) bool {
	return e.Number() != 0 && e.Descriptor().Values().ByNumber(e.Number()) != nil
}

// checkFields refuses field numbers that could be taken for a Group and, in a MERGE kind, a oneof: setting one of
// its members clears another one, which would be a group that nobody wrote.
func checkFields(k *Kind) error {
	for i := range k.fields.Len() {
		f := k.fields.Get(i)
		if f.Number() >= maxBodyField {
			return fmt.Errorf("field %s has number %d; body fields stay below %d", f.Name(), f.Number(), maxBodyField)
		}
		if o := f.ContainingOneof(); o != nil && !o.IsSynthetic() && !k.WholeRecord() {
			return fmt.Errorf("field %s of a MERGE kind is in the oneof %s", f.Name(), o.Name())
		}
	}
	return nil
}

func groupsOf(k *Kind) []uint32 {
	if k.WholeRecord() {
		return []uint32{uint32(carev1.Group_GROUP_UNSPECIFIED)}
	}
	groups := make([]uint32, 0, k.fields.Len()+2)
	for i := range k.fields.Len() {
		groups = append(groups, uint32(k.fields.Get(i).Number()))
	}
	slices.Sort(groups)
	return append(groups, uint32(carev1.Group_GROUP_STATUS), uint32(carev1.Group_GROUP_ENVELOPE))
}
