package alerts

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"google.golang.org/protobuf/proto"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/alarm"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Tenants makes the directory one for a dispatcher too.
func (team) Tenants() []string { return []string{tenant} }

// mailbox takes every push.
type mailbox struct{}

func (mailbox) Send(context.Context, push.Target, push.Message) push.Outcome {
	return push.Outcome{Verdict: push.Accepted, ID: "taken"}
}

func (mailbox) Check(context.Context) error { return nil }

// dispatched runs a test with a dispatcher beside the service, on the day of the bench.
func dispatched(t *testing.T, test func(t *testing.T, b *bench)) {
	dispatchedIn(t, func(*bench) Directory { return team{} }, test)
}

// dispatchedIn does it with another directory.
func dispatchedIn(t *testing.T, directory func(*bench) Directory, test func(t *testing.T, b *bench)) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(day))
		b := newBench(t)
		d := alarm.New(alarm.Config{
			Store: b.store, Directory: directory(b).(alarm.Directory), Owner: "test", Entropy: b.ids, Log: zerolog.Nop(),
			Channels: map[alertv1.TargetKind]push.Channel{fcmToken: mailbox{}},
		})
		b.Wake = d.Wake
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- d.Run(ctx) }()
		test(t, b)
		cancel()
		<-ended
	})
}

// settle lets time pass, and the dispatcher do what is due.
func (b *bench) settle(d time.Duration) {
	time.Sleep(d)
	b.Wake()
	synctest.Wait()
	b.now = time.Now()
}

// TestFromReadingToAnswer: the alert that a reading raised is on the list as soon as somebody is told of it, with its
// trail; a person's answer ends it, and the list says whose.
func TestFromReadingToAnswer(t *testing.T) {
	dispatched(t, func(t *testing.T, b *bench) {
		b.register("mori", fcmToken, token(1))
		raised := b.alarms("sato", "yamada")
		b.settle(time.Second)
		list := b.list("sato", &alertv1.ListAlertsRequest{}).GetGroups()
		if len(list) != 1 || list[0].GetState() != alertv1.GroupState_GROUP_STATE_RUNNING || list[0].GetSeverity() != severityCritical ||
			!slices.Equal(list[0].GetTold(), []string{"mori"}) || len(list[0].GetAlerts()) != len(raised) ||
			list[0].GetAlerts()[0].GetRecord().GetBody().GetAlert().GetReasonJa() == "" {
			t.Fatalf("%v", list)
		}
		group := list[0].GetId()
		trail := must[*alertv1.ListDeliveriesResponse](t)(b.ListDeliveries(t.Context(), b.call("sato"), &alertv1.ListDeliveriesRequest{GroupId: group})).GetDeliveries()
		if len(trail) != 1 || trail[0].GetState() != stateAccepted || trail[0].GetTargetKind() != fcmToken {
			t.Errorf("%v", trail)
		}
		if err := b.confirm("mori", trail[0].GetId(), nil, true); err != nil {
			t.Error(err)
		}
		b.settle(time.Minute)
		if _, _, err := b.Acknowledge(t.Context(), b.call("mori"), acknowledge("yamada", b.id(), raised...)); err != nil {
			t.Fatal(err)
		}
		b.settle(time.Second)
		if list := b.list("sato", &alertv1.ListAlertsRequest{}).GetGroups(); len(list) != 0 {
			t.Errorf("it goes on: %v", list)
		}
		all := b.list("sato", &alertv1.ListAlertsRequest{AnsweredToo: true}).GetGroups()
		if len(all) != 1 || string(all[0].GetId()) != string(group) || all[0].GetAnsweredBy() != "mori" {
			t.Errorf("%v", all)
		}
	})
}

// retract takes a record back that somebody wrote.
func (b *bench) retract(person, chart string, id []byte) {
	b.t.Helper()
	page := must[*chartv1.GetTimelineResponse](b.t)(b.hub.GetTimeline(context.Background(), b.call(person), &chartv1.GetTimelineRequest{ChartId: chart}))
	for _, item := range page.GetItems() {
		if !bytes.Equal(item.GetRecord().GetId(), id) {
			continue
		}
		if _, _, err := b.hub.Write(context.Background(), b.call(person), &chartv1.WriteRequest{
			ChartId: chart, MutationId: b.id(), RecordId: id, Operation: syncv1.Operation_OPERATION_RETRACT,
			Seen: item.GetVersion(), Reason: "by mistake",
		}); err != nil {
			b.t.Fatal(err)
		}
		b.Wake()
		return
	}
	b.t.Fatal("there is no such record")
}

// TestAnAnswerTakenBackReopens: who answered by mistake takes the answer back, and people are told again, in a group of its
// own or in the one that runs.
func TestAnAnswerTakenBackReopens(t *testing.T) {
	dispatched(t, func(t *testing.T, b *bench) {
		b.register("mori", fcmToken, token(1))
		raised := b.alarms("sato", "yamada")
		b.settle(time.Second)
		answer := b.id()
		if _, _, err := b.Acknowledge(t.Context(), b.call("mori"), acknowledge("yamada", answer, raised...)); err != nil {
			t.Fatal(err)
		}
		b.settle(time.Second)
		if list := b.list("sato", &alertv1.ListAlertsRequest{}).GetGroups(); len(list) != 0 {
			t.Fatalf("it goes on: %v", list)
		}
		b.retract("mori", "yamada", answer)
		b.settle(time.Second)
		list := b.list("sato", &alertv1.ListAlertsRequest{}).GetGroups()
		if len(list) != 1 || list[0].GetState() != alertv1.GroupState_GROUP_STATE_RUNNING || list[0].GetSeverity() != severityCritical ||
			len(list[0].GetAlerts()) != len(raised) || !slices.Equal(list[0].GetTold(), []string{"mori"}) {
			t.Fatalf("nobody is told again: %v", list)
		}
		if _, _, err := b.Acknowledge(t.Context(), b.call("mori"), acknowledge("yamada", b.id(), raised...)); err != nil {
			t.Fatal(err)
		}
		b.settle(time.Second)
		if list := b.list("sato", &alertv1.ListAlertsRequest{}).GetGroups(); len(list) != 0 {
			t.Errorf("it goes on after the second answer: %v", list)
		}
	})
}

// TestACareWorkersAnswerEndsNothing: it is kept, and people are told on; taken back, nobody is told a second time, and
// neither is an alert that somebody else ended opened again by it.
func TestACareWorkersAnswerEndsNothing(t *testing.T) {
	dispatched(t, func(t *testing.T, b *bench) {
		b.register("mori", fcmToken, token(1))
		raised := b.alarms("sato", "yamada")
		b.settle(time.Second)
		answer := b.id()
		if _, _, err := b.Acknowledge(t.Context(), b.call("takahashi"), acknowledge("yamada", answer, raised...)); err != nil {
			t.Fatal(err)
		}
		b.settle(time.Second)
		list := b.list("sato", &alertv1.ListAlertsRequest{}).GetGroups()
		if len(list) != 1 || list[0].GetState() != alertv1.GroupState_GROUP_STATE_RUNNING || list[0].GetAnsweredBy() != "" {
			t.Fatalf("it ended: %v", list)
		}
		if _, _, err := b.Acknowledge(t.Context(), b.call("mori"), acknowledge("yamada", b.id(), raised...)); err != nil {
			t.Fatal(err)
		}
		b.settle(time.Second)
		b.retract("takahashi", "yamada", answer)
		b.settle(time.Second)
		if list := b.list("sato", &alertv1.ListAlertsRequest{}).GetGroups(); len(list) != 0 {
			t.Errorf("it goes on: %v", list)
		}
		all := b.list("sato", &alertv1.ListAlertsRequest{AnsweredToo: true}).GetGroups()
		if len(all) != 1 || all[0].GetAnsweredBy() != "mori" {
			t.Errorf("%v", all)
		}
	})
}

// TestWhatIsOverPagesNobodyAgain: an answer is taken back to an alert of long ago, or to one whose reading was a mistake. It
// stands in the digest, and nobody is woken.
func TestWhatIsOverPagesNobodyAgain(t *testing.T) {
	for name, over := range map[string]func(b *bench, reading []byte){
		"of long ago": func(b *bench, _ []byte) { b.settle(7*24*time.Hour + time.Minute) },
		"void":        func(b *bench, reading []byte) { b.retract("sato", "yamada", reading) },
	} {
		t.Run(name, func(t *testing.T) {
			dispatched(t, func(t *testing.T, b *bench) {
				b.register("mori", fcmToken, token(1))
				raised := b.alarms("sato", "yamada")
				first := must[*chartv1.TimelineItem](t)(b.locate(t.Context(), b.call("mori"), "yamada", raised[0]))
				b.settle(time.Second)
				answer := b.id()
				if _, _, err := b.Acknowledge(t.Context(), b.call("mori"), acknowledge("yamada", answer, raised...)); err != nil {
					t.Fatal(err)
				}
				b.settle(time.Second)
				over(b, first.GetRecord().GetBody().GetAlert().GetEvidence()[0].GetRecordId())
				b.settle(time.Second)
				b.retract("mori", "yamada", answer)
				b.settle(time.Second)
				list := b.list("mori", &alertv1.ListAlertsRequest{}).GetGroups()
				if len(list) != 1 || list[0].GetState() != alertv1.GroupState_GROUP_STATE_DIGEST || len(list[0].GetTold()) != 0 {
					t.Fatalf("%v", list)
				}
				b.settle(24 * time.Hour)
				digests := 0
				for _, d := range b.deliveries(list[0].GetId()) {
					t.Errorf("somebody was told: %v", d)
				}
				for _, d := range b.deliveries(nil) {
					if d.GetKind() == storev1.PushKind_PUSH_KIND_DIGEST {
						digests++
					}
				}
				if digests != 1 {
					t.Errorf("%d digests", digests)
				}
			})
		})
	}
}

// deliveries are those of a group; nil: those of none.
func (b *bench) deliveries(group []byte) (all []*storev1.PushDelivery) {
	b.t.Helper()
	prefix := hexID(group) + "-"
	if group == nil {
		prefix = noGroup + "-"
	}
	err := b.store.View(context.Background(), func(r store.Reader) error {
		return rows(r, tenant, store.TableDelivery, prefix, "", func(_ string, d *storev1.PushDelivery) error {
			all = append(all, d)
			return nil
		})
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return all
}

// TestAChangedRotaRetargets: whoever is put on duty while an alert runs is told at once.
func TestAChangedRotaRetargets(t *testing.T) {
	dispatched(t, func(t *testing.T, b *bench) {
		for i, person := range []string{"mori", "takahashi"} {
			b.register(person, fcmToken, token(i))
		}
		onCall := func(person string, version uint64) {
			t.Helper()
			if _, err := b.setRota("mori", rota("clinic", "on-call", version, duty(person, day.AddDate(0, 0, -1), day.AddDate(0, 0, 7)))); err != nil {
				t.Fatal(err)
			}
		}
		p := policy("clinic", "", 0)
		p.Critical = &alertv1.Plan{Steps: []*alertv1.Step{{To: []*alertv1.Recipient{{Who: &alertv1.Recipient_RotaId{RotaId: "on-call"}}}}}, WaitMinutes: 600}
		if _, err := b.setPolicy("mori", p); err != nil {
			t.Fatal(err)
		}
		onCall("mori", 0)
		b.alarm("sato", "yamada")
		b.settle(time.Second)
		told := func() []string { return b.list("sato", &alertv1.ListAlertsRequest{}).GetGroups()[0].GetTold() }
		before := told()
		onCall("takahashi", 1)
		b.settle(time.Second)
		if after := told(); !slices.Equal(before, []string{"mori"}) || !slices.Equal(after, []string{"mori", "takahashi"}) {
			t.Errorf("told %v, then %v", before, after)
		}
	})
}

// TestTheListedPolicyIsTheOneThatCounts: what ListPolicies says of a chart is what its next group begins with.
func TestTheListedPolicyIsTheOneThatCounts(t *testing.T) {
	dispatched(t, func(t *testing.T, b *bench) {
		b.register("mori", fcmToken, token(1))
		set := func(person, organisation, chart string) func() error {
			return func() error { _, err := b.setPolicy(person, policy(organisation, chart, 0)); return err }
		}
		for i, change := range []func() error{
			func() error { return nil }, set("ito", "office", ""), set("sato", "station", ""), set("mori", "clinic", ""), set("sato", "station", "yamada"),
			func() error { without(t, "sato", "noguchi"); return nil },
		} {
			if err := change(); err != nil {
				t.Fatal(err)
			}
			b.settle(5 * time.Hour) // long enough for the same finding to count anew
			raised := b.alarms("mori", "yamada")
			b.settle(time.Second)
			listed := b.policies("mori", "yamada")
			e := &storev1.Escalation{}
			b.stored(escalationKey(tenant, b.list("mori", &alertv1.ListAlertsRequest{}).GetGroups()[0].GetId()), e)
			if e.GetBuiltIn() != listed.GetBuiltIn() || !proto.Equal(e.GetPolicy(), listed.GetPolicies()[0]) {
				t.Errorf("change %d: the group has that of %q, listed is that of %q", i, e.GetPolicy().GetOrganisationId(), listed.GetPolicies()[0].GetOrganisationId())
			}
			if _, _, err := b.Acknowledge(t.Context(), b.call("mori"), acknowledge("yamada", b.id(), raised...)); err != nil {
				t.Fatal(err)
			}
			b.settle(time.Second)
		}
	})
}

// TestWhoMayNotReadIsNotTold: somebody whose grant has ended, or who is not of the chart, is named by a policy and a rota.
// They are not told, do not count as reached, and the trail says why; the next step comes at once.
func TestWhoMayNotReadIsNotTold(t *testing.T) {
	dispatched(t, func(t *testing.T, b *bench) {
		for i, person := range []string{"past", "kato", "mori"} {
			b.register(person, fcmToken, token(i))
		}
		if _, err := b.setRota("mori", rota("clinic", "on-call", 0, duty("kato", day.AddDate(0, 0, -1), day.AddDate(0, 0, 7)))); err != nil {
			t.Fatal(err)
		}
		p := policy("clinic", "", 0)
		p.Critical = &alertv1.Plan{WaitMinutes: 600, Steps: []*alertv1.Step{
			{To: []*alertv1.Recipient{{Who: &alertv1.Recipient_PersonId{PersonId: "past"}}, {Who: &alertv1.Recipient_RotaId{RotaId: "on-call"}}}},
			{AfterMinutes: 600, To: []*alertv1.Recipient{{Who: &alertv1.Recipient_PersonId{PersonId: "mori"}}}},
		}}
		if _, err := b.setPolicy("mori", p); err != nil {
			t.Fatal(err)
		}
		b.alarms("sato", "yamada")
		b.settle(time.Second)
		group := b.list("mori", &alertv1.ListAlertsRequest{}).GetGroups()[0]
		if !slices.Equal(group.GetTold(), []string{"mori"}) || group.GetStep() != 2 {
			t.Fatalf("told %v, step %d", group.GetTold(), group.GetStep())
		}
		trail := must[*alertv1.ListDeliveriesResponse](t)(b.ListDeliveries(t.Context(), b.call("mori"), &alertv1.ListDeliveriesRequest{GroupId: group.GetId()})).GetDeliveries()
		_, why := inWords("no-right")
		for _, d := range trail {
			if untold := d.GetPersonId() != "mori"; untold != (d.GetState() == alertv1.DeliveryState_DELIVERY_STATE_NO_TARGET) || untold && d.GetTroubleEn() != why {
				t.Errorf("%v", d)
			}
		}
		if len(trail) != 3 {
			t.Errorf("%d lines", len(trail))
		}
	})
}

// TestRemovedTargetsHideNoLiveOne: however many devices somebody has had, the one that is live is used.
func TestRemovedTargetsHideNoLiveOne(t *testing.T) {
	dispatched(t, func(t *testing.T, b *bench) {
		last := 0 // of the tokens, the one whose row comes last
		for n := range 4 * maxTargets {
			if a, b := targetID(fcmToken, token(n)), targetID(fcmToken, token(last)); bytes.Compare(a[:], b[:]) > 0 {
				last = n
			}
			id := b.register("mori", fcmToken, token(n)).GetTarget().GetId()
			if _, err := b.RemoveTarget(t.Context(), b.call("mori"), &alertv1.RemoveTargetRequest{Id: id}); err != nil {
				t.Fatal(err)
			}
		}
		b.register("mori", fcmToken, token(last))
		b.alarm("sato", "yamada")
		b.settle(time.Second)
		list := b.list("mori", &alertv1.ListAlertsRequest{}).GetGroups()
		trail := must[*alertv1.ListDeliveriesResponse](t)(b.ListDeliveries(t.Context(), b.call("mori"), &alertv1.ListDeliveriesRequest{GroupId: list[0].GetId()})).GetDeliveries()
		if len(trail) == 0 || trail[0].GetPersonId() != "mori" || trail[0].GetState() != stateAccepted {
			t.Errorf("%v", trail)
		}
	})
}
