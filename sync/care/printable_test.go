package care

import (
	"testing"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"体温36.8\n脈拍\t72":                   "体温36.8\n脈拍\t72",
		"a\x1b[31mb\x07\x00\x7f\u009b":     "a[31mb",
		"\u202e逆\u2066\u2069\u200f\u061c順": "逆順",
	} {
		if got := Printable(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
	note := &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{Text: "\x1b[2Jよく\u202e眠れた"}}}
	if ja, en := Summary(note); ja != "[2Jよく眠れた" || en != ja {
		t.Errorf("the summary: %q, %q", ja, en)
	}
}

func TestErasedRecordIsNotOneOfANewerApp(t *testing.T) {
	stub := &carev1.Record{Status: carev1.RecordStatus_RECORD_STATUS_ERASED}
	if ja, en := RecordSummary(stub); ja != "消去された記録" || en != "a record that was erased by order" {
		t.Errorf("%q, %q", ja, en)
	}
	if ja, _ := RecordSummary(&carev1.Record{}); ja != "アプリの更新が必要な記録" {
		t.Errorf("of a newer app: %q", ja)
	}
}

func TestAllergyIsNotStatedTwice(t *testing.T) {
	if ja, _ := EnumTitle(carev1.AllergyStatus_ALLERGY_STATUS_ACTIVE); ja != "有効" {
		t.Errorf("%q: beside 「アレルギーなし」 it would say the contrary", ja)
	}
}
