package replica_test

import (
	"bytes"
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/replica/memstore"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// repaired is what a repair cost.
type repaired struct{ compared, fetched, bytes int }

// repair does what is put down for repair, as far as it goes at this cursor.
func (d *device) repair() (cost repaired) {
	d.w.t.Helper()
	for range 1000 {
		one, err := d.repairOnce()
		if errors.Is(err, memstore.ErrFailed) {
			d.again()
			continue
		}
		if err != nil {
			d.w.t.Fatal(err)
		}
		if one == (repaired{}) {
			return cost
		}
		cost.add(one)
	}
	d.w.t.Fatal("the repair does not come to an end")
	return cost
}

func (r *repaired) add(one repaired) {
	r.compared, r.fetched, r.bytes = r.compared+one.compared, r.fetched+one.fetched, r.bytes+one.bytes
}

// repairOnce does one step of a repair, if one is due.
func (d *device) repairOnce() (repaired, error) {
	compare, needed, err := d.NextCompare()
	if err != nil {
		return repaired{}, err
	}
	if needed {
		resp, err := d.w.hub.CompareSection(d.w.t.Context(), d.call(), compare)
		if err != nil {
			return repaired{}, err
		}
		return repaired{compared: 1, bytes: proto.Size(compare) + proto.Size(resp)}, d.AbsorbCompare(compare, resp)
	}
	fetch, needed, err := d.NextRepair()
	if err != nil || !needed {
		return repaired{}, err
	}
	resp, err := d.w.hub.FetchSection(d.w.t.Context(), d.call(), fetch)
	if err != nil {
		return repaired{}, err
	}
	return repaired{fetched: 1, bytes: proto.Size(fetch) + proto.Size(resp)}, d.AbsorbRepair(fetch, resp)
}

// rest synchronises and repairs until the tablet is at rest.
func (d *device) rest() (cost repaired) {
	d.w.t.Helper()
	for range 10 {
		d.sync()
		one := d.repair()
		cost.add(one)
		if one == (repaired{}) {
			return cost
		}
	}
	d.w.t.Fatal("the tablet does not come to rest")
	return cost
}

// spoil changes one byte of the nth record that the tablet has stored, and puts one in that never was.
func (d *device) spoil(n int, added bool) {
	d.w.t.Helper()
	err := d.store.Update(func(tx replica.Tx) error {
		var key, value []byte
		err := tx.Scan([]byte("c"), nil, func(k, v []byte) error {
			key, value = bytes.Clone(k), bytes.Clone(v)
			if n--; n < 0 {
				return replica.ErrStop
			}
			return nil
		})
		if err != nil {
			return err
		}
		value[len(value)/2] ^= 1
		if err := tx.Set(key, value); err != nil || !added {
			return err
		}
		rec, err := proto.Marshal(&carev1.Record{Id: bytes.Repeat([]byte{9}, 16)})
		if err != nil {
			return err
		}
		page, err := proto.Marshal(&syncv1.PageRecord{Version: &syncv1.Version{Epoch: 1, Seq: 3}, Section: 202611, Record: rec})
		if err != nil {
			return err
		}
		return tx.Set(append(key[:len(key)-16], bytes.Repeat([]byte{9}, 16)...), page)
	})
	if err != nil {
		d.w.t.Fatal(err)
	}
}

func TestDamagedRecordIsFoundAndRepaired(t *testing.T) {
	for _, records := range []int32{20, 200, 2000} {
		w := newWorld(t, small)
		a, b := w.device("a", nurse), w.device("b", other)
		for n := range records {
			a.write(create(vitals(360 + n%60)))
		}
		a.sync()
		b.sync()
		b.spoil(3, true)
		if n, err := b.RecomputeDigests(); n != 1 || err != nil {
			t.Fatalf("%d sections differ, %v", n, err)
		}
		cost := b.repair()
		same(t, a, b)
		if done, _, _ := b.Repairs(); done != 1 || (cost.compared > 0) != (records > 32) {
			t.Errorf("%d repairs: %+v", done, cost)
		}
		if records > 32 && cost.bytes > 20_000 {
			t.Errorf("the repair took %d bytes", cost.bytes)
		}
	}
}

// TestRepairWithoutComparing: who only knows how to fetch repairs too, for more bytes.
func TestRepairWithoutComparing(t *testing.T) {
	w := newWorld(t, small)
	a, b := w.device("a", nurse), w.device("b", other)
	for n := range int32(60) {
		a.write(create(vitals(360 + n)))
	}
	a.sync()
	b.sync()
	b.spoil(3, true)
	if _, err := b.RecomputeDigests(); err != nil {
		t.Fatal(err)
	}
	pages := 0
	for {
		req, needed, err := b.NextRepair()
		if err != nil {
			t.Fatal(err)
		}
		if !needed {
			break
		}
		resp, err := w.hub.FetchSection(t.Context(), b.call(), req)
		if err == nil {
			err = b.AbsorbRepair(req, resp)
		}
		if err != nil {
			t.Fatal(err)
		}
		pages++
	}
	same(t, a, b)
	if pages < 2 {
		t.Errorf("repaired in %d pages", pages)
	}
}

// TestServerFindsWhatTheTabletCannot: damage that the digests were kept up with shows only beside the server's.
func TestServerFindsWhatTheTabletCannot(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	a, b := w.device("a", nurse), w.device("b", other)
	for n := range int32(50) {
		a.write(create(vitals(360 + n)))
	}
	a.sync()
	b.sync()
	b.spoil(7, false)
	if _, err := b.RecomputeDigests(); err != nil {
		t.Fatal(err)
	}
	b.forgetRepairs()
	b.sync()
	if cost := b.repair(); cost.fetched == 0 {
		t.Error("the server's answer put nothing down for repair")
	}
	same(t, a, b)
	req, err := b.NextRequest(b.clock())
	if err != nil || len(req.GetPositions()) != 1 || len(req.GetPositions()[0].GetSections()) != 0 || req.GetReport().GetRepairs() != 1 {
		t.Errorf("afterwards: %v, %v", req, err)
	}
}

// forgetRepairs takes everything off the list that the tablet put on it.
func (d *device) forgetRepairs() {
	d.w.t.Helper()
	err := d.store.Update(func(tx replica.Tx) error {
		var keys [][]byte
		err := tx.Scan([]byte("f"), nil, func(k, _ []byte) error {
			keys = append(keys, bytes.Clone(k))
			return nil
		})
		for _, key := range keys {
			if err == nil {
				err = tx.Delete(key)
			}
		}
		return err
	})
	if err != nil {
		d.w.t.Fatal(err)
	}
}

func TestDigestsAreDueDailyAndAfterAnUncleanEnd(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	d.write(create(vitals(368)))
	d.sync()
	verify := func() (turns int) {
		for {
			due, err := d.VerifyDue(d.clock())
			if err != nil {
				t.Fatal(err)
			}
			if !due {
				return turns
			}
			if _, err := d.VerifyTurn(d.clock()); err != nil {
				t.Fatal(err)
			}
			turns++
		}
	}
	if n := verify(); n != 1 {
		t.Errorf("the first time: %d turns", n)
	}
	if n := verify(); n != 0 {
		t.Errorf("at once again: %d turns", n)
	}
	d.sync()
	if err := d.Unclean(); err != nil {
		t.Fatal(err)
	}
	if n := verify(); n != 1 {
		t.Errorf("after an unclean end: %d turns", n)
	}
	w.now = w.now.AddDate(0, 0, 1)
	if n := verify(); n != 1 {
		t.Errorf("a day later: %d turns", n)
	}
	w.now = w.now.AddDate(0, 0, -2)
	if n := verify(); n != 1 {
		t.Errorf("after the clock was set back: %d turns", n)
	}
	req, err := d.NextRequest(d.clock())
	if err != nil || len(req.GetPositions()[0].GetSections()) != 2 {
		t.Errorf("sent: %v, %v", req.GetPositions(), err)
	}
}

// TestWrongRangesAreRefused: an answer that does not cover what was asked for could hide a record.
func TestWrongRangesAreRefused(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	for n := range int32(40) {
		d.write(create(vitals(360 + n)))
	}
	d.sync()
	d.spoil(0, false)
	if _, err := d.RecomputeDigests(); err != nil {
		t.Fatal(err)
	}
	req, needed, err := d.NextCompare()
	if err != nil || !needed {
		t.Fatal(needed, err)
	}
	resp, err := w.hub.CompareSection(t.Context(), d.call(), req)
	if err != nil {
		t.Fatal(err)
	}
	for name, ranges := range map[string][]*syncv1.RangeDigest{
		"none": nil, "cut": resp.GetRanges()[:3], "turned": {resp.GetRanges()[1], resp.GetRanges()[0], {}},
	} {
		if err := d.AbsorbCompare(req, &syncv1.CompareSectionResponse{Ranges: ranges, Snapshot: resp.GetSnapshot()}); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if err := d.AbsorbCompare(req, resp); err != nil {
		t.Error(err)
	}
}
