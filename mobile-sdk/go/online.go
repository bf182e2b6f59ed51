package sdk

import (
	"context"
	"errors"
	"io"

	"connectrpc.com/connect"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// asked puts the failure of a question to the server into words: what it cannot find or does not allow is no fault.
func asked(err error) error {
	switch connect.CodeOf(err) {
	case connect.CodeNotFound, connect.CodePermissionDenied:
		return problem(ErrNotThere, err)
	case connect.CodeInvalidArgument:
		return problem(ErrQuestion, err)
	}
	return remote(err)
}

// Search looks for words in everything that people wrote as text: in a chart, or in all that the person may read. It asks
// the server, since older records are there only. All words have to be in one record.
func (t *Tablet) Search(ctx context.Context, chart, words string, limit uint32) ([]*chartv1.SearchHit, error) {
	by, err := t.caller()
	if err != nil {
		return nil, err
	}
	req := &chartv1.SearchNotesRequest{Query: words, ChartId: chart, PageSize: min(limit, 200)}
	var hits []*chartv1.SearchHit
	for range maxWorkPages {
		page, err := t.searchPage(ctx, by, req)
		if err != nil {
			return hits, asked(err)
		}
		hits = append(hits, page.GetHits()...)
		req.PageToken = page.GetNextPageToken()
		if req.PageToken == "" || limit > 0 && len(hits) >= int(limit) {
			break
		}
	}
	return hits, nil
}

func (t *Tablet) searchPage(ctx context.Context, by session, req *chartv1.SearchNotesRequest) (*chartv1.SearchNotesResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := t.charts.SearchNotes(ctx, authorised(by.token, req))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// Trend reads vital signs as points, thinned by the server without losing an extreme.
func (t *Tablet) Trend(ctx context.Context, req *chartv1.GetTrendRequest) (*chartv1.GetTrendResponse, error) {
	by, err := t.caller()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := t.charts.GetTrend(ctx, authorised(by.token, req))
	if err != nil {
		return nil, asked(err)
	}
	return answer.Msg, nil
}

// Export writes a chart out as the server has it, as far as the person may read it. An error leaves a file that is not
// whole; throw it away.
func (t *Tablet) Export(ctx context.Context, req *chartv1.ExportChartRequest, to io.Writer) error {
	by, err := t.caller()
	if err != nil {
		return err
	}
	pieces, err := t.charts.ExportChart(ctx, authorised(by.token, req))
	if err != nil {
		return asked(err)
	}
	defer func() { _ = pieces.Close() }()
	last := false
	for pieces.Receive() {
		if _, err := to.Write(pieces.Msg().GetContent()); err != nil {
			return err
		}
		last = pieces.Msg().GetLast()
	}
	if err := pieces.Err(); err != nil {
		return asked(err)
	}
	if !last {
		return problem(ErrServer, errors.New("the export ended before its last piece"))
	}
	return nil
}
