package app

import (
	"os"
	"path/filepath"
	"testing"

	"connectrpc.com/connect"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/directory"
)

// TestMergedCharts are one chart to whoever could read either, from the next reload on, and two again when they are
// parted. Nothing that was written moves.
func TestMergedCharts(t *testing.T) {
	c := settings(t)
	content, err := os.ReadFile(c.Directory)
	if err != nil {
		t.Fatal(err)
	}
	c.Directory = filepath.Join(t.TempDir(), "directory.yaml")
	if err := os.WriteFile(c.Directory, content, 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, c, onDisk)
	sato, takahashi := h2c(t, r).signedIn(t, "sato", "tablet-a"), h2c(t, r).signedIn(t, "takahashi", "tablet-c")
	note(t, sato, "chart-0001")
	note(t, sato, "chart-0002")
	if _, err := takahashi.chart().GetTimeline(t.Context(), connect.NewRequest(&chartv1.GetTimelineRequest{ChartId: "chart-0001"})); err == nil {
		t.Fatal("takahashi has no grant there")
	}
	if err := directory.Merge(c.Directory, "chart-0001", "chart-0002"); err != nil {
		t.Fatal(err)
	}
	if err := r.Reload(); err != nil {
		t.Fatal(err)
	}
	if n, err := sato.charts(t.Context()); err != nil || n != 2 {
		t.Errorf("sato has %d charts, %v", n, err)
	}
	for _, one := range []*client{sato, takahashi} {
		if n := timeline(t, one, "chart-0001"); n != 2 {
			t.Errorf("%d on the merged chart", n)
		}
	}
	note(t, takahashi, "chart-0001")
	if n := timeline(t, sato, "chart-0001"); n != 3 {
		t.Errorf("%d on the merged chart", n)
	}
	if err := directory.Unmerge(c.Directory, "chart-0001", "chart-0002"); err != nil {
		t.Fatal(err)
	}
	if err := r.Reload(); err != nil {
		t.Fatal(err)
	}
	if a, b := timeline(t, sato, "chart-0001"), timeline(t, sato, "chart-0002"); a+b != 3 || b == 0 {
		t.Errorf("parted: %d and %d", a, b)
	}
}
