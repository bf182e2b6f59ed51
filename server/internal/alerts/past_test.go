package alerts

import (
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// everything goes back through the groups of all charts.
func everything(r store.Reader) *past {
	return &past{
		reader: r, tenant: tenant, mine: func(string) bool { return true }, wanted: func(*storev1.Escalation) bool { return true },
		weigh: func(*storev1.Escalation) int { return 1 }, room: maxPageAlerts,
	}
}

// TestPastIsWhole: whatever lies between the groups, years or no time at all, and whatever the pages, going back comes to
// each of them once, newest first, also to those that a clock put into the future.
func TestPastIsWhole(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		b := newBench(t)
		gap := rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Minute, 30 * time.Hour, 90 * 24 * time.Hour, 3 * 365 * 24 * time.Hour})
		at, all := day.Add(time.Hour), [][]byte(nil)
		for range rapid.IntRange(0, 40).Draw(rt, "groups") {
			e := b.group("yamada", at, grouped("yamada/care", b.id(), severityCritical, at))
			all = append(all, e.GetId())
			if at = at.Add(-gap.Draw(rt, "gap")); at.UnixMilli() < 0 {
				at = time.UnixMilli(0)
			}
		}
		size := rapid.IntRange(1, 50).Draw(rt, "size")
		err := b.store.View(t.Context(), func(r store.Reader) error {
			seen, before := map[string]bool{}, ""
			newest := topID
			for range 200 {
				p := everything(r)
				found, next, err := p.before(before, day, size)
				if err != nil {
					return err
				}
				for _, e := range found {
					if id := hexID(e.GetId()); id >= newest || seen[id] {
						rt.Fatalf("%s comes after %s", id, newest)
					} else {
						newest, seen[id] = id, true
					}
				}
				if before = next; before == "" {
					break
				}
			}
			if len(seen) != len(all) {
				rt.Fatalf("%d of %d groups", len(seen), len(all))
			}
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
	})
}

// TestPastIsBounded: a page looks at so many groups and goes on with the next one, also where thousands came at once.
func TestPastIsBounded(t *testing.T) {
	b := newBench(t)
	const many = 3 * maxWindow
	err := b.store.Update(t.Context(), func(tx store.Tx) error {
		for range many {
			id := append([]byte{1, 2, 3, 4, 5, 6}, b.id()[6:]...)
			if err := put(tx, escalationKey(tenant, id), &storev1.Escalation{Id: id, ChartId: "yamada"}); err != nil {
				return err
			}
		}
		return nil
	})[0]
	if err != nil {
		t.Fatal(err)
	}
	pages, seen, before := 0, 0, ""
	for ; pages < 100; pages++ {
		err := b.store.View(t.Context(), func(r store.Reader) (err error) {
			p := everything(r)
			var found []*storev1.Escalation
			if found, before, err = p.before(before, day, 200); p.looked > 2*maxPast {
				t.Errorf("%d groups were looked at for one page", p.looked)
			}
			seen += len(found)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if before == "" {
			break
		}
	}
	if seen != many || pages == 100 {
		t.Errorf("%d of %d groups in %d pages", seen, many, pages)
	}
}

// TestForeignGroupsAreNotRead: of the groups of charts that are not looked at only the chart is read.
func TestForeignGroupsAreNotRead(t *testing.T) {
	b := newBench(t)
	for i := range 20 {
		chart := []string{"yamada", "other"}[i%2]
		b.group(chart, day.Add(-time.Duration(i)*time.Minute), grouped(chart+"/care", b.id(), severityCritical, day))
	}
	read := map[string]int{}
	err := b.store.View(t.Context(), func(r store.Reader) error {
		p := everything(r)
		p.mine = func(chart string) bool { return chart == "yamada" }
		p.wanted = func(e *storev1.Escalation) bool { read[e.GetChartId()]++; return true }
		_, _, err := p.before("", day, 100)
		return err
	})
	if err != nil || read["yamada"] != 10 || read["other"] != 0 {
		t.Errorf("read were %v, %v", read, err)
	}
}

// TestChartOfARow finds in any row what its decoding finds, and in what is none nothing.
func TestChartOfARow(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		e := &storev1.Escalation{
			Id: rapid.SliceOfN(rapid.Byte(), 0, 16).Draw(rt, "id"), ChartId: rapid.StringMatching(`[a-z]{0,8}`).Draw(rt, "chart"),
			BeganMs: rapid.Int64().Draw(rt, "began"),
		}
		raw, err := proto.Marshal(e)
		if err != nil {
			rt.Fatal(err)
		}
		if chart, ok := chartOf(raw); chart != e.GetChartId() || ok != (chart != "") {
			rt.Errorf("%q, %v, want %q", chart, ok, e.GetChartId())
		}
		chartOf(rapid.SliceOf(rapid.Byte()).Draw(rt, "anything"))
	})
}
