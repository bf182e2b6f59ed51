package care_test

import (
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// TestWhoseAnswerEnds: that of a care worker, and of nobody in particular, ends nothing; that of everybody else who may
// answer does.
func TestWhoseAnswerEnds(t *testing.T) {
	for number, name := range carev1.Role_name {
		role := carev1.Role(number)
		want := role != carev1.Role_ROLE_CARE_WORKER && role != carev1.Role_ROLE_UNSPECIFIED
		kind, _ := care.KindByName("alert_response")
		if !kind.MayWrite(role) {
			want = false
		}
		if care.AnswerEnds(role) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
	if care.AnswerEnds(carev1.Role(99)) {
		t.Error("a role that nobody knows")
	}
}
