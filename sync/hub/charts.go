package hub

import (
	"context"
	"maps"
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/store"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// Page sizes of the chart service.
const (
	defaultCharts   = 100
	maxCharts       = 1000
	defaultTimeline = 50
	maxTimeline     = 500
	defaultHistory  = 100
	maxHistory      = 1000
	// maxDuplicates bounds the possible duplicates that a record names.
	maxDuplicates = 20
	// maxHistoryBytes bounds the records of one page of a history.
	maxHistoryBytes = 768 << 10
	// maxPageBytes bounds the records of one page of a timeline, a search or a list of work: a page ends after the record
	// that fills it, and stays far below the 4 MiB that a tablet takes whatever somebody wrote.
	maxPageBytes = 768 << 10
	// maxTimelineScan bounds the records that one page of a timeline looks at, over all streams, so that no page takes
	// much longer than another; one with sparse filters may end early, even empty, with a token to go on.
	maxTimelineScan = 1_000
)

func pageSize(asked uint32, normal, most int) int {
	if asked == 0 {
		return normal
	}
	return min(int(asked), most)
}

// readableCharts returns what the caller may read, by chart.
func (h *Hub) readableCharts(c Call) map[string][]StreamRef {
	charts := map[string][]StreamRef{}
	for _, ref := range h.dir.Readable(c.Session.Tenant, c.Session.PersonID, c.Now) {
		charts[ref.Info.GetChartId()] = append(charts[ref.Info.GetChartId()], ref)
	}
	return charts
}

// ListCharts lists the charts that the caller may read, in order of id.
func (h *Hub) ListCharts(ctx context.Context, c Call, req *chartv1.ListChartsRequest) (*chartv1.ListChartsResponse, error) {
	if err := h.serving(); err != nil {
		return nil, err
	}
	readable := h.readableCharts(c)
	ids := slices.Sorted(maps.Keys(readable))
	start, found := slices.BinarySearch(ids, req.GetPageToken())
	if found {
		start++
	}
	end := min(start+pageSize(req.GetPageSize(), defaultCharts, maxCharts), len(ids))
	resp := &chartv1.ListChartsResponse{}
	err := h.store.View(ctx, func(r store.Reader) error {
		resp.Charts = nil
		for _, id := range ids[start:end] {
			chart, err := h.chart(r, c, id, readable[id])
			if err != nil {
				return err
			}
			resp.Charts = append(resp.Charts, chart)
		}
		return nil
	})
	if end < len(ids) {
		resp.NextPageToken = ids[end-1]
	}
	return resp, outward(err)
}

func (h *Hub) chart(r store.Reader, c Call, id string, streams []StreamRef) (*chartv1.Chart, error) {
	known, _ := h.dir.Chart(c.Session.Tenant, id)
	chart := &chartv1.Chart{Id: id, Name: known.Name}
	for _, ref := range streams {
		head, err := readHead(r, store.Stream{Tenant: c.Session.Tenant, Name: ref.ID})
		if err != nil {
			return nil, err
		}
		chart.Streams = append(chart.Streams, &chartv1.Stream{Id: ref.ID, Info: ref.Info, Head: head.GetVersion()})
	}
	return chart, nil
}
