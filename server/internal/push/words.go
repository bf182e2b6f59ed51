package push

import (
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// Words is what a person sees on a locked screen: that there is something, and how soon to look. Nothing about a patient.
type Words struct{ Title, Text string }

// Words returns them in Japanese and English.
func (m Message) Words() (ja, en Words) {
	switch m.Kind {
	case storev1.PushKind_PUSH_KIND_DIGEST:
		return Words{"本日の確認事項", "アプリを開いて確認してください。"}, Words{"Today's notices", "Open the app to read them."}
	case storev1.PushKind_PUSH_KIND_TEST:
		return Words{"通知テスト", "この端末に通知が届いています。"}, Words{"Test", "Notifications reach this device."}
	case storev1.PushKind_PUSH_KIND_HEARTBEAT:
		return Words{"当番の確認", "当番の時間に通知が届くことを確認しました。"}, Words{"On-call check", "Notifications reach you for your duty."}
	case storev1.PushKind_PUSH_KIND_UNREACHABLE:
		return Words{"当番者に通知が届きません", "アプリを開いて当番表を確認してください。"}, Words{"Somebody on call cannot be reached", "Open the app and look at the rota."}
	case storev1.PushKind_PUSH_KIND_ANSWER:
		return Words{"回答があります", "アプリを開いて確認してください。"}, Words{"An answer has come", "Open the app to read it."}
	}
	return alertWords(m.Severity)
}

func alertWords(severity carev1.AlertSeverity) (ja, en Words) {
	switch severity {
	case carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL:
		return Words{"緊急のお知らせ", "すぐにアプリを開いて確認してください。"}, Words{"Critical alert", "Open the app now."}
	case carev1.AlertSeverity_ALERT_SEVERITY_NOTICE:
		return Words{"お知らせ", "アプリを開いて確認してください。"}, Words{"Notice", "Open the app to read it."}
	}
	return Words{"報告があります", "アプリを開いて確認してください。"}, Words{"Alert", "Open the app to read it."}
}

// In returns the words for a language: "ja", "en", and both for any other.
func (m Message) In(language string) Words {
	ja, en := m.Words()
	switch language {
	case "ja":
		return ja
	case "en":
		return en
	}
	return Words{ja.Title + " / " + en.Title, ja.Text + " / " + en.Text}
}
