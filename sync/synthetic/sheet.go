package synthetic

import (
	"strconv"
	"strings"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// sheetMonths is how long an instruction to the station lasts: whole months, the most that the rules allow.
const sheetMonths = 6

// sheetDays is how long a special instruction lasts, the first day included.
const sheetDays = 14

// sheets are the physician's instructions to the station: one that stood before the world, one more every six months,
// and a special one when somebody who stays at home is worst.
func (p *page) sheets() {
	w, c := p.world, p.chart
	if c.home {
		return
	}
	begun := w.midnight(-w.dice(c, "instruction").between(20, 100))
	first := time.Date(begun.Year(), begun.Month(), 1, 0, 0, 0, 0, tokyo)
	var before ID
	for n := range MaxWeeks/(4*sheetMonths) + 2 {
		from := first.AddDate(0, sheetMonths*n, 0)
		issued := from.AddDate(0, 0, -5).Add(13 * time.Hour)
		if w.dayOf(issued) > p.day || c.gone(issued) {
			break
		}
		name := "instruction " + from.Format(time.DateOnly)
		if w.dayOf(issued) == p.day || n == 0 && p.day == 0 {
			later := 10
			if n == 0 { // what stood in the chart before was taken over on the first day
				later = int(w.clock(0, 5, 35).Sub(issued) / time.Minute)
			}
			p.add(p.sheet(from, issued, before), entry{
				by: c.physician, at: issued, later: later, stream: ClinicalStream(c.id), name: name,
			})
		}
		before = w.recordID(c, issued, name)
	}
	p.specialSheet()
}

// sheet is one 訪問看護指示書.
func (p *page) sheet(from, issued time.Time, before ID) *carev1.Body {
	c := p.chart
	s := p.blankSheet(carev1.InstructionType_INSTRUCTION_TYPE_VISITING_NURSE, from, from.AddDate(0, sheetMonths, -1), issued)
	s.ClinicalState = "全身状態は安定。内服を継続し、在宅で療養している。"
	s.LivingGuidance = c.condition.focus + "。" + limitsFor(c)
	s.Medicines = strings.Join(c.drugNames(), "、")
	if before != (ID{}) {
		s.RenewsId = before[:]
	}
	if c.is(oxygen) {
		s.Devices = []*carev1.MedicalDevice{{Type: carev1.DeviceType_DEVICE_TYPE_OXYGEN, Detail: "1L/分、鼻カニューレ"}}
	}
	if c.is(woundCare) {
		s.PressureUlcer = &carev1.PressureUlcer{DesignR: carev1.DesignRDepth_DESIGN_R_DEPTH_D3, Text: "仙骨部 3×2cm"}
		s.UlcerCare = "洗浄のうえ軟膏を塗布し保護。2時間ごとの体位変換、エアマットを使用。"
	}
	return &carev1.Body{Kind: &carev1.Body_Instruction{Instruction: s}}
}

// blankSheet has what every sheet has.
func (p *page) blankSheet(kind carev1.InstructionType, from, to, issued time.Time) *carev1.PhysicianInstruction {
	c := p.chart
	s := &carev1.PhysicianInstruction{
		Type: kind, PeriodFrom: from.Format(time.DateOnly), PeriodTo: to.Format(time.DateOnly), Issued: issued.In(tokyo).Format(time.DateOnly),
		Bedridden: c.bedriddenDegree(), Dementia: c.dementiaDegree(),
		CareLevel: "要介護" + strconv.Itoa(c.condition.level), EmergencyContact: "わかくさ在宅クリニック（24時間）",
		AbsenceContact: "不在時は当番医が対応", Physician: c.physician.Name, Clinic: organisationName(clinic),
		Addressee: organisationName(station), State: carev1.InstructionState_INSTRUCTION_STATE_ISSUED,
	}
	for _, one := range c.condition.diagnoses[:min(len(c.condition.diagnoses), 3)] {
		s.Diagnoses = append(s.Diagnoses, one.coded())
	}
	return s
}

// specialSheet lets the station come every day when somebody is worst and stays at home. A month has only one.
func (p *page) specialSheet() {
	w, c := p.world, p.chart
	month := ""
	for _, one := range c.courses {
		issued := one.Worst.Add(70 * time.Minute).In(tokyo)
		again := issued.Format("2006-01") == month
		if one.Kind == EndOfLife || !one.Admitted.IsZero() || again {
			continue
		}
		month = issued.Format("2006-01")
		if w.dayOf(issued) != p.day {
			continue
		}
		from := w.midnight(p.day)
		s := p.blankSheet(carev1.InstructionType_INSTRUCTION_TYPE_SPECIAL, from, from.AddDate(0, 0, sheetDays-1), issued)
		s.ClinicalState, s.FrequentVisitsReason = physicianIll[one.Kind], "急性増悪のため、連日の観察と処置が必要"
		p.add(&carev1.Body{Kind: &carev1.Body_Instruction{Instruction: s}}, entry{
			by: c.physician, at: issued, later: 15, stream: ClinicalStream(c.id), name: "special instruction " + w.date(p.day),
		})
	}
}

// drugNames are what somebody usually takes.
func (c *chart) drugNames() []string {
	var names []string
	for _, name := range c.condition.drugs {
		names = append(names, formulary[name].name)
	}
	return names
}

// limitsFor is when the physician wants to be called.
func limitsFor(c *chart) string {
	switch {
	case c.is(copd | oxygen):
		return "SpO2は88〜92%を目標とし、85%以下または呼吸数30回以上で連絡。"
	case c.is(copd):
		return "SpO2 88%以下、または息切れが普段より強いときは連絡。"
	case c.is(heart):
		return "体重が3日で2kg以上増加、または安静時の息切れで連絡。"
	case c.is(insulin):
		return "血糖70未満または300以上、食事が半分以下のときは連絡。"
	case c.is(cancer):
		return "NRS 4以上が続く、または内服できないときは連絡。"
	default:
		return "体温38.0℃以上、収縮期血圧180以上または90以下、SpO2 92%以下で連絡。"
	}
}
