package escalation_test

import (
	"slices"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
)

const (
	notice   = carev1.AlertSeverity_ALERT_SEVERITY_NOTICE
	urgent   = carev1.AlertSeverity_ALERT_SEVERITY_URGENT
	critical = carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL

	running    = alertv1.GroupState_GROUP_STATE_RUNNING
	unanswered = alertv1.GroupState_GROUP_STATE_UNANSWERED
	answered   = alertv1.GroupState_GROUP_STATE_ANSWERED
	digest     = alertv1.GroupState_GROUP_STATE_DIGEST
)

var tokyo = time.FixedZone("Asia/Tokyo", 9*60*60)

// world is invented people, and who of them can be reached.
type world struct {
	team    map[carev1.Role][]string
	rotas   map[string]*alertv1.Rota
	without map[string]bool // those with no way to be reached
	blind   map[string]bool // those who may not read the chart
}

func newWorld() *world {
	return &world{map[carev1.Role][]string{}, map[string]*alertv1.Rota{}, map[string]bool{}, map[string]bool{}}
}

func (w *world) Team(_ string, role carev1.Role, _ time.Time) []string { return w.team[role] }

func (w *world) OnDuty(_, rota string, at time.Time) ([]string, time.Time) {
	return escalation.OnDuty(w.rotas[rota], at)
}

func (w *world) MayRead(_, person string, _ time.Time) bool { return !w.blind[person] }

func (w *world) Reachable(person string) bool { return !w.without[person] }

func person(id string) *alertv1.Recipient {
	return &alertv1.Recipient{Who: &alertv1.Recipient_PersonId{PersonId: id}}
}

func rota(id string) *alertv1.Recipient {
	return &alertv1.Recipient{Who: &alertv1.Recipient_RotaId{RotaId: id}}
}

func role(r carev1.Role) *alertv1.Recipient {
	return &alertv1.Recipient{Who: &alertv1.Recipient_Role{Role: r}}
}

func step(after uint32, to ...*alertv1.Recipient) *alertv1.Step {
	return &alertv1.Step{AfterMinutes: after, To: to}
}

// alert makes one with an id of 16 bytes that begins with the name.
func alert(name string, severity carev1.AlertSeverity, at time.Time) *storev1.GroupedAlert {
	return &storev1.GroupedAlert{StreamId: "yamada/care", RecordId: id(name), Severity: severity, RaisedMs: at.UnixMilli()}
}

func id(name string) []byte { return append([]byte(name), make([]byte, 16-len(name))...) }

func names(told []escalation.Told) (all []string) {
	for _, t := range told {
		all = append(all, t.Person)
	}
	return all
}

// has tells whether a person is among those who are told.
func has(told []escalation.Told, person string) bool { return slices.Contains(names(told), person) }
