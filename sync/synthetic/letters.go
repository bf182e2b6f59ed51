package synthetic

import (
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Codes of the types of documents, and of institutions that do not exist: 99 is the number of no prefecture.
const (
	referralCode, summaryCode = "57133-1", "18842-5"
	clinicCode, hospitalCode  = "9910000001", "9910000002"
	hospital                  = "つなぐ市民病院 内科"
)

func documentBody(d *carev1.Document) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_Document{Document: d}}
}

// referral is the letter that goes with somebody to hospital.
func (p *page) referral(one *Course) *carev1.Body {
	c := p.chart
	return documentBody(&carev1.Document{
		TypeCode: referralCode, Title: "診療情報提供書", SenderCode: clinicCode, Sender: organisationName(clinic),
		Author: c.physician.Name, Created: timestamppb.New(one.Admitted), Addressee: hospital + " 御中", Outgoing: true,
		Uninformed: p.uninformed(),
		Text: strings.Join([]string{
			"患者：" + c.name.kanji() + " 様（" + c.born.Format("2006年1月2日") + "生）",
			"傷病名：肺炎、" + c.condition.diagnoses[0].name,
			"紹介目的：入院加療のお願い",
			"経過：" + one.Onset.In(tokyo).Format("1月2日") + "頃より咳と食欲低下、その後発熱と低酸素を認めました。抗菌薬を処方しましたが呼吸状態が悪化し、入院をお願いいたします。",
			"処方：" + strings.Join(c.drugNames(), "、"),
			organisationName(clinic) + " " + c.physician.Name,
		}, "\n"),
	})
}

// summary is what the hospital sends when somebody comes home.
func (p *page) summary(one *Course) *carev1.Body {
	c := p.chart
	return documentBody(&carev1.Document{
		TypeCode: summaryCode, Title: "退院時サマリー", SenderCode: hospitalCode, Sender: hospital, Author: "内科 病棟担当医",
		Created: timestamppb.New(one.Discharged.Add(-time.Hour)), Addressee: organisationName(clinic) + " " + c.physician.Name,
		Text: strings.Join([]string{
			"患者：" + c.name.kanji() + " 様",
			"入院期間：" + one.Admitted.In(tokyo).Format(time.DateOnly) + " から " + one.Discharged.In(tokyo).Format(time.DateOnly),
			"診断：誤嚥性肺炎",
			"経過：酸素投与とスルバクタム・アンピシリンの点滴で改善。嚥下評価のうえ、とろみ食・とろみ水分とした。",
			"退院時：解熱し、酸素は不要。入院中に下肢筋力が低下、移動は軽介助。",
			"退院時処方：入院前と同じ。お願い：口腔ケアと嚥下体操の継続、発熱時は早めのご連絡を。",
		}, "\n"),
	})
}
