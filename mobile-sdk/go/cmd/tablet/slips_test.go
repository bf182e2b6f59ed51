package main

import (
	"strings"
	"testing"
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// TestParserSpeaksJapanese: every shape of sentence that the parser of the command line says has Japanese words around it,
// and none of the English ones.
func TestParserSpeaksJapanese(t *testing.T) {
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"retract", "x"}, "必要な指定がありません：--reason=STRING。"},
		{[]string{"vitals", "--temp", "36", "-5"}, "-5 という指定はありません"},
		{[]string{"vitals", "--temp", "-5"}, "--temp の値が正しくありません。--temp=\"-5\" の形で入力してください"},
		{[]string{"nonsense"}, "nonsense は余分か、知らないコマンドです"},
		{[]string{"meal", "tea"}, "<meal> は "},
		{[]string{"visit"}, "次のどれかを続けて入力してください"},
		{[]string{"history"}, "指定が足りません"},
		{[]string{"trend", "temp", "--days", "x"}, "--days の値が正しくありません"},
		{[]string{"resolve", "x", "--keep", "--take", "1"}, "一緒に指定できません"},
	} {
		out, errOut, code := call(t, t.TempDir(), append(c.args, "--lang", "ja")...)
		if code != 2 || !strings.Contains(errOut, c.says) || out != "" || strings.Count(errOut, "\n") != 1 {
			t.Errorf("%v: %d %q", c.args, code, errOut)
		}
		for _, english := range []string{"missing", "unknown", "unexpected", "expected", "must be", "did you mean", "together"} {
			if strings.Contains(errOut, english) {
				t.Errorf("%v: %q in Japanese", c.args, errOut)
			}
		}
	}
}

// TestDoubtsAreAboutSlips: an order as people write it is not asked about.
func TestDoubtsAreAboutSlips(t *testing.T) {
	order := func(amount uint32, unit string, slots ...string) *carev1.Body {
		return &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
			Dosage: &carev1.Dosage{AmountThousandths: amount, Unit: unit, Slots: slots},
		}}}
	}
	for n, c := range []struct {
		body *carev1.Body
		want int
	}{
		{order(1000, "錠", "after-breakfast", "hour-08", "bedtime"), 0}, {order(20_000, "錠"), 0}, {order(20_001, "錠"), 1},
		{order(100_000, "mL"), 0}, {order(100_000, "包", "after-brekfast"), 2}, {order(1000, "錠", "hour-24"), 1},
		{&carev1.Body{Kind: &carev1.Body_DailyCare{DailyCare: &carev1.DailyCare{Fluid: &carev1.Fluid{}}}}, 1},
		{&carev1.Body{Kind: &carev1.Body_DailyCare{DailyCare: &carev1.DailyCare{}}}, 0}, {nil, 0},
	} {
		if got := doubts(c.body); len(got) != c.want {
			t.Errorf("%d: %v", n, got)
		}
	}
}

// TestImportantHandoversComeFirst, then the newest.
func TestImportantHandoversComeFirst(t *testing.T) {
	at := func(hour int, important bool) handed {
		i := sdk.Item{At: time.Date(2026, 11, 23, hour, 0, 0, 0, tokyo)}
		i.Record = &carev1.Record{Body: &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{Important: important}}}}
		return handed{item: i}
	}
	for _, c := range []struct{ first, then handed }{
		{at(8, true), at(9, false)}, {at(9, true), at(8, true)}, {at(9, false), at(8, false)},
	} {
		if soonest(c.first, c.then) >= 0 || soonest(c.then, c.first) <= 0 {
			t.Errorf("%v is not before %v", c.first.item.At, c.then.item.At)
		}
	}
}

// TestFullWidthTimes are read as their narrow ones.
func TestFullWidthTimes(t *testing.T) {
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	for _, written := range []string{"９:００", "０９：００", "２０２６－１１－２３　０９：００", " 9:00 "} {
		if at, err := parseTime(written, now); err != nil || !at.Equal(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%q: %v, %v", written, at, err)
		}
	}
}
