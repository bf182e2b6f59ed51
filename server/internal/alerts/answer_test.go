package alerts

import (
	"bytes"
	"context"
	"sync"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

const (
	acknowledged = carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED
	instructed   = carev1.AlertAnswer_ALERT_ANSWER_INSTRUCTED
	applied      = syncv1.Outcome_OUTCOME_APPLIED
)

// records are the records of a kind in a chart, newest first.
func (b *bench) records(person, chart, kind string) (all []*carev1.Record) {
	b.t.Helper()
	page := must[*chartv1.GetTimelineResponse](b.t)(b.hub.GetTimeline(context.Background(), b.call(person), &chartv1.GetTimelineRequest{ChartId: chart, Kinds: []string{kind}}))
	for _, item := range page.GetItems() {
		all = append(all, item.GetRecord())
	}
	return all
}

func acknowledge(chart string, id []byte, alerts ...[]byte) *alertv1.AcknowledgeRequest {
	return &alertv1.AcknowledgeRequest{ChartId: chart, MutationId: id, Response: &carev1.AlertResponse{AlertIds: alerts, Answer: acknowledged}}
}

// TestAcknowledge writes the answer as a device would, tells what moved and wakes the dispatcher; again is the same.
func TestAcknowledge(t *testing.T) {
	b := newBench(t)
	alert := b.alarm("sato", "yamada")
	req := acknowledge("yamada", b.id(), alert)
	first, moved, err := b.Acknowledge(t.Context(), b.call("mori"), req)
	if err != nil || first.GetResult().GetOutcome() != applied || first.GetReceipt() == nil || b.woken == 0 {
		t.Fatalf("%v %v, woken %d times", first, err, b.woken)
	}
	if len(moved) != 1 || moved[0].StreamID != "yamada/care" {
		t.Errorf("moved: %v", moved)
	}
	b.now = b.now.Add(time.Hour)
	again, moved, err := b.Acknowledge(t.Context(), b.call("mori"), req)
	if err != nil || !again.GetResult().GetRepeated() || !proto.Equal(again.GetReceipt(), first.GetReceipt()) || len(moved) != 0 {
		t.Errorf("again: %v %v %v", again, moved, err)
	}
	all := b.records("sato", "yamada", "alert_response")
	if len(all) != 1 || !bytes.Equal(all[0].GetBody().GetAlertResponse().GetAlertIds()[0], alert) || !all[0].GetEnvelope().GetEffective().AsTime().Equal(day) {
		t.Errorf("%v", all)
	}
	other := acknowledge("yamada", req.GetMutationId(), alert)
	other.Response.Words = "見ました"
	_, _, err = b.Acknowledge(t.Context(), b.call("mori"), other)
	want(t, "the same id with other content", err, hub.InvalidArgument)
}

// TestAcknowledgeRefuses an alert of another chart, what is no alert, an answer by instruction, and whoever may not.
func TestAcknowledgeRefuses(t *testing.T) {
	b := newBench(t)
	alert, elsewhere := b.alarm("sato", "yamada"), b.alarm("kato", "other")
	reading := b.reading("sato", "yamada", "")
	for what, c := range map[string]struct {
		person string
		req    *alertv1.AcknowledgeRequest
		code   hub.Code
	}{
		"an alert of another chart":            {"mori", acknowledge("yamada", b.id(), alert, elsewhere), hub.NotFound},
		"an alert of another chart of theirs":  {"mori", acknowledge("tanabe", b.id(), alert), hub.NotFound},
		"what is no alert":                     {"mori", acknowledge("yamada", b.id(), reading), hub.NotFound},
		"what there is not":                    {"mori", acknowledge("yamada", b.id(), b.id()), hub.NotFound},
		"by somebody of another chart":         {"kato", acknowledge("yamada", b.id(), alert), hub.NotFound},
		"by somebody whose grant ended":        {"past", acknowledge("yamada", b.id(), alert), hub.NotFound},
		"a chart that there is not":            {"mori", acknowledge("nowhere", b.id(), alert), hub.NotFound},
		"an answer by instruction without one": {"mori", &alertv1.AcknowledgeRequest{ChartId: "yamada", MutationId: b.id(), Response: &carev1.AlertResponse{AlertIds: [][]byte{alert}, Answer: instructed}}, hub.InvalidArgument},
		"a reason that is not given":           {"mori", &alertv1.AcknowledgeRequest{ChartId: "yamada", MutationId: b.id(), Response: &carev1.AlertResponse{AlertIds: [][]byte{alert}, Answer: carev1.AlertAnswer_ALERT_ANSWER_NOTHING_TO_DO}}, hub.InvalidArgument},
	} {
		_, moved, err := b.Acknowledge(t.Context(), b.call(c.person), c.req)
		want(t, what, err, c.code)
		if len(moved) != 0 {
			t.Errorf("%s: moved %v", what, moved)
		}
	}
	if all := b.records("sato", "yamada", "alert_response"); len(all) != 0 {
		t.Errorf("%d answers are stored", len(all))
	}
}

// TestAnErasedAlertIsAnswered: what it said is gone, and its escalation ends all the same.
func TestAnErasedAlertIsAnswered(t *testing.T) {
	b := newBench(t)
	alert := b.alarm("sato", "yamada")
	if err := b.hub.Erase(t.Context(), b.call("operator"), "yamada/care", store.ID(alert)); err != nil {
		t.Fatal(err)
	}
	if resp, _, err := b.Acknowledge(t.Context(), b.call("mori"), acknowledge("yamada", b.id(), alert)); err != nil || resp.GetResult().GetOutcome() != applied {
		t.Errorf("%v %v", resp, err)
	}
}

// TestAcknowledgeAtOnce: two calls with one id that arrive together store one answer, and both are told so.
func TestAcknowledgeAtOnce(t *testing.T) {
	b := newBench(t)
	req := acknowledge("yamada", b.id(), b.alarm("sato", "yamada"))
	var wait sync.WaitGroup
	for i := range 8 {
		c := b.call("mori")
		c.Now = day.Add(time.Duration(i) * time.Minute)
		c.Entropy = constant{}
		wait.Go(func() {
			resp, _, err := New(b.Config.quiet()).Acknowledge(t.Context(), c, req)
			if err != nil || resp.GetResult().GetOutcome() != applied {
				t.Errorf("%v %v", resp, err)
			}
		})
	}
	wait.Wait()
	if all := b.records("sato", "yamada", "alert_response"); len(all) != 1 {
		t.Errorf("%d answers", len(all))
	}
}

// quiet is a config for several goroutines: it counts nothing.
func (c Config) quiet() Config {
	c.Wake = nil
	return c
}

type constant struct{}

func (constant) Read(p []byte) (int, error) { return len(p), nil }

func instruct(chart string, id, response []byte, alerts ...[]byte) *alertv1.InstructRequest {
	return &alertv1.InstructRequest{ChartId: chart, InstructionId: id, ResponseId: response, Instruction: &carev1.TemporaryInstruction{
		Text: "酸素を2L/分に上げ、30分後に再測定してください。", From: timestamppb.New(day), Until: timestamppb.New(day.Add(12 * time.Hour)), AlertIds: alerts,
	}}
}

// TestInstruct writes the instruction and then the answer that names it.
func TestInstruct(t *testing.T) {
	b := newBench(t)
	alert := b.alarm("sato", "yamada")
	req := instruct("yamada", b.id(), b.id(), alert)
	resp, moved, err := b.Instruct(t.Context(), b.call("mori"), req)
	if err != nil || resp.GetInstruction() == nil || resp.GetResponse() == nil || len(moved) != 2 || b.woken == 0 {
		t.Fatalf("%v %v %v", resp, moved, err)
	}
	b.now = b.now.Add(time.Hour)
	again, moved, err := b.Instruct(t.Context(), b.call("mori"), req)
	if err != nil || !proto.Equal(again, resp) || len(moved) != 0 {
		t.Errorf("again: %v %v %v", again, moved, err)
	}
	answers, orders := b.records("sato", "yamada", "alert_response"), b.records("sato", "yamada", "temporary_instruction")
	if len(answers) != 1 || len(orders) != 1 {
		t.Fatalf("%d answers, %d instructions", len(answers), len(orders))
	}
	answer := answers[0].GetBody().GetAlertResponse()
	if answer.GetAnswer() != instructed || !bytes.Equal(answer.GetInstructionId(), orders[0].GetId()) || !sameIDs(answer.GetAlertIds(), [][]byte{alert}) {
		t.Errorf("%v", answer)
	}
	alone, moved, err := b.Instruct(t.Context(), b.call("mori"), instruct("yamada", b.id(), nil))
	if err != nil || alone.GetInstruction() == nil || alone.GetResponse() != nil || len(moved) != 1 {
		t.Errorf("without an alert: %v %v", alone, err)
	}
}

// breaks fails one write.
type breaks struct {
	Hub
	at int
}

func (h *breaks) Write(ctx context.Context, c hub.Call, req *chartv1.WriteRequest) (*chartv1.WriteResponse, []hub.Moved, error) {
	if h.at--; h.at == 0 {
		return nil, nil, &hub.Error{Code: hub.Unavailable, Message: "not now"}
	}
	return h.Hub.Write(ctx, c, req)
}

// TestInstructHalfDone: if the second write fails the first stands and is told of; the same call again makes up for it,
// also when the instruction was amended in between.
func TestInstructHalfDone(t *testing.T) {
	b := newBench(t)
	req := instruct("yamada", b.id(), b.id(), b.alarm("sato", "yamada"))
	b.Hub = &breaks{b.hub, 2}
	_, moved, err := b.Instruct(t.Context(), b.call("mori"), req)
	want(t, "the second write", err, hub.Unavailable)
	if len(moved) != 1 || len(b.records("sato", "yamada", "temporary_instruction")) != 1 || len(b.records("sato", "yamada", "alert_response")) != 0 {
		t.Fatalf("moved %v", moved)
	}
	item := must[*chartv1.TimelineItem](t)(b.record(t.Context(), b.call("mori"), "yamada", "", req.GetInstructionId()))
	shorter := proto.CloneOf(req.GetInstruction())
	shorter.Until = timestamppb.New(day.Add(time.Hour))
	b.now = b.now.Add(time.Minute)
	if _, _, err := b.hub.Write(t.Context(), b.call("mori"), &chartv1.WriteRequest{
		ChartId: "yamada", MutationId: b.id(), RecordId: req.GetInstructionId(), Operation: syncv1.Operation_OPERATION_PATCH, Seen: item.GetVersion(),
		Body: &carev1.Body{Kind: &carev1.Body_TemporaryInstruction{TemporaryInstruction: shorter}}, Envelope: &carev1.Envelope{Effective: timestamppb.New(b.now)}, Reason: "短く",
	}); err != nil {
		t.Fatal(err)
	}
	if resp, _, err := b.Instruct(t.Context(), b.call("mori"), req); err != nil || resp.GetResponse() == nil {
		t.Errorf("again: %v %v", resp, err)
	}
	if n := len(b.records("sato", "yamada", "alert_response")); n != 1 {
		t.Errorf("%d answers", n)
	}
}

// TestInstructRefuses: ids that do not fit together, whoever may not order, alerts of another chart; nothing is stored.
func TestInstructRefuses(t *testing.T) {
	b := newBench(t)
	alert, elsewhere, id := b.alarm("sato", "yamada"), b.alarm("kato", "other"), b.id()
	for what, c := range map[string]struct {
		person string
		req    *alertv1.InstructRequest
		code   hub.Code
	}{
		"an alert without an id for its answer": {"mori", instruct("yamada", b.id(), nil, alert), hub.InvalidArgument},
		"one id for both":                       {"mori", instruct("yamada", id, id, alert), hub.InvalidArgument},
		"an answer to no alert":                 {"mori", instruct("yamada", b.id(), b.id()), hub.InvalidArgument},
		"an alert of another chart":             {"mori", instruct("yamada", b.id(), b.id(), elsewhere), hub.NotFound},
		"by a nurse":                            {"sato", instruct("yamada", b.id(), b.id(), alert), hub.PermissionDenied},
		"by a physician of another chart":       {"kato", instruct("yamada", b.id(), b.id(), alert), hub.NotFound},
	} {
		_, moved, err := b.Instruct(t.Context(), b.call(c.person), c.req)
		want(t, what, err, c.code)
		if len(moved) != 0 {
			t.Errorf("%s: moved %v", what, moved)
		}
	}
	if n := len(b.records("sato", "yamada", "temporary_instruction")) + len(b.records("sato", "yamada", "alert_response")); n != 0 {
		t.Errorf("%d records are stored", n)
	}
}
