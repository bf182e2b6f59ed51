package main

import (
	"context"
	"fmt"
	"slices"

	"connectrpc.com/connect"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1/alertv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1/chartv1connect"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// answersAtOnce is how many alerts one answer names; the contract allows no more.
const answersAtOnce = 64

// answerPast lets each chart's physician answer what the weeks before raised, as was done at the time: else the day would
// begin with people being told of what is long over.
func (w *wholeDay) answerPast(ctx context.Context, t *teller, url string, raised int) error {
	l := &loader{world: w.world, wire: newWire()}
	defer l.wire.client.CloseIdleConnections()
	answered := 0
	for _, c := range w.world.Directory().Charts {
		physician := physicianOf(w, c.ID)
		if physician == "" {
			continue
		}
		session, err := signIn(ctx, l.wire, url, importer, physician)
		if err != nil {
			return err
		}
		bearer := "Bearer " + session.GetToken()
		ids, err := alertsOf(ctx, l.wire, url, bearer, c.ID)
		if err != nil {
			return err
		}
		for some := range slices.Chunk(ids, answersAtOnce) {
			if err := answerOnce(ctx, l.wire, url, bearer, c.ID, some); err != nil {
				return err
			}
		}
		answered += len(ids)
	}
	t.detail(fmt.Sprintf("この間にサーバーが出したアラート：%d件（主治医が回答済み）", raised),
		fmt.Sprintf("alerts that the server raised in these weeks: %d; their physicians have answered %d", raised, answered))
	return nil
}

// physicianOf is a physician who may read a chart.
func physicianOf(w *wholeDay, chart string) string {
	d := w.world.Directory()
	for _, p := range d.People {
		if p.Role != carev1.Role_ROLE_PHYSICIAN {
			continue
		}
		for _, g := range d.Grants {
			if g.Person == p.ID && slices.Contains(g.Charts, chart) {
				return p.ID
			}
		}
	}
	return ""
}

func alertsOf(ctx context.Context, w *wire, url, bearer, chart string) (ids [][]byte, err error) {
	client, token := chartv1connect.NewChartServiceClient(w, url), ""
	for range maxPages {
		r := connect.NewRequest(&chartv1.GetTimelineRequest{ChartId: chart, Kinds: []string{"alert"}, PageSize: 500, PageToken: token})
		r.Header().Set("Authorization", bearer)
		page, err := client.GetTimeline(ctx, r)
		if err != nil {
			return nil, fmt.Errorf("the alerts of the weeks before cannot be read: %w", err)
		}
		for _, item := range page.Msg.GetItems() {
			ids = append(ids, item.GetRecord().GetId())
		}
		if token = page.Msg.GetNextPageToken(); token == "" {
			break
		}
	}
	return ids, nil
}

func answerOnce(ctx context.Context, w *wire, url, bearer, chart string, ids [][]byte) error {
	id := sdk.NewID()
	r := connect.NewRequest(&alertv1.AcknowledgeRequest{ChartId: chart, MutationId: id[:], Response: &carev1.AlertResponse{
		AlertIds: ids, Answer: carev1.AlertAnswer_ALERT_ANSWER_NOTHING_TO_DO, Words: "当時対応済み",
	}})
	r.Header().Set("Authorization", bearer)
	if _, err := alertv1connect.NewAlertServiceClient(w, url).Acknowledge(ctx, r); err != nil {
		return fmt.Errorf("the alerts of the weeks before cannot be answered: %w", err)
	}
	return nil
}
