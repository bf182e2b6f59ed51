package app

import (
	"encoding/hex"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/store"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// own puts rows of the server's own into a store, each with a mark that is due then; 0: none.
type own struct {
	table store.ServerTable
	key   string
	row   proto.Message // nil: bytes that are no message
	due   time.Time
	raw   string // beside a row that is no message: what stands there
}

// runningRow says which group of a chart runs.
func runningRow(chart, id string) own { return own{table: store.TableRunning, key: chart, raw: id} }

func (r *running) puts(t *testing.T, all ...own) {
	t.Helper()
	err := r.engine.Update(t.Context(), func(tx store.Tx) error {
		for _, one := range all {
			raw := []byte{0xff}
			if one.table == store.TableRunning {
				raw = []byte(one.raw)
			}
			if one.row != nil {
				raw, _ = proto.Marshal(one.row)
			}
			k := store.ServerKey{Tenant: "demo", Table: one.table, Key: one.key}
			if err := tx.PutServerRow(k, raw); err != nil {
				return err
			}
			if one.due.IsZero() {
				continue
			}
			if err := tx.PutDue(one.due.UnixMilli(), k); err != nil {
				return err
			}
		}
		return nil
	})[0]
	if err != nil {
		t.Fatal(err)
	}
}

// groupRow is a group that nobody works on: it has no mark.
func groupRow(id string, state alertv1.GroupState, began time.Time) own {
	raw, _ := hex.DecodeString(id)
	return own{table: store.TableEscalation, key: id, row: &storev1.Escalation{Id: raw, ChartId: "chart-0001", State: state, BeganMs: began.UnixMilli()}}
}

func targetRow(person, id string, kind alertv1.TargetKind, state alertv1.TargetState, confirmed time.Time) own {
	raw, _ := hex.DecodeString(id)
	return own{table: store.TableTarget, key: person + "/" + id, row: &storev1.PushTarget{
		Id: raw, PersonId: person, Kind: kind, Value: tokenOf(person), State: state, ConfirmedMs: confirmed.UnixMilli(), DeviceId: "tablet-a",
	}}
}

func idOf(first string) string { return first + strings.Repeat("0", 32-len(first)) }

// stopped is a store with rows, opened as commands open it when no server runs.
func stopped(t *testing.T, all ...own) *App {
	t.Helper()
	c := settings(t)
	r := start(t, c, onDisk)
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	a, err := Operate(t.Context(), c, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	(&running{App: a}).puts(t, all...)
	return a
}

// TestTheOverviewOfAStoppedStore counts what is there, and says nothing of ways that only a server has.
func TestTheOverviewOfAStoppedStore(t *testing.T) {
	now := time.Now()
	first := now.Add(-time.Hour)
	const fcm = alertv1.TargetKind_TARGET_KIND_FCM_TOKEN
	a := stopped(t,
		groupRow(idOf("aa01"), alertv1.GroupState_GROUP_STATE_UNANSWERED, now),
		groupRow(idOf("aa02"), alertv1.GroupState_GROUP_STATE_RUNNING, now.Add(-time.Minute)),
		groupRow(idOf("bb"), alertv1.GroupState_GROUP_STATE_DIGEST, now),
		groupRow(idOf("cc"), alertv1.GroupState_GROUP_STATE_ANSWERED, now),
		own{table: store.TableEscalation, key: idOf("dd")},
		runningRow("chart-1", idOf("aa01")), runningRow("chart-2", idOf("aa02")), runningRow("chart-3", idOf("bb")),
		runningRow("chart-4", ""), runningRow("chart-5", idOf("dd")),
		targetRow("tanaka", idOf("01"), fcm, alertv1.TargetState_TARGET_STATE_LIVE, now),
		targetRow("tanaka", idOf("02"), fcm, alertv1.TargetState_TARGET_STATE_DEAD, now),
		targetRow("tanaka", idOf("03"), fcm, alertv1.TargetState_TARGET_STATE_ASIDE, now),
		targetRow("tanaka", idOf("04"), fcm, alertv1.TargetState_TARGET_STATE_REMOVED, now),
		own{table: store.TableTarget, key: "tanaka/" + idOf("05")},
		// What waits is what is due, of the outbox and of pushes.
		own{table: store.TableOutbox, key: "a", row: &storev1.OutboxEvent{}, due: first},
		own{table: store.TableDelivery, key: "b", row: &storev1.PushDelivery{}, due: now.Add(-time.Minute)},
		own{table: store.TableDelivery, key: "c", row: &storev1.PushDelivery{}, due: now.Add(time.Hour)},
		own{table: store.TableDuty, key: "d", row: &storev1.DutyCheck{}, due: now.Add(-2 * time.Hour)},
	)
	got, err := a.Alerts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.Running != 1 || got.Unanswered != 1 || got.Digest != 1 || got.Live != 1 || got.Dead != 1 || got.Aside != 1 || got.Damaged != 2 {
		t.Errorf("%+v", got)
	}
	if got.Waiting != 2 || got.Oldest.UnixMilli() != first.UnixMilli() {
		t.Errorf("%d wait, the first since %v", got.Waiting, got.Oldest)
	}
	if len(got.Groups) != 2 || got.Groups[0].ID != idOf("aa02") || got.Groups[1].State != "unanswered" || got.More {
		t.Errorf("%+v", got.Groups)
	}
	if got.Ways != nil || got.LogOnly {
		t.Errorf("a store without a server has ways out: %+v", got.Ways)
	}
	if _, err := a.TestPush(t.Context(), "tanaka"); err == nil || !strings.Contains(err.Error(), "no server runs") {
		t.Errorf("a test push of a store: %v", err)
	}
}

// TestATrailIsFoundByItsFirstDigits, if they tell it from others.
func TestATrailIsFoundByItsFirstDigits(t *testing.T) {
	now := time.Now()
	push := func(id string, at time.Time) own {
		raw, _ := hex.DecodeString(idOf(id))
		return own{table: store.TableDelivery, key: idOf("aa01") + "-" + idOf(id), row: &storev1.PushDelivery{Id: raw, PersonId: "tanaka", CreatedMs: at.UnixMilli(), TargetId: raw}}
	}
	a := stopped(t,
		groupRow(idOf("aa01"), alertv1.GroupState_GROUP_STATE_RUNNING, now), groupRow(idOf("aa02"), alertv1.GroupState_GROUP_STATE_RUNNING, now),
		push("01", now), push("02", now.Add(-time.Minute)),
	)
	for _, id := range []string{"aa01", idOf("aa01")} {
		if sent, err := a.Trail(t.Context(), id); err != nil || len(sent) != 2 || sent[0].ID != idOf("02") || sent[0].Kind != "-" {
			t.Errorf("%s: %+v, %v", id, sent, err)
		}
	}
	if sent, err := a.Trail(t.Context(), "aa02"); err != nil || sent == nil || len(sent) != 0 {
		t.Errorf("a group of which nobody was told: %v, %v", sent, err)
	}
	for id, want := range map[string]string{
		"aa": "more than one group", "ab": "no group whose id begins", "": "digits 0 to 9", "chart-0001": "digits 0 to 9",
		idOf("ee"): "no group", idOf("aa01") + "00": "no group",
	} {
		if _, err := a.Trail(t.Context(), id); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// TestListsOfTargetsAndDuties: a telephone that nobody has opened the app on for a month reaches nobody; an address does not
// go stale.
func TestListsOfTargetsAndDuties(t *testing.T) {
	now := time.Now()
	old := now.Add(-31 * 24 * time.Hour)
	rota := &alertv1.Rota{OrganisationId: "midori", Id: "night"}
	for n, person := range []string{"tanaka", "sato", "ito", "suzuki", "yamamoto"} {
		from := now.Add(time.Duration(n) * time.Hour)
		rota.Duties = append(rota.Duties, &alertv1.Duty{PersonId: person, From: timestamppb.New(from), Until: timestamppb.New(from.Add(time.Hour))})
	}
	over, far := now.Add(-2*time.Hour), now.Add(8*24*time.Hour)
	rota.Duties = append(rota.Duties,
		&alertv1.Duty{PersonId: "tanaka", From: timestamppb.New(over), Until: timestamppb.New(over.Add(time.Hour))},
		&alertv1.Duty{PersonId: "tanaka", From: timestamppb.New(far), Until: timestamppb.New(far.Add(time.Hour))})
	const live = alertv1.TargetState_TARGET_STATE_LIVE
	a := stopped(t,
		own{table: store.TableRota, key: "midori/night", row: rota},
		targetRow("tanaka", idOf("01"), alertv1.TargetKind_TARGET_KIND_FCM_TOKEN, live, now),
		targetRow("sato", idOf("02"), alertv1.TargetKind_TARGET_KIND_FCM_TOKEN, live, old),
		targetRow("ito", idOf("03"), alertv1.TargetKind_TARGET_KIND_WEBHOOK, live, old),
		targetRow("suzuki", idOf("04"), alertv1.TargetKind_TARGET_KIND_FCM_TOKEN, alertv1.TargetState_TARGET_STATE_DEAD, now),
	)
	duties, err := a.Duties(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, d := range duties {
		said = append(said, d.Person+map[bool]string{true: " yes", false: " no"}[d.Reachable])
	}
	if got := strings.Join(said, ", "); got != "tanaka yes, sato no, ito yes, suzuki no, yamamoto no" {
		t.Errorf("on duty: %s", got)
	}
	all, err := a.Targets(t.Context(), "")
	if err != nil || len(all) != 4 {
		t.Errorf("%+v, %v", all, err)
	}
	if raw, _ := json.Marshal(all); strings.Contains(string(raw), "APA91b") {
		t.Errorf("a list holds what devices are reached by: %s", raw)
	}
	if one, err := a.Targets(t.Context(), "sato"); err != nil || len(one) != 1 || one[0].Hint != "xxxx" || one[0].State != "live" {
		t.Errorf("%+v, %v", one, err)
	}
	if none, err := a.Targets(t.Context(), "yamamoto"); err != nil || none == nil || len(none) != 0 {
		t.Errorf("%+v, %v", none, err)
	}
	if _, err := a.Targets(t.Context(), "nobody"); err == nil || !strings.Contains(err.Error(), "no such person") {
		t.Errorf("somebody who is not there: %v", err)
	}
}

// TestATestPush goes to every device of a person, of which one is gone, and can be confirmed like any other.
func TestATestPush(t *testing.T) {
	f, c := firebase(t)
	r := start(t, c)
	doctor := h2c(t, r).signedIn(t, "tanaka", "console")
	for person, want := range map[string]string{"nobody": "no such person", "tanaka": "no target that is in use"} {
		if _, err := r.TestPush(t.Context(), person); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", person, err)
		}
	}
	doctor.reachedBy(t, "telephone", alertv1.Platform_PLATFORM_ANDROID)
	f.Script(doctor.reachedBy(t, "lost", alertv1.Platform_PLATFORM_IOS), notRegistered)
	sent, err := r.TestPush(t.Context(), "tanaka")
	if err != nil || len(sent) != 2 {
		t.Fatalf("%+v, %v", sent, err)
	}
	byState := map[string]operator.Sent{}
	for _, s := range sent {
		byState[s.State] = s
	}
	if byState["accepted"].Accepted.IsZero() || byState["dead"].Trouble != "unregistered" {
		t.Errorf("%+v", sent)
	}
	for _, push := range told(t, f, 2) {
		if push.Data["kind"] != "test" {
			t.Errorf("it is of kind %q", push.Data["kind"])
		}
		if err := doctor.shown(t, push.Data["delivery"]); err != nil {
			t.Errorf("an app that shows it is told: %v", err)
		}
	}
}
