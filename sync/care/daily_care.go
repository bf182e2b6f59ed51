package care

import (
	"strconv"
	"strings"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// dailySummary writes one part after the other: "朝食 主食8割 副食5割 一部介助 水分150mL".
func dailySummary(d *carev1.DailyCare) title {
	var p phrase
	addEnum(&p, d.GetIncident())
	addMeal(&p, d.GetMeal())
	addFluid(&p, d.GetFluid())
	addUrine(&p, d.GetUrine())
	addStool(&p, d.GetStool())
	addBathing(&p, d.GetBathing())
	addSleep(&p, d.GetSleep())
	addOralCare(&p, d.GetOralCare())
	if c := d.GetPosition(); c != nil {
		addEnum(&p, c.GetTo())
		p.addSame(c.GetNote())
	}
	addSkin(&p, d.GetSkin())
	addNamed(&p, "活動: ", "activity: ", d.GetActivity())
	p.addSame(d.GetRemarks())
	addNamed(&p, "家族連絡: ", "family: ", d.GetFamilyContact())
	if len(p.ja) == 0 {
		return title{"（未記入）", "(nothing filled in)"}
	}
	return p.title()
}

func addMeal(p *phrase, m *carev1.Meal) {
	if m == nil {
		return
	}
	addEnum(p, m.GetTime())
	addTenths(p, "主食", "staple ", m.StapleTenths)
	addTenths(p, "副食", "sides ", m.SideTenths)
	addMillilitres(p, "経管", "by tube ", m.TubeMl)
	p.addSame(m.GetForm())
	addEnum(p, m.GetHelp())
	addChoking(p, m.Choking)
	addNamed(p, "摂取なし・少量の理由: ", "reason: ", m.GetNotEatenReason())
}

func addFluid(p *phrase, f *carev1.Fluid) {
	if f == nil {
		return
	}
	ml := f.GetMl()
	addMillilitres(p, "水分", "fluid ", &ml)
	p.addSame(f.GetWhat())
	addEnum(p, f.GetThickening())
	addChoking(p, f.Choking)
}

func addUrine(p *phrase, u *carev1.Urine) {
	if u == nil {
		return
	}
	p.add("尿", "urine")
	addTimes(p, u.Count)
	addMillilitres(p, "", "", u.Ml)
	if u.PadG != nil {
		p.add("パッド"+orDash(u.PadG)+"g", "pad "+orDash(u.PadG)+" g")
	}
	addIncontinence(p, u.Incontinence)
	if u.GetCatheter() {
		p.add("カテーテル", "through a catheter")
	}
	p.addSame(u.GetAppearance())
}

func addStool(p *phrase, s *carev1.Stool) {
	if s == nil {
		return
	}
	addEnumAs(p, "便", "stool ", s.GetAmount())
	if s.Bristol != nil {
		p.add("ブリストル"+orDash(s.Bristol), "Bristol "+orDash(s.Bristol))
	}
	addEnum(p, s.GetConsistency())
	addTimes(p, s.Count)
	addIncontinence(p, s.Incontinence)
	addNamed(p, "最終排便 ", "last stool ", s.GetLastDate())
	p.addSame(s.GetNote())
}

func addBathing(p *phrase, b *carev1.Bathing) {
	if b == nil {
		return
	}
	addEnum(p, b.GetKind())
	addNamed(p, "入浴中止: ", "not bathed: ", b.GetStopReason())
}

func addSleep(p *phrase, s *carev1.Sleep) {
	if s == nil {
		return
	}
	addEnumAs(p, "巡視: ", "round: ", s.GetFinding())
	if s.SleptMinutes != nil {
		hours := decimal(int64(s.GetSleptMinutes())*100/60, 100, 0)
		p.add("睡眠"+hours+"時間", "slept "+hours+" h")
	}
	p.addSame(s.GetNote())
}

func addOralCare(p *phrase, c *carev1.OralCare) {
	if c == nil {
		return
	}
	if c.GetDone() {
		p.add("口腔ケア", "mouth care")
	} else {
		p.add("口腔ケア未実施", "no mouth care")
	}
	addEnum(p, c.GetHelp())
	addNamed(p, "義歯: ", "dentures: ", c.GetDentures())
	addNamed(p, "理由: ", "reason: ", c.GetReason())
}

func addSkin(p *phrase, s *carev1.Skin) {
	if s == nil {
		return
	}
	p.add(strings.TrimSpace("皮膚 "+s.GetSite()), strings.TrimSpace("skin "+s.GetSite()))
	if s.GetNew() {
		p.add("新規", "new:")
	}
	p.addSame(s.GetFinding())
	addNamed(p, "処置: ", "treatment: ", s.GetTreatment())
}

func addTenths(p *phrase, ja, en string, tenths *uint32) {
	if tenths != nil {
		p.add(ja+orDash(tenths)+"割", en+orDash(tenths)+"/10")
	}
}

func addMillilitres(p *phrase, ja, en string, ml *uint32) {
	if ml != nil {
		p.add(ja+orDash(ml)+"mL", en+orDash(ml)+" mL")
	}
}

func addTimes(p *phrase, n *uint32) {
	if n != nil {
		count := strconv.FormatUint(uint64(*n), 10)
		p.add(count+"回", count+" times")
	}
}

func addChoking(p *phrase, choked *bool) {
	if choked == nil {
		return
	}
	if *choked {
		p.add("むせあり", "choked")
	} else {
		p.add("むせなし", "no choking")
	}
}

func addIncontinence(p *phrase, incontinent *bool) {
	if incontinent == nil {
		return
	}
	if *incontinent {
		p.add("失禁あり", "incontinent")
	} else {
		p.add("失禁なし", "continent")
	}
}
