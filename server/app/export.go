package app

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// Exporting says what is to be written out, and by whose right.
type Exporting struct {
	// Chart is the chart's id in the directory.
	Chart string
	// Person is the id of the person whose grants decide what is in the file, and whose name stands in it.
	Person string
	// Format of the file.
	Format chartv1.ExportFormat
	// From and Until bound the timeline: from the first, before the second. A zero time is no bound.
	From, Until time.Time
	// ForFamily leaves out what the patient has not been told, and what is internal.
	ForFamily bool
}

// errNoExport is the one answer for a chart that is not there and for one that the person may not read.
var errNoExport = errors.New("the person named with --as may not read that chart now, or one of the two does not exist; nothing was written: check both in the directory file")

// Export writes a chart out as far as a person may read it now. What was written before an error is not whole.
func (a *App) Export(ctx context.Context, x Exporting, out io.Writer) error {
	tenant, _ := a.directory.Organisations()
	if _, known := a.directory.Person(tenant, x.Person); !known {
		return errNoExport
	}
	call := operatorCall(tenant)
	call.Session.PersonID = x.Person
	req := &chartv1.ExportChartRequest{
		ChartId: x.Chart, Format: x.Format, From: orNone(x.From), Until: orNone(x.Until), ForFamily: x.ForFamily,
	}
	err := a.hub.ExportChart(ctx, call, req, func(piece *chartv1.ExportChartResponse) error {
		_, err := out.Write(piece.GetContent())
		return err
	})
	if hub.CodeOf(err) == hub.NotFound && err != nil {
		return errNoExport
	}
	return err
}

func orNone(t time.Time) *timestamppb.Timestamp {
	if t.IsZero() {
		return nil
	}
	return timestamppb.New(t)
}
