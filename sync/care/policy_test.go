package care

import (
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func TestKindsOfTheContract(t *testing.T) {
	want := []struct {
		name    string
		number  uint32
		merge   carev1.MergePolicy
		section carev1.SectionPolicy
		groups  int
	}{
		{"vital_signs", 1, carev1.MergePolicy_MERGE_POLICY_EVENT, carev1.SectionPolicy_SECTION_POLICY_MONTH, 1},
		{"draft_note", 2, carev1.MergePolicy_MERGE_POLICY_MERGE, carev1.SectionPolicy_SECTION_POLICY_MONTH, 16},
		{"signed_note", 3, carev1.MergePolicy_MERGE_POLICY_EVENT, carev1.SectionPolicy_SECTION_POLICY_MONTH, 1},
		{"medication_order", 4, carev1.MergePolicy_MERGE_POLICY_REVIEW, carev1.SectionPolicy_SECTION_POLICY_STANDING, 1},
		{"medication_log", 5, carev1.MergePolicy_MERGE_POLICY_EVENT, carev1.SectionPolicy_SECTION_POLICY_MONTH, 1},
		{"patient_profile", 6, carev1.MergePolicy_MERGE_POLICY_MERGE, carev1.SectionPolicy_SECTION_POLICY_STANDING, 35},
		{"visit", 7, carev1.MergePolicy_MERGE_POLICY_MERGE, carev1.SectionPolicy_SECTION_POLICY_MONTH, 13},
		{"daily_care", 8, carev1.MergePolicy_MERGE_POLICY_EVENT, carev1.SectionPolicy_SECTION_POLICY_MONTH, 1},
		{"allergy", 9, carev1.MergePolicy_MERGE_POLICY_REVIEW, carev1.SectionPolicy_SECTION_POLICY_STANDING, 1},
		{"condition", 10, carev1.MergePolicy_MERGE_POLICY_REVIEW, carev1.SectionPolicy_SECTION_POLICY_STANDING, 1},
		{"instruction", 11, carev1.MergePolicy_MERGE_POLICY_REVIEW, carev1.SectionPolicy_SECTION_POLICY_STANDING, 1},
		{"advance_directive", 12, carev1.MergePolicy_MERGE_POLICY_REVIEW, carev1.SectionPolicy_SECTION_POLICY_STANDING, 1},
		{"lab_result", 13, carev1.MergePolicy_MERGE_POLICY_EVENT, carev1.SectionPolicy_SECTION_POLICY_MONTH, 1},
		{"document", 14, carev1.MergePolicy_MERGE_POLICY_EVENT, carev1.SectionPolicy_SECTION_POLICY_MONTH, 1},
		{"inquiry", 15, carev1.MergePolicy_MERGE_POLICY_EVENT, carev1.SectionPolicy_SECTION_POLICY_MONTH, 1},
		{"task", 16, carev1.MergePolicy_MERGE_POLICY_MERGE, carev1.SectionPolicy_SECTION_POLICY_STANDING, 10},
		{"read_mark", 17, carev1.MergePolicy_MERGE_POLICY_EVENT, carev1.SectionPolicy_SECTION_POLICY_MONTH, 1},
		{"episode", 18, carev1.MergePolicy_MERGE_POLICY_MERGE, carev1.SectionPolicy_SECTION_POLICY_STANDING, 10},
		{"alert", 19, carev1.MergePolicy_MERGE_POLICY_EVENT, carev1.SectionPolicy_SECTION_POLICY_MONTH, 1},
		{"alert_response", 20, carev1.MergePolicy_MERGE_POLICY_EVENT, carev1.SectionPolicy_SECTION_POLICY_MONTH, 1},
		{"alert_threshold", 21, carev1.MergePolicy_MERGE_POLICY_REVIEW, carev1.SectionPolicy_SECTION_POLICY_STANDING, 1},
		{"temporary_instruction", 22, carev1.MergePolicy_MERGE_POLICY_REVIEW, carev1.SectionPolicy_SECTION_POLICY_STANDING, 1},
		{"instruction_receipt", 23, carev1.MergePolicy_MERGE_POLICY_EVENT, carev1.SectionPolicy_SECTION_POLICY_MONTH, 1},
	}
	for i, k := range Kinds()[:min(len(Kinds()), len(want))] {
		w := want[i]
		if k.Name != w.name || k.Number != w.number || k.Merge != w.merge || k.Section != w.section ||
			len(k.Groups()) != w.groups || k.WholeRecord() != (w.groups == 1) {
			t.Errorf("%+v, want %+v", k, w)
		}
		byName, _ := KindByName(k.Name)
		byNumber, _ := KindByNumber(k.Number)
		ofBody, ok := KindOf(NewBody(k))
		if byName != k || byNumber != k || ofBody != k || !ok || Message(NewBody(k)) == nil {
			t.Errorf("%s is not found again", k.Name)
		}
		if ja, en := KindTitle(k); ja == "記録" && en == "record" {
			t.Errorf("%s has no title", k.Name)
		}
	}
	if len(Kinds()) != len(want) {
		t.Errorf("%d kinds, want %d", len(Kinds()), len(want))
	}
	draft, _ := KindByName("draft_note")
	g := draft.Groups()
	if !slices.IsSorted(g) || g[0] != 1 || g[len(g)-2] != 1001 || g[len(g)-1] != 1002 {
		t.Errorf("groups of a draft: %v", g)
	}
}

func TestUnknownKinds(t *testing.T) {
	newer := &carev1.Body{}
	if err := proto.Unmarshal([]byte{0xA2, 0x06, 0x02, 0x08, 0x01}, newer); err != nil { // field 100
		t.Fatal(err)
	}
	for name, b := range map[string]*carev1.Body{"nil": nil, "empty": {}, "newer": newer} {
		if k, ok := KindOf(b); ok || k != nil || Message(b) != nil || Check(b) != nil {
			t.Errorf("%s: has a kind", name)
		}
		if ja, en := Summary(b); ja == "" || en == "" {
			t.Errorf("%s: no summary", name)
		}
	}
	if _, ok := KindByNumber(100); ok {
		t.Error("number 100 is a kind")
	}
	if _, ok := KindByName("nobody"); ok {
		t.Error("nobody is a kind")
	}
}

func TestMayWrite(t *testing.T) {
	order, _ := KindByName("medication_order")
	for role, want := range map[carev1.Role]bool{
		carev1.Role_ROLE_PHYSICIAN: true, carev1.Role_ROLE_NURSE: true, carev1.Role_ROLE_PHARMACIST: true,
		carev1.Role_ROLE_CARE_WORKER: false, carev1.Role_ROLE_UNSPECIFIED: false, carev1.Role(99): false,
	} {
		if order.MayWrite(role) != want {
			t.Errorf("%v may write an order: %v", role, !want)
		}
	}
}

func goodPolicy() *carev1.KindPolicy {
	return &carev1.KindPolicy{
		Merge:   carev1.MergePolicy_MERGE_POLICY_EVENT,
		Section: carev1.SectionPolicy_SECTION_POLICY_MONTH, DefaultStream: carev1.StreamClass_STREAM_CLASS_CARE,
		UniqueBy: []string{"name"}, Writers: []carev1.Role{carev1.Role_ROLE_NURSE},
	}
}

// bodyOf builds a descriptor of a Body with one member, Thing, and lets the test spoil it.
func bodyOf(t *testing.T, policy *carev1.KindPolicy, spoil func(body, thing *descriptorpb.DescriptorProto)) protoreflect.MessageDescriptor {
	t.Helper()
	opts := &descriptorpb.MessageOptions{}
	if policy != nil {
		proto.SetExtension(opts, carev1.E_Kind, policy)
	}
	thing := &descriptorpb.DescriptorProto{Name: proto.String("Thing"), Options: opts, Field: []*descriptorpb.FieldDescriptorProto{
		field("name", 1, descriptorpb.FieldDescriptorProto_TYPE_STRING, ""),
		field("at", 2, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE, ".google.protobuf.Timestamp"),
		field("self", 3, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE, ".x.Thing"),
		field("ratio", 4, descriptorpb.FieldDescriptorProto_TYPE_DOUBLE, ""),
	}}
	member := field("thing", 7, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE, ".x.Thing")
	member.OneofIndex = proto.Int32(0)
	body := &descriptorpb.DescriptorProto{Name: proto.String("Body"), Field: []*descriptorpb.FieldDescriptorProto{member},
		OneofDecl: []*descriptorpb.OneofDescriptorProto{{Name: proto.String("kind")}}}
	if spoil != nil {
		spoil(body, thing)
	}
	file, err := protodesc.NewFile(&descriptorpb.FileDescriptorProto{
		Name: proto.String("x.proto"), Package: proto.String("x"), Syntax: proto.String("proto3"),
		Dependency:  []string{"google/protobuf/timestamp.proto"},
		MessageType: []*descriptorpb.DescriptorProto{body, thing},
	}, protoFiles{})
	if err != nil {
		t.Fatal(err)
	}
	return file.Messages().ByName("Body")
}

func field(name string, number int32, kind descriptorpb.FieldDescriptorProto_Type, of string) *descriptorpb.FieldDescriptorProto {
	f := &descriptorpb.FieldDescriptorProto{Name: &name, Number: &number, Type: &kind,
		Label: descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum()}
	if of != "" {
		f.TypeName = &of
	}
	return f
}

// protoFiles resolves the one import of the test's descriptor.
type protoFiles struct{}

func (protoFiles) FindFileByPath(string) (protoreflect.FileDescriptor, error) {
	return timestamppb.File_google_protobuf_timestamp_proto, nil
}

func (protoFiles) FindDescriptorByName(n protoreflect.FullName) (protoreflect.Descriptor, error) {
	return timestamppb.File_google_protobuf_timestamp_proto.Messages().ByName(n.Name()), nil
}

func TestLoadRefusesBadPolicies(t *testing.T) {
	with := func(change func(*carev1.KindPolicy)) *carev1.KindPolicy { p := goodPolicy(); change(p); return p }
	type spoil = func(body, thing *descriptorpb.DescriptorProto)
	for _, c := range []struct {
		want   string
		policy *carev1.KindPolicy
		spoil  spoil
	}{
		{"declares no kind policy", nil, nil},
		{"no valid merge", with(func(p *carev1.KindPolicy) { p.Merge = 0 }), nil},
		{"no valid merge", with(func(p *carev1.KindPolicy) { p.Merge = 99 }), nil},
		{"no valid section", with(func(p *carev1.KindPolicy) { p.Section = 0 }), nil},
		{"no valid default_stream", with(func(p *carev1.KindPolicy) { p.DefaultStream = 0 }), nil},
		{"names no writers", with(func(p *carev1.KindPolicy) { p.Writers = nil }), nil},
		{"a role that does not exist", with(func(p *carev1.KindPolicy) { p.Writers = []carev1.Role{0} }), nil},
		{"a role that does not exist", with(func(p *carev1.KindPolicy) { p.Transcribers = []carev1.Role{99} }), nil},
		{"may write anyway", with(func(p *carev1.KindPolicy) { p.Transcribers = p.Writers }), nil},
		{"which is not a field", with(func(p *carev1.KindPolicy) { p.UniqueBy = []string{"nmae"} }), nil},
		{"cannot be part of a key", with(func(p *carev1.KindPolicy) { p.UniqueBy = []string{"self"} }), nil},
		{"cannot be part of a key", with(func(p *carev1.KindPolicy) { p.UniqueBy = []string{"ratio"} }), nil},
		{"cannot be part of a key", goodPolicy(), func(_, thing *descriptorpb.DescriptorProto) {
			thing.Field[0].Label = descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum()
		}},
		{"stay below 1000", goodPolicy(), func(_, thing *descriptorpb.DescriptorProto) {
			thing.Field[3].Number = proto.Int32(1000)
		}},
		{"in the oneof", with(func(p *carev1.KindPolicy) { p.Merge = carev1.MergePolicy_MERGE_POLICY_MERGE }),
			func(_, thing *descriptorpb.DescriptorProto) {
				thing.OneofDecl = []*descriptorpb.OneofDescriptorProto{{Name: proto.String("either")}}
				thing.Field[3].OneofIndex = proto.Int32(0)
			}},
		{"no oneof named kind", goodPolicy(), func(body, _ *descriptorpb.DescriptorProto) {
			body.OneofDecl[0].Name = proto.String("sort")
		}},
		{"not a member of the oneof", goodPolicy(), func(body, _ *descriptorpb.DescriptorProto) {
			body.Field = append(body.Field, field("extra", 8, descriptorpb.FieldDescriptorProto_TYPE_MESSAGE, ".x.Thing"))
		}},
		{"is not a message", goodPolicy(), func(body, _ *descriptorpb.DescriptorProto) {
			f := field("extra", 8, descriptorpb.FieldDescriptorProto_TYPE_STRING, "")
			f.OneofIndex = proto.Int32(0)
			body.Field = append(body.Field, f)
		}},
	} {
		if _, err := load(bodyOf(t, c.policy, c.spoil)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v", c.want, err)
		}
	}
	table, err := load(bodyOf(t, with(func(p *carev1.KindPolicy) { p.UniqueBy = []string{"name", "at"} }), nil))
	if err != nil || len(table.list) != 1 || table.list[0].Number != 7 {
		t.Errorf("a good policy: %v", err)
	}
}
