package hub_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

var yamada = store.Stream{Tenant: tenant, Name: "yamada/care"}

func (b *bench) erase(id []byte) {
	b.t.Helper()
	if err := b.hub.Erase(context.Background(), b.call("operator"), "yamada/care", store.ID(id), "station"); err != nil {
		b.t.Fatal(err)
	}
}

// Who rejects may have written about the patient.
func TestErasingTakesTheWordsOfARejection(t *testing.T) {
	b := newBench(t)
	m := b.create("takahashi", medicine("錠"))
	b.push("takahashi", m)
	b.decided(b.decide("sato", "yamada/care", m.GetId(), false, secret), "REJECTED")
	b.erase(m.GetId())
	b.gone(secret)
}

func TestErasingTakesTheWordsInAnInbox(t *testing.T) {
	b := newBench(t)
	m := b.create("nobody", temperature(365))
	b.push("nobody", m)
	b.decided(b.decide("sato", "", m.GetId(), false, secret), "REJECTED")
	b.erase(m.GetId())
	b.gone(secret)
}

func TestConfirmingLargeRecords(t *testing.T) {
	b := newBench(t)
	note := func(n int) *carev1.Body {
		s := strings.Repeat("あ", 7900) + fmt.Sprint(n)
		return &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{
			Format: carev1.NoteFormat_NOTE_FORMAT_SOAP, Subjective: s, Objective: s,
		}}}
	}
	var firsts []*syncv1.Mutation
	for range 4 {
		firsts = append(firsts, b.create("sato", note(0)))
	}
	b.push("sato", firsts...)
	flag := restoring(true)
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b, Restored: &flag})
	for n := range 24 {
		b.push("suzuki", b.patch("suzuki", firsts[n%4].GetId(), nil, note(n+1)))
	}
	flag = false
	n, err := b.hub.ConfirmRestore(context.Background(), b.call(""))
	if err != nil {
		t.Errorf("%d judged, %v", n, err)
	}
}

func (b *bench) tamper(seq uint64, change func(e *storev1.Entry)) {
	b.t.Helper()
	err := b.store.Update(context.Background(), func(tx store.Tx) error {
		raw, err := tx.Entry(yamada, seq)
		e := &storev1.Entry{}
		if err != nil || proto.Unmarshal(raw, e) != nil {
			b.t.Fatal("no entry")
		}
		change(e)
		raw, _ = ledger.Marshal(e)
		return tx.ReplaceEntry(yamada, seq, raw)
	})[0]
	if err != nil {
		b.t.Fatal(err)
	}
}

func TestVerifyNotices(t *testing.T) {
	one := func(t *testing.T) (*bench, *syncv1.Mutation) {
		b := newBench(t)
		m := b.create("sato", temperature(365))
		b.push("sato", m, b.create("sato", temperature(366)))
		return b, m
	}
	put := func(b *bench, f func(tx store.Tx) error) {
		if err := b.store.Update(context.Background(), f)[0]; err != nil {
			b.t.Fatal(err)
		}
	}
	noticed := func(t *testing.T, b *bench) {
		t.Helper()
		if v := b.verify(); len(v.Damage) == 0 {
			t.Error("not noticed")
		}
	}
	t.Run("payload put into an erased entry", func(t *testing.T) {
		b, m := one(t)
		b.erase(m.GetId())
		b.tamper(1, func(e *storev1.Entry) { e.Payload = []byte("x") })
		noticed(t, b)
	})
	t.Run("payload of a living entry replaced, with the old commitment beside it", func(t *testing.T) {
		b, _ := one(t)
		b.tamper(2, func(e *storev1.Entry) {
			e.Commitment, e.Payload = ledger.Commitment(e), []byte("x")
		})
		noticed(t, b)
	})
	t.Run("record of an older version replaced, with the old hash beside it", func(t *testing.T) {
		b, m := one(t)
		b.push("sato", b.patch("sato", m.GetId(), nil, temperature(370)), b.patch("sato", m.GetId(), nil, temperature(371)))
		b.tamper(3, func(e *storev1.Entry) {
			e.RecordSha256 = ledger.RecordCommitment(e.GetSalt(), sha256.Sum256(e.GetRecord()))
			e.Record = []byte{}
		})
		noticed(t, b)
	})
	t.Run("an entry erased although its record was not", func(t *testing.T) {
		b, m := one(t)
		b.push("sato", b.patch("sato", m.GetId(), nil, temperature(370)))
		b.tamper(1, func(e *storev1.Entry) { _ = ledger.Erase(e) })
		noticed(t, b)
	})
	t.Run("mutation index names another entry", func(t *testing.T) {
		b, m := one(t)
		p := b.patch("sato", m.GetId(), nil, temperature(370))
		b.push("sato", p)
		put(b, func(tx store.Tx) error { return tx.PutMutation(yamada, store.ID(p.GetId()), 1) })
		noticed(t, b)
	})
	t.Run("a held place names an entry that is not held", func(t *testing.T) {
		b, _ := one(t)
		put(b, func(tx store.Tx) error { return tx.PutHeld(yamada, 1) })
		noticed(t, b)
	})
}

func TestWhatWasErasedIsNobodysWork(t *testing.T) {
	b := newBench(t)
	m := b.create("takahashi", medicine("錠"))
	b.push("takahashi", m)
	b.erase(m.GetId())
	w, err := b.hub.ListWork(context.Background(), b.call("sato"), &chartv1.ListWorkRequest{Kind: chartv1.WorkKind_WORK_KIND_HELD})
	if err != nil || len(w.GetItems()) > 0 {
		t.Errorf("%v, %v", w, err)
	}
	b.decided(b.decide("sato", "yamada/care", m.GetId(), true, ""), "not found")
}

func TestWriteWhileRestoring(t *testing.T) {
	b := newBench(t)
	flag := restoring(true)
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b, Restored: &flag})
	m := b.create("sato", temperature(365))
	_, _, err := b.hub.Write(context.Background(), b.call("sato"), &chartv1.WriteRequest{
		ChartId: "yamada", MutationId: m.GetId(), Operation: m.GetOperation(), Body: m.GetRecord().GetBody(), Envelope: m.GetRecord().GetEnvelope(),
	})
	if hub.CodeOf(err) != hub.Unavailable {
		t.Errorf("%v", err)
	}
}

func TestAnErasedRecordIsNoDuplicate(t *testing.T) {
	b := newBench(t)
	order := b.create("sato", medicine("錠"))
	dose := func() *syncv1.Mutation {
		return b.create("sato", &carev1.Body{Kind: &carev1.Body_MedicationLog{MedicationLog: &carev1.MedicationLog{
			OrderId: order.GetId(), Slot: "2026-11-23/m", Outcome: 1,
		}}})
	}
	one, two := dose(), dose()
	b.expect(b.push("sato", order, one, two), "APPLIED", "APPLIED", "APPLIED")
	b.erase(one.GetId())
	tl, err := b.hub.GetTimeline(context.Background(), b.call("sato"), &chartv1.GetTimelineRequest{ChartId: "yamada"})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range tl.GetItems() {
		if len(i.GetPossibleDuplicates()) > 0 {
			t.Error("names an erased one")
		}
	}
	if d := b.verify().Damage; len(d) > 0 {
		t.Error(d)
	}
}

// TestErasableIsWhatErasingDestroys: a record, what is held about one that never came, and what stands in an inbox; and not
// a record that nobody ever wrote of, nor one under the name of another stream.
func TestErasableIsWhatErasingDestroys(t *testing.T) {
	b := newBench(t)
	written, held, waiting, outside := b.create("sato", temperature(365)), b.create("takahashi", medicine(secret)),
		b.patch("sato", b.id(), nil, medicine(secret)), b.create("nobody", medicine(secret))
	b.expect(b.push("sato", written), "APPLIED")
	b.expect(b.push("takahashi", held), "HELD ROLE")
	b.push("sato", waiting)
	b.expect(b.push("nobody", outside), "HELD NO_GRANT")
	erasable := func(stream string, record []byte) bool {
		t.Helper()
		there, err := b.hub.Erasable(context.Background(), tenant, stream, store.ID(record), "station")
		if err != nil {
			t.Fatal(err)
		}
		return there
	}
	for name, record := range map[string][]byte{
		"written": written.GetId(), "held": held.GetId(), "held change": waiting.GetRecordId(), "in an inbox": outside.GetId(),
	} {
		if !erasable("yamada/care", record) {
			t.Errorf("%s: nothing to erase", name)
		}
		if erasable("other/care", record) {
			t.Errorf("%s: in another stream", name)
		}
		b.erase(record)
		if !erasable("yamada/care", record) {
			t.Errorf("%s: not to be erased again", name)
		}
	}
	b.gone(secret)
	if erasable("yamada/care", b.id()) {
		t.Error("a record that nobody wrote of")
	}
}
