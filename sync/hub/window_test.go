package hub_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// monthOf is a section.
func monthOf(at time.Time) uint32 { return uint32(at.Year()*100 + int(at.Month())) }

// spread writes n readings, evenly over the months up to now, oldest first.
func (b *bench) spread(n, months int) []*syncv1.Mutation {
	b.t.Helper()
	var all []*syncv1.Mutation
	now := b.now
	for month := range months {
		b.now = now.AddDate(0, month-months+1, 0)
		var batch []*syncv1.Mutation
		for range n / months {
			batch = append(batch, b.create("sato", temperature(int32(360+len(batch)%20))))
		}
		for at := 0; at < len(batch); at += 500 {
			b.push("sato", batch[at:min(at+500, len(batch))]...)
		}
		all = append(all, batch...)
	}
	b.now = now
	return all
}

// fill pulls with a window until nothing more comes, and returns the records by section.
func (b *bench) fill(oldest uint32) (sections map[uint32]int, at *syncv1.Cursor, digests []*syncv1.SectionDigest) {
	b.t.Helper()
	sections = map[uint32]int{}
	position := &syncv1.StreamPosition{StreamId: "yamada/care"}
	for range 1000 {
		req := b.request()
		req.Positions, req.OldestMonth = []*syncv1.StreamPosition{position}, oldest
		resp := b.sync("sato", req)
		for _, page := range resp.GetPages() {
			for _, r := range page.GetRecords() {
				sections[r.GetSection()]++
			}
			position.Staged = page.GetStaged()
			if page.GetLast() {
				return sections, page.GetStaged(), page.GetSections()
			}
		}
		if !resp.GetMore() {
			b.t.Fatal("the fill ended without its last page")
		}
	}
	b.t.Fatal("the fill does not end")
	return nil, nil, nil
}

// TestWindowOfMonths: a chart of two years, of 36,000 records where the race detector does not run, held from the month
// before on.
func TestWindowOfMonths(t *testing.T) {
	b := newBench(t)
	all := large * 36 / 100 // in two years
	b.spread(all, 24)
	oldest := monthOf(b.now.AddDate(0, -1, 0))
	sections, at, digests := b.fill(oldest)
	if len(sections) != 2 || sections[oldest] != all/24 || sections[monthOf(b.now)] != all/24 {
		t.Errorf("got %v", sections)
	}
	if at.GetVersion().GetSeq() != uint64(all) || len(digests) != 24 {
		t.Errorf("stands at %v with %d digests", at.GetVersion(), len(digests))
	}
	if sections, _, _ := b.fill(0); len(sections) != 24 {
		t.Errorf("without a window: %d sections", len(sections))
	}
	if sections, at, _ := b.fill(monthOf(b.now.AddDate(1, 0, 0))); len(sections) != 0 || at.GetVersion().GetSeq() != uint64(all) {
		t.Errorf("everything out of the window: %v at %v", sections, at.GetVersion())
	}
	// What moves into a month that is held comes, whenever it was written.
	old := b.fetched(monthOf(b.now.AddDate(0, -20, 0)))[0]
	m := b.patch("sato", old.id, &syncv1.RecordVersion{Version: old.version, Sha256: old.hash}, temperature(374))
	m.Record.Envelope.Effective = timestamppb.New(b.now)
	b.expect(b.push("sato", m), "APPLIED")
	if sections, _, _ := b.fill(oldest); sections[monthOf(b.now)] != all/24+1 {
		t.Errorf("after a record moved: %v", sections)
	}
}

func sha(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}

func idOfRecord(raw []byte) []byte {
	rec := &carev1.Record{}
	if err := proto.Unmarshal(raw, rec); err != nil {
		return nil
	}
	return rec.GetId()
}

type fetchedRecord struct {
	id, hash []byte
	version  *syncv1.Version
}

// fetched is a section as FetchSection gives it.
func (b *bench) fetched(section uint32) (all []fetchedRecord) {
	b.t.Helper()
	var after []byte
	for {
		resp, err := b.hub.FetchSection(context.Background(), b.call("sato"), &syncv1.FetchSectionRequest{
			StreamId: "yamada/care", Section: section, AfterRecordId: after,
		})
		if err != nil {
			b.t.Fatal(err)
		}
		for _, r := range resp.GetRecords() {
			g := idOfRecord(r.GetRecord())
			sum := sha(r.GetRecord())
			all = append(all, fetchedRecord{g, sum, r.GetVersion()})
			after = g
		}
		if !resp.GetMore() {
			return all
		}
	}
}

// TestDigestsUpward: a device that stands at the head learns which of its sections differ.
func TestDigestsUpward(t *testing.T) {
	b := newBench(t)
	differed := 0
	b.hub = hub.New(hub.Config{
		Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b, Differed: func(n int) { differed += n },
	})
	b.spread(90, 3)
	_, at, digests := b.fill(0)
	ask := func(oldest uint32, sections ...*syncv1.SectionDigest) *syncv1.StreamVerdict {
		req := b.request()
		req.Positions = []*syncv1.StreamPosition{{StreamId: "yamada/care", Cursor: at, Sections: sections, OldestMonth: oldest}}
		return b.sync("sato", req).GetVerdicts()[0]
	}
	if v := ask(0, digests...); !v.GetSectionsCompared() || len(v.GetDiffering()) > 0 {
		t.Errorf("the same digests: %v", v)
	}
	wrong := proto.CloneOf(digests[1])
	wrong.Digest[5]++
	if v := ask(0, digests[0], wrong, digests[2]); len(v.GetDiffering()) != 1 || !proto.Equal(v.GetDiffering()[0], digests[1]) {
		t.Errorf("one differs: %v", v.GetDiffering())
	}
	if v := ask(0, digests[0]); len(v.GetDiffering()) != 2 {
		t.Errorf("two are missing: %v", v.GetDiffering())
	}
	if v := ask(digests[2].GetSection(), digests[2]); len(v.GetDiffering()) > 0 {
		t.Errorf("older ones are not held: %v", v.GetDiffering())
	}
	more := &syncv1.SectionDigest{Section: 203001, Digest: wrong.GetDigest(), Count: 1}
	if v := ask(0, append(digests, more)...); len(v.GetDiffering()) != 1 || v.GetDiffering()[0].GetSection() != 203001 || v.GetDiffering()[0].GetCount() != 0 {
		t.Errorf("one too many: %v", v.GetDiffering())
	}
	if v := ask(digests[2].GetSection(), wrong, digests[2]); len(v.GetDiffering()) > 0 {
		t.Errorf("what it lists beyond its window: %v", v.GetDiffering())
	}
	if differed != 4 {
		t.Errorf("%d differences were counted, want 4", differed)
	}
	at = &syncv1.Cursor{} // a device that stands elsewhere compares with its last page
	if v := ask(0, digests...); v.GetSectionsCompared() {
		t.Errorf("not at the head: %v", v)
	}
}

// TestPagesOfNothing: a log that lies outside of the window is gone through in bounded parts, each of which moves on.
func TestPagesOfNothing(t *testing.T) {
	b := newBench(t)
	b.spread(230, 1)
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b, Limits: hub.Limits{Scanned: 50}})
	position := &syncv1.StreamPosition{StreamId: "yamada/care", OldestMonth: monthOf(b.now.AddDate(0, 1, 0))}
	var stops []uint64
	for last := false; !last && len(stops) < 10; {
		req := b.request()
		req.Positions = []*syncv1.StreamPosition{position}
		resp := b.sync("sato", req)
		page := resp.GetPages()[0]
		if last = page.GetLast(); last == resp.GetMore() || len(page.GetRecords()) > 0 {
			t.Errorf("last %v, more %v, %d records", last, resp.GetMore(), len(page.GetRecords()))
		}
		position.Staged = page.GetStaged()
		stops = append(stops, page.GetStaged().GetVersion().GetSeq())
	}
	if want := []uint64{50, 100, 150, 200, 230}; !slices.Equal(stops, want) {
		t.Errorf("the pages end at %v, want %v", stops, want)
	}
}

// TestDescriptions: a device that takes its streams for something else is told what they are.
func TestDescriptions(t *testing.T) {
	b := newBench(t)
	req := b.request()
	if got := b.sync("sato", req).GetStreams(); len(got) > 0 {
		t.Errorf("not asked: %v", got)
	}
	req.DescriptionsHash = make([]byte, 32)
	told := b.sync("sato", req).GetStreams()
	if len(told) != 1 || told[0].GetInfo().GetChartId() != "yamada" {
		t.Fatalf("told: %v", told)
	}
	req.DescriptionsHash = ledger.Descriptions(told)
	if got := b.sync("sato", req).GetStreams(); len(got) > 0 {
		t.Errorf("known: %v", got)
	}
}

// TestAdoptedCursorIsSealed: a device that goes on in a new epoch proves by its cursor what it proved before.
func TestAdoptedCursorIsSealed(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)))
	_, at, _ := b.fill(0)
	if _, err := b.hub.BeginEpochs(context.Background(), b.call("sato")); err != nil {
		t.Fatal(err)
	}
	req := b.request()
	req.Positions = []*syncv1.StreamPosition{{StreamId: "yamada/care", Cursor: at}}
	v := b.sync("sato", req).GetVerdicts()[0]
	adopted := v.GetAdopted()
	if v.GetVerdict() != syncv1.Verdict_VERDICT_ADOPTED || adopted.GetVersion().GetEpoch() != v.GetHead().GetVersion().GetEpoch() ||
		adopted.GetVersion().GetSeq() != at.GetVersion().GetSeq() || !b.seals.Sealer().CursorFits(tenant, "yamada/care", adopted) {
		t.Fatalf("%v", v)
	}
	req.Positions[0].Cursor = adopted
	if v := b.sync("sato", req).GetVerdicts()[0]; v.GetVerdict() != syncv1.Verdict_VERDICT_UP_TO_DATE {
		t.Errorf("at the adopted cursor: %v", v)
	}
}

// waiting is a restore that nobody has confirmed.
type waiting struct{}

func (waiting) Unconfirmed() bool { return true }

// TestNothingIsPurgedBeforeConfirmation: grants may be those of an old directory, and a device's copy the only one.
func TestNothingIsPurgedBeforeConfirmation(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)))
	_, at, _ := b.fill(0)
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b, Restored: waiting{}})
	req := b.request()
	req.Positions, req.DescriptionsHash = []*syncv1.StreamPosition{{StreamId: "yamada/care", Cursor: at}}, make([]byte, 32)
	resp := b.sync("mori", req) // has no right here
	for _, v := range resp.GetVerdicts() {
		if v.GetVerdict() == syncv1.Verdict_VERDICT_REVOKED {
			t.Errorf("told to purge: %v", v)
		}
	}
	if !resp.GetRestoring() || resp.GetMore() || len(resp.GetPages())+len(resp.GetStreams()) > 0 || b.known().GetStreams()[0].GetRevokedMs() != 0 {
		t.Errorf("restoring: %v", resp)
	}
	fetch := &syncv1.FetchSectionRequest{StreamId: "yamada/care"}
	if _, err := b.hub.FetchSection(context.Background(), b.call("sato"), fetch); hub.CodeOf(err) != hub.Unavailable {
		t.Errorf("a section: %v", err)
	}
	compare := &syncv1.CompareSectionRequest{StreamId: "yamada/care"}
	if _, err := b.hub.CompareSection(context.Background(), b.call("sato"), compare); hub.CodeOf(err) != hub.Unavailable {
		t.Errorf("a comparison: %v", err)
	}
}

// TestConflictsAreCounted in the head, so that nobody looks for them where there are none.
func TestConflictsAreCounted(t *testing.T) {
	b := newBench(t)
	count := func() uint64 {
		head := &storev1.StreamHead{}
		err := b.store.View(context.Background(), func(r store.Reader) error {
			raw, err := r.Head(store.Stream{Tenant: tenant, Name: "yamada/care"})
			if err != nil {
				return err
			}
			return proto.Unmarshal(raw, head)
		})
		if err != nil {
			t.Fatal(err)
		}
		return head.GetConflicts()
	}
	first := b.create("sato", temperature(365))
	b.push("sato", first)
	for i, want := range []string{"APPLIED", "CONFLICT", "CONFLICT"} {
		m := b.patch("suzuki", first.GetId(), nil, temperature(int32(370+i)))
		if i == 0 {
			seen := b.records("sato")[string(first.GetId())]
			m.Trunk = &syncv1.RecordVersion{Version: seen.GetVersion(), Sha256: sha(seen.GetRecord())}
		}
		b.expect(b.push("suzuki", m), want)
		if n := count(); n != uint64(min(i, 1)) {
			t.Errorf("after %d changes: %d", i+1, n)
		}
	}
}

// TestNewerSchemaIsJudgedLater: an older server holds what it does not know, and judges it once it does.
func TestNewerSchemaIsJudgedLater(t *testing.T) {
	b := newBench(t)
	m := b.create("sato", temperature(365))
	m.SchemaVersion = 99
	b.expect(b.push("sato", m), "HELD NEWER_SCHEMA")
	req := b.request()
	req.Held = []*syncv1.HeldRef{{StreamId: "yamada/care", MutationId: m.GetId(), PersonId: "sato"}}
	b.expect(b.sync("sato", req).GetHeld(), "HELD NEWER_SCHEMA")
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b, SchemaVersion: 99})
	b.expect(b.sync("sato", req).GetHeld(), "APPLIED")
	b.expect(b.push("sato", m), "APPLIED")
	if v := b.verify(); len(v.Damage) > 0 {
		t.Error(fmt.Sprint(v.Damage))
	}
}
