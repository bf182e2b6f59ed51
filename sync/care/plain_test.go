package care

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// plainRules is the fingerprint of everything that `plain` repeats: fields, numbers, types and rules. If this test
// fails, the contract has changed: bring plain.go in line, then this value.
const plainRules = "bb899cb291a4364d"

func TestPlainKnowsTheRules(t *testing.T) {
	h := sha256.New()
	for _, m := range []proto.Message{
		&carev1.Record{}, &carev1.Body{}, &carev1.Envelope{}, &carev1.Actor{}, &carev1.Confirmation{}, &carev1.Episode{},
		&carev1.Arrival{}, &carev1.Change{}, &carev1.VitalSigns{}, &carev1.Oxygen{}, &carev1.JapanComaScale{}, &carev1.MedicationLog{},
	} {
		d := m.ProtoReflect().Descriptor()
		fmt.Fprintf(h, "%s %x\n", d.FullName(), options(t, d))
		for i := range d.Fields().Len() {
			f := d.Fields().Get(i)
			fmt.Fprintf(h, "%s %d %s %s %x\n", f.Name(), f.Number(), f.Kind(), f.Cardinality(), options(t, f))
		}
	}
	if got := fmt.Sprintf("%x", h.Sum(nil)[:8]); got != plainRules {
		t.Errorf("fingerprint of the rules is %s, plain.go was written for %s", got, plainRules)
	}
}

func options(t *testing.T, d protoreflect.Descriptor) []byte {
	raw, err := proto.MarshalOptions{Deterministic: true}.Marshal(d.Options())
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// edges are values at and just beyond every limit of these messages.
var edges = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 16, 17, 19, 20, 21, 31, 32, 33, 63, 64, 65, 99, 100, 101, 119, 120, 121, 127, 128,
	129, 199, 200, 201, 229, 230, 231, 299, 300, 301, 329, 330, 331, 349, 350, 351, 459, 460, 461, 699, 700, 701, 999, 1000, 1001,
	2719, 2720, 2721, 3999, 4000, 4001, 649_999, 650_000, 650_001, 100_000_000, 100_000_001}

var slotEdges = []string{"", "x", "2026-11-23", "2026-11-23/", "2026-11-23/a", "2026-11-23/A", "2026-11-23/é", "2026-11-23 a",
	"2026-00-23/a", "2026-01-23/a", "2026-12-23/a", "2026-13-23/a", "2026-1a-23/a", "2026-0a-23/a", "2026-11-00/a", "2026-11-01/a",
	"2026-11-28/a", "2026-11-30/a", "2026-11-31/a", "2026-12-31/a", "2026-02-28/a", "2026-02-29/a", "2028-02-29/a", "2028-02-30/a", "2026-11-32/a", "2026-11-0x/a", "202x-11-23/a", "2026/11-23/a", "2026-11/23/a",
	"2026-11-23/" + strings.Repeat("a", 32), "2026-11-23/" + strings.Repeat("a", 33), "2026-11-23/a-0/", "2026-11-23/a\n"}

// spoilt returns the edge values of a field.
func spoilt(f protoreflect.FieldDescriptor) (all []protoreflect.Value) {
	for _, n := range edges {
		switch f.Kind() {
		case protoreflect.StringKind:
			if n <= 4001 {
				all = append(all, protoreflect.ValueOfString(strings.Repeat("a", n)), protoreflect.ValueOfString(strings.Repeat("あ", n)))
			}
		case protoreflect.BytesKind:
			all = append(all, protoreflect.ValueOfBytes(make([]byte, min(n, 65))))
		case protoreflect.EnumKind:
			all = append(all, protoreflect.ValueOfEnum(protoreflect.EnumNumber(n-1)))
		case protoreflect.Uint32Kind:
			all = append(all, protoreflect.ValueOfUint32(uint32(n)))
		case protoreflect.Sint32Kind:
			all = append(all, protoreflect.ValueOfInt32(int32(n)))
		case protoreflect.BoolKind:
			all = append(all, protoreflect.ValueOfBool(n > 0))
		}
	}
	if f.Name() == "slot" {
		all = nil
		for _, s := range slotEdges {
			all = append(all, protoreflect.ValueOfString(s))
		}
	}
	return all
}

// spoil sets each field of m, and of what it contains, to each of its edge values in turn, and calls try each time.
func spoil(m protoreflect.Message, depth int, try func()) {
	for i := range m.Descriptor().Fields().Len() {
		f := m.Descriptor().Fields().Get(i)
		had, old := m.Has(f), m.Get(f)
		if o := f.ContainingOneof(); o != nil && !o.IsSynthetic() && !had {
			continue // setting it would clear the member that is being tried
		}
		m.Clear(f)
		try()
		switch {
		case f.IsList():
			list := m.Mutable(f).List()
			if f.Message() != nil {
				list.AppendMutable()
				try()
			} else {
				list.Append(list.NewElement())
				for _, v := range spoilt(f) {
					list.Set(0, v)
					try()
				}
			}
		case f.Message() != nil && depth > 0:
			if had {
				m.Set(f, protoreflect.ValueOfMessage(proto.Clone(old.Message().Interface()).ProtoReflect()))
			}
			spoil(m.Mutable(f).Message(), depth-1, try)
		case f.Message() == nil:
			for _, v := range spoilt(f) {
				m.Set(f, v)
				try()
			}
		}
		if m.Clear(f); had {
			m.Set(f, old)
		}
	}
}

func TestPlainIsNeverMoreLenientThanTheRules(t *testing.T) {
	rich := usualRecord()
	rich.Body.GetVitalSigns().Oxygen = &carev1.Oxygen{Supplemental: true}
	rich.Envelope.Episode = &carev1.Episode{}
	dose := usualRecord()
	dose.Body = logBody(usualLog())
	for _, m := range []*carev1.Record{usualRecord(), rich, dose} {
		tried, accepted := 0, 0
		spoil(m.ProtoReflect(), 3, func() {
			tried++
			if !plain(m) {
				return
			}
			accepted++
			if v := broken(m); v != nil {
				t.Errorf("plain, but %v", v)
			}
		})
		if accepted < tried/10 || accepted > tried*9/10 || !plain(m) {
			t.Errorf("%d of %d were plain: the test sees too little", accepted, tried)
		}
	}
	for _, c := range vectors[limitVector](t, "vital_limits.json") {
		v := &carev1.VitalSigns{}
		unmarshal(t, c.VitalSigns, v)
		if plain(v) && broken(v) != nil {
			t.Errorf("%s: plain, but %v", c.Name, broken(v))
		}
	}
	for _, m := range []proto.Message{usualVitals(), usualRecord().GetEnvelope(), usualLog(), logBody(usualLog())} {
		if !plain(m) {
			t.Errorf("%s as usual is not plain", m.ProtoReflect().Descriptor().Name())
		}
	}
}

// A body whose member is a nil message comes from a program's mistake and must not take the program down.
func TestHollowMembers(t *testing.T) {
	for _, b := range []*carev1.Body{
		{Kind: &carev1.Body_VitalSigns{}}, {Kind: &carev1.Body_DraftNote{}}, {Kind: &carev1.Body_SignedNote{}},
		{Kind: &carev1.Body_MedicationOrder{}}, {Kind: &carev1.Body_MedicationLog{}},
		{Kind: &carev1.Body_PatientProfile{}}, {Kind: &carev1.Body_Visit{}}, {Kind: &carev1.Body_DailyCare{}},
		{Kind: &carev1.Body_Allergy{}}, {Kind: &carev1.Body_Condition{}}, {Kind: &carev1.Body_Instruction{}},
		{Kind: &carev1.Body_AdvanceDirective{}}, {Kind: &carev1.Body_LabResult{}}, {Kind: &carev1.Body_Document{}},
		{Kind: &carev1.Body_Inquiry{}}, {Kind: &carev1.Body_Task{}}, {Kind: &carev1.Body_ReadMark{}},
		{Kind: &carev1.Body_Episode{}},
	} {
		k, ok := KindOf(b)
		if !ok || len(Check(b)) == 0 || len(Validate(Message(b))) == 0 {
			t.Errorf("%v: nothing is found", b)
		}
		Validate(b)
		Summary(b)
		DomainKey(k, b)
		DoubleDose(&carev1.Record{Body: b}, &carev1.Record{Body: b})
	}
	Validate((*carev1.VitalSigns)(nil))
	Validate((*carev1.Record)(nil))
	Validate((*carev1.Envelope)(nil))
}
