package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// Systems of the numbers of a profile, for exports and imports. JP Core names those of the health insurance; the care
// insurance has none there, and its numbers have a namespace of this project.
const (
	jpIDSystem = "http://jpfhir.jp/fhir/core/mhlw/IdSystem/"

	SystemInsurer       = jpIDSystem + "InsurerNumber"
	SystemInsuredSymbol = jpIDSystem + "InsuredPersonSymbol"
	SystemInsuredNumber = jpIDSystem + "InsuredPersonNumber"
	SystemInsuredBranch = jpIDSystem + "InsuredPersonSubnumber"
	SystemPublicPayer   = jpIDSystem + "PublicPayerNumber"
	SystemPublicInsured = jpIDSystem + "PublicInsuredPersonNumber"
	SystemCareInsurer   = "urn:tsunagu:care-insurance:insurer"
	SystemCareInsured   = "urn:tsunagu:care-insurance:insured"
)

// profileSummary writes "田中 花子（タナカ ハナコ） 女 1938-05-02生 要介護3", what a stranger must know, and the devices.
func profileSummary(b *carev1.PatientProfile) title {
	var p phrase
	p.addSame(b.GetName().GetText())
	if kana := b.GetName().GetKana(); kana != "" {
		p.add("（"+kana+"）", "("+kana+")")
	}
	addEnum(&p, b.GetSex())
	if day := b.GetBirthDate(); day != "" {
		p.add(day+"生", "born "+day)
	}
	addEnum(&p, b.GetCareLevel().GetLevel())
	addEnumAs(&p, "寝たきり度", "bedridden degree ", b.GetBedriddenDegree())
	addEnumAs(&p, "認知症自立度", "dementia degree ", b.GetDementiaDegree())
	for _, a := range b.GetAlerts() {
		ja, en := EnumTitle(a.GetKind())
		p.add("【"+ja+"】"+a.GetText(), "["+en+"] "+a.GetText())
	}
	for _, d := range b.GetDevices() {
		ja, en := EnumTitle(d.GetKind())
		p.add(ja+d.GetSize(), en+" "+d.GetSize())
	}
	if d := b.GetSpo2Scale(); d.GetScale() == HypercapnicSpo2Scale && clinicianDecided(d) {
		p.add("SpO2スケール2", "SpO2 scale 2")
	}
	if len(p.ja) == 0 {
		return title{"（未記入）", "(nothing filled in)"}
	}
	return p.title()
}
