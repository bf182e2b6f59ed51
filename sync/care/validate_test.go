package care

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// marker is longer than any limit on text and fits no pattern. Numbers get an equally recognisable value.
const (
	marker       = "Marker7391"
	markerNumber = 739117391
)

// mark fills every field of a message, and one level of each message below it, with recognisable values.
func mark(m protoreflect.Message, depth int) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if f.Message() != nil && depth == 0 {
			continue
		}
		if f.IsList() {
			list := m.Mutable(f).List()
			for range 3 {
				if f.Message() != nil {
					mark(list.AppendMutable().Message(), depth-1)
				} else {
					list.Append(markedValue(f))
				}
			}
		} else if f.Message() != nil {
			mark(m.Mutable(f).Message(), depth-1)
		} else {
			m.Set(f, markedValue(f))
		}
	}
}

func markedValue(f protoreflect.FieldDescriptor) protoreflect.Value {
	long := strings.Repeat(marker, 20_000/len(marker))
	switch f.Kind() {
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(long)
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes([]byte(long))
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.EnumKind:
		return protoreflect.ValueOfEnum(markerNumber)
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(markerNumber)
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(markerNumber)
	case protoreflect.Int32Kind, protoreflect.Sint32Kind:
		return protoreflect.ValueOfInt32(markerNumber)
	default:
		return protoreflect.ValueOfInt64(markerNumber)
	}
}

// subjects are records with each kind of body, and every message below the file's own that a body can hold.
func subjects() []proto.Message {
	var all []proto.Message
	for _, k := range Kinds() {
		b := NewBody(k)
		mark(Message(b).ProtoReflect(), 3)
		all = append(all, Message(b), b, &carev1.Record{Body: b})
		fields := Message(b).ProtoReflect().Descriptor().Fields()
		for i := range fields.Len() { // one field at a time, so that MaxViolations hides none of them
			one := NewBody(k)
			m := Message(one).ProtoReflect()
			m.Set(fields.Get(i), Message(b).ProtoReflect().Get(fields.Get(i)))
			all = append(all, m.Interface())
		}
	}
	e := &carev1.Envelope{}
	mark(e.ProtoReflect(), 2)
	return append(all, e, &carev1.Record{Id: []byte(marker), Envelope: e})
}

func TestNothingSaidAboutABodyContainsAValue(t *testing.T) {
	values := []string{marker, fmt.Sprint(markerNumber), fmt.Sprintf("%x", marker), fmt.Sprintf("%X", marker)}
	check := func(said string) {
		for _, v := range values {
			if strings.Contains(said, v) {
				t.Errorf("%q contains a value", said[:min(len(said), 200)])
			}
		}
	}
	broken := map[string]bool{}
	for _, m := range subjects() {
		for _, v := range Validate(m) {
			check(v.Field + v.Rule + v.Message)
			broken[v.Rule] = true
			if v.Rule == "" || v.Message == "" || v.Rule == "contract" {
				t.Errorf("%s: %+v", m.ProtoReflect().Descriptor().Name(), v)
			}
		}
		if b, ok := m.(*carev1.Body); ok {
			for _, f := range Check(b) {
				check(f.Field + f.Range + f.En + f.Ja)
			}
		}
	}
	if len(broken) < 10 {
		t.Errorf("only %d rules were broken: the test sees too little", len(broken))
	}
}

// A rule in the contract whose expression builds its own text could quote a value; each has a fixed message, and
// words for the writer.
func TestRulesOfTheContractHaveFixedMessages(t *testing.T) {
	var walk func(protoreflect.MessageDescriptor)
	seen := map[protoreflect.FullName]bool{}
	unknown, _ := ruleInWords("", "", Violation{})
	walk = func(d protoreflect.MessageDescriptor) {
		if seen[d.FullName()] {
			return
		}
		seen[d.FullName()] = true
		opts := d.Options().(*descriptorpb.MessageOptions)
		rules := proto.GetExtension(opts, validate.E_Message).(*validate.MessageRules)
		for _, r := range rules.GetCel() {
			if r.GetMessage() == "" {
				t.Errorf("%s: rule %s has no message of its own", d.FullName(), r.GetId())
			}
			if _, ok := messageRules[r.GetId()]; !ok && !strings.HasPrefix(r.GetId(), "envelope.") {
				t.Errorf("rule %s has no words for the writer", r.GetId())
			}
		}
		for i := range d.Fields().Len() {
			f := d.Fields().Get(i)
			own := proto.GetExtension(f.Options().(*descriptorpb.FieldOptions), validate.E_Field).(*validate.FieldRules)
			for _, r := range own.GetCel() {
				if ja, _ := ruleInWords("", "", Violation{Rule: r.GetId()}); r.GetMessage() == "" || ja == unknown {
					t.Errorf("%s: rule %s has no message of its own, or no words for the writer", f.FullName(), r.GetId())
				}
			}
			if len(own.GetCelExpression()) > 0 {
				t.Errorf("%s has an expression without a message", f.FullName())
			}
			if f.Message() != nil {
				walk(f.Message())
			}
		}
	}
	walk((*carev1.Record)(nil).ProtoReflect().Descriptor())
}

func TestViolationsAreSortedAndBounded(t *testing.T) {
	for _, m := range subjects() {
		got := Validate(m)
		if len(got) > MaxViolations {
			t.Errorf("%d violations", len(got))
		}
		if !slices.IsSortedFunc(got, func(a, b Violation) int { return strings.Compare(a.Field, b.Field) }) {
			t.Errorf("not sorted: %v", got)
		}
	}
	if Validate(nil) != nil || Validate(usualRecord()) != nil {
		t.Error("nothing is wrong with nothing, or with a usual record")
	}
}

// The ranges that the device prints are those that the contract refuses by.
func TestLimitsAreTheContracts(t *testing.T) {
	for i := range limits {
		l := &limits[i]
		d := (*carev1.VitalSigns)(nil).ProtoReflect().Descriptor()
		var f protoreflect.FieldDescriptor
		for _, name := range strings.Split(l.field, ".") {
			if f = d.Fields().ByName(protoreflect.Name(name)); f == nil {
				t.Fatalf("%s is not a field", l.field)
			}
			d = f.Message()
		}
		rules := proto.GetExtension(f.Options().(*descriptorpb.FieldOptions), validate.E_Field).(*validate.FieldRules)
		var contract span
		if r := rules.GetSint32(); r != nil {
			contract = span{int64(r.GetGte()), int64(r.GetLte())}
		} else {
			contract = span{int64(rules.GetUint32().GetGte()), int64(rules.GetUint32().GetLte())}
		}
		if contract != l.reject {
			t.Errorf("%s: the contract says %v, the table %v", l.field, contract, l.reject)
		}
		if l.confirm.low < l.reject.low || l.confirm.high > l.reject.high || l.confirm.low > l.confirm.high {
			t.Errorf("%s: the confirm limits are not within the reject limits", l.field)
		}
	}
}
