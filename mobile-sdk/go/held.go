package sdk

import (
	"context"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// maxWorkPages bounds how many pages of work one call reads.
const maxWorkPages = 20

// ListHeldOnServer lists what the server holds in a chart, or, without one, in everything that the person may judge. It
// needs the network: what others wrote and nobody has judged is not on the tablet.
func (t *Tablet) ListHeldOnServer(ctx context.Context, chart string) ([]*chartv1.WorkItem, error) {
	by, err := t.caller()
	if err != nil {
		return nil, err
	}
	req := &chartv1.ListWorkRequest{Kind: chartv1.WorkKind_WORK_KIND_HELD, ChartId: chart, PageSize: 500}
	var items []*chartv1.WorkItem
	for range maxWorkPages {
		page, err := t.listWork(ctx, by, req)
		if err != nil {
			return items, remote(err)
		}
		items = append(items, page.GetItems()...)
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	return items, nil
}

func (t *Tablet) listWork(ctx context.Context, by session, req *chartv1.ListWorkRequest) (*chartv1.ListWorkResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := t.charts.ListWork(ctx, authorised(by.token, req))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// Judge releases a held entry, or rejects it with words that its author reads. The stream is empty for one in the inbox
// of the person's organisation. It needs the network; what became of the entry is in the answer.
func (t *Tablet) Judge(ctx context.Context, stream string, mutation replica.ID, release bool, words string) (*syncv1.MutationResult, error) {
	if blank(words) {
		return nil, ErrBlank
	}
	if !release && words == "" {
		return nil, replica.ErrReason
	}
	by, err := t.caller()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := t.charts.Judge(ctx, authorised(by.token, &chartv1.JudgeRequest{
		StreamId: stream, MutationId: mutation[:], Release: release, Words: words,
	}))
	if err != nil {
		return nil, asked(err)
	}
	return answer.Msg.GetResult(), nil
}
