package hub_test

import (
	"bytes"
	"context"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestCompareSection: the ranges cover the section, add up to its digest, and show where one record differs.
func TestCompareSection(t *testing.T) {
	b := newBench(t)
	b.spread(3000, 1)
	_, at, digests := b.fill(0)
	section := digests[0].GetSection()
	all := b.fetched(section)
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.IntRange(0, len(all)-1).Draw(t, "from"), rapid.IntRange(0, len(all)-1).Draw(t, "to")
		req := &syncv1.CompareSectionRequest{
			StreamId: "yamada/care", Section: section, Cursor: at, Ranges: uint32(rapid.IntRange(0, 256).Draw(t, "ranges")),
		}
		whole := rapid.Bool().Draw(t, "whole")
		want := all
		if !whole {
			from, to = min(from, to), max(from, to)
			req.AfterRecordId, req.UntilRecordId = all[from].id, all[to].id
			want = all[from+1 : to+1]
		}
		resp, err := b.hub.CompareSection(context.Background(), b.call("sato"), req)
		if err != nil {
			t.Fatal(err)
		}
		most := int(req.GetRanges())
		if most == 0 {
			most = 64
		}
		if n := len(resp.GetRanges()); n > most || n < min(most/2, len(want)) {
			t.Fatalf("%d ranges of %d asked for over %d records", n, most, len(want))
		}
		for _, r := range resp.GetRanges() {
			var sum ledger.Digest
			n := uint64(0)
			for len(want) > 0 && (len(r.GetUntilRecordId()) == 0 || bytes.Compare(want[0].id, r.GetUntilRecordId()) <= 0) {
				sum = sum.Add(ledger.TermOf([16]byte(want[0].id), want[0].version, [32]byte(want[0].hash)))
				want, n = want[1:], n+1
			}
			if n != r.GetCount() || !bytes.Equal(sum[:], r.GetDigest()) {
				t.Fatalf("a range of %d records says %d, or another digest", n, r.GetCount())
			}
		}
		if len(want) > 0 {
			t.Fatalf("%d records are in no range", len(want))
		}
	})
	if _, err := b.hub.CompareSection(context.Background(), b.call("mori"), &syncv1.CompareSectionRequest{StreamId: "yamada/care"}); hub.CodeOf(err) != hub.NotFound {
		t.Errorf("without a right: %v", err)
	}
}

// TestDamageIsFound: one record of a large chart that differs on a device is found and fetched in a few calls and 20 KB.
func TestDamageIsFound(t *testing.T) {
	b := newBench(t)
	b.spread(large, 1)
	_, at, digests := b.fill(0)
	section := digests[0].GetSection()
	all := b.fetched(section)
	damaged := len(all) / 3
	sum := func(records []fetchedRecord) (d ledger.Digest) {
		for _, r := range records {
			hash := [32]byte(r.hash)
			if bytes.Equal(r.id, all[damaged].id) {
				hash[0]++
			}
			d = d.Add(ledger.TermOf([16]byte(r.id), r.version, hash))
		}
		return d
	}
	var after, until []byte
	bytesSent, calls, left := 0, 0, all
	for len(left) > 16 {
		req := &syncv1.CompareSectionRequest{StreamId: "yamada/care", Section: section, AfterRecordId: after, UntilRecordId: until, Cursor: at}
		resp, err := b.hub.CompareSection(context.Background(), b.call("sato"), req)
		if err != nil {
			t.Fatal(err)
		}
		bytesSent, calls = bytesSent+proto.Size(req)+proto.Size(resp), calls+1
		for _, r := range resp.GetRanges() {
			n := 0
			for n < len(left) && (len(r.GetUntilRecordId()) == 0 || bytes.Compare(left[n].id, r.GetUntilRecordId()) <= 0) {
				n++
			}
			if d := sum(left[:n]); !bytes.Equal(d[:], r.GetDigest()) {
				left, until = left[:n], r.GetUntilRecordId()
				break
			}
			after, left = r.GetUntilRecordId(), left[n:]
		}
	}
	req := &syncv1.FetchSectionRequest{StreamId: "yamada/care", Section: section, AfterRecordId: after, UntilRecordId: until, Cursor: at}
	resp, err := b.hub.FetchSection(context.Background(), b.call("sato"), req)
	if err != nil {
		t.Fatal(err)
	}
	bytesSent, calls = bytesSent+proto.Size(req)+proto.Size(resp), calls+1
	found := false
	for _, r := range resp.GetRecords() {
		found = found || bytes.Equal(idOfRecord(r.GetRecord()), all[damaged].id)
	}
	t.Logf("%d records fetched, %d bytes, %d calls", len(resp.GetRecords()), bytesSent, calls)
	if !found || resp.GetMore() || len(resp.GetRecords()) != len(left) || bytesSent > 20_000 || calls > 4 {
		t.Errorf("found %v: %d records for %d, %d bytes, %d calls", found, len(resp.GetRecords()), len(left), bytesSent, calls)
	}
}

// TestCompareInParts: what one view does not reach the next one goes on with, unless the stream went on in between.
func TestCompareInParts(t *testing.T) {
	b := newBench(t)
	b.spread(300, 1)
	_, at, digests := b.fill(0)
	req := &syncv1.CompareSectionRequest{StreamId: "yamada/care", Section: digests[0].GetSection(), Cursor: at, Ranges: 7}
	whole, err := b.hub.CompareSection(context.Background(), b.call("sato"), req)
	if err != nil {
		t.Fatal(err)
	}
	views := &viewed{Store: b.store}
	b.hub = hub.New(hub.Config{Store: views, Directory: people{}, Seals: b.seals, Epochs: b, Limits: hub.Limits{Compared: 100}})
	parts, err := b.hub.CompareSection(context.Background(), b.call("sato"), req)
	if err != nil || !proto.Equal(whole, parts) || views.n < 3 {
		t.Errorf("%v: %d views, ranges %d and %d", err, views.n, len(whole.GetRanges()), len(parts.GetRanges()))
	}
	views.after = func() { views.after = nil; b.push("sato", b.create("sato", temperature(365))) }
	if _, err := b.hub.CompareSection(context.Background(), b.call("sato"), req); hub.CodeOf(err) != hub.Unavailable {
		t.Errorf("while the stream goes on: %v", err)
	}
	b.hub = hub.New(hub.Config{Store: views, Directory: people{}, Seals: b.seals, Epochs: b, Limits: hub.Limits{Compared: 1}})
	if _, err := b.hub.CompareSection(context.Background(), b.call("sato"), req); hub.CodeOf(err) != hub.TooLarge {
		t.Errorf("too many views: %v", err)
	}
	req.UntilRecordId = []byte{1, 2, 3}
	if _, err := b.hub.CompareSection(context.Background(), b.call("sato"), req); hub.CodeOf(err) != hub.InvalidArgument {
		t.Errorf("a bound that is no id: %v", err)
	}
}

// viewed is a store that counts views, and does something after one.
type viewed struct {
	store.Store
	n     int
	after func()
}

func (v *viewed) View(ctx context.Context, fn func(store.Reader) error) error {
	err := v.Store.View(ctx, fn)
	if v.n++; v.after != nil {
		v.after()
	}
	return err
}
