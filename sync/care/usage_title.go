package care

// MethodTitle names the method of a dosage code (positions 1 and 2 of the JAMI standard). A method that is not in
// the table is named by its class, the first position.
func MethodTitle(method string) (ja, en string) {
	if t, ok := usageMethods[method]; ok {
		return t.ja, t.en
	}
	if method == "" {
		return "", ""
	}
	t := usageClasses[method[0]]
	return t.ja, t.en
}

var usageClasses = map[byte]title{
	'1': {"内服", "internal"}, '2': {"外用", "external"}, '3': {"注射", "injection"}, '4': {"注入", "instillation"},
}

var usageMethods = map[string]title{
	"10": {"経口", "by mouth"}, "11": {"舌下", "sublingual"}, "12": {"バッカル", "buccal"},
	"13": {"口腔内塗布", "applied in the mouth"},
	"2A": {"貼付", "patch"}, "2B": {"塗布", "applied to the skin"}, "2C": {"湿布", "compress"}, "2G": {"点耳", "ear drops"},
	"2H": {"点眼", "eye drops"}, "2J": {"点鼻", "nose drops"}, "2K": {"うがい", "gargle"}, "2L": {"吸入", "inhaled"},
	"2Q": {"浣腸", "enema"}, "2R": {"肛門挿入", "suppository"},
	"30": {"静注", "intravenous"}, "32": {"皮下注", "subcutaneous"}, "33": {"筋注", "intramuscular"},
}

// ConditionTitle names the condition of a dosage code of kind 4 or 5 (positions 5 and 6 of the JAMI standard); false
// if the code is not in the table, which holds the common ones.
func ConditionTitle(code string) (ja, en string, ok bool) {
	t, ok := usageConditions[code]
	return t.ja, t.en, ok
}

var usageConditions = map[string]title{
	"11": {"疼痛時", "for pain"}, "12": {"頭痛時", "for headache"},
	"31": {"血圧上昇時", "for raised blood pressure"}, "32": {"血糖上昇時", "for raised blood glucose"},
	"41": {"便秘時", "for constipation"}, "43": {"下痢時", "for diarrhoea"}, "45": {"嘔吐時", "for vomiting"},
	"47": {"吐き気時", "for nausea"}, "48": {"空腹時", "on an empty stomach"},
	"61": {"不眠時", "for sleeplessness"}, "62": {"不安時", "for anxiety"}, "63": {"不穏時", "for restlessness"},
	"65": {"けいれん時", "for convulsions"}, "71": {"発熱時", "for fever"}, "81": {"かゆい時", "for itching"},
	"91": {"発作時", "for an attack"}, "92": {"症状がある時", "for symptoms"}, "B1": {"起床時", "on waking"},
	"B7": {"哺乳時", "at nursing"}, "W1": {"必要時", "when needed"}, "W2": {"適宜", "as appropriate"},
}
