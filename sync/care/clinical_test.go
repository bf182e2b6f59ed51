package care

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"google.golang.org/protobuf/reflect/protoreflect"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func TestClinicalSummary(t *testing.T) {
	for _, c := range []struct{ body, ja, en string }{
		{`{"allergy":{"category":"ALLERGY_CATEGORY_DRUG","substance":{"text":"ペニシリン"},"criticality":"ALLERGY_CRITICALITY_HIGH","reactions":[{"manifestation":{"text":"アナフィラキシー"},"severity":"REACTION_SEVERITY_SEVERE"}],"status":"ALLERGY_STATUS_ACTIVE","verification":"ALLERGY_VERIFICATION_CONFIRMED","source":"お薬手帳"}}`,
			"薬剤アレルギー: ペニシリン 重篤度 高 アナフィラキシー（重度） 確認済み 情報源: お薬手帳",
			"drug allergy: ペニシリン high risk アナフィラキシー (severe) confirmed source: お薬手帳"},
		{`{"allergy":{"category":"ALLERGY_CATEGORY_FOOD","noneKnown":true,"status":"ALLERGY_STATUS_ACTIVE","verification":"ALLERGY_VERIFICATION_UNCONFIRMED"}}`,
			"食物アレルギーなし", "no known food allergy"},
		{`{"allergy":{"category":9,"substance":{"text":"そば"},"status":"ALLERGY_STATUS_RESOLVED","verification":"ALLERGY_VERIFICATION_REFUTED"}}`,
			"【解消】 【否定】 その他アレルギー: そば 否定", "[resolved] [refuted] other allergy: そば refuted"},
		{`{"condition":{"name":{"text":"肺癌"},"principal":true,"status":"CONDITION_STATUS_ACTIVE","onset":"2026-04","uninformed":{"asOf":"2026-11-01"},"undelivered":true}}`,
			"【未告知 2026-11-01】 【未提供】 主傷病名 肺癌 継続 2026-04から",
			"[patient not told, 2026-11-01] [not to be passed on] principal diagnosis 肺癌 active since 2026-04"},
		{`{"condition":{"name":{"text":"肺炎"},"suspected":true,"status":42}}`, "肺炎 の疑い 継続", "肺炎 (suspected) active"},
		{`{"instruction":{"type":"INSTRUCTION_TYPE_SPECIAL","periodFrom":"2026-11-20","periodTo":"2026-12-03","clinic":"佐藤医院","physician":"佐藤 一郎","diagnoses":[{"text":"肺炎"}],"frequentVisitsReason":"急性増悪","state":"INSTRUCTION_STATE_ISSUED"}}`,
			"特別訪問看護指示書 2026-11-20–2026-12-03 佐藤医院 佐藤 一郎 肺炎 理由: 急性増悪",
			"special visiting nurse instruction 2026-11-20–2026-12-03 佐藤医院 佐藤 一郎 肺炎 reason: 急性増悪"},
		{`{"instruction":{"type":"INSTRUCTION_TYPE_VISITING_NURSE","state":"INSTRUCTION_STATE_WITHDRAWN"}}`,
			"【取り消し】 訪問看護指示書 ?–", "[withdrawn] visiting nurse instruction ?–"},
		{`{"advanceDirective":{"type":"DIRECTIVE_TYPE_DNAR","statedOn":"2026-10-03","wishes":"家で過ごしたい","signer":"山本 花子","signerRelation":"長女","paperLocation":"冷蔵庫","state":"DIRECTIVE_STATE_IN_FORCE","limits":[{"treatment":"LIMITED_TREATMENT_HOSPITAL","decision":"LIMIT_DECISION_CONDITIONAL","text":"苦痛が強いとき"}]}}`,
			"心肺蘇生を試みない（DNAR） 2026-10-03 救急搬送・入院: 条件付きで希望（苦痛が強いとき） 家で過ごしたい 署名: 山本 花子（長女） 書面: 冷蔵庫",
			"no resuscitation (DNAR) 2026-10-03 ambulance and hospital: wanted under a condition (苦痛が強いとき) 家で過ごしたい signed by 山本 花子 (長女) the paper: 冷蔵庫"},
		{`{"advanceDirective":{"type":"DIRECTIVE_TYPE_ACP","wishes":"a","signer":"b","signedByPatient":true,"state":"DIRECTIVE_STATE_WITHDRAWN"}}`,
			"【撤回】 人生会議（ACP） a 署名: 本人", "[withdrawn] advance care planning (ACP) a signed by the patient"},
		{`{"labResult":{"name":{"text":"CRP"},"valueText":"4.1","unit":"mg/dL","referenceText":"0.00–0.30","flag":"LAB_FLAG_HIGH","status":"LAB_STATUS_INTERIM"}}`,
			"【中間報告】 CRP 4.1mg/dL H（高） 基準値 0.00–0.30", "[interim] CRP 4.1mg/dL H (high) reference 0.00–0.30"},
		{`{"labResult":{"name":{"text":"尿蛋白"},"valueText":"(-)","flag":"LAB_FLAG_NORMAL","status":"LAB_STATUS_FINAL"}}`, "尿蛋白 (-)", "尿蛋白 (-)"},
		{`{"document":{"title":"退院時サマリー","sender":"港北病院","author":"田中医師","addressee":"つなぐ訪問看護","text":"入院後経過\n良好","uninformed":{"asOf":"2026-11-01"}}}`,
			"【未告知 2026-11-01】 退院時サマリー 港北病院 田中医師 → つなぐ訪問看護 入院後経過 良好",
			"[patient not told, 2026-11-01] 退院時サマリー 港北病院 田中医師 → つなぐ訪問看護 入院後経過 良好"},
		{`{"inquiry":{"type":"INQUIRY_TYPE_PRESCRIPTION","urgent":true,"toRoles":["ROLE_PHYSICIAN"],"toPeople":[{"name":"佐藤 一郎"}],"subject":"用量","text":"確認をお願いします"}}`,
			"【至急】 疑義照会 → 医師・佐藤 一郎: 用量 確認をお願いします", "[urgent] prescription inquiry → physician, 佐藤 一郎: 用量 確認をお願いします"},
		{`{"inquiry":{"type":"INQUIRY_TYPE_PRESCRIPTION","answerTo":"AAECAwQFBgcICQoLDA0ODw==","settled":true,"settledHow":"電話","outcome":"INQUIRY_OUTCOME_CHANGED","text":"半量へ"}}`,
			"【解決】 疑義照会への返信: 処方変更 半量へ 解決: 電話", "[settled] answer to a prescription inquiry: prescription changed 半量へ settled: 電話"},
	} {
		b := &carev1.Body{}
		unmarshal(t, json.RawMessage(c.body), b)
		if ja, en := Summary(b); ja != c.ja || en != c.en {
			t.Errorf("%s:\n got %q, %q\nwant %q, %q", c.body, ja, en, c.ja, c.en)
		}
	}
}

// Every enum of a body has words for all its values, each of its own, and for those of later builds.
func TestEnumTitlesAreComplete(t *testing.T) {
	found := map[protoreflect.Name]protoreflect.EnumDescriptor{}
	seen := map[protoreflect.FullName]bool{}
	var walk func(protoreflect.MessageDescriptor)
	walk = func(d protoreflect.MessageDescriptor) {
		for i := range d.Fields().Len() {
			f := d.Fields().Get(i)
			if f.Enum() != nil && f.Enum().Name() != "VitalItem" { // ItemTitle names those
				found[f.Enum().Name()] = f.Enum()
			}
			if f.Message() != nil && !seen[f.Message().FullName()] {
				seen[f.Message().FullName()] = true
				walk(f.Message())
			}
		}
	}
	walk((*carev1.Body)(nil).ProtoReflect().Descriptor())
	for name, enum := range found {
		words := enumTitles[name]
		if have, want := len(words), enum.Values().Len(); have != want {
			t.Errorf("%s has titles for %d values of %d", name, have, want)
			continue
		}
		own := map[title]bool{}
		for n, w := range words {
			if enum.Values().ByNumber(protoreflect.EnumNumber(n)) == nil || w.ja == "" || w.en == "" || n > 0 && own[w] {
				t.Errorf("%s: %d has no title of its own", name, n)
			}
			own[w] = own[w] || n > 0
		}
	}
	for name := range enumTitles {
		if found[name] == nil {
			t.Errorf("%s is no enum of a body", name)
		}
	}
	if ja, en := EnumTitle(carev1.AllergyCriticality(99)); ja != "重篤度 高" || en != "high risk" {
		t.Errorf("a criticality of a later build reads as %s, %s", ja, en)
	}
	if ja, en := EnumTitle(carev1.RecordStatus_RECORD_STATUS_RETRACTED); ja != "" || en != "" {
		t.Error("an enum without words here has some")
	}
	if ja, en := RoleTitle(carev1.Role_ROLE_UNSPECIFIED); ja != "職種不明" || en != "unknown role" {
		t.Errorf("nobody in particular is %s, %s", ja, en)
	}
	if ja, en := AuthorTitle(&carev1.Actor{PersonId: "rule:news2"}); ja != "サーバーの自動判定" || en != "by a rule of the server" {
		t.Errorf("a rule is %s, %s", ja, en)
	}
	if ja, _ := AuthorTitle(&carev1.Actor{PersonId: "rule:x", Role: carev1.Role_ROLE_NURSE}); ja != "看護師" {
		t.Errorf("a nurse whose id looks like a rule's is %s", ja)
	}
}

func TestClinicalFieldsExist(t *testing.T) {
	names := map[string]bool{}
	for _, k := range Kinds() {
		for i := range k.fields.Len() {
			names[string(k.fields.Get(i).Name())] = true
			if kind := k.Number; kind >= 9 && kind <= 15 && fieldTitle(string(k.fields.Get(i).Name())) == "入力内容" {
				t.Errorf("%s.%s has no title", k.Name, k.fields.Get(i).Name())
			}
		}
	}
	for name := range clinicalFields {
		if _, twice := firstFields[name]; !names[name] || twice {
			t.Errorf("%s is no field, or has two titles", name)
		}
	}
}

func TestFamilyMaySee(t *testing.T) {
	condition := func(c *carev1.Condition) *carev1.Body {
		return &carev1.Body{Kind: &carev1.Body_Condition{Condition: c}}
	}
	told, notTold := condition(&carev1.Condition{}), condition(&carev1.Condition{Uninformed: &carev1.Uninformed{}})
	for _, c := range []struct {
		name   string
		record *carev1.Record
		want   bool
	}{
		{"a diagnosis", &carev1.Record{Body: told}, true},
		{"a diagnosis that the patient has not been told", &carev1.Record{Body: notTold}, false},
		{"a diagnosis not to be passed on", &carev1.Record{Body: condition(&carev1.Condition{Undelivered: true})}, false},
		{"a retracted diagnosis", &carev1.Record{Body: told, Status: carev1.RecordStatus_RECORD_STATUS_RETRACTED}, false},
		{"one value waiting says not told", &carev1.Record{Body: told, Candidates: []*carev1.Candidate{{Body: told}, {Body: notTold}}}, false},
		{"a value waiting says told", &carev1.Record{Body: told, Candidates: []*carev1.Candidate{{Body: told}}}, true},
		{"the value waiting says told, the current one does not", &carev1.Record{Body: notTold, Candidates: []*carev1.Candidate{{Body: told}}}, false},
		{"nothing", nil, false},
		{"a kind of a later build", &carev1.Record{Body: &carev1.Body{}}, false},
		{"erased", &carev1.Record{Status: carev1.RecordStatus_RECORD_STATUS_ERASED}, false},
	} {
		if got := FamilyMaySee(c.record); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
	hidden := []string{"draft_note", "signed_note", "instruction", "lab_result", "document", "inquiry", "task", "read_mark",
		"alert", "alert_response", "alert_threshold", "temporary_instruction", "instruction_receipt"}
	for _, k := range Kinds() {
		if got := FamilyMaySee(&carev1.Record{Body: NewBody(k)}); got == slices.Contains(hidden, k.Name) {
			t.Errorf("%s: %v", k.Name, got)
		}
	}
}

// The report's line is the key of a laboratory result, its bundle and time that of a document: interim and final meet,
// two tests without a code do not.
func TestClinicalDomainKeys(t *testing.T) {
	lab, _ := KindByName("lab_result")
	key := func(item uint32, status carev1.LabStatus) ([16]byte, bool) {
		return DomainKey(lab, &carev1.Body{Kind: &carev1.Body_LabResult{LabResult: &carev1.LabResult{
			Laboratory: "検査センター", ReportId: "R-1", ItemNumber: item, Status: status, Jlac10: "99999999999999999"}}})
	}
	interim, ok := key(1, carev1.LabStatus_LAB_STATUS_INTERIM)
	final, _ := key(1, carev1.LabStatus_LAB_STATUS_FINAL)
	other, _ := key(2, carev1.LabStatus_LAB_STATUS_FINAL)
	if _, unnumbered := key(0, 1); !ok || unnumbered || interim != final || interim == other {
		t.Errorf("%x %v, %x, %x, unnumbered %v", interim, ok, final, other, unnumbered)
	}
	document, _ := KindByName("document")
	if _, ok := DomainKey(document, &carev1.Body{Kind: &carev1.Body_Document{Document: &carev1.Document{BundleIdentifier: "x"}}}); ok {
		t.Error("a document without a time has a key")
	}
}

// A body whose member is a nil message, or is full of what no rule takes, takes no program down, and its summary is
// one bounded line.
func TestClinicalBodiesThatNobodyWouldWrite(t *testing.T) {
	for _, k := range Kinds() {
		full := NewBody(k)
		mark(Message(full).ProtoReflect(), 3)
		for _, b := range []*carev1.Body{NewBody(k), full} {
			ja, en := Summary(b)
			for _, s := range []string{ja, en} {
				if n := utf8.RuneCountInString(s); n > maxSummary || strings.ContainsAny(s, "\n\r\t") {
					t.Errorf("%s: %d characters: %q", k.Name, n, s)
				}
			}
		}
	}
	for _, b := range []*carev1.Body{
		{Kind: &carev1.Body_Allergy{}}, {Kind: &carev1.Body_Condition{}}, {Kind: &carev1.Body_Instruction{}},
		{Kind: &carev1.Body_AdvanceDirective{}}, {Kind: &carev1.Body_LabResult{}}, {Kind: &carev1.Body_Document{}},
		{Kind: &carev1.Body_Inquiry{}},
	} {
		if len(Check(b)) == 0 || len(Validate(Message(b))) == 0 {
			t.Errorf("%v: nothing is found", b)
		}
		Summary(b)
		FamilyMaySee(&carev1.Record{Body: b})
	}
	if InstructionStatusAt(nil, "2026-11-23") != InstructionUnclear || JudgeSpecial(nil, nil) != SpecialNotOne {
		t.Error("no sheet is worth something")
	}
}
