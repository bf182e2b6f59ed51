package alerts

// Codes of what is wrong with a registration, as its row keeps them.
const (
	// troubleSender is what whoever forwards says of a device of another project, or of every one where the server's own
	// credentials are those of another.
	troubleSender   = "other-sender"
	troubleNoToken  = "not-a-token"
	troubleMoved    = "target-moved"
	troubleReplaced = "replaced"
)

// trouble is a code in words.
type trouble struct{ ja, en string }

// troubles are the codes that say more than that something is wrong. Whoever forwards a push has others.
var troubles = map[string]trouble{
	troubleNoToken: {
		"通知の登録が正しい形式ではありません。この端末には通知が届きません。アプリを更新し、開き直してください。管理者に連絡済みです。",
		"This registration is none: no notification reaches this device. Update the app and open it again; the operator was told."},
	troubleMoved: {
		"この端末では別の人がサインインしたため、あなたへの通知はこの端末には届きません。心当たりがないときは管理者に連絡してください。この端末を使うときは、サインインし直してください。",
		"Somebody else signed in on this device, and nothing of yours is sent there any more. Sign in again to use it; tell the operator if nobody should have."},
	"no-right": {
		"このカルテを見る権限がないため、知らせませんでした。次の手順の人に知らせています。",
		"They may not read this chart and were not told. Those of the next step are."},
	"unregistered":  ended,
	"gone":          ended,
	"target-gone":   ended,
	"mailbox_full":  {"メールボックスがいっぱいです。空きを作ってください。", "The mailbox is full. Make room in it."},
	"no-channel":    {"このサーバーでは、この方法の通知はまだ使えません。管理者に連絡してください。", "This server cannot send in this way yet. Tell the operator."},
	"no-target":     {"この人には、通知を受け取る端末が登録されていません。", "This person has no device that is registered for notifications."},
	"answered":      {"送る前に返事があったので、送りませんでした。", "It was answered before this was sent, so it was not."},
	"newer-push":    {"同じ件の新しい通知に置き換えました。", "A newer notification of the same matter took its place."},
	"deadline":      {"時間内に送れませんでした。次の手順の人に知らせています。", "It could not be sent in time. Those of the next step are told."},
	"quota":         waiting,
	"unavailable":   waiting,
	"busy":          waiting,
	"timeout":       waiting,
	"connection":    waiting,
	"channel-rests": waiting,
}

// What several codes come to.
var (
	ended   = trouble{"通知の登録が切れています。この端末でアプリを開き直してください。", "The registration has ended. Open the app on this device again."}
	waiting = trouble{"通知の送り先が混み合っているか、つながりません。自動で送り直します。", "Whoever forwards notifications is busy or out of reach. It is sent again by itself."}
)

// general is for every other code.
var general = trouble{
	"通知を届けられませんでした。テスト通知で確認し、続くときは管理者に連絡してください。",
	"A notification could not be delivered. Try a test push, and tell the operator if it goes on.",
}

// inWords says what a code means; nothing for no code.
func inWords(code string) (ja, en string) {
	if code == "" {
		return "", ""
	}
	t, known := troubles[code]
	if !known {
		t = general
	}
	return t.ja, t.en
}
