package hub

import (
	"context"

	"github.com/tsunagu-care/tsunagu/sync/sheet"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

const (
	// latestVitals is how many sets of vital signs stand at the head of a page.
	latestVitals = 3
	// maxLatestPages bounds the pages of a timeline that are looked at for them.
	maxLatestPages = 20
	// maxCountPages bounds the pages of work that are counted, and maxWork what they come to.
	maxCountPages = 20
)

// head adds to what is known of a file what stands at its head: the latest vital signs, and how much waits for somebody.
// A file for the family says nothing of what waits: that is told among the staff.
func (e *export) head(ctx context.Context, about *sheet.About) (err error) {
	if about.Latest, err = e.latest(ctx); err != nil || e.req.GetForFamily() {
		return err
	}
	if about.Conflicts, err = e.count(ctx, chartv1.WorkKind_WORK_KIND_CONFLICT); err != nil {
		return err
	}
	about.Held, err = e.count(ctx, chartv1.WorkKind_WORK_KIND_HELD)
	return err
}

// latest returns the newest vital signs that stand, newest first, before the end of the time that was asked for.
func (e *export) latest(ctx context.Context) (items []*chartv1.TimelineItem, err error) {
	req := &chartv1.GetTimelineRequest{
		ChartId: e.req.GetChartId(), Until: e.req.GetUntil(), Kinds: []string{"vital_signs"}, HideRetracted: true, PageSize: latestVitals,
	}
	for range maxLatestPages {
		page, err := e.hub.GetTimeline(ctx, e.call, req)
		if err != nil {
			return nil, err
		}
		for _, item := range page.GetItems() {
			if !e.hidden(item) && len(items) < latestVitals {
				items = append(items, item)
			}
		}
		if req.PageToken = page.GetNextPageToken(); req.PageToken == "" || len(items) == latestVitals {
			break
		}
	}
	return items, nil
}

// count says how much work of a kind waits in the chart; of more than is counted, that there is at least so much.
func (e *export) count(ctx context.Context, kind chartv1.WorkKind) (count sheet.Count, _ error) {
	req := &chartv1.ListWorkRequest{Kind: kind, ChartId: e.req.GetChartId(), PageSize: maxWork}
	for range maxCountPages {
		resp, err := e.hub.ListWork(ctx, e.call, req)
		if err != nil {
			return count, err
		}
		req.PageToken = resp.GetNextPageToken()
		count.N, count.More = count.N+len(resp.GetItems()), req.PageToken != ""
		if !count.More || count.N >= maxWork {
			break
		}
	}
	return count, nil
}
