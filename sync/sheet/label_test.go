package sheet

import (
	"testing"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/tsunagu-care/tsunagu/sync/care"
)

// TestEverythingHasWords: every field of a standing record that is written for people has a label in both languages, and
// every value of its enums has words. A field that is added to the contract has to be named in label.go.
func TestEverythingHasWords(t *testing.T) {
	seen := map[protoreflect.FullName]bool{}
	for _, kind := range care.Kinds() {
		if body := care.NewBody(kind); isStanding(body) {
			named(t, care.Message(body).ProtoReflect().Descriptor(), seen)
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d messages were looked at", len(seen))
	}
}

func named(t *testing.T, d protoreflect.MessageDescriptor, seen map[protoreflect.FullName]bool) {
	if seen[d.FullName()] || d.FullName() == "google.protobuf.Timestamp" || d.Name() == "JapanComaScale" {
		return // those two are written as one value
	}
	seen[d.FullName()] = true
	for i := range d.Fields().Len() {
		f := d.Fields().Get(i)
		if !onPaper(f) {
			continue
		}
		if label, ok := labelOf(f); !ok || (label.ja == "") != (label.en == "") && f.Name() != "postal_code" {
			t.Errorf("%s has no label in both languages: name it in label.go", f.FullName())
		}
		if f.Message() != nil {
			named(t, f.Message(), seen)
		}
		if f.Enum() == nil {
			continue
		}
		for n := 1; n < f.Enum().Values().Len(); n++ {
			if value := f.Enum().Values().Get(n); choice(f.Enum(), value.Number()) == seeRecord {
				t.Errorf("%s has no words", value.FullName())
			}
		}
	}
}

func TestEra(t *testing.T) {
	for date, want := range map[string]string{
		"1938-05-02": "（昭和13年）", "1926-12-24": "（大正15年）", "1926-12-25": "（昭和元年）", "1989-01-07": "（昭和64年）",
		"1989-01-08": "（平成元年）", "2019-05-01": "（令和元年）", "2026-11-23": "（令和8年）", "1850-01-01": "",
	} {
		if got := era(date); got != want {
			t.Errorf("%s: %s, want %s", date, got, want)
		}
	}
}

func TestQuantity(t *testing.T) {
	for _, c := range []struct {
		name  protoreflect.Name
		value protoreflect.Value
		want  string
	}{
		{"temperature_tenths_c", protoreflect.ValueOfInt32(365), "36.5℃"}, {"temperature_tenths_c", protoreflect.ValueOfInt32(370), "37.0℃"},
		{"weight_g", protoreflect.ValueOfUint32(48500), "48.5kg"}, {"weight_g", protoreflect.ValueOfUint32(48005), "48.005kg"},
		{"amount_thousandths", protoreflect.ValueOfUint32(500), "0.5"}, {"rp_number", protoreflect.ValueOfUint32(3), "3"},
	} {
		if got := quantity(c.name, c.value); got.ja != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.ja, c.want)
		}
	}
}

// TestTextKeepsToItself: text that runs from right to left, or says so, is closed in; nothing is left out, and a name in a
// style sheet means nothing there.
func TestTextKeepsToItself(t *testing.T) {
	for text, want := range map[string]string{
		"発赤あり": "発赤あり", "<b>&": "&lt;b&gt;&amp;", "一行\n二行": "一行<br>二行",
		"שלום": "<bdi>שלום</bdi>", "a\u202eb": "<bdi>a\u202eb</bdi>", "مرحبا<": "<bdi>مرحبا&lt;</bdi>",
	} {
		if got := shown(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got, want := styled("a\"}</"), `"\000061\000022\00007d\00003c\00002f"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
