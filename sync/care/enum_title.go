package care

import (
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// EnumTitle names a value of an enum of the contract for people. A value that this build does not know reads as the
// comment of its enum in the contract says. Empty: the value is unset, or the enum has no words here.
func EnumTitle(e protoreflect.Enum) (ja, en string) {
	if e.Number() == 0 {
		return "", ""
	}
	return enumTitle(e)
}

// RoleTitle names a role for people. One that is unset or not known is "unknown role".
func RoleTitle(r carev1.Role) (ja, en string) { return enumTitle(r) }

// rulePrefix begins the id of an author that is a rule and nobody.
const rulePrefix = "rule:"

// AuthorTitle names in what capacity somebody wrote: their role, or that a rule of the server did and no person.
func AuthorTitle(a *carev1.Actor) (ja, en string) {
	if a.GetRole() == carev1.Role_ROLE_UNSPECIFIED && strings.HasPrefix(a.GetPersonId(), rulePrefix) {
		return "サーバーの自動判定", "by a rule of the server"
	}
	return RoleTitle(a.GetRole())
}

func enumTitle(e protoreflect.Enum) (ja, en string) {
	if e.Descriptor().Name() == "VitalItem" {
		return ItemTitle(carev1.VitalItem(e.Number()))
	}
	words := enumTitles[e.Descriptor().Name()]
	if len(words) == 0 {
		return "", ""
	}
	n := int(e.Number())
	if n < 0 || n >= len(words) {
		n = 0
	}
	return words[n].ja, words[n].en
}

// enumTitles holds the titles of an enum by number; position 0 is for values that this build does not know.
var enumTitles = together(careTitles, readingTitles, profileTitles, dailyTitles, clinicalTitles, alertTitles)

// careTitles are those of visits, tasks, episodes, notes, orders and doses, and the roles of people.
var careTitles = map[protoreflect.Name][]title{
	"VisitKind": {{"訪問", "visit"}, {"訪問看護", "nursing visit"}, {"訪問リハビリテーション", "therapy visit"},
		{"訪問介護", "home help visit"}, {"訪問入浴", "bathing visit"}, {"訪問診療", "physician's regular visit"},
		{"往診", "house call"}, {"訪問薬剤管理指導", "pharmacist's visit"}, {"モニタリング訪問", "care manager's visit"},
		{"その他の訪問", "other visit"}},
	"VisitState": {{"記録を参照", "see record"}, {"予定", "planned"}, {"訪問中", "under way"}, {"終了", "ended"},
		{"中止", "cancelled"}},
	"TaskState": {{"記録を参照", "see record"}, {"未着手", "open"}, {"対応中", "under way"}, {"完了", "done"},
		{"取り消し", "cancelled"}},
	"EpisodeKind": {{"その他", "other"}, {"在宅", "home care"}, {"施設入所", "facility stay"}, {"入院", "hospital stay"},
		{"外泊・外出", "absence"}, {"死亡", "death"}},
	"Role": {{"職種不明", "unknown role"}, {"医師", "physician"}, {"看護師", "nurse"}, {"介護職員", "care worker"},
		{"介護支援専門員", "care manager"}, {"薬剤師", "pharmacist"}, {"療法士", "therapist"}},
	"DoseOutcome": {{"記録を参照", "see record"}, {"与薬", "given"}, {"見守りで服用", "taken, watched"},
		{"服用済みを確認", "found taken"}, {"一部服用", "partly taken"}, {"拒否", "refused"}, {"保留", "held"},
		{"飲み忘れ", "missed"}, {"不在", "away"}, {"欠品・落薬", "not available"}, {"誤薬", "wrong dose"}},
	"OrderState": {{"記録を参照", "see record"}, {"有効", "in force"}, {"保留", "on hold"}, {"中止", "stopped"}},
	"NoteFormat": {{"自由記載", "free text"}, {"SOAP", "SOAP"}, {"フォーカス（F-DAR）", "focus (F-DAR)"}, {"自由記載", "free text"},
		{"申し送り", "handover"}},
}

// addEnum adds the title of a value, if it has one.
func addEnum(p *phrase, e protoreflect.Enum) { addEnumAs(p, "", "", e) }

// addEnumAs adds the title of a value, if it has one, with what it is before it.
func addEnumAs(p *phrase, ja, en string, e protoreflect.Enum) {
	if j, n := EnumTitle(e); j != "" {
		p.add(ja+j, en+n)
	}
}
