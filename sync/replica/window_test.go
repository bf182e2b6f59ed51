package replica_test

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// order is of the standing section.
func order() *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
		Drug: &carev1.Drug{Name: "drug"}, State: carev1.OrderState_ORDER_STATE_ACTIVE,
		Dosage: &carev1.Dosage{AmountThousandths: 1000, Unit: "錠", Text: "as needed"},
	}}}
}

// months writes some records a month on one tablet, and an order in the first.
func (w *world) months(a *device, months int, perMonth int32) {
	a.write(create(order()))
	for range months {
		for n := range perMonth {
			a.write(create(vitals(360 + n)))
		}
		a.sync()
		w.now = w.now.AddDate(0, 1, 0)
	}
	w.now = w.now.AddDate(0, -1, 0)
}

func (d *device) stream() replica.StreamView {
	d.w.t.Helper()
	streams, err := d.Streams()
	if err != nil || len(streams) != 1 {
		d.w.t.Fatalf("%d streams, %v", len(streams), err)
	}
	return streams[0]
}

// within checks that a tablet shows exactly what another, which holds everything, shows from its oldest month on.
func within(t interface{ Errorf(string, ...any) }, whole, d *device) {
	oldest, shown := d.stream().OldestMonth, d.shown()
	for id, v := range whole.shown() {
		if v.Section != 0 && v.Section < oldest {
			continue
		}
		if !bytes.Equal(v.ConfirmedBytes, shown[id].ConfirmedBytes) {
			t.Errorf("from %d: a record of %d is missing or differs", oldest, v.Section)
		}
		delete(shown, id)
	}
	for _, v := range shown {
		t.Errorf("from %d: a record of %d is shown and should not be", oldest, v.Section)
	}
}

func (d *device) window(months uint32) {
	d.w.t.Helper()
	if err := d.SetWindow(months); err != nil {
		d.w.t.Fatal(err)
	}
}

func (d *device) widen(month uint32) {
	d.w.t.Helper()
	if err := d.Widen(d.clock(), care, month); err != nil {
		d.w.t.Fatal(err)
	}
}

func TestOlderMonthsStayOnTheServerUntilTheyAreAskedFor(t *testing.T) {
	w := newWorld(t, small)
	w.now = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	a := w.device("a", nurse)
	w.months(a, 9, 6) // March to November
	b := w.device("b", other)
	b.window(3)
	if p := b.sync(); p.Pulled != 1+4*6 {
		t.Errorf("%d records were sent", p.Pulled)
	}
	if s := b.stream(); s.OldestMonth != 202608 || s.Widening {
		t.Errorf("holds from %d", s.OldestMonth)
	}
	within(t, a, b)
	for _, month := range []uint32{202606, 202701, 202604, 0} {
		b.widen(month)
		b.rest()
		want := min(month, 202604)
		if month > 202604 {
			want = 202606
		}
		if s := b.stream(); s.OldestMonth != want || s.Widening {
			t.Errorf("asked for %d, holds from %d", month, s.OldestMonth)
		}
		within(t, a, b)
	}
	same(t, a, b)
	if done, open, err := b.Repairs(); done != 0 || open != 0 || err != nil {
		t.Errorf("%d repairs, %d open, %v: what was never there is not repaired", done, open, err)
	}
	if err := b.Widen(b.clock(), care, 202613); err == nil {
		t.Error("a thirteenth month was taken")
	}
	if err := b.Widen(b.clock(), "elsewhere", 202601); err == nil {
		t.Error("a stream that is not here was widened")
	}
}

// TestWindowSlides: months that fall out go, but not what the tablet still has something to say about, and what was
// widened stays as wide.
func TestWindowSlides(t *testing.T) {
	w := newWorld(t, small)
	w.now = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
	a, b := w.device("a", nurse), w.device("b", other)
	w.months(a, 9, 5)
	b.rest()
	within(t, a, b)
	var old replica.ID
	for id, v := range b.shown() {
		if v.Section == 202604 {
			old = id
		}
	}
	b.write(patch(old, vitals(400)))
	b.window(2)
	req, err := b.NextRequest(b.clock())
	if err != nil {
		t.Fatal(err)
	}
	resp := b.answer(req)
	resp.Results[0] = result(5, 0) // to be tried again, so that it stays pending
	if _, err := b.Absorb(b.clock(), w.newID, req, resp); err != nil {
		t.Fatal(err)
	}
	if s := b.stream(); s.OldestMonth != 202609 {
		t.Errorf("holds from %d", s.OldestMonth)
	}
	if v, found := b.shown()[old]; !found || v.Record.GetBody().GetVitalSigns().GetTemperatureTenthsC() != 400 || v.Version == nil {
		t.Errorf("the record that waits: %v %+v", found, v)
	}
	b.rest()
	a.sync()
	if _, found := b.shown()[old]; found {
		t.Error("a record of an old month is shown after it was done with")
	}
	within(t, a, b)
	b.widen(202607)
	b.rest()
	w.now = w.now.AddDate(0, 2, 0)
	a.write(create(vitals(381)))
	a.sync()
	b.rest()
	if s := b.stream(); s.OldestMonth != 202609 { // four months besides the present one, as it was widened to
		t.Errorf("two months later it holds from %d", s.OldestMonth)
	}
	within(t, a, b)
	b.window(0)
	b.rest()
	same(t, a, b)
}

// TestWideningMayBeCutOffAnywhere switches the tablet off at every single write while it widens.
func TestWideningMayBeCutOffAnywhere(t *testing.T) {
	if planted.Bug != planted.None {
		t.Skip("a mistake is built in")
	}
	for n := 1; ; n++ {
		w := newWorld(t, small)
		w.now = time.Date(2026, 6, 10, 0, 0, 0, 0, time.UTC)
		a, b := w.device("a", nurse), w.device("b", other)
		w.months(a, 6, 12)
		b.window(1)
		b.rest()
		b.widen(0)
		b.store.FailAt(n)
		failed := false
		b.cut = func() {
			failed = true
			within(t, a, b)
		}
		b.rest()
		if same(t, a, b); t.Failed() {
			t.Fatalf("at write %d", n)
		}
		if !failed {
			break
		}
	}
}

// TestWhatIsShownIsTheServers: whatever is written, widened, narrowed, damaged and cut off in whatever order, in the end
// the tablet shows within its window what the server has.
func TestWhatIsShownIsTheServers(t *testing.T) {
	if planted.Bug != planted.None {
		t.Skip("a mistake is built in")
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, hub.Limits{ResponseBytes: rapid.IntRange(800, 4000).Draw(rt, "page"), Mutations: 1000})
		w.now = time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)
		a, b := w.device("a", nurse), w.device("b", other)
		a.write(create(order()))
		a.sync()
		any := func(d *device) (replica.ID, bool) {
			var ids []replica.ID
			_ = d.Records(care, func(v replica.View) error {
				if v.Record.GetBody().GetVitalSigns() != nil {
					ids = append(ids, v.ID)
				}
				return nil
			})
			if len(ids) == 0 {
				return replica.ID{}, false
			}
			return ids[rapid.IntRange(0, len(ids)-1).Draw(rt, "which")], true
		}
		for range rapid.IntRange(1, 25).Draw(rt, "steps") {
			switch rapid.IntRange(0, 9).Draw(rt, "step") {
			case 0, 1:
				for range rapid.IntRange(1, 40).Draw(rt, "new") {
					a.write(create(vitals(368)))
				}
				a.sync()
			case 2:
				w.now = w.now.AddDate(0, rapid.IntRange(1, 3).Draw(rt, "months"), 0)
			case 3:
				if id, ok := any(a); ok {
					a.write(patch(id, vitals(int32(rapid.IntRange(360, 400).Draw(rt, "to")))))
				}
				a.sync()
			case 4:
				if id, ok := any(b); ok {
					b.write(patch(id, vitals(int32(rapid.IntRange(360, 400).Draw(rt, "to")))))
				}
			case 5:
				if _, err := b.exchange(); err != nil {
					rt.Fatal(err)
				}
			case 6:
				b.window(uint32(rapid.IntRange(0, 6).Draw(rt, "window")))
			case 7:
				if s, err := b.Streams(); err == nil && len(s) == 1 {
					b.widen(uint32(rapid.SampledFrom([]int{0, 202603, 202605, 202607, 202612}).Draw(rt, "to")))
				}
			case 8:
				if _, err := b.repairOnce(); err != nil && hub.CodeOf(err) != hub.Aborted && hub.CodeOf(err) != hub.NotFound {
					rt.Fatal(err)
				}
			case 9:
				if _, ok := any(b); ok {
					b.spoil(rapid.IntRange(0, 50).Draw(rt, "record"), false)
					_, _ = b.RecomputeDigests()
				}
			}
		}
		b.rest()
		a.sync()
		b.rest()
		within(rt, a, b)
		if _, open, err := b.Repairs(); open != 0 || err != nil {
			rt.Errorf("%d sections are left, %v", open, err)
		}
	})
}
