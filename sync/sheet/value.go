package sheet

import (
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/sync/care"
)

// part is one value of a record in words, with the label that stands before it.
type part struct {
	label both
	value both
	flag  bool // a yes: the label says it all
}

// lines are the values of a field: one line for each of a list, each with its parts. What is not set is left out, and the
// label of the field itself is not repeated.
func lines(m protoreflect.Message, f protoreflect.FieldDescriptor) (all [][]part) {
	if !onPaper(f) || !m.Has(f) {
		return nil
	}
	if !f.IsList() {
		return [][]part{value(f, m.Get(f))}
	}
	for i := range m.Get(f).List().Len() {
		all = append(all, value(f, m.Get(f).List().Get(i)))
	}
	return all
}

// value are the parts of one value; a message that says nothing but that it is there is a yes.
func value(f protoreflect.FieldDescriptor, v protoreflect.Value) []part {
	if f.Message() == nil {
		return []part{leaf(f, v)}
	}
	switch one := v.Message().Interface().(type) {
	case interface{ GetSeconds() int64 }:
		return []part{{value: same(momentOf(one.GetSeconds()))}}
	case *carev1.JapanComaScale:
		return []part{{value: same(care.FormatJCS(one))}}
	case *carev1.Oxygen:
		if !one.GetSupplemental() {
			return []part{{value: both{"室内気", "room air"}}}
		}
	}
	if all := within(v.Message()); len(all) > 0 {
		return all
	}
	return []part{{flag: true}}
}

// within are the parts of a message, in the order of the contract, each with its label.
func within(m protoreflect.Message) (all []part) {
	for i := range m.Descriptor().Fields().Len() {
		f := m.Descriptor().Fields().Get(i)
		label, _ := labelOf(f)
		for _, line := range lines(m, f) {
			line[0].label = both{spaced(label.ja, line[0].label.ja), spaced(label.en, line[0].label.en)}
			all = append(all, line...)
		}
	}
	return all
}

func spaced(a, b string) string { return strings.TrimSpace(a + " " + b) }

func leaf(f protoreflect.FieldDescriptor, v protoreflect.Value) (p part) {
	switch {
	case f.Name() == "rh_positive":
		p.value = both{"陰性", "negative"}
		if v.Bool() {
			p.value = both{"陽性", "positive"}
		}
	case f.Kind() == protoreflect.BoolKind && v.Bool():
		p.flag = true
	case f.Kind() == protoreflect.BoolKind:
		p.value = both{"いいえ", "no"}
	case f.Enum() != nil:
		p.value = choice(f.Enum(), v.Enum())
	case f.Name() == "slots":
		p.value.ja, p.value.en = care.SlotTitle(v.String())
	case f.Kind() == protoreflect.StringKind:
		p.value = same(v.String())
	default:
		p.value = quantity(f.Name(), v)
	}
	return p
}

func same(text string) both { return both{text, text} }

// units of the numbers of the contract: in how many parts of the unit the field counts, and what the unit is called; a
// unit that everybody reads has no English of its own.
var units = map[protoreflect.Name]struct {
	per    int64
	ja, en string
}{
	"temperature_tenths_c": {10, "℃", ""}, "pulse_per_min": {1, "/分", ""}, "respirations_per_min": {1, "/分", ""},
	"systolic_mmhg": {1, "mmHg", ""}, "diastolic_mmhg": {1, "mmHg", ""}, "spo2_percent": {1, "%", ""},
	"low_percent": {1, "%", ""}, "high_percent": {1, "%", ""}, "fio2_percent": {1, "%", ""}, "weight_g": {1000, "kg", ""},
	"flow_tenths_l_per_min": {10, "L/分", ""}, "copay_tenths": {1, "割", ""}, "minutes_per_day": {1, "分", "min"},
	"times_per_week": {1, "回", "times"}, "days_per_week": {1, "日", "days"}, "min_interval_minutes": {1, "分以上", "min apart"},
	"max_per_day": {1, "回", "times"}, "max_consecutive_days": {1, "日", "days"}, "recheck_minutes": {1, "分", "min"},
	"days_supplied": {1, "日分", "days"}, "amount_thousandths": {1000, "", ""},
}

// quantity writes a number in its unit.
func quantity(name protoreflect.Name, v protoreflect.Value) both {
	u, known := units[name]
	n, err := strconv.ParseInt(v.String(), 10, 64)
	if !known || err != nil {
		return same(v.String())
	}
	text := decimal(n, u.per)
	if u.en == "" {
		return same(text + u.ja)
	}
	return both{text + u.ja, text + " " + u.en}
}

// decimal writes a number of parts: tenths always with their place, smaller parts without zeros at the end.
func decimal(n, per int64) string {
	text, rest := strconv.FormatInt(n/per, 10), n%per
	if per == 1 || per > 10 && rest == 0 {
		return text
	}
	digits := strconv.FormatInt(per+rest, 10)[1:]
	if per > 10 {
		digits = strings.TrimRight(digits, "0")
	}
	return text + "." + digits
}

// choice names a value of an enum; one that has no words reads "see record".
func choice(d protoreflect.EnumDescriptor, n protoreflect.EnumNumber) both {
	if v := d.Values().ByNumber(n); d.Name() == "AboGroup" && v != nil {
		return same(strings.TrimPrefix(string(v.Name()), "ABO_GROUP_"))
	}
	if t, err := protoregistry.GlobalTypes.FindEnumByName(d.FullName()); err == nil {
		return enumWords(t.New(n))
	}
	return seeRecord
}

var seeRecord = both{"記録を参照", "see record"}

func enumWords(e protoreflect.Enum) (w both) {
	if w.ja, w.en = care.EnumTitle(e); w.ja == "" {
		return seeRecord
	}
	return w
}
