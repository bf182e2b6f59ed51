package alerts

import (
	"errors"
	"slices"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// people answers who is meant by a policy, from the directory and from one snapshot of rotas and targets. An error of the
// store stays in err: whoever made the people asks for it afterwards.
type people struct {
	directory Directory
	reader    store.Reader
	tenant    string
	err       error
}

var _ escalation.People = (*people)(nil)

// Team implements escalation.People.
func (p *people) Team(chartID string, role carev1.Role, at time.Time) []string {
	return p.directory.Team(p.tenant, chartID, role, at)
}

// OnDuty implements escalation.People.
func (p *people) OnDuty(organisation, rotaID string, at time.Time) ([]string, time.Time) {
	rota, err := row[alertv1.Rota](p.reader, rotaKey(p.tenant, organisation, rotaID))
	if err != nil || rota == nil {
		p.err = errors.Join(p.err, err)
		return nil, time.Time{}
	}
	return escalation.OnDuty(rota, at)
}

// MayRead implements escalation.People.
func (p *people) MayRead(chartID, personID string, at time.Time) bool {
	return slices.Contains(p.directory.Readers(p.tenant, chartID, at), personID)
}

// Reachable implements escalation.People.
func (p *people) Reachable(personID string) (yes bool) {
	if personID == "" || !p.known(personID) {
		return false
	}
	err := eachTarget(p.reader, p.tenant, personID, func(t *storev1.PushTarget) error {
		if yes = live(t); yes {
			return store.ErrStop
		}
		return nil
	})
	p.err = errors.Join(p.err, err)
	return yes
}

// known tells whether there is such a person.
func (p *people) known(personID string) bool {
	_, ok := p.directory.Person(p.tenant, personID)
	return ok
}
