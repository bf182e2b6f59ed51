package sdk_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// wide is a server of very many charts.
type wide struct {
	*server
	charts  int
	revoked string
}

func (w *wide) Stream(_, id string) (hub.StreamRef, bool) {
	ref, _ := w.server.Stream(tenant, id)
	return ref, true
}

func (w *wide) Readable(_, _ string, _ time.Time) (all []hub.StreamRef) {
	for n := range w.charts {
		if id := fmt.Sprintf("chart-%04d/care", n); id != w.revoked {
			ref, _ := w.Stream(tenant, id)
			all = append(all, ref)
		}
	}
	return all
}

func (w *wide) Grants(_, _, stream string) []hub.Grant {
	if stream == w.revoked {
		return nil
	}
	return []hub.Grant{{Role: carev1.Role_ROLE_NURSE, From: time.Unix(0, 0)}}
}

// TestElevenHundredStreams: what is revoked goes and what is granted comes, in a few requests.
func TestElevenHundredStreams(t *testing.T) {
	w := &wide{server: newServer(t), charts: 1100}
	w.hub = hub.New(hub.Config{Store: memory.New(), Directory: w, Seals: w.keys, Epochs: w})
	a, _ := w.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, a)
	if _, err := a.Create("chart-0005", vitals(368), sdk.Entry{}); err != nil {
		t.Fatal(err)
	}
	synced(t, a)
	w.revoked, w.charts = "chart-0005/care", 1101
	report, err := a.Sync(t.Context())
	if err != nil || report.Revoked != 1 || report.Rounds > 4 || report.Unfinished {
		t.Errorf("%+v, %v", report, err)
	}
	charts, err := a.Charts()
	if err != nil || len(charts) != 1100 || charts[5].ID == "chart-0005" || charts[len(charts)-1].ID != "chart-1100" {
		t.Errorf("%d charts, %v", len(charts), err)
	}
	if report, err = a.Sync(t.Context()); err != nil || report.Rounds != 1 {
		t.Errorf("with nothing new: %+v, %v", report, err)
	}
}
