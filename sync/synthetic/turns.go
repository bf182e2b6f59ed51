package synthetic

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"
)

// turns are what changes where somebody is: a hospital stay, a weekend with the family, a death.
func (p *page) turns() {
	w, c := p.world, p.chart
	for i := range c.courses {
		one := &c.courses[i]
		if !one.Admitted.IsZero() && w.dayOf(one.Admitted) == p.day {
			p.admission(one)
		}
		if !one.Discharged.IsZero() && w.dayOf(one.Discharged) == p.day {
			p.discharge(one)
		}
		if one.Kind == EndOfLife && w.dayOf(one.Worst) == p.day {
			p.death(one.Worst)
		}
	}
	for _, one := range c.absences {
		p.weekend(one)
	}
}

// admission: the nurse goes on with the ambulance's crew, the physician's letter goes with the patient.
func (p *page) admission(one *Course) {
	c := p.chart
	nurse := p.someNurse()
	p.add(episodeBody(p.stay(one)), entry{by: nurse, at: one.Admitted, later: stayWritten, name: stayName})
	p.add(plain("主治医の指示により救急搬送、市民病院へ入院となる。家族が付き添い。お薬手帳と連携シートを持参した。"),
		entry{by: nurse, at: one.Admitted, later: 30, name: "admitted " + p.world.date(p.day)})
	letter := p.referral(one)
	p.add(letter, entry{
		by: c.physician, at: one.Admitted, later: 2, stream: ClinicalStream(c.id), name: "referral " + p.world.date(p.day),
		files: []File{letterFile(letter.GetDocument())},
	})
}

// discharge: the stay gets its end, and the hospital's letter comes with the patient.
func (p *page) discharge(one *Course) {
	c := p.chart
	p.add(plain("肺炎は軽快し退院。自宅での療養を再開。退院時サマリーを受領、内服は入院前と同じ。訪問看護を再開する。"),
		entry{by: c.physician, at: one.Discharged, later: 60, name: "discharged " + p.world.date(p.day)})
	ended := p.stay(one)
	ended.Period.End, ended.Outcome = timestamppb.New(one.Discharged), "軽快し自宅へ退院"
	p.change(p.world.recordID(c, one.Admitted, stayName), episodeBody(ended), entry{
		by: c.physician, at: one.Discharged, later: 62, name: stayName + " over " + p.world.date(p.day),
	}, "", periodField, outcomeField)
	letter := p.summary(one)
	p.add(letter, entry{
		by: c.physician, at: one.Discharged, later: 75, stream: ClinicalStream(c.id), name: "summary " + p.world.date(p.day),
		files: []File{letterFile(letter.GetDocument())},
	})
}

// weekend is a time with the family, written down when it begins and when it is over.
func (p *page) weekend(one absence) {
	w, c := p.world, p.chart
	if w.dayOf(one.from) == p.day {
		by := p.onShift(one.from)
		p.add(plain("ご家族の迎えで外泊に出発。内服3日分と連絡ノートを渡す。体調変化時の連絡先を説明。"),
			entry{by: by, at: one.from, later: 6, name: "left " + w.date(p.day)})
		p.add(episodeBody(p.outing(one)), entry{by: by, at: one.from, later: outingWritten, name: outingName})
	}
	if w.dayOf(one.until) == p.day {
		by := p.onShift(one.until)
		p.add(plain("外泊から戻られる。「楽しかった」と笑顔。ご家族より食事・内服とも変わりないとのこと。"),
			entry{by: by, at: one.until, later: 6, name: "back " + w.date(p.day)})
		over := p.outing(one)
		over.Period.End, over.Outcome = timestamppb.New(one.until), "変わりなく戻られた"
		p.change(w.recordID(c, one.from, outingName), episodeBody(over), entry{
			by: by, at: one.until, later: 8, name: outingName + " over " + w.date(p.day),
		}, "", periodField, outcomeField)
	}
}

// someNurse is who of the team has no round that day and takes calls.
func (p *page) someNurse() *colleague {
	nurses := p.world.onDuty(p.world.teams[p.chart.team], p.day)
	return nurses[min(roundsPerTeam, len(nurses)-1)]
}

// death: the family calls, the nurse comes, the physician confirms it.
func (p *page) death(at time.Time) {
	w, c := p.world, p.chart
	nurse := p.someNurse()
	p.nursingVisit(nurse, at.Add(18*time.Minute), at.Add(122*time.Minute), true)
	p.add(plain("家族より「呼吸が止まったようだ」と電話。訪問し、呼吸・脈拍の停止を認める。主治医へ連絡。家族全員で見守られていた。"),
		entry{by: nurse, at: at, later: 25, name: "death call " + w.date(p.day)})
	p.houseCall(c.physician, at.Add(50*time.Minute), at.Add(68*time.Minute))
	p.add(plain("訪問し死亡を確認。事前指示（DNAR）どおり自宅での看取り。家族へ説明し、死亡診断書を作成した。"),
		entry{by: c.physician, at: at.Add(50 * time.Minute), later: 20, name: "death " + w.date(p.day)})
	p.add(episodeBody(deathOf(at)), entry{by: c.physician, at: at, later: 75, name: "end of life"})
	kind, begun := c.underCare(w)
	over := p.careEpisode(kind, begun)
	over.Period.End, over.Outcome = timestamppb.New(at), "自宅で永眠"
	p.change(w.recordID(c, begun, careName), episodeBody(over), entry{
		by: c.physician, at: at, later: 77, name: careName + " over",
	}, "", periodField, outcomeField)
	p.add(plain("家族とともにエンゼルケアを行う。「家で見送れてよかった」と話される。残った医療用麻薬は薬局へ返却する。"),
		entry{by: nurse, at: at.Add(80 * time.Minute), later: 40, name: "last care " + w.date(p.day)})
}
