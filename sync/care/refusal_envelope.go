package care

// EnvelopeFinding puts a broken rule about what goes with a record (when, by whom, with which files) into words for the
// writer.
func EnvelopeFinding(v Violation) Finding {
	f := Finding{Field: "envelope." + v.Field, Severity: Refused}
	if v.Rule == "envelope.period" {
		f.Ja, f.En = "終わりの日時は始まり以降で入力し直してください。", "It must not end before it began; check both times."
		return f
	}
	title, ok := envelopeFields[topField(v.Field)]
	if !ok {
		title = fieldTitle("")
	}
	f.Ja, f.En = ruleInWords(title, fieldWords(v.Field), v)
	return f
}

// envelopeFields name the fields of the envelope for people.
var envelopeFields = map[string]string{
	"effective": "日時", "effective_end": "終わりの日時", "performer": "実施者", "enterer": "入力者", "zone": "時間帯", "recorded": "入力した日時",
	"blobs": "写真・ファイル", "links": "関連する記録", "confirmation": "確認", "spoken_order": "口頭指示", "identifiers": "識別番号",
}
