package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/types/known/timestamppb"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1/alertv1connect"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/scenario"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// pushPatience is how long the story waits for a push, and for the server to be done with an answer.
const pushPatience = 20 * time.Second

// moment is one of the times that the story is told by.
type moment struct {
	at     time.Time
	ja, en string
}

// alertStep plays the steps of an alert, from the push to the receipt of what was ordered.
func (p *player) alertStep(s *scenario.Step, t *tablet) error {
	if p.day == nil {
		return s.Errorf("%q is for the day", s.Words[1])
	}
	switch s.Words[1] {
	case "phone":
		return p.phone(t)
	case "warned":
		return p.warned(s, t)
	case "hears":
		return p.hears(t)
	case "alerts":
		return p.alerts(s, t)
	case "instructs":
		return p.instructs(s, t)
	case "receives":
		return p.receives(s, t)
	case "received":
		return p.received(s, t)
	}
	return p.group(s, t)
}

// token is what a physician's app is registered by. It has the form of a real one.
func (t *tablet) token() string {
	return fmt.Sprintf("%-22.22s:APA91b%0134d", strings.ReplaceAll(t.device, "-", "")+strings.Repeat("x", 22), len(t.device))
}

// phone: the app on the tablet registers for pushes, as it does at every start.
func (p *player) phone(t *tablet) error {
	ctx, cancel := context.WithTimeout(p.ctx, callPatience)
	defer cancel()
	_, err := t.RegisterPushTarget(ctx, alertv1.TargetKind_TARGET_KIND_FCM_TOKEN, t.token(), alertv1.Platform_PLATFORM_ANDROID, "ja")
	if err != nil {
		return fmt.Errorf("%s cannot register for pushes: %w", t.people[0].ID, err)
	}
	p.day.heard = p.day.forwarder.count()
	p.tell.event(fmt.Sprintf("端末%s：通知の宛先を登録", t.name), fmt.Sprintf("tablet %s registers for pushes", t.name))
	return nil
}

// clockStep: clock ja=… en=… puts down the time of what has just happened; clocks prints them.
func (p *player) clockStep(s *scenario.Step) {
	if s.Words[0] == "clock" {
		p.day.moments = append(p.day.moments, moment{time.Now(), s.Args.Get("ja"), s.Args.Get("en")})
		return
	}
	p.tell.event("この間の時刻（本物の時計）", "the times, by the real clock")
	slices.SortStableFunc(p.day.moments, func(a, b moment) int { return a.at.Compare(b.at) }) // a push may be there before the answer is
	for _, m := range p.day.moments {
		since := m.at.Sub(p.day.moments[0].at)
		p.tell.print("    %s  %+8.3f 秒/s  %s / %s", m.at.In(tokyo).Format("15:04:05.000"), since.Seconds(), m.ja, m.en)
	}
}

// warned LABEL: what the tablet itself says at once, without the network.
func (p *player) warned(s *scenario.Step, t *tablet) error {
	at, ok := p.labels[s.Words[len(s.Words)-1]]
	if !ok {
		return s.Errorf("no record has the name %q", s.Words[len(s.Words)-1])
	}
	found, err := t.PreviewRecord(at.stream, at.record)
	if err != nil {
		return err
	}
	p.tell.event(fmt.Sprintf("端末%s の画面：報告が必要です（端末だけで判定）", t.name), fmt.Sprintf("tablet %s says at once, by itself, that this is reported", t.name))
	for _, one := range found {
		p.severe(one.Severity, one.Ja, one.En)
	}
	return nil
}

func (p *player) severe(severity carev1.AlertSeverity, ja, en string) {
	titleJa, titleEn := care.EnumTitle(severity)
	p.tell.print("    【%s】%s", titleJa, ja)
	p.tell.print("    [%s] %s", titleEn, en)
}

// hears: the push that came to the tablet, as it came.
func (p *player) hears(t *tablet) error {
	got, err := p.day.forwarder.await(t.token(), p.day.heard, pushPatience)
	if err != nil {
		return err
	}
	p.day.moments = append(p.day.moments, moment{got.at, "通知が配信サービスに渡された", "the push is with the forwarder"})
	p.tell.event(fmt.Sprintf("端末%s に通知が届く。患者のことは何も書かれていない", t.name), fmt.Sprintf("a push for tablet %s, which says nothing about a patient", t.name))
	p.tell.print("    %s", got.text)
	about := "nothing about a patient"
	for _, c := range p.day.town.Charts {
		if strings.Contains(got.text, c.ID) || strings.Contains(got.text, c.Patient) {
			about = "names a patient"
		}
	}
	p.say(fmt.Sprintf("push: %s, %s", got.data["severity"], about))
	return nil
}

// alerts CHART: what the tablet shows of a patient.
func (p *player) alerts(s *scenario.Step, t *tablet) error {
	groups, err := t.Alerts(s.Words[len(s.Words)-1])
	if err != nil {
		return err
	}
	for _, g := range groups {
		p.tell.event(fmt.Sprintf("端末%s の画面：%s さん", t.name, g.Chart.Name), fmt.Sprintf("tablet %s shows the alerts of %s", t.name, g.Chart.ID))
		for _, a := range g.Alerts {
			if a.Open() {
				p.severe(a.Alert.GetSeverity(), a.Alert.GetReasonJa(), a.Alert.GetReasonEn())
			}
		}
		_, worst := care.EnumTitle(g.Worst)
		p.say("alerts: open, the worst " + worst)
	}
	return nil
}

// open returns the ids of the alerts of a chart that nobody has answered.
func (t *tablet) open(chart string) (ids [][]byte, err error) {
	groups, err := t.Alerts(chart)
	for _, g := range groups {
		for _, a := range g.Alerts {
			if a.Open() {
				ids = append(ids, a.ID[:])
			}
		}
	}
	return ids, err
}

// instructs LABEL chart=… hours=… text=… call=…: the physician answers every open alert with an instruction.
func (p *player) instructs(s *scenario.Step, t *tablet) error {
	hours, err := strconv.Atoi(s.Args.Get("hours"))
	if err != nil || len(s.Words) != 3 {
		return s.Errorf("instructs NAME chart=… hours=24 text=…")
	}
	by, err := t.use("")
	if err != nil {
		return err
	}
	chart := s.Args.Get("chart")
	alerts, err := t.open(chart)
	if err != nil {
		return err
	}
	now := time.UnixMilli(clock(0, &p.waited)().WallMs)
	body := &carev1.TemporaryInstruction{
		Text: s.Args.Get("text"), CallWhen: s.Args.Get("call"), AlertIds: alerts, Urgent: true,
		From: timestamppb.New(now.Add(-time.Second)), Until: timestamppb.New(now.Add(time.Duration(hours) * time.Hour)),
	}
	before, err := t.own()
	if err != nil {
		return err
	}
	w := p.begin(s, t, by, chart, "新規", "new", &carev1.Body{Kind: &carev1.Body_TemporaryInstruction{TemporaryInstruction: body}})
	w.verb = "instruct"
	err = p.finish(w, func(confirm bool) (sdk.Saved, error) { return t.Instruct(chart, body, sdk.Entry{Confirm: confirm}) })
	if err != nil {
		return err
	}
	return p.alongWith(w, before)
}

// own are the ids of what this tablet wrote.
func (t *tablet) own() (map[replica.ID]bool, error) {
	queue, err := t.Queue()
	ids := map[replica.ID]bool{}
	for _, own := range queue {
		ids[own.MutationID] = true
	}
	return ids, err
}

// alongWith puts down the answer that was written together with an instruction.
func (p *player) alongWith(w *write, before map[replica.ID]bool) error {
	queue, err := w.tablet.Queue()
	for _, own := range queue {
		if before[own.MutationID] || own.MutationID == w.mutation {
			continue
		}
		p.count++
		p.writes = append(p.writes, &write{
			number: p.count, tablet: w.tablet, by: w.by, verb: "answer", label: w.label, place: place{own.StreamID, own.RecordID},
			mutation: own.MutationID, body: own.Mutation.GetRecord().GetBody(),
		})
		p.tell.detail("アラートへの回答も、いっしょに保存しました", "the answer to the alerts is saved together with it")
	}
	return err
}

// receives LABEL chart=…: whoever uses the tablet receives what was ordered.
func (p *player) receives(s *scenario.Step, t *tablet) error {
	by, err := t.use("")
	if err != nil {
		return err
	}
	list, err := t.Instructions(s.Args.Get("chart"))
	if err != nil {
		return err
	}
	for _, i := range list {
		if !i.Due() {
			continue
		}
		p.tell.event(fmt.Sprintf("端末%s の画面：新しい指示（%sまで）", t.name, stamp(i.Text.GetUntil().AsTime())), fmt.Sprintf("tablet %s shows a new instruction", t.name))
		p.tell.print("    「%s」", i.Text.GetText())
		w := p.begin(s, t, by, i.Chart, "新規", "new", &carev1.Body{Kind: &carev1.Body_InstructionReceipt{InstructionReceipt: &carev1.InstructionReceipt{}}})
		w.verb = "receive"
		return p.finish(w, func(bool) (sdk.Saved, error) { return t.Receive(i, "") })
	}
	p.say("nothing to receive")
	return nil
}

// received CHART: whether the physician's tablet shows that the instruction was received.
func (p *player) received(s *scenario.Step, t *tablet) error {
	list, err := t.Instructions(s.Words[len(s.Words)-1])
	if err != nil {
		return err
	}
	for _, i := range list {
		for _, r := range i.Receipts {
			ja, en := whom(r.Author.GetPersonId(), r.Author.GetName(), r.Author.GetRole())
			p.tell.event(fmt.Sprintf("端末%s の画面：指示受け %s", t.name, ja), fmt.Sprintf("tablet %s shows: received by %s", t.name, en))
			p.say("received")
			return nil
		}
	}
	p.say("not received")
	return nil
}

var errStillRuns = errors.New("the alert is answered and people are still told; keep the folder of this run and tell the developers")

// group CHART: how the server has it. It learns of an answer a moment after the answer is safe.
func (p *player) group(s *scenario.Step, t *tablet) error {
	bearer, err := p.bearer(t)
	if err != nil {
		return err
	}
	client := alertv1connect.NewAlertServiceClient(t.wire, p.url)
	ctx, cancel := context.WithTimeout(p.ctx, pushPatience)
	defer cancel()
	for {
		request := connect.NewRequest(&alertv1.ListAlertsRequest{ChartId: s.Words[len(s.Words)-1], AnsweredToo: true})
		request.Header().Set("Authorization", bearer)
		answer, err := client.ListAlerts(ctx, request)
		if err != nil {
			return errors.Join(errStillRuns, err)
		}
		if groups := answer.Msg.GetGroups(); len(groups) > 0 && groups[0].GetState() == alertv1.GroupState_GROUP_STATE_ANSWERED {
			p.tell.event("サーバー：回答済み。もう誰にも繰り返し通知しない", "the server: answered by "+groups[0].GetAnsweredBy()+", nobody is told again")
			p.say("group: answered")
			return nil
		}
		select {
		case <-ctx.Done():
			return errStillRuns
		case <-time.After(20 * time.Millisecond):
		}
	}
}
