package care

// alertRules are the rules over several fields of alerts, the answers to them, limits and temporary instructions.
var alertRules = map[string]sentence{
	"alert_response.reason": {
		ja:    "対応不要とするときは、その理由を入力してください。",
		en:    "Say why nothing has to be done.",
		field: "words"},
	"alert_response.question": {
		ja:    "質問の内容を入力してください。",
		en:    "Enter the question.",
		field: "words"},
	"alert_response.instruction": {
		ja:    "指示で返事をするときは、先に臨時の指示を書いてから選んでください。",
		en:    "Write the temporary instruction first, then answer with it.",
		field: "instruction_id"},
	"alert_threshold.period": {
		ja:    "基準値の終了は開始より後の日時で入力し直してください。",
		en:    "The limit must end after it begins; check both times.",
		field: "valid_until"},
	"temporary_instruction.period": {
		ja:    "指示の終了は開始より後の日時で入力し直してください。",
		en:    "The instruction must end after it begins; check both times.",
		field: "until"},
	"temporary_instruction.withdrawn": {
		ja:    "指示を取り消す理由を入力してください。",
		en:    "Say why the instruction is withdrawn.",
		field: "withdrawn_reason"},
}

// alertFields are those of the answers to alerts, limits and temporary instructions that no other kind has.
var alertFields = map[string]string{
	"alert_ids": "アラート", "answer": "返事", "words": "ことば", "instruction_id": "指示", "item": "項目", "operator": "比べ方",
	"value": "基準値", "readings": "回数", "minutes": "時間（分）", "severity": "緊急度", "valid_from": "開始",
	"valid_until": "終了", "call_when": "連絡の目安", "from": "開始", "until": "終了",
}
