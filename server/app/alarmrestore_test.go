package app

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
	"github.com/tsunagu-care/tsunagu/server/internal/fcm/fcmtest"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/seal"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// answerFromTablet brings the answer that a nurse wrote on a tablet, as a sync brings it, and returns what became of it.
func answerFromTablet(t *testing.T, r *running, alerts [][]byte) *syncv1.MutationResult {
	t.Helper()
	c := h2c(t, r).signedIn(t, "sato", "tablet-a")
	key, err := identityv1connect.NewIdentityServiceClient(c, c.base).SignIn(t.Context(), connect.NewRequest(&identityv1.SignInRequest{
		DeviceId: "tablet-a", DeviceSecret: "demo-tablet-a", PersonId: "sato", PersonSecret: "demo-sato",
	}))
	if err != nil {
		t.Fatal(err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	payload, err := proto.Marshal(&syncv1.Mutation{
		Id: id[:], StreamId: "chart-0001/care", Operation: syncv1.Operation_OPERATION_CREATE, SchemaVersion: 1, PersonId: "sato", DeviceId: "tablet-a",
		NotBefore: r.options.seals.Time("demo", "tablet-a", time.Now().Add(-time.Minute).UnixMilli()),
		Record: &carev1.Record{
			Id: id[:], Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE,
			Body: &carev1.Body{Kind: &carev1.Body_AlertResponse{AlertResponse: &carev1.AlertResponse{
				AlertIds: alerts, Answer: carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED,
			}}},
			Envelope: &carev1.Envelope{Effective: timestamppb.Now(), Recorded: timestamppb.Now()},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	req := pull()
	req.Msg.Mutations = []*syncv1.QueuedMutation{{Payload: payload, AuthorSeal: seal.Author([32]byte(key.Msg.GetAuthorKey()), payload)}}
	got, err := c.sync().Sync(t.Context(), req)
	if err != nil || len(got.Msg.GetResults()) != 1 {
		t.Fatal(got, err)
	}
	return got.Msg.GetResults()[0]
}

// restoredAmid is a server that was restored from a backup which was made while a push waited for its next try: it is due
// long since. Nobody has confirmed it yet. It returns the group that runs in it too.
func restoredAmid(t *testing.T) (*running, *fcmtest.Server, *alertv1.AlertGroup) {
	t.Helper()
	f, c := firebase(t)
	r := start(t, c, onDisk)
	doctor := h2c(t, r).signedIn(t, "tanaka", "console")
	token := doctor.reachedBy(t, "telephone", alertv1.Platform_PLATFORM_ANDROID)
	f.Script(token, fcmtest.Unavailable().After("1"))
	h2c(t, r).signedIn(t, "sato", "tablet-a").measures(t, "chart-0001", 80)
	told(t, f, 1)
	g := runningGroup(t, doctor)
	eventually(t, "what came of the try is written", func() bool {
		sent := trail(t, r, g.GetId())
		return len(sent) == 1 && sent[0].State == "queued" && sent[0].Attempts == 1
	})
	content := backedUp(t, r)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	f.Script(token, fcmtest.Accepted())
	into := restoring(t, content)
	if _, err := Restore(t.Context(), into); err != nil {
		t.Fatal(err)
	}
	c.Storage = into.Storage
	restored := start(t, c, onDisk)
	due, cancel := context.WithTimeout(t.Context(), 2*time.Second) // until the push is due, by its own row
	defer cancel()
	<-due.Done()
	return restored, f, g
}

// TestARestoredServerTellsNobody before its operator has confirmed it, and then goes on where the backup was.
func TestARestoredServerTellsNobody(t *testing.T) {
	r, f, g := restoredAmid(t)
	before := len(told(t, f, 1))
	if sent := trail(t, r, g.GetId()); len(sent) != 1 || sent[0].State != "queued" {
		t.Fatalf("unconfirmed, it works on its pushes: %+v", sent)
	}
	r.confirming.Add(1) // a confirmation that has a lot to judge
	if _, err := r.Confirm(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-time.After(2 * confirmedEvery)
	if sent := trail(t, r, g.GetId()); sent[0].State != "queued" || r.dispatcher.Status().InHand != 0 {
		t.Fatalf("while answers are being judged, it works on its pushes: %+v", sent)
	}
	r.confirming.Add(-1)
	told(t, f, before+1)
	eventually(t, "the push of the backup is accepted", func() bool {
		sent := trail(t, r, g.GetId())
		return sent[0].State == "accepted" && sent[0].Attempts == 2
	})
}

// TestAnAnswerThatComesBackIsHeard: what was answered after the backup, and whose answer a tablet brings again, is not told
// once more.
func TestAnAnswerThatComesBackIsHeard(t *testing.T) {
	r, f, g := restoredAmid(t)
	before := len(told(t, f, 1))
	if got := answerFromTablet(t, r, alertsOf(g)); got.GetOutcome() != syncv1.Outcome_OUTCOME_HELD {
		t.Errorf("before the confirmation the answer is %v", got)
	}
	if _, err := r.Confirm(t.Context()); err != nil {
		t.Fatal(err)
	}
	doctor := h2c(t, r).signedIn(t, "tanaka", "console")
	eventually(t, "the answer ends the group", func() bool {
		for _, one := range doctor.groups(t) {
			if bytes.Equal(one.GetId(), g.GetId()) {
				return one.GetState() == alertv1.GroupState_GROUP_STATE_ANSWERED && one.GetNext() == nil
			}
		}
		return false
	})
	eventually(t, "the push that waited is not needed", func() bool {
		sent := trail(t, r, g.GetId())
		return len(sent) == 1 && sent[0].State == "not-needed" && sent[0].Attempts == 1
	})
	if n := len(told(t, f, before)); n != before {
		t.Errorf("%d pushes more", n-before)
	}
}

// TestAnErasureTakesTheTextsOfItsAlertsAlong: an alert quotes the reading that it is about.
func TestAnErasureTakesTheTextsOfItsAlertsAlong(t *testing.T) {
	r := start(t, settings(t))
	nurse := h2c(t, r).signedIn(t, "sato", "tablet-a")
	reading := saturation(t, "chart-0001", 81)
	if _, err := nurse.chart().Write(t.Context(), reading); err != nil {
		t.Fatal(err)
	}
	texts := alertTexts(t, nurse, "chart-0001")
	if len(texts) == 0 || !strings.Contains(strings.Join(texts, ""), "81") {
		t.Fatalf("no alert quotes the reading: %v", texts)
	}
	eventually(t, "the alert is in a group", func() bool { return len(nurse.groups(t)) == 1 })
	if err := r.Erase(t.Context(), journal.Erasure{Stream: "chart-0001/care", Record: uuid.UUID(reading.Msg.GetMutationId()).String(), Order: "令和8年 第12号"}); err != nil {
		t.Fatal(err)
	}
	exported := &strings.Builder{}
	if err := r.Export(t.Context(), operator.Exporting{Chart: "chart-0001", Person: "sato", Format: chartv1.ExportFormat_EXPORT_FORMAT_JSON}, exported); err != nil {
		t.Fatal(err)
	}
	left := strings.Join(alertTexts(t, nurse, "chart-0001"), "")
	for _, text := range texts {
		if holds(t, r, text) || strings.Contains(left, text) || strings.Contains(exported.String(), text) {
			t.Errorf("it is still there: %s", text)
		}
	}
	for _, g := range nurse.groups(t) { // the group goes on: somebody may be on the way
		for _, a := range g.GetAlerts() {
			if a.GetRecord().GetBody().GetAlert().GetReasonJa() != "" {
				t.Errorf("the list of alerts still says %v", a.GetRecord())
			}
		}
	}
}

// alertTexts are the reasons that the alerts of a chart give.
func alertTexts(t *testing.T, c *client, chart string) (texts []string) {
	t.Helper()
	page, err := c.chart().GetTimeline(t.Context(), connect.NewRequest(&chartv1.GetTimelineRequest{ChartId: chart, PageSize: 100}))
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range page.Msg.GetItems() {
		if a := item.GetRecord().GetBody().GetAlert(); a != nil {
			texts = append(texts, a.GetReasonJa(), a.GetReasonEn())
		}
	}
	return texts
}
