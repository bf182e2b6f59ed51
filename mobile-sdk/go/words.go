package sdk

import (
	"github.com/tsunagu-care/tsunagu/sync/replica"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// StateWords says how safe something is.
func StateWords(s replica.State) (ja, en string) {
	switch s {
	case replica.OnTablet:
		return "端末に保存済み（未送信）", "on this tablet"
	case replica.Safe:
		return "サーバーに保存済み", "safe on the server"
	case replica.Conflict:
		return "要確認：複数の内容があります", "needs attention: several values"
	case replica.Held:
		return "要確認：サーバーで保留中", "needs attention: held by the server"
	case replica.Rejected:
		return "要確認：受理されませんでした", "needs attention: refused"
	case replica.TooLarge:
		return "要確認：大きすぎて送信できません", "needs attention: too large to be sent"
	}
	return "アプリの更新が必要です", "needs a newer app"
}

// heldWords by reason. They say what is the matter and what happens next.
var heldWords = map[syncv1.HeldReason][2]string{
	syncv1.HeldReason_HELD_REASON_MISSING_RECORD:      {"もとの記録がまだ届いていません。届けば自動で反映されます。", "the record it changes has not arrived yet; it takes effect when that comes"},
	syncv1.HeldReason_HELD_REASON_MISSING_PREDECESSOR: {"先に書いた変更がまだ届いていません。届けば自動で反映されます。", "an earlier change has not arrived yet; it takes effect when that comes"},
	syncv1.HeldReason_HELD_REASON_PREDECESSOR_HELD:    {"先に書いた変更が保留中です。一緒に処理されます。", "an earlier change is held; they are dealt with together"},
	syncv1.HeldReason_HELD_REASON_UNKNOWN_KIND:        {"サーバーが古く、この種類の記録を扱えません。サーバーの更新後に反映されます。", "the server is too old for this kind of record; it takes effect after its update"},
	syncv1.HeldReason_HELD_REASON_NEWER_SCHEMA:        {"サーバーが古いため保留中です。サーバーの更新後に反映されます。", "the server is too old for it; it takes effect after its update"},
	syncv1.HeldReason_HELD_REASON_INVALID:             {"許されない値が含まれています。担当者が確認します。", "it holds a value that is not allowed; somebody looks at it"},
	syncv1.HeldReason_HELD_REASON_NO_GRANT:            {"書いた時点の担当の権限を確認できません。担当者が確認します。", "no right to write here at that time is known; somebody looks at it"},
	syncv1.HeldReason_HELD_REASON_ROLE:                {"この職種では書けない種類の記録です。担当者が確認します。", "this role may not write this kind of record; somebody looks at it"},
	syncv1.HeldReason_HELD_REASON_AUTHOR_SEAL:         {"書いた人を確認できません。担当者が確認します。", "who wrote it cannot be proven; somebody looks at it"},
	syncv1.HeldReason_HELD_REASON_RESTORED:            {"サーバーの復元後の確認待ちです。確認が済むと判断されます。", "the server was restored and waits for its operator; it is judged after that"},
	syncv1.HeldReason_HELD_REASON_ERASED:              {"記録は命令により消去されました。この端末からも消去されます。", "the record was erased by order; it is erased on this tablet too"},
	syncv1.HeldReason_HELD_REASON_UNREADABLE:          {"サーバーが読み取れません。担当者が確認します。", "the server cannot read it; somebody looks at it"},
}

// HeldWords says why the server has not applied an entry. It is durable there in any case.
func HeldWords(r syncv1.HeldReason) (ja, en string) {
	if w, known := heldWords[r]; known {
		return w[0], w[1]
	}
	return "サーバーで保留中です。", "held by the server"
}

// RestoringWords says what a server that was restored means for what is written and shown.
func RestoringWords() (ja, en string) {
	return "サーバーは復元され、管理者の確認を待っています。書いた内容はサーバーに保管されます。端末の記録はそのまま使えます。",
		"the server was restored and waits for its operator; what you write is safe there, and what is on this tablet stays"
}

// ResultWords says what the server made of an entry.
func ResultWords(r *syncv1.MutationResult) (ja, en string) {
	o := replica.Own{State: replica.Safe, Result: r}
	switch r.GetOutcome() {
	case syncv1.Outcome_OUTCOME_CONFLICT:
		o.State = replica.Conflict
	case syncv1.Outcome_OUTCOME_HELD:
		o.State = replica.Held
	case syncv1.Outcome_OUTCOME_REJECTED:
		o.State = replica.Rejected
	}
	return OwnWords(o)
}

// OwnWords says where an entry stands, with the reason if there is one.
func OwnWords(o replica.Own) (ja, en string) {
	ja, en = StateWords(o.State)
	if o.NeedsUpdate {
		ja, en = StateWords(0)
	}
	switch o.State {
	case replica.Held:
		wja, wen := HeldWords(o.Result.GetHeldReason())
		ja, en = ja+"："+wja, en+": "+wen
	case replica.Rejected:
		if words := o.Result.GetDetail(); words != "" {
			ja, en = ja+"："+words, en+": "+words
		}
	}
	return ja, en
}

// OperationWords names what was done.
func OperationWords(o syncv1.Operation) (ja, en string) {
	switch o {
	case syncv1.Operation_OPERATION_CREATE:
		return "新規", "new"
	case syncv1.Operation_OPERATION_PATCH:
		return "訂正", "amended"
	case syncv1.Operation_OPERATION_RETRACT:
		return "取消", "retracted"
	case syncv1.Operation_OPERATION_RESOLVE:
		return "判断", "decided"
	}
	return "不明", "unknown"
}
