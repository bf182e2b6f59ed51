package alarm

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

func TestFloodIsOnePushForEachDevice(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.target("dr-1", token, "dr-1-tablet")
		all := slices.Concat(slices.Repeat([]carev1.AlertSeverity{urgent}, 150), slices.Repeat([]carev1.AlertSeverity{critical}, 50),
			slices.Repeat([]carev1.AlertSeverity{notice}, 300))
		h.raise("chart-1", all...)
		h.wants("dr-1-phone", "dr-1-tablet", "dr-2-phone")
		g := groups(t, h.store)
		if len(g) != 1 || g[0].GetSeverity() != critical {
			t.Fatalf("%d groups, want one critical one", len(g))
		}
		if n := len(g[0].GetAlerts()); n != 256 || g[0].GetLeftOut() != 244 {
			t.Fatalf("the group has %d alerts and left out %d", n, g[0].GetLeftOut())
		}
	})
}

func TestMoreThanAGroupTakesWaits(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		ids := h.raise("chart-1", slices.Repeat([]carev1.AlertSeverity{critical}, 400)...)
		h.wants("dr-1-phone", "dr-2-phone")
		if n := h.codes.count(AlarmCrowded); n != 1 {
			t.Fatalf("the operator was told %d times that a group is full", n)
		}
		h.answer("chart-1", "dr-1", ids...)
		h.pass(2 * time.Minute)
		listed := 0
		for _, g := range groups(t, h.store) {
			listed += len(g.GetAlerts())
		}
		if listed != len(ids) {
			t.Fatalf("%d of %d alerts are in a group", listed, len(ids))
		}
	})
}

func TestWorseBeginsAnew(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.raise("chart-1", urgent)
		h.wants("dr-1-phone", "dr-2-phone")
		h.pass(time.Minute)
		h.raise("chart-1", urgent) // equal: only joins
		h.wants()
		h.raise("chart-1", critical)
		h.wants("dr-1-phone", "dr-2-phone")
		if g := groups(t, h.store); len(g) != 1 || len(g[0].GetAlerts()) != 3 {
			t.Fatalf("the groups are %v", g)
		}
	})
}

func TestAnsweredBeforeAnybodyWasTold(t *testing.T) {
	for name, batch := range map[string]int{"together": 0, "one by one": 1} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				h.stop()
				h.limits.Batch = batch
				a := alertEvent("chart-1", critical)
				answer := answerEvent("chart-1", "ns-1", a.GetRecordId())
				copy(answer.RecordId, "\x00") // its mark stands before that of its alert
				h.d = nil
				h.update(func(tx store.Tx) error {
					if err := outbox(tx, answer); err != nil {
						return err
					}
					return outbox(tx, a)
				})
				h.start("two")
				h.wants()
				if g := groups(t, h.store); len(g) != 1 || g[0].GetAnsweredBy() != "ns-1" {
					t.Fatalf("the groups are %v", g)
				}
			})
		})
	}
}

func TestAnswerOfAnotherChartEndsNothing(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		ids := h.raise("chart-1", critical)
		h.answer("chart-2", "ns-1", ids...)
		if g := groups(t, h.store); g[0].GetState() != alertv1.GroupState_GROUP_STATE_RUNNING {
			t.Fatal("an answer in another chart ended the group")
		}
	})
}

// written appends an entry with a record, as the hub does.
func written(tx store.Tx, e *storev1.OutboxEvent, body *carev1.Body) error {
	record, err := proto.Marshal(&carev1.Record{Id: e.GetRecordId(), Body: body})
	if err != nil {
		return err
	}
	entry, err := proto.Marshal(&storev1.Entry{Effect: syncv1.Outcome_OUTCOME_APPLIED, PreviousSeq: 1, Record: record})
	if err != nil {
		return err
	}
	if err := tx.Append(store.Stream{Tenant: tenant, Name: e.GetStreamId()}, e.GetSeq(), entry); err != nil {
		return err
	}
	return outbox(tx, e)
}

func TestQuestionReachesTheNurses(t *testing.T) {
	for answer, want := range map[carev1.AlertAnswer][]string{
		carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED: nil,
		carev1.AlertAnswer_ALERT_ANSWER_ASKED:        {"ns-1-phone"},
		carev1.AlertAnswer_ALERT_ANSWER_INSTRUCTED:   {"ns-1-phone"},
	} {
		t.Run(answer.String(), func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				ids := h.raise("chart-1", critical)
				h.wire.clear()
				h.update(func(tx store.Tx) error {
					return written(tx, answerEvent("chart-1", "dr-1", ids...), &carev1.Body{Kind: &carev1.Body_AlertResponse{
						AlertResponse: &carev1.AlertResponse{AlertIds: ids, Answer: answer, Words: "意識はどうですか"},
					}})
				})
				for _, s := range h.wire.tries() {
					if s.message.Kind != storev1.PushKind_PUSH_KIND_ANSWER {
						t.Fatalf("a push of kind %v", s.message.Kind)
					}
				}
				h.wants(want...)
				h.pass(24 * time.Hour)
				h.wants()
			})
		})
	}
}

func TestUrgentInstructionReachesTheNurses(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		e := answerEvent("chart-1", "dr-1")
		e.Kind = kindInstruction
		h.update(func(tx store.Tx) error {
			return written(tx, e, &carev1.Body{Kind: &carev1.Body_TemporaryInstruction{
				TemporaryInstruction: &carev1.TemporaryInstruction{Text: "酸素2Lへ", Urgent: true},
			}})
		})
		h.wants("ns-1-phone")
	})
}

func TestUnknownStreamWaits(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.stop()
		h.dir.streams = &sync.Map{}
		h.start("two")
		h.raise("chart-1", critical)
		h.wants()
		if h.codes.count(AlarmStream) != 1 {
			t.Fatal("the operator was not told")
		}
		h.dir.streams.Store("chart-1/care", true)
		h.pass(strangerPause)
		h.wants("dr-1-phone", "dr-2-phone")
	})
}

func TestDamagedRowsStopNothing(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		keys := []store.ServerKey{}
		for table := store.TableOutbox; table <= store.TableTargetOwner; table++ {
			keys = append(keys, store.ServerKey{Tenant: tenant, Table: table, Key: "damaged"})
		}
		h.update(func(tx store.Tx) error {
			for _, key := range keys {
				if err := tx.PutServerRow(key, []byte{0xff}); err != nil {
					return err
				}
				if err := tx.PutDue(time.Now().UnixMilli(), key); err != nil {
					return err
				}
			}
			return nil
		})
		h.raise("chart-1", critical)
		h.wants("dr-1-phone", "dr-2-phone")
		if n := h.codes.count(AlarmDamaged); n < 5 {
			t.Fatalf("the operator was told of %d damaged rows", n)
		}
		_ = h.store.View(context.Background(), func(r store.Reader) error {
			return r.Due(time.Now().UnixMilli(), func(_ int64, key store.ServerKey) error {
				t.Errorf("the row of table %d is still looked at", key.Table)
				return nil
			})
		})
	})
}

func TestDamagedGroupBeginsAnother(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.raise("chart-1", urgent)
		h.wire.clear()
		key := escalationKey(tenant, groups(t, h.store)[0].GetId())
		h.update(func(tx store.Tx) error { return tx.PutServerRow(key, []byte{0xff}) })
		h.raise("chart-1", urgent)
		h.wants("dr-1-phone", "dr-2-phone")
		h.pass(2 * time.Hour)
		if h.codes.count(AlarmDamaged) == 0 {
			t.Fatal("the operator was not told")
		}
	})
}

// TestOneThatCannotBeDoneHoldsUpNothing has a notice that fails whenever it is looked at: the person whom the policy names
// has an id that no key takes.
func TestOneThatCannotBeDoneHoldsUpNothing(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		long := strings.Repeat("x", 250)
		h.stop()
		h.dir.also = []string{long}
		h.start("two")
		h.policy(urgentPolicy("org-dr", &alertv1.Recipient{Who: &alertv1.Recipient_PersonId{PersonId: long}},
			&alertv1.Recipient{Who: &alertv1.Recipient_PersonId{PersonId: "dr-2"}}))
		h.raise("chart-1", notice, critical)
		h.raise("chart-2", urgent)
		h.wants("dr-2-phone", "dr-2-phone")
		failed := h.codes.count(AlarmFailing)
		h.pass(10 * time.Minute)
		if n := h.codes.count(AlarmFailing) - failed; n == 0 || n > 40 {
			t.Fatalf("what cannot be done was tried %d times in ten minutes", n)
		}
	})
}
