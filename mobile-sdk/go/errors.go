package sdk

import (
	"errors"
	"strings"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go/internal/store"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// Problem is a failure in words for the person at the tablet, in both languages. It names no value and no patient.
type Problem struct {
	En, Ja string
	cause  error
}

// Error returns the English words.
func (p *Problem) Error() string { return p.En }

// Unwrap returns what was behind it, for programs.
func (p *Problem) Unwrap() error { return p.cause }

// Problems that a program may want to tell apart, with errors.Is.
var (
	ErrSignIn = &Problem{
		En: "You are not signed in on this tablet, or no longer. What you wrote stays here; sign in again.",
		Ja: "サインインしていないか、期限が切れています。書いた内容はこの端末に残っています。もう一度サインインしてください。"}
	ErrExpired = &Problem{
		En:    "You were signed in too long ago for the server. What you wrote stays here; sign in again.",
		Ja:    "サインインの期限が切れました。書いた内容はこの端末に残っています。もう一度サインインしてください。",
		cause: ErrSignIn}
	ErrOtherServer = &Problem{
		En:    "You signed in at another server. Check the address, or sign in at this one; nothing was sent.",
		Ja:    "サインインしたのは別のサーバーです。アドレスを確認するか、このサーバーにサインインしてください。何も送信していません。",
		cause: ErrSignIn}
	ErrNoServer = &Problem{
		En: "No server is set for this tablet. What you wrote stays here; give its address, such as http://127.0.0.1:8420.",
		Ja: "サーバーのアドレスが設定されていません。書いた内容はこの端末に残っています。http://127.0.0.1:8420 の形で指定してください。"}
	ErrAddress = &Problem{
		En: "The server's address begins with http:// or https://, such as http://127.0.0.1:8420.",
		Ja: "サーバーのアドレスは http://127.0.0.1:8420 のように http:// または https:// から入力してください。"}
	ErrOffline = &Problem{
		En: "The server cannot be reached. What you wrote stays on this tablet and is sent later.",
		Ja: "サーバーに接続できません。書いた内容はこの端末に残り、後で送信されます。"}
	ErrNeedsUpdate = &Problem{
		En: "This app is too old for the server. What you wrote stays on this tablet; update the app.",
		Ja: "アプリが古いため同期できません。書いた内容はこの端末に残っています。アプリを更新してください。"}
	ErrServer = &Problem{
		En: "The server could not do this now. What you wrote stays on this tablet; try again later.",
		Ja: "サーバーが処理できませんでした。書いた内容はこの端末に残っています。しばらくしてからもう一度試してください。"}
	ErrConfirmed = &Problem{
		En: "The record was not typed in from paper, or is confirmed already. Nothing was written; look at it again.",
		Ja: "代行入力の記録ではないか、すでに確認済みです。何も書き込んでいません。記録を見直してください。"}
	ErrMayNotConfirm = &Problem{
		En: "Only a physician confirms what was typed in from paper. Nothing was written; ask the physician.",
		Ja: "代行入力の確認は医師が行います。何も書き込んでいません。医師に依頼してください。"}
	ErrNoChart = &Problem{
		En: "This tablet has no such chart. Synchronise, or ask for access.",
		Ja: "この端末にそのカルテはありません。同期するか、アクセス権を確認してください。"}
	ErrNotYours = &Problem{
		En: "Your role cannot write this kind of record in this chart; nothing was saved, ask a colleague who may.",
		Ja: "この職種では、このカルテにこの種類の記録を書けません。何も保存していません。書ける職種の人に依頼してください。"}
	ErrNoRecord = &Problem{
		En: "This tablet has no such record.",
		Ja: "この端末にその記録はありません。"}
	ErrAmbiguous = &Problem{
		En: "Several records begin or end with these characters; write more of them.",
		Ja: "同じ文字で始まる、または終わる記録が複数あります。番号をもう少し長く入力してください。"}
	ErrUnchanged = &Problem{
		En: "This changes nothing, so nothing was written.",
		Ja: "変更がないため、保存していません。"}
	ErrNoDraft = &Problem{
		En: "Only a draft note can be signed; nothing was saved.",
		Ja: "署名できるのは下書きだけです。保存していません。"}
	ErrSigned = &Problem{
		En: "This draft was signed already; nothing was saved.",
		Ja: "この下書きは署名済みです。保存していません。"}
	ErrBlank = &Problem{
		En: "A text or reason has nothing but spaces; nothing was saved.",
		Ja: "空白だけの文や理由があります。入力してください。保存していません。"}
	ErrNoConflict = &Problem{
		En: "There is only one value, so there is nothing to decide; nothing was saved.",
		Ja: "内容は一つだけで、判断は不要です。保存していません。"}
	ErrNotMovable = &Problem{
		En: "This record cannot be moved there: it is retracted, of a newer app, or there already; nothing was saved.",
		Ja: "この記録は移せません（取消済み、新しいアプリの記録、または移動先が同じ）。保存していません。"}
	ErrNotThere = &Problem{
		En: "The server has nothing like this that you may see or decide about; nothing was changed.",
		Ja: "該当するものがないか、閲覧・判断の権限がありません。何も変更していません。"}
	ErrQuestion = &Problem{
		En: "The server does not understand the request; nothing was changed, check what was entered.",
		Ja: "指定の内容をサーバーが受け付けません。入力を確かめてください。何も変更していません。"}
	ErrRefused = &Problem{
		En: "The server refused the sign-in: device, person or secret do not fit.",
		Ja: "サインインできません。端末、職員番号、または暗証が正しくありません。"}
)

// CheckError: values that are impossible, or, if Confirm is true, unlikely ones that its author has to look at
// again. Nothing was saved; an unlikely value is saved by the same call with Confirm set.
type CheckError struct {
	Confirm  bool
	Findings []care.Finding
}

// Error returns the findings in English.
func (e *CheckError) Error() string { en, _ := e.words(); return en }

func (e *CheckError) words() (en, ja string) {
	var ens, jas []string
	for _, f := range e.Findings {
		if e.Confirm == (f.Severity == care.Unlikely) {
			ens, jas = append(ens, f.En), append(jas, f.Ja)
		}
	}
	if e.Confirm {
		return "Not saved yet, please confirm: " + strings.Join(ens, " "), "まだ保存していません。確認してください：" + strings.Join(jas, "")
	}
	return "Not saved: " + strings.Join(ens, " "), "保存していません：" + strings.Join(jas, "")
}

// Words says what went wrong, in Japanese and English.
func Words(err error) (ja, en string) {
	var check *CheckError
	if errors.As(err, &check) {
		en, ja = check.words()
		return ja, en
	}
	var p *Problem
	if errors.As(err, &p) {
		return p.Ja, p.En
	}
	var missing *store.MissingKeyError
	if errors.As(err, &missing) {
		return "端末の保存先の鍵ファイルがありません（" + missing.File + "）。何も変更していません。フォルダの隣に戻してください。", sentence(err.Error())
	}
	for _, known := range coreWords {
		if errors.Is(err, known.err) {
			return known.ja, sentence(known.err.Error())
		}
	}
	return "処理できませんでした。" + err.Error(), sentence(err.Error())
}

func sentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}

var coreWords = []struct {
	err error
	ja  string
}{
	{replica.ErrReason, "理由を入力してください。保存していません。"},
	{replica.ErrNoStream, "この端末にそのカルテの区分はありません。先に同期してください。何も変更していません。"},
	{replica.ErrMonth, "月の指定が正しくありません。何も変更していません。"},
	{replica.ErrNoAuthor, "この端末で一度サインインしてください。保存していません。"},
	{replica.ErrNoBody, "保存できる内容がありません。"},
	{replica.ErrGroups, "変更する項目を確かめてください。保存していません。"},
	{replica.ErrNothingToResolve, "この記録はまだ端末にありません。先に同期してください。"},
	{replica.ErrTooLarge, "内容が大きすぎます。分けて入力してください。保存していません。"},
	{replica.ErrErased, "この記録は命令により消去されました。書き込みはできません。保存していません。"},
	{replica.ErrOtherDevice, "この保存先は別の端末のものです。何も変更していません。保存先（--store）と端末（--device）の組を確かめてください。"},
	{replica.ErrDamaged, "端末の保存データが壊れています。消さずに保管し、管理者に連絡してください。"},
	{replica.ErrUnknownMutation, "この端末にその番号の入力はありません。"},
	{store.ErrNoStore, "その場所に端末の保存先はありません。フォルダ名を確認してください。何も変更していません。"},
	{store.ErrClosed, "端末の保存先は閉じられています。"},
	{store.ErrInUse, "別のプログラムがこの端末の保存先を使用中です。先に終了してください。"},
	{store.ErrKey, "鍵がこの端末の保存先に合いません。何も変更していません。"},
	{store.ErrDamaged, "端末の保存先を開けません。何も消していません。フォルダを保管し、管理者に連絡してください。"},
	{store.ErrFailed, "保存中に失敗しました。アプリを開き直してください。"},
}

// remote turns a failed call into words. The server's own words are for people already; they are kept where they say
// more.
func remote(err error) error {
	switch connect.CodeOf(err) {
	case connect.CodeUnauthenticated:
		return problem(ErrSignIn, err)
	case connect.CodeFailedPrecondition, connect.CodeUnimplemented:
		return problem(ErrNeedsUpdate, err)
	case connect.CodeUnavailable, connect.CodeDeadlineExceeded, connect.CodeCanceled:
		return problem(ErrOffline, err)
	}
	var said *connect.Error
	if errors.As(err, &said) && connect.IsWireError(err) {
		return problem(ErrServer, err)
	}
	return problem(ErrOffline, err)
}

// problem keeps both the words, for errors.Is, and the cause.
func problem(p *Problem, cause error) error {
	return &Problem{En: p.En, Ja: p.Ja, cause: errors.Join(p, cause)}
}
