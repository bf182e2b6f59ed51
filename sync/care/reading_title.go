package care

import "google.golang.org/protobuf/reflect/protoreflect"

// readingTitles are those of vital signs. ItemTitle names the readings themselves.
var readingTitles = map[protoreflect.Name][]title{
	"AbsentReason": {{"未測定", "not measured"}, {"測定不能", "not measurable"}, {"未実施", "not performed"},
		{"拒否", "declined"}, {"不明", "unknown"}},
	"Consciousness": {{"意識レベル（記録を参照）", "consciousness, see record"}, {"意識清明(A)", "alert (A)"},
		{"新たな混乱(C)", "new confusion (C)"}, {"呼びかけに反応(V)", "responds to voice (V)"},
		{"痛みに反応(P)", "responds to pain (P)"}, {"反応なし(U)", "unresponsive (U)"}},
	"TemperatureSite": {{"部位は記録を参照", "site: see record"}, {"腋窩", "armpit"}, {"鼓膜", "ear"}, {"口腔", "mouth"},
		{"直腸", "rectum"}, {"額（非接触）", "forehead"}},
	"PulseMethod": {{"方法は記録を参照", "method: see record"}, {"触診", "palpated"}, {"聴診", "auscultated"},
		{"機器", "by a device"}},
	"Posture":           {{"体位は記録を参照", "posture: see record"}, {"座位", "sitting"}, {"臥位", "lying"}, {"立位", "standing"}},
	"GlucoseOutOfRange": {{"測定範囲外", "out of range"}, {"Lo", "Lo"}, {"Hi", "Hi"}},
	"GlucoseTiming": {{"時点は記録を参照", "timing: see record"}, {"空腹時", "fasting"}, {"食前", "before a meal"},
		{"食後", "after a meal"}, {"就寝前", "at bedtime"}},
	"JcsModifier": {{"付記は記録を参照", "see record"}, {"不穏（R）", "restlessness (R)"}, {"失禁（I）", "incontinence (I)"},
		{"自発性喪失（A）", "apallic state (A)"}},
	"PainScale": {{"尺度は記録を参照", "scale: see record"}, {"NRS", "NRS"}, {"Abbey", "Abbey"}, {"PAINAD", "PAINAD"},
		{"FACES", "FACES"}},
}
