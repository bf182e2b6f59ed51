package alerts

import (
	"context"
	"strings"
	"testing"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// scene is a chart with an alert that runs, of which the physician was told.
type scene struct {
	*bench
	alert  []byte
	group  *storev1.Escalation
	push   *storev1.PushDelivery
	target []byte // of the physician
}

func newScene(t testing.TB) *scene {
	s := &scene{bench: newBench(t)}
	s.alert = s.alarm("sato", "yamada")
	s.group = s.bench.group("yamada", day, grouped("yamada/care", s.alert, severityCritical, day))
	s.push = s.bench.push(hexID(s.group.GetId()), 1, "mori", stateAccepted)
	s.target = s.register("mori", fcmToken, token(1)).GetTarget().GetId()
	return s
}

// asked are the people of the matrix, in its order: the whole team of the chart, a physician and a nurse of the same
// organisations who are not in it, and a nurse whose grant has ended.
var asked = []string{"mori", "sato", "takahashi", "ito", "yamamoto", "noguchi", "kato", "ogawa", "past"}

// matrix says what each of them gets: "." an answer, "N" NotFound, "P" PermissionDenied. A name is that of the procedure,
// and behind it what is special about the call.
var matrix = []struct {
	name, want string
	call       func(*scene, context.Context, hub.Call) error
}{
	{"RegisterTarget", ".........", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.RegisterTarget(ctx, c, &alertv1.RegisterTargetRequest{Kind: fcmToken, Value: token(2)})
		return err
	}},
	{"ListTargets", ".........", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.ListTargets(ctx, c, &alertv1.ListTargetsRequest{})
		return err
	}},
	{"RemoveTarget of the physician", ".NNNNNNNN", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.RemoveTarget(ctx, c, &alertv1.RemoveTargetRequest{Id: s.target})
		return err
	}},
	{"TestPush", ".........", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.TestPush(ctx, c, &alertv1.TestPushRequest{})
		return err
	}},
	{"ConfirmShown of a push to the physician", ".NNNNNNNN", func(s *scene, ctx context.Context, c hub.Call) error {
		return s.confirm(c.Session.PersonID, s.push.GetId(), s.group.GetId(), true)
	}},
	{"ListAlerts", ".........", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.ListAlerts(ctx, c, &alertv1.ListAlertsRequest{AnsweredToo: true})
		return err
	}},
	{"ListAlerts of the chart", "......NNN", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.ListAlerts(ctx, c, &alertv1.ListAlertsRequest{ChartId: "yamada"})
		return err
	}},
	{"WatchAlerts", "......NNN", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.Group(ctx, c, [16]byte(s.group.GetId()))
		return err
	}},
	{"Acknowledge", "......NNN", func(s *scene, ctx context.Context, c hub.Call) error {
		_, _, err := s.Acknowledge(ctx, c, acknowledge("yamada", s.id(), s.alert))
		return err
	}},
	{"Instruct", ".PPPPPNNN", func(s *scene, ctx context.Context, c hub.Call) error {
		_, _, err := s.Instruct(ctx, c, instruct("yamada", s.id(), s.id(), s.alert))
		return err
	}},
	{"ListDeliveries", "......NNN", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.ListDeliveries(ctx, c, &alertv1.ListDeliveriesRequest{GroupId: s.group.GetId()})
		return err
	}},
	{"SetThreshold", ".PPPPPNNN", func(s *scene, ctx context.Context, c hub.Call) error {
		_, _, err := s.SetThreshold(ctx, c, &alertv1.SetThresholdRequest{
			ChartId: "yamada", MutationId: s.id(), Threshold: limit(carev1.VitalItem_VITAL_ITEM_PULSE, atLeast, 120, 30),
		})
		return err
	}},
	{"ListThresholds", "......NNN", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.ListThresholds(ctx, c, &alertv1.ListThresholdsRequest{ChartId: "yamada"})
		return err
	}},
	{"SetDefaultLimits of one's organisation", "..PPPP...", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.setLimits(c.Session.PersonID, spo2AtMost(members[c.Session.PersonID].organisation, 0, 85))
		return err
	}},
	{"SetDefaultLimits of another organisation", "PPPPPPPPP", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.setLimits(c.Session.PersonID, spo2AtMost("elsewhere", 0, 85))
		return err
	}},
	{"GetDefaultLimits", ".........", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.GetDefaultLimits(ctx, c, &alertv1.GetDefaultLimitsRequest{})
		return err
	}},
	{"SetPolicy of one's organisation", "..P.PP...", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.setPolicy(c.Session.PersonID, policy(members[c.Session.PersonID].organisation, "", 0))
		return err
	}},
	{"SetPolicy of another organisation", "PPPPPPPPP", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.setPolicy(c.Session.PersonID, policy("elsewhere", "", 0))
		return err
	}},
	{"SetPolicy of the chart", "..PPPPNNN", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.setPolicy(c.Session.PersonID, policy(members[c.Session.PersonID].organisation, "yamada", 0))
		return err
	}},
	{"ListPolicies", ".........", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.ListPolicies(ctx, c, &alertv1.ListPoliciesRequest{})
		return err
	}},
	{"ListPolicies of the chart", "......NNN", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.ListPolicies(ctx, c, &alertv1.ListPoliciesRequest{ChartId: "yamada"})
		return err
	}},
	{"SetRota of one's organisation", "..P.PP...", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.setRota(c.Session.PersonID, rota(members[c.Session.PersonID].organisation, "night", 0))
		return err
	}},
	{"SetRota of another organisation", "PPPPPPPPP", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.setRota(c.Session.PersonID, rota("elsewhere", "night", 0))
		return err
	}},
	{"ListRotas", ".........", func(s *scene, ctx context.Context, c hub.Call) error {
		_, err := s.ListRotas(ctx, c, &alertv1.ListRotasRequest{})
		return err
	}},
}

// letter stands for what came of a call.
func letter(err error) string {
	switch {
	case err == nil:
		return "."
	case hub.CodeOf(err) == hub.NotFound:
		return "N"
	case hub.CodeOf(err) == hub.PermissionDenied:
		return "P"
	}
	return "?"
}

// TestWhoMayWhat goes through every role and relation to the chart for every procedure of the contract.
func TestWhoMayWhat(t *testing.T) {
	covered := map[string]bool{}
	for _, c := range matrix {
		name, _, _ := strings.Cut(c.name, " ")
		covered[name] = true
		got := ""
		for _, person := range asked {
			s := newScene(t)
			got += letter(c.call(s, t.Context(), s.call(person)))
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	methods := alertv1.File_tsunagu_alert_v1_alert_proto.Services().ByName("AlertService").Methods()
	for i := range methods.Len() {
		if name := string(methods.Get(i).Name()); !covered[name] {
			t.Errorf("%s is not in the matrix", name)
		}
	}
}

// TestNothingIsShownWhileARestoreWaits: until its operator has confirmed who may read what, nobody is shown an alert, and
// nobody changes who hears of them; how people are reached goes on.
func TestNothingIsShownWhileARestoreWaits(t *testing.T) {
	goesOn := map[string]bool{"RegisterTarget": true, "ListTargets": true, "RemoveTarget": true, "TestPush": true, "ConfirmShown": true, "ListRotas": true, "GetDefaultLimits": true}
	for _, c := range matrix {
		if c.want[0] != '.' {
			continue
		}
		s := newScene(t)
		s.unreadable = true
		name, _, _ := strings.Cut(c.name, " ")
		err := c.call(s, t.Context(), s.call("mori"))
		if goesOn[name] != (err == nil) || err != nil && hub.CodeOf(err) != hub.Unavailable {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}
