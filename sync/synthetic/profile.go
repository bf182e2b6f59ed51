package synthetic

import (
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func profileBody(p *carev1.PatientProfile) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_PatientProfile{PatientProfile: p}}
}

// profile is who somebody is, for a nurse who comes for the first time.
func (p *page) profile() *carev1.PatientProfile {
	c := p.chart
	d := p.world.dice(c, "face")
	postcode, address := place(d)
	sex := carev1.Sex_SEX_MALE
	if c.woman {
		sex = carev1.Sex_SEX_FEMALE
	}
	one := &carev1.PatientProfile{
		Name: personName(c.name), Sex: sex, BirthDate: c.born.Format(time.DateOnly), Language: "ja",
		Address: &carev1.Address{PostalCode: strings.ReplaceAll(postcode, "-", ""), Text: address},
		Phones:  []*carev1.Phone{phone(d, "自宅")},
		Contacts: []*carev1.Contact{{
			Name: personName(c.relative), Relation: c.relation, Phones: []*carev1.Phone{phone(d, "携帯")},
			MainCarer: true, LivesWith: !c.home && d.percent(60), Note: "急変時は時間を問わず連絡を希望",
		}},
		UsualVitals: c.usualVitals(), BaselineJcs: &carev1.JapanComaScale{Level: c.usual.jcs},
		BedriddenDegree: c.bedriddenDegree(), DementiaDegree: c.dementiaDegree(), Devices: c.devices(), Alerts: c.alerts(),
		BloodType: &carev1.BloodType{Abo: carev1.AboGroup(d.between(1, 4)), RhPositive: proto.Bool(true), Source: "本人の申告"},
		Living:    "目標：" + c.condition.goal,
	}
	if c.home {
		one.Address.Text += "（グループホームこのは）"
	} else if d.percent(40) {
		one.Address.Access = pick(d, []string{"駐車は向かいの空き地。呼び鈴は2回", "玄関の鍵は家族が開ける", "勝手口から入る。犬がいる"})
	}
	if c.is(frail) {
		one.Swallowing = "全粥・刻みとろみ、水分は薄いとろみ。食後30分は上体を起こす"
	}
	p.insurance(one, d)
	p.providers(one, d)
	return one
}

func personName(n name) *carev1.PersonName {
	return &carev1.PersonName{Text: n.kanji(), Kana: n.kana()}
}

// phone is a number that nobody has: no area code is 000.
func phone(d *dice, label string) *carev1.Phone {
	return &carev1.Phone{Number: "000-0000-" + digits(d.below(10_000), 4), Label: label}
}

// insurance writes numbers of insurers that do not exist: 99 is the number of no prefecture.
func (p *page) insurance(one *carev1.PatientProfile, d *dice) {
	from := p.world.start.AddDate(0, -d.between(1, 11), 0)
	copay := uint32(1 + d.below(10)/8)
	one.HealthInsurance = &carev1.HealthInsurance{
		InsurerNumber: "39990" + digits(d.below(1000), 3), Number: digits(d.below(100_000_000), 8),
		ValidFrom: from.Format(time.DateOnly), CopayTenths: proto.Uint32(copay),
	}
	one.CareInsurance = &carev1.CareInsurance{
		InsurerNumber: "990" + digits(d.below(1000), 3), InsuredNumber: "9" + digits(d.below(1_000_000_000), 9),
		CopayTenths: proto.Uint32(copay),
	}
	one.CareLevel = &carev1.CareLevelPeriod{
		Level: carev1.CareLevel_CARE_LEVEL_CARE_1 + carev1.CareLevel(p.chart.condition.level-1), ValidFrom: from.Format(time.DateOnly),
		ValidTo: time.Date(from.Year()+2, from.Month(), 1, 0, 0, 0, 0, tokyo).AddDate(0, 0, -1).Format(time.DateOnly),
	}
}

// providers are those who care for somebody.
func (p *page) providers(one *carev1.PatientProfile, d *dice) {
	c := p.chart
	provider := func(by *colleague) *carev1.CareProvider {
		return &carev1.CareProvider{
			Organisation: organisationName(by.Organisation), Person: by.Name, OrganisationId: by.Organisation, PersonId: by.ID,
			Phones: []*carev1.Phone{phone(d, "日中")},
		}
	}
	one.Physician, one.CareManager, one.Pharmacy = provider(c.physician), provider(c.manager), provider(c.pharmacist)
	one.Station = &carev1.CareProvider{
		Organisation: organisationName(station), OrganisationId: station, Phones: []*carev1.Phone{phone(d, "24時間")},
	}
}

func organisationName(id string) string {
	n := slices.IndexFunc(organisations, func(o Organisation) bool { return o.ID == id })
	return organisations[n].Name
}

// usualVitals are the readings of a normal day.
func (c *chart) usualVitals() *carev1.UsualVitals {
	u := c.usual
	v := &carev1.UsualVitals{
		TemperatureTenthsC: proto.Int32(int32((u.temperature + 5) / 10)), PulsePerMin: natural(u.pulse),
		RespirationsPerMin: natural(u.respirations), SystolicMmhg: natural(u.systolic), DiastolicMmhg: natural(u.diastolic),
		Spo2Percent: natural(u.spo2), WeightG: proto.Uint32(uint32(u.weight) * 100), Oxygen: &carev1.Oxygen{},
	}
	if c.is(oxygen) {
		v.Oxygen = &carev1.Oxygen{Supplemental: true, FlowTenthsLPerMin: proto.Uint32(10), Device: "鼻カニューレ（HOT）"}
	}
	return v
}

// bedriddenDegree follows the level of care; who lies all day is above it.
func (c *chart) bedriddenDegree() carev1.BedriddenDegree {
	if c.is(bedridden) {
		return carev1.BedriddenDegree_BEDRIDDEN_DEGREE_C1
	}
	return carev1.BedriddenDegree_BEDRIDDEN_DEGREE_J2 + carev1.BedriddenDegree(c.condition.level-1)
}

func (c *chart) dementiaDegree() carev1.DementiaDegree {
	switch {
	case !c.is(dementia):
		return carev1.DementiaDegree_DEMENTIA_DEGREE_INDEPENDENT
	case c.usual.jcs >= 3:
		return carev1.DementiaDegree_DEMENTIA_DEGREE_IIIB
	case c.usual.jcs == 2:
		return carev1.DementiaDegree_DEMENTIA_DEGREE_IIIA
	default:
		return carev1.DementiaDegree_DEMENTIA_DEGREE_IIB
	}
}

func (c *chart) devices() []*carev1.PatientDevice {
	var all []*carev1.PatientDevice
	if c.is(oxygen) {
		all = append(all, &carev1.PatientDevice{Kind: carev1.DeviceKind_DEVICE_KIND_OXYGEN, Detail: "酸素濃縮器、鼻カニューレ 1L/分"})
	}
	if c.is(frail|bedridden) && !c.is(woundCare) {
		all = append(all, &carev1.PatientDevice{Kind: carev1.DeviceKind_DEVICE_KIND_SUCTION, Detail: "卓上吸引器、必要時に口腔内吸引", Size: "10Fr"})
	}
	return all
}

// alerts are what a stranger has to know before doing anything.
func (c *chart) alerts() []*carev1.Alert {
	var all []*carev1.Alert
	for _, drug := range c.condition.drugs {
		switch drug {
		case "apixaban", "clopidogrel":
			all = append(all, &carev1.Alert{
				Kind: carev1.AlertKind_ALERT_KIND_ANTICOAGULANT, Text: formulary[drug].name + "を内服中。転倒・打撲時は出血に注意",
			})
		case "glargine":
			all = append(all, &carev1.Alert{Kind: carev1.AlertKind_ALERT_KIND_INSULIN, Text: "インスリン使用中。意識の変化があればまず血糖を測定"})
		}
	}
	if c.is(oxygen) {
		all = append(all, &carev1.Alert{Kind: carev1.AlertKind_ALERT_KIND_CO2_NARCOSIS, Text: "酸素は指示の流量を守る。むやみに上げない"})
	}
	return all
}
