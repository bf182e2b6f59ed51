package alarm

import (
	"slices"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// people answers an escalation from the directory and from what the transaction sees of rotas and targets. An error of the
// store stays in err, since an escalation cannot do anything with it: whoever made the people asks for it afterwards.
type people struct {
	*turn
	err error
}

var _ escalation.People = (*people)(nil)

func (p *people) Team(chartID string, role carev1.Role, at time.Time) []string {
	return p.d.config.Directory.Team(p.tenant, chartID, role, at)
}

func (p *people) OnDuty(organisation, rotaID string, at time.Time) (persons []string, until time.Time) {
	rota := &alertv1.Rota{}
	key := store.ServerKey{Tenant: p.tenant, Table: store.TableRota, Key: organisation + "/" + rotaID}
	switch found, err := read(p.tx, key, rota); {
	case err == errRow:
		p.alarm(AlarmDamaged)
	case err != nil:
		p.err = err
	case found:
		return escalation.OnDuty(rota, at)
	}
	return nil, time.Time{}
}

func (p *people) MayRead(chartID, personID string, at time.Time) bool {
	return slices.Contains(p.d.config.Directory.Readers(p.tenant, chartID, at), personID)
}

func (p *people) Reachable(personID string) bool {
	ways, err := p.ways(personID)
	if err != nil {
		p.err = err
	}
	return len(ways) > 0
}
