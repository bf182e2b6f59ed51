package main

import (
	"context"
	"encoding/hex"
	"fmt"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1/chartv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
)

// maxPages bounds how much of a chart is printed.
const maxPages = 20

// chart is a chart as the server gives it.
type chart struct {
	id, name string
	items    []*chartv1.TimelineItem
}

// readChart reads the timeline from the server, as a console would: not from any tablet's copy.
func readChart(ctx context.Context, url string, viewer *tablet, id string) (*chart, error) {
	w := newWire()
	defer w.client.CloseIdleConnections()
	person := viewer.people[0].ID
	session, err := identityv1connect.NewIdentityServiceClient(w, url).SignIn(ctx, connect.NewRequest(&identityv1.SignInRequest{
		DeviceId: viewer.device, DeviceSecret: secret(viewer.device), PersonId: person, PersonSecret: secret(person),
	}))
	if err != nil {
		return nil, fmt.Errorf("%s cannot sign in to read the chart: %w", person, err)
	}
	bearer := "Bearer " + session.Msg.GetToken()
	client := chartv1connect.NewChartServiceClient(w, url)
	c := &chart{id: id}
	list := connect.NewRequest(&chartv1.ListChartsRequest{PageSize: 1000})
	list.Header().Set("Authorization", bearer)
	charts, err := client.ListCharts(ctx, list)
	if err != nil {
		return nil, fmt.Errorf("the charts cannot be listed: %w", err)
	}
	for _, one := range charts.Msg.GetCharts() {
		if one.GetId() == id {
			c.name = one.GetName()
		}
	}
	token := ""
	for range maxPages {
		req := connect.NewRequest(&chartv1.GetTimelineRequest{ChartId: id, PageToken: token})
		req.Header().Set("Authorization", bearer)
		page, err := client.GetTimeline(ctx, req)
		if err != nil {
			return nil, fmt.Errorf("the timeline cannot be read: %w", err)
		}
		c.items = append(c.items, page.Msg.GetItems()...)
		if token = page.Msg.GetNextPageToken(); token == "" {
			break
		}
	}
	return c, nil
}

// chart prints the timeline, newest first.
func (t *teller) chart(c *chart) {
	t.heading(fmt.Sprintf("サーバーのカルテ %s %s：%d件", c.id, c.name, len(c.items)),
		fmt.Sprintf("the chart on the server, newest first: %d records", len(c.items)))
	byID := map[string]*chartv1.TimelineItem{}
	for _, item := range c.items {
		byID[string(item.GetRecord().GetId())] = item
		t.ordered(item.GetRecord().GetId(), item.GetRecord().GetBody())
	}
	for _, item := range c.items {
		t.record(item.GetRecord())
		for _, other := range item.GetPossibleDuplicates() {
			if o := byID[string(other)]; o != nil && care.DoubleDose(item.GetRecord(), o.GetRecord()) {
				t.doubleDose(other)
			}
		}
		if a := item.GetRecord().GetArrival(); a.GetTimeUncertain() {
			t.uncertain(a)
		}
	}
}

// record prints one record: when, what, by whom, and the values that stand beside it.
func (t *teller) record(r *carev1.Record) {
	kindJa, kindEn := kindWords(r.GetBody())
	if r.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED {
		kindJa, kindEn = "【取消済み】"+kindJa, "[retracted] "+kindEn
	}
	ja, en := t.summary(r.GetBody())
	author := r.GetArrival().GetAuthor()
	whoJa, whoEn := whom(author.GetPersonId(), author.GetName(), author.GetRole())
	t.print("\n%s  %s  %s「%s」 %s", short(r.GetId()), stamp(r.GetEnvelope().GetEffective().AsTime()), kindJa, ja, whoJa)
	if en == ja {
		t.print("    %s, by %s", kindEn, whoEn)
	} else {
		t.print("    %s, %s, by %s", kindEn, en, whoEn)
	}
	// Beside candidates it would be misread: the last change may be the one that waits.
	if change := r.GetLastChange(); change != nil && len(r.GetCandidates()) == 0 {
		whoJa, whoEn = whom(change.GetAuthor().GetPersonId(), change.GetAuthor().GetName(), change.GetAuthor().GetRole())
		t.print("    最終変更 %s / last changed by %s", whoJa, whoEn)
	}
	for _, c := range r.GetCandidates() {
		t.beside(c)
	}
}

// short is what people type to name a record: the end of its id, since the beginning is a time.
func short(id []byte) string { return hex.EncodeToString(id[max(0, len(id)-4):]) }

// waiting lists what still waits for a person, or for a synchronisation.
func (t *teller) waiting(writes []*write, c *chart) {
	t.heading("まだ終わっていないこと", "What is not finished")
	open := false
	for _, item := range c.items {
		if n := len(item.GetRecord().GetCandidates()); n > 0 {
			open = true
			kindJa, kindEn := kindWords(item.GetRecord().GetBody())
			t.print("%s  %s：%d人の値が並んでいます。判断が必要です / %s: %d values beside each other; somebody has to decide",
				short(item.GetRecord().GetId()), kindJa, n+1, kindEn, n+1)
		}
	}
	for _, w := range writes {
		switch w.told {
		case "":
			open = true
			t.print("(%d) まだ端末%s だけにあります / still on tablet %s alone", w.number, w.tablet.name, w.tablet.name)
		default:
			if w.own.Receipt == nil || w.own.State == replica.Held {
				open = true
				ja, en := outcome(w)
				t.print("(%d) %s\n    %s", w.number, ja, en)
			}
		}
	}
	if !open {
		t.line("ありません", "nothing")
	}
}
