package hub_test

import (
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestNobodyWritesWhatTheServerDerives: a mutation of an alert that somebody knew in advance stays held when the alert comes,
// also if a colleague had released it while nobody could know what it is about.
func TestNobodyWritesWhatTheServerDerives(t *testing.T) {
	for _, judge := range []string{"", "takahashi", "suzuki"} {
		b := newBench(t)
		loud := b.create("sato", pulse(132))
		id := rules.AlertID("threshold", "limit/2/high", loud.GetId())
		retract := b.create("sato", nil)
		retract.RecordId, retract.Record, retract.Operation, retract.Reason = id[:], nil, syncv1.Operation_OPERATION_RETRACT, "wrong patient"
		b.expect(b.push("sato", retract), "HELD MISSING_RECORD")
		if judge != "" {
			b.decided(b.decide(judge, "yamada/care", retract.GetId(), true, ""), "HELD")
		}
		b.push("sato", loud)
		b.says("news2 urgent", "threshold critical")
		if rec := b.alerts()[string(id[:])]; rec == nil || rec.GetStatus() != carev1.RecordStatus_RECORD_STATUS_ACTIVE || len(rec.GetCandidates()) > 0 {
			t.Errorf("released by %q: the alert is %v", judge, rec)
		}
		b.sound()
	}
}

// TestAReleaseCoversNoRoleThatNobodyKnew: what a care worker released before its record was there does not change a physician's
// record when it comes; what somebody released who may write it does.
func TestAReleaseCoversNoRoleThatNobodyKnew(t *testing.T) {
	for judge, want := range map[string]string{"takahashi": "HELD ROLE", "suzuki": "CONFLICT"} { // it takes effect: who wrote it had not seen the record
		b := newBench(t)
		made := b.create("sato", medicine("mg"))
		patch := b.create("takahashi", nil)
		patch.RecordId, patch.Record, patch.Operation, patch.Reason = made.GetId(), nil, syncv1.Operation_OPERATION_RETRACT, "x"
		b.expect(b.push("takahashi", patch), "HELD MISSING_RECORD")
		if judge == "takahashi" { // nobody releases their own: another care worker would
			roles["kimura"], charts["yamada"] = carev1.Role_ROLE_CARE_WORKER, append(charts["yamada"], "kimura")
			defer func() { charts["yamada"] = charts["yamada"][:len(charts["yamada"])-1]; delete(roles, "kimura") }()
			b.decided(b.decide("kimura", "yamada/care", patch.GetId(), true, ""), "HELD")
		} else {
			b.decided(b.decide(judge, "yamada/care", patch.GetId(), true, ""), "HELD")
		}
		b.expect(b.push("sato", made), "APPLIED")
		b.expect(b.push("takahashi", patch), want)
		b.sound()
	}
}

// TestAnAnswerIsItsAuthorsAlone: nobody else amends it or takes it back.
func TestAnAnswerIsItsAuthorsAlone(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", pulse(132)))
	var ids [][]byte
	for id := range b.alerts() {
		ids = append(ids, []byte(id))
	}
	answer := func(a carev1.AlertAnswer, words string) *carev1.Body {
		return &carev1.Body{Kind: &carev1.Body_AlertResponse{AlertResponse: &carev1.AlertResponse{AlertIds: ids, Answer: a, Words: words}}}
	}
	mine := b.create("suzuki", answer(carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED, ""))
	b.expect(b.push("suzuki", mine), "APPLIED")
	changed := answer(carev1.AlertAnswer_ALERT_ANSWER_NOTHING_TO_DO, "来なくてよい")
	b.expect(b.push("sato", b.patch("sato", mine.GetId(), b.seen(mine.GetId()), changed)), "HELD ROLE")
	retract := b.patch("sato", mine.GetId(), b.seen(mine.GetId()), nil)
	retract.Operation, retract.Record = syncv1.Operation_OPERATION_RETRACT, nil
	b.expect(b.push("sato", retract), "HELD ROLE")
	b.expect(b.push("suzuki", b.patch("suzuki", mine.GetId(), b.seen(mine.GetId()), changed)), "APPLIED")
	b.sound()
}
