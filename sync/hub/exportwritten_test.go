package hub_test

import (
	"context"
	"errors"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/hub"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// book writes exports down, and does what a test wants meanwhile.
type book struct {
	begun  []hub.Export
	ended  []bool
	counts []int
	begin  func() error
	end    func() error
}

// Begin implements hub.Exports.
func (b *book) Begin(_ hub.Call, e hub.Export) (func(int, bool) error, error) {
	if err := b.begin(); err != nil {
		return nil, err
	}
	b.begun = append(b.begun, e)
	return func(records int, whole bool) error {
		b.ended, b.counts = append(b.ended, whole), append(b.counts, records)
		return b.end()
	}, nil
}

// TestExportIsWrittenDownFirst: no piece goes out before it is written down who takes it, no last piece before it is
// written down how many records it was, and one that was cut off is told apart.
func TestExportIsWrittenDownFirst(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)), b.create("sato", temperature(366)))
	refuses, fine := func() error { return errors.New("the disk is full") }, func() error { return nil }
	for name, test := range map[string]struct {
		begin, end func() error
		cut        bool
		whole      []bool
		code       hub.Code
	}{
		"whole":           {begin: fine, end: fine, whole: []bool{true}},
		"not begun":       {begin: refuses, end: fine, code: hub.Unavailable},
		"end not written": {begin: fine, end: refuses, whole: []bool{true}, code: hub.Unavailable},
		"cut off":         {begin: fine, end: fine, cut: true, whole: []bool{false}},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			written := &book{end: test.end, begin: func() error {
				if test.cut {
					cancel()
				}
				return test.begin()
			}}
			h := hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b, Exports: written})
			last := false
			err := h.ExportChart(ctx, b.call("suzuki"), &chartv1.ExportChartRequest{
				ChartId: "yamada", Format: chartv1.ExportFormat_EXPORT_FORMAT_NDJSON,
			}, func(piece *chartv1.ExportChartResponse) error {
				if len(written.begun) == 0 || piece.GetLast() && len(written.ended) == 0 {
					t.Error("a piece went out that is not written down")
				}
				last = last || piece.GetLast()
				return nil
			})
			if (err == nil) != (name == "whole") || last != (name == "whole") || test.code != 0 && hub.CodeOf(err) != test.code {
				t.Errorf("last piece: %v, %v", last, err)
			}
			if len(written.ended) != len(test.whole) || len(test.whole) == 1 && written.ended[0] != test.whole[0] {
				t.Errorf("written down as whole: %v", written.ended)
			}
			if name == "whole" && (written.counts[0] != 2 || written.begun[0].ChartID != "yamada") {
				t.Errorf("%+v, %v records", written.begun[0], written.counts)
			}
		})
	}
}
