package sdk

import (
	"strings"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Hands says through whose hands a record went, in one line: its author with their role, who changed it last, who released
// it, and who decided that it is no duplicate. Empty for one that was erased.
func (i Item) Hands() (ja, en string) {
	if i.Erased {
		return "", ""
	}
	if ja, en = "?", "?"; i.Author != nil {
		roleJa, roleEn := care.AuthorTitle(i.Author)
		ja, en = i.Author.GetName()+" "+roleJa, i.Author.GetName()+" "+roleEn
	}
	var jas, ens []string
	add := func(wordJa, wordEn string, who *carev1.Actor) {
		if name := who.GetName(); name != "" {
			jas, ens = append(jas, wordJa+name), append(ens, wordEn+name)
		}
	}
	if i.Writer.GetPersonId() != i.Author.GetPersonId() {
		add("変更：", "changed by ", i.Writer)
	}
	add("受入：", "released by ", i.Released)
	for _, d := range i.Distinct {
		add("重複でないと判断：", "no duplicate, as decided by ", d.Decision.GetBy())
	}
	if len(jas) > 0 {
		ja, en = ja+"（"+strings.Join(jas, "、")+"）", en+" ("+strings.Join(ens, ", ")+")"
	}
	return care.Printable(ja), care.Printable(en)
}
