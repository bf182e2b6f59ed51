package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/hub"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// errNoExport is the one answer for a chart that is not there and for one that the person may not read.
var errNoExport = errors.New("the person named with --as may not read that chart now, or one of the two does not exist; nothing was written: check both in the directory file")

// Export implements operator.Service.
func (a *App) Export(ctx context.Context, x operator.Exporting, out io.Writer) error {
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

// exports writes every export into the journal, whoever asked for it: a program over the network, or the operator.
type exports struct{ journal *journal.Journal }

// Begin implements hub.Exports.
func (x exports) Begin(c hub.Call, e hub.Export) (end func(int, bool) error, err error) {
	var id [8]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, err
	}
	line := journal.Export{
		ID: hex.EncodeToString(id[:]), State: journal.ExportBegun, Tenant: c.Session.Tenant, Person: c.Session.PersonID,
		Device: c.Session.DeviceID, Chart: e.ChartID, Format: strings.TrimPrefix(e.Format.String(), "EXPORT_FORMAT_"),
		ForFamily: e.ForFamily,
	}
	if err := x.journal.Exported(line, time.Now().UTC()); err != nil {
		return nil, err
	}
	return func(records int, whole bool) error {
		line.State, line.Records = journal.ExportBroken, records
		if whole {
			line.State = journal.ExportWhole
		}
		return x.journal.Exported(line, time.Now().UTC())
	}, nil
}
