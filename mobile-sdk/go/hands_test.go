package sdk_test

import (
	"testing"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// TestHandsAreAllNamed: a note that a colleague corrected does not read as the colleague's.
func TestHandsAreAllNamed(t *testing.T) {
	of := func(name string, role carev1.Role) *carev1.Actor {
		return &carev1.Actor{PersonId: name, Name: name, Role: role}
	}
	sato, suzuki, hayashi := of("佐藤", carev1.Role_ROLE_NURSE), of("鈴木", carev1.Role_ROLE_NURSE), of("林", carev1.Role_ROLE_NURSE)
	both := []care.Distinct{{Decision: &carev1.Confirmation{By: hayashi}}}
	for ja, i := range map[string]sdk.Item{
		"佐藤 看護師":             {Author: sato, Writer: sato},
		"佐藤 看護師（変更：鈴木）":      {Author: sato, Writer: suzuki},
		"佐藤 看護師（受入：林）":       {Author: sato, Writer: sato, Released: hayashi},
		"佐藤 看護師（変更：鈴木、受入：林）": {Author: sato, Writer: suzuki, Released: hayashi},
		"佐藤 看護師（重複でないと判断：林）": {Author: sato, Writer: sato, Distinct: both},
		"?": {},
		"":  {Author: sato, Writer: sato, Erased: true},
	} {
		if got, en := i.Hands(); got != ja || (en == "") != (ja == "") {
			t.Errorf("%q, %q: want %q", got, en, ja)
		}
	}
}
