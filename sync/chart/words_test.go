package chart_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/chart"
)

func TestFold(t *testing.T) {
	for _, same := range [][]string{
		{"ＳｐＯ２　９７％", "spo2 97%", "SpO2 97%"},
		{"インスリン", "ｲﾝｽﾘﾝ", "いんすりん"},
		{"ガ", "ｶﾞ", "カ\u3099", "が"},
		{"山田 花子", "山田　花子", "山田花子"},
		{"ヴァ", "ゔぁ"},
		{"ビタミン・ミネラル", "びたみんみねらる"},
	} {
		for _, text := range same[1:] {
			if chart.Fold(text) != chart.Fold(same[0]) {
				t.Errorf("%q and %q: %q and %q", text, same[0], chart.Fold(text), chart.Fold(same[0]))
			}
		}
	}
	for _, other := range [][2]string{{"37.5", "375"}, {"ハハ", "パパ"}, {"コーヒー", "コヒ"}, {"右", "左"}} {
		if chart.Fold(other[0]) == chart.Fold(other[1]) {
			t.Errorf("%q and %q are taken for one", other[0], other[1])
		}
	}
}

// TestFoldTwice: folding what is folded changes nothing.
func TestFoldTwice(t *testing.T) {
	letters := rapid.SampledFrom([]rune("aAＡàｶﾞﾊﾟカが゛\u3099漢 　・ーΣİ㎎①ﬁ.5"))
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(letters, 0, 30, -1).Draw(t, "text")
		if once := chart.Fold(text); chart.Fold(once) != once {
			t.Errorf("%q: %q, then %q", text, once, chart.Fold(once))
		}
	})
}

func TestQuery(t *testing.T) {
	texts := []string{"朝食後。会話良好、顔色良い。\n右下肢に浮腫あり（前日より増強）", "フロセミド20mg", "食パン一枚、㈱つなぐ薬局のカ\u3099ーゼ"}
	for query, want := range map[string]bool{
		"浮腫": true, "浮腫　ふろせみど": true, "浮腫 嘔吐": false, "ﾌﾛｾﾐﾄﾞ20MG": true, "前日 会話": true, "良好フロセミド": false,
		"下肢": true, "肢下": false, "ﾊﾟﾝ": true, "ばん": false, "ハ\u309aン": true, "ガーゼ": true, "ｶﾞｰｾﾞ": true, "カーゼ": false, "20㎎": true,
		"（株）": true, "２０ＭＧ": true, "ふろせみと": false,
	} {
		q, ok := chart.ParseQuery(query)
		if !ok || q.Matches(texts) != want {
			t.Errorf("%q: %v %v, want %v", query, ok, q.Matches(texts), want)
		}
	}
	for _, nothing := range []string{"", " 　", "・", strings.Repeat("あ ", chart.MaxWords+1)} {
		if _, ok := chart.ParseQuery(nothing); ok {
			t.Errorf("%q is a query", nothing)
		}
	}
}

// TestExcerpt: the words as they were written, around the first one.
func TestExcerpt(t *testing.T) {
	q, _ := chart.ParseQuery("いんすりん 低血糖")
	long := strings.Repeat("前", 60) + "ｲﾝｽﾘﾝ\nを減量" + strings.Repeat("後", 60)
	if got, want := q.Excerpt([]string{"低血糖", long}), "…"+strings.Repeat("前", 40)+"ｲﾝｽﾘﾝ を減量"+strings.Repeat("後", 36)+"…"; got != want {
		t.Errorf("%q\n%q", got, want)
	}
	if got := q.Excerpt([]string{"インスリン"}); got != "インスリン" {
		t.Errorf("%q", got)
	}
	if got := q.Excerpt([]string{"低血糖"}); got != "" {
		t.Errorf("%q", got)
	}
}

// TestExcerptOfAnything: it is short and valid text, whatever stands around the word.
func TestExcerptOfAnything(t *testing.T) {
	q, _ := chart.ParseQuery("浮腫")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "before") + "浮腫" + rapid.String().Draw(t, "after")
		if got := q.Excerpt([]string{text}); utf8.RuneCountInString(got) > 2*40+16 || got == "" || !utf8.ValidString(got) {
			t.Errorf("%q of %q", got, text)
		}
	})
}
