package sdk

// Problems with alerts, instructions and limits that a program may want to tell apart, with errors.Is.
var (
	ErrMayNotOrder = &Problem{
		En: "Only a physician orders this, or a nurse types it in from the physician's paper. Nothing was saved; ask the physician.",
		Ja: "この指示を出せるのは医師です（看護師は医師の書面からの代行入力ができます）。何も保存していません。医師に依頼してください。"}
	ErrOver = &Problem{
		En: "The end of this is missing or has passed, so it would never count. Nothing was saved; enter a later end.",
		Ja: "終了の日時がないか、すでに過ぎています。何も保存していません。これから先の日時を入力してください。"}
	ErrReceived = &Problem{
		En: "You have received this version of the instruction already. Nothing was written.",
		Ja: "この版の指示はすでに受けています。何も書き込んでいません。"}
	ErrNotForYou = &Problem{
		En: "The instruction is not for your role, so there is nothing to receive. Nothing was written.",
		Ja: "この指示は別の職種あてのため、指示受けは不要です。何も書き込んでいません。"}
)
