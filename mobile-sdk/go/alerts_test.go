package sdk_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// failing is somebody who breathes badly: SpO2 82 % on air, 28 breaths a minute.
func failing() *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{
		Spo2Percent: proto.Uint32(82), RespirationsPerMin: proto.Uint32(28), Oxygen: &carev1.Oxygen{},
	}}}
}

func openAlerts(t *testing.T, tablet *sdk.Tablet) (list []sdk.Alert, ids []replica.ID) {
	t.Helper()
	groups, err := tablet.Alerts("")
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		for _, a := range g.Alerts {
			if a.Open() {
				list, ids = append(list, a), append(ids, a.ID)
			}
		}
	}
	return list, ids
}

func marked(t *testing.T, tablet *sdk.Tablet) sdk.Mark {
	t.Helper()
	m, err := tablet.Mark()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func news(t *testing.T, tablet *sdk.Tablet, since sdk.Mark) sdk.News {
	t.Helper()
	n, err := tablet.NewsSince(since)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestAnswerGoesBackToTheBedside: a nurse without a network is told at once what will be reported; the same alerts come to
// everybody with their synchronisation; the physician's instruction comes back, and the nurse's receipt to the physician.
func TestAnswerGoesBackToTheBedside(t *testing.T) {
	nurse, doctor, net := ward(t)
	net.down = true
	saved, err := nurse.Create(chart, failing(), sdk.Entry{Confirm: true})
	if err != nil {
		t.Fatal(err)
	}
	shown, err := nurse.PreviewRecord(saved.StreamID, saved.RecordID)
	if err != nil || len(shown) != 3 || shown[0].Severity != rules.Critical {
		t.Fatalf("shown at the bedside: %+v, %v", shown, err)
	}
	if list, _ := openAlerts(t, nurse); len(list) != 0 {
		t.Error("what the tablet found itself was stored")
	}
	net.down = false
	atNurse, atDoctor := marked(t, nurse), marked(t, doctor)
	synced(t, nurse, doctor)
	list, ids := openAlerts(t, doctor)
	for _, w := range shown {
		if !slices.Contains(ids, w.AlertID) {
			t.Errorf("%s was shown at the bedside and not raised", w.Rule)
		}
	}
	if n := news(t, doctor, atDoctor); len(n.Alerts) != len(list) || len(list) != len(shown) || !list[0].Open() || list[0].Late != 0 {
		t.Errorf("raised %d, news of %d", len(list), len(n.Alerts))
	}
	order := twoDays("酸素 1L/分")
	for _, id := range ids {
		order.AlertIds = append(order.AlertIds, id[:])
	}
	if _, err := doctor.Instruct(chart, order, sdk.Entry{}); err != nil {
		t.Fatal(err)
	}
	groups, err := doctor.Alerts(chart)
	if err != nil || groups[0].Open != 0 || groups[0].Alerts[0].Answers[0].State != replica.OnTablet {
		t.Errorf("answered on this tablet only: %+v, %v", groups, err)
	}
	synced(t, doctor, nurse)
	n := news(t, nurse, atNurse)
	if len(n.Instructions) != 1 || len(n.Answers) != 1 || len(n.Alerts) != 0 || n.Instructions[0].Mine != sdk.New {
		t.Fatalf("news at the bedside: %+v", n)
	}
	id := n.Answers[0].Response.GetInstructionId()
	if n.Instructions[0].ID != replica.ID(id) || n.Answers[0].State != replica.Safe {
		t.Error("the answer names another instruction")
	}
	net.down = true
	if _, err := nurse.Receive(n.Instructions[0], "開始しました"); err != nil {
		t.Fatal(err)
	}
	net.down = false
	atDoctor = marked(t, doctor)
	synced(t, nurse, doctor)
	if n := news(t, doctor, atDoctor); len(n.Receipts) != 1 || !n.Receipts[0].Current || n.Receipts[0].Words != "開始しました" {
		t.Errorf("news of the physician: %+v", n)
	}
	if n := news(t, doctor, marked(t, doctor)); !n.Empty() {
		t.Errorf("news without a synchronisation: %+v", n)
	}
}

// TestAnswersSayWhatTheyMean: a question needs its words and nothing to do its reason; an answer that was taken back leaves
// the alert open.
func TestAnswersSayWhatTheyMean(t *testing.T) {
	nurse, doctor, _ := ward(t)
	create(t, nurse, failing())
	synced(t, nurse, doctor)
	_, ids := openAlerts(t, doctor)
	var check *sdk.CheckError
	for _, wrong := range []carev1.AlertAnswer{
		carev1.AlertAnswer_ALERT_ANSWER_ASKED, carev1.AlertAnswer_ALERT_ANSWER_INSTRUCTED, carev1.AlertAnswer_ALERT_ANSWER_NOTHING_TO_DO,
	} {
		if _, err := doctor.Answer(chart, ids, wrong, ""); !errors.As(err, &check) || len(check.Findings) == 0 {
			t.Errorf("%v without words: %v", wrong, err)
		}
	}
	if _, err := doctor.Answer(chart, []replica.ID{{9}}, carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED, ""); !errors.Is(err, sdk.ErrNoRecord) {
		t.Errorf("an alert that is not there: %v", err)
	}
	saved, err := doctor.Answer(chart, ids, carev1.AlertAnswer_ALERT_ANSWER_ASKED, "呼吸音は")
	if err != nil {
		t.Fatal(err)
	}
	atNurse := marked(t, nurse)
	synced(t, doctor, nurse)
	if n := news(t, nurse, atNurse); len(n.Answers) != 1 || n.Answers[0].Response.GetWords() != "呼吸音は" {
		t.Errorf("the question: %+v", n.Answers)
	}
	if list, _ := openAlerts(t, nurse); len(list) != 0 {
		t.Errorf("%d are open", len(list))
	}
	if _, err := doctor.Retract(saved.StreamID, saved.RecordID, "別の患者"); err != nil {
		t.Fatal(err)
	}
	synced(t, doctor, nurse)
	if list, _ := openAlerts(t, nurse); len(list) != len(ids) || len(list[0].Answers) != 1 || list[0].Answers[0].Counts {
		t.Errorf("after the answer was taken back: %d open", len(list))
	}
}

// TestOldReadingSaysThatItCameLate, and one that is put right says so too.
func TestOldReadingSaysThatItCameLate(t *testing.T) {
	nurse, _ := newServer(t).tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "sato")
	synced(t, nurse)
	saved, err := nurse.Create(chart, spo2(85), sdk.Entry{At: time.Now().Add(-26 * time.Hour), Confirm: true})
	if err != nil {
		t.Fatal(err)
	}
	synced(t, nurse)
	list, _ := openAlerts(t, nurse)
	if len(list) == 0 || list[0].Late < 25*time.Hour {
		t.Fatalf("late: %+v", list)
	}
	if w, err := nurse.PreviewRecord(saved.StreamID, saved.RecordID); err != nil || len(w) == 0 || !w[0].Known {
		t.Errorf("looked at again: %+v, %v", w, err)
	}
	if _, err := nurse.Amend(saved.StreamID, saved.RecordID, spo2(95), "書き間違い", true); err != nil {
		t.Fatal(err)
	}
	synced(t, nurse)
	list, _ = openAlerts(t, nurse)
	if ja, _ := list[0].AmendedWords(); ja == "" {
		t.Error("the alert does not say that its reason was amended")
	}
}

// TestWhatWaitsIsNotSaidTwice: of two bad readings that wait on a tablet, the second raises nothing more unless it is worse,
// and the tablet says so before the server does.
func TestWhatWaitsIsNotSaidTwice(t *testing.T) {
	nurse, _, net := ward(t)
	net.down = true
	will := func(percent uint32) (known []bool) {
		t.Helper()
		saved := create(t, nurse, spo2(percent))
		found, err := nurse.PreviewRecord(saved.StreamID, saved.RecordID)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range found {
			if w.Rule == "threshold" {
				known = append(known, w.Known)
			}
		}
		return known
	}
	got := slices.Concat(will(92), will(91), will(86), will(95))
	if !slices.Equal(got, []bool{false, true, false}) {
		t.Errorf("said to be known: %v", got)
	}
	net.down = false
	synced(t, nurse)
	list, _ := openAlerts(t, nurse)
	raised := 0
	for _, a := range list {
		if a.Alert.GetRule() == "threshold" {
			raised++
		}
	}
	if raised != 2 {
		t.Errorf("the server raised %d", raised)
	}
}

// TestAnswerOfACareWorkerEndsNothing: it stands beside the alert, and the alert stays open until somebody answers whose
// answer ends it.
func TestAnswerOfACareWorkerEndsNothing(t *testing.T) {
	s := newServer(t)
	carer, _ := s.tablet(t, filepath.Join(t.TempDir(), "a"), "tablet-a", "carer-mori")
	nurse, _ := s.tablet(t, filepath.Join(t.TempDir(), "b"), "tablet-b", "sato")
	synced(t, carer, nurse)
	create(t, carer, failing())
	synced(t, carer, nurse)
	_, ids := openAlerts(t, carer)
	if len(ids) == 0 {
		t.Fatal("nothing was raised")
	}
	if _, err := carer.Answer(chart, ids, carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED, ""); err != nil {
		t.Fatal(err)
	}
	synced(t, carer, nurse)
	for name, tablet := range map[string]*sdk.Tablet{"the care worker's own": carer, "the nurse's": nurse} {
		list, _ := openAlerts(t, tablet)
		if len(list) != len(ids) || len(list[0].Answers) != 1 || !list[0].Answers[0].Counts || list[0].Answers[0].Ends {
			t.Fatalf("%s tablet: %d are open: %+v", name, len(list), list)
		}
		if _, en := list[0].OpenWords(); en != "answered by a care worker: still open" {
			t.Errorf("%s tablet says %q", name, en)
		}
	}
	if _, err := nurse.Answer(chart, ids, carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED, ""); err != nil {
		t.Fatal(err)
	}
	synced(t, nurse, carer)
	if list, _ := openAlerts(t, carer); len(list) != 0 {
		t.Errorf("after the nurse answered: %d open", len(list))
	}
}

// TestEverythingOpenIsAnsweredAtOnce: one bad set raises several alerts, and one answer names them all.
func TestEverythingOpenIsAnsweredAtOnce(t *testing.T) {
	nurse, doctor, _ := ward(t)
	if lists, err := doctor.OpenAlerts(chart); err != nil || len(lists) != 0 {
		t.Errorf("open of nobody: %v, %v", lists, err)
	}
	create(t, nurse, failing())
	synced(t, nurse, doctor)
	_, ids := openAlerts(t, doctor)
	lists, err := doctor.OpenAlerts(chart)
	if err != nil || len(lists) != 1 || !slices.Equal(lists[0], ids) {
		t.Fatalf("open: %v, want %v, %v", lists, ids, err)
	}
	if _, err := doctor.Answer(chart, lists[0], carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED, ""); err != nil {
		t.Fatal(err)
	}
	if lists, err := doctor.OpenAlerts(chart); err != nil || len(lists) != 0 {
		t.Errorf("still open: %v, %v", lists, err)
	}
	if _, err := doctor.OpenAlerts("chart-9"); !errors.Is(err, sdk.ErrNoChart) {
		t.Errorf("of a chart that is not there: %v", err)
	}
}

// TestAnAnswerFromBeforeItsAlertAnswersNothing: ids of alerts can be worked out in advance.
func TestAnAnswerFromBeforeItsAlertAnswersNothing(t *testing.T) {
	nurse, doctor, net := ward(t)
	net.down = true
	saved, err := nurse.Create(chart, failing(), sdk.Entry{Confirm: true})
	if err != nil {
		t.Fatal(err)
	}
	shown, err := nurse.PreviewRecord(saved.StreamID, saved.RecordID)
	if err != nil || len(shown) == 0 {
		t.Fatal(shown, err)
	}
	net.down = false
	early := &carev1.AlertResponse{Answer: carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED}
	for _, w := range shown {
		early.AlertIds = append(early.AlertIds, w.AlertID[:])
	}
	if _, err := doctor.Create(chart, &carev1.Body{Kind: &carev1.Body_AlertResponse{AlertResponse: early}}, sdk.Entry{Stream: saved.StreamID, Confirm: true}); err != nil {
		t.Fatal(err)
	}
	synced(t, doctor)
	time.Sleep(5 * time.Millisecond) // the server keeps whole milliseconds
	synced(t, nurse, doctor)
	if list, _ := openAlerts(t, doctor); len(list) != len(shown) {
		t.Errorf("%d of %d alerts are open: an answer from before them counts", len(list), len(shown))
	}
}
