package sdk

import (
	"context"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// maxChartPages bounds how many pages of charts one synchronisation reads.
const maxChartPages = 20

// namesAreAsked is how often a running app asks for names that it knows already: they change rarely, and a watch
// synchronises often.
const namesAreAsked = 10 * time.Minute

// refreshNames asks the server for the names of the charts: if one is not known, and else now and then, since people
// change their names. What was asked for last is per person and not kept: a new start asks.
func (t *Tablet) refreshNames(ctx context.Context, by session) error {
	charts, err := t.Charts()
	if err != nil || len(charts) == 0 {
		return err
	}
	now := t.opts.Clock().MonotonicMs
	asked, ever := t.named[by.person]
	due := !ever || now < asked || now-asked >= uint64(namesAreAsked.Milliseconds())
	if !due && !slices.ContainsFunc(charts, func(c Chart) bool { return c.Name == "" }) {
		return nil
	}
	req := &chartv1.ListChartsRequest{PageSize: 1000}
	for range maxChartPages {
		answer, err := t.listCharts(ctx, by, req)
		if err != nil {
			return remote(err)
		}
		if err := t.keepNames(answer.GetCharts()); err != nil {
			return err
		}
		if req.PageToken = answer.GetNextPageToken(); req.PageToken == "" {
			break
		}
	}
	t.named[by.person] = now
	return nil
}

func (t *Tablet) listCharts(ctx context.Context, by session, req *chartv1.ListChartsRequest) (*chartv1.ListChartsResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := t.charts.ListCharts(ctx, authorised(by.token, proto.CloneOf(req)))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func (t *Tablet) keepNames(charts []*chartv1.Chart) error {
	return t.store.Update(func(tx replica.Tx) error {
		for _, c := range charts {
			value, err := proto.Marshal(c)
			if err != nil {
				return err
			}
			if err := tx.Set(chartKey(c.GetId()), value); err != nil {
				return err
			}
		}
		return nil
	})
}
