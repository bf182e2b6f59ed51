package rules

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Lengths within a YJ code (個別医薬品コード, 12 characters): the therapeutic class of the Japan Standard Commodity
// Classification, and with the route and the ingredient.
const (
	yjClass      = 4
	yjIngredient = 7
)

// highAlert are the beginnings of YJ codes of drugs that need special care (特に安全管理が必要な医薬品, after the JSHP
// guideline): a mistake with one of them is told as critical.
var highAlert = []string{
	"42",   // 抗悪性腫瘍剤
	"212",  // 不整脈用剤
	"113",  // 抗てんかん剤
	"333",  // 血液凝固阻止剤
	"2113", // ジギタリス
	"2251", // テオフィリン (キサンチン系)
	"117",  // 精神神経用剤
	"396",  // 糖尿病用剤
	"2492", // 膵臓ホルモン剤（インスリン）
	"625",  // 抗HIV薬を含む抗ウイルス剤
	"811",  // あへんアルカロイド系麻薬
	"821",  // 合成麻薬
	"3999", // 免疫抑制剤・メトトレキサートを含む他の代謝性医薬品
}

// oneOfAClass are the classes of which two drugs at once are asked about: opioids, sedatives, anticoagulants, NSAIDs and
// antidiabetics.
var oneOfAClass = []string{"811", "821", "112", "333", "1149", "1147", "396", "2492"}

// begins tells whether a code begins with one of the list.
func begins(code string, list []string) bool {
	return slices.ContainsFunc(list, func(start string) bool {
		return len(code) >= len(start) && code[:len(start)] == start
	})
}

// sameIngredient tells whether two drugs are of one ingredient and route: by their codes, and where one has none, by their
// names.
func sameIngredient(a, b *carev1.Drug) bool {
	if x, y := ingredient(a), ingredient(b); x != "" && y != "" {
		return x == y
	}
	name := plainName(a)
	return name != "" && name == plainName(b)
}

// plainName is the name without its strength, and in one way of writing it: "ｱﾑﾛｼﾞﾋﾟﾝ錠 5mg" is "アムロジピン錠". It is cut at
// the first digit. Empty if nothing is left.
func plainName(d *carev1.Drug) string {
	name := strings.ToLower(norm.NFKC.String(d.GetName()))
	if at := strings.IndexFunc(name, unicode.IsDigit); at >= 0 {
		name = name[:at]
	}
	return strings.Join(strings.Fields(name), "")
}

// topicOf is what topics call a drug: its ingredient, else a hash of its plain name, so that no topic shows it; empty for a
// drug that has neither.
func topicOf(d *carev1.Drug) string {
	if what := ingredient(d); what != "" {
		return strings.ToLower(what)
	}
	name := plainName(d)
	if name == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:6])
}

func ingredient(d *carev1.Drug) string { return prefix(d.GetYjCode(), yjIngredient) }

func class(d *carev1.Drug) string { return prefix(d.GetYjCode(), yjClass) }

// prefix returns the first n characters; "" for a code that is shorter, and so for none.
func prefix(code string, n int) string {
	if len(code) < n {
		return ""
	}
	return code[:n]
}
