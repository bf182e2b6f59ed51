package sheet

import (
	"strconv"

	"github.com/tsunagu-care/tsunagu/sync/care"
)

// head says who the page is about, and what kind of copy it is.
func (p *page) head() {
	p.text("<header><h1>", shown(p.about.Patient), "</h1>\n", `<p class="who">`)
	if profile := p.profile(); profile != nil {
		if name := profile.GetName(); name.GetText() != p.about.Patient {
			p.text(shown(name.GetText()+bracketed(name.GetKana())), " ・ ")
		} else if name.GetKana() != "" {
			p.text(shown(name.GetKana()), " ・ ")
		}
		if profile.GetSex() != 0 {
			p.text(enumWords(profile.GetSex()).title(), " ・ ")
		}
		if profile.GetBirthDate() != "" {
			p.text(p.born(profile.GetBirthDate()).title(), " ・ ")
		}
		if level := profile.GetCareLevel().GetLevel(); level != 0 {
			p.text(enumWords(level).title(), " ・ ")
		}
	}
	p.text(english(p.about.Chart), "</p>\n")
	p.copy()
	p.text("</header>\n")
}

// copy says what the page is: when it was written, by whom, and what is not on it.
func (p *page) copy() {
	by := p.about.By
	ja, en := care.RoleTitle(by.GetRole())
	at := when(p.about.At)
	p.text(`<div class="copy">`, both{
		"これは写しです。" + at + " 現在、出力者：" + by.GetName() + "（" + ja + "）。時刻は日本時間です。",
		"This is a copy, as of " + at + ", written by " + by.GetName() + " (" + en + "). Times are Japan Standard Time.",
	}.stacked(), "<br>", both{"出力者が見られる範囲の記録です。写真やファイルは含みません。", "It holds what that person may read, without photos and files."}.title())
	if p.about.ForFamily {
		p.text("<br><b>", both{"ご家族用：未告知の傷病名、事業所内の記録、お渡しする前に職員の確認が要る記録は含みません",
			"for the family: without diagnoses that the patient was not told, internal records, and records that are given out on request only"}.stacked(), "</b>")
	}
	if p.about.From != nil || p.about.Until != nil {
		p.text("<br>", both{"経過の期間", "period of the timeline"}.title(), ": ", bound(p.about.From), " – ", bound(p.about.Until))
	}
	p.text("</div>\n")
	if p.untold() {
		p.text(`<div class="mark"><b>`, both{
			"【取扱注意】ご本人に告知していない傷病名を含みます。ご本人・ご家族に渡さず、お宅に置いていかないでください",
			"handle with care: it names a diagnosis that the patient has not been told; give it to neither patient nor family, and leave it at no home",
		}.title(), "</b></div>\n")
	}
	p.waiting(p.about.Conflicts, both{"の記録に、判断を待つ別の値があります（下の「要判断」）", "records with a value that waits for a decision"})
	p.waiting(p.about.Held, both{"の入力がサーバーで保留中で、この写しにはありません", "entries that the server holds and that are not in this copy"})
}

// untold tells whether a standing record names a diagnosis that the patient has not been told, current or beside it.
func (p *page) untold() bool {
	for _, one := range p.standing {
		rec := one.item.GetRecord()
		if rec.GetBody().GetCondition().GetUninformed() != nil {
			return true
		}
		for _, c := range rec.GetCandidates() {
			if c.GetBody().GetCondition().GetUninformed() != nil {
				return true
			}
		}
	}
	return false
}

// waiting says how much waits for somebody; nothing if nothing does.
func (p *page) waiting(n Count, what both) {
	if n.N == 0 {
		return
	}
	number := strconv.Itoa(n.N)
	said := both{number + "件" + what.ja, what.en + ": " + number}
	if n.More {
		said = both{number + "件以上" + what.ja, what.en + ": " + number + " or more"}
	}
	p.mark(said)
}
