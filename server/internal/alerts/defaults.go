package alerts

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Defaults knows the limits that organisations have set for readings, and answers from memory: it is asked while a stream
// is written. Many goroutines may use it at once.
type Defaults struct {
	directory Directory
	now       func() time.Time
	proposed  []rules.Limit
	set       atomic.Pointer[map[place]setLimits] // nil: nobody has set any; a map that is here is never changed
	changing  sync.Mutex                          // held by whoever takes the place of the map
}

// place is an organisation of a tenant.
type place struct{ tenant, organisation string }

// setLimits are those of one organisation.
type setLimits struct {
	version uint64
	limits  []rules.Limit
}

// OpenDefaults reads what the organisations of a tenant have set. The clock tells who is in the team of a chart now. An
// organisation whose limits cannot be read is told to unread, which may be nil: those that package rules proposes count
// for it then.
func OpenDefaults(
	ctx context.Context, s store.Store, d Directory, tenant string, now func() time.Time, unread func(organisation string),
) (*Defaults, error) {
	all := map[place]setLimits{}
	err := s.View(ctx, func(r store.Reader) error {
		clear(all)
		return r.ServerRows(tenant, store.TableDefaults, "", func(organisation string, raw []byte) error {
			saved, err := decode[alertv1.DefaultLimits](raw)
			if err == nil {
				all[place{tenant, organisation}] = setLimits{saved.GetVersion(), limitsOf(saved)}
			} else if unread != nil {
				unread(organisation)
			}
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("the limits that organisations have set for readings cannot be read; nothing was changed: check the store: %w", err)
	}
	defaults := &Defaults{directory: d, now: now, proposed: rules.Defaults()}
	if len(all) > 0 {
		defaults.set.Store(&all)
	}
	return defaults, nil
}

// For returns the limits that count in a chart where none was ordered: as with policies those of the physicians'
// organisation, else of the nurses', the first by id that has set any, else those that package rules proposes. Nobody
// changes what it returns.
func (d *Defaults) For(tenant, chartID string) []rules.Limit {
	all := d.set.Load()
	if all == nil {
		return d.proposed
	}
	now := d.now()
	for _, role := range telling {
		for _, organisation := range organisationsOf(d.directory, tenant, chartID, role, now) {
			if own, ok := (*all)[place{tenant, organisation}]; ok {
				return own.limits
			}
		}
	}
	return d.proposed
}

// saved has limits count that were committed. Of two changes the later one stays, in whatever order they come here.
func (d *Defaults) saved(tenant string, l *alertv1.DefaultLimits) {
	d.changing.Lock()
	defer d.changing.Unlock()
	next := map[place]setLimits{}
	if all := d.set.Load(); all != nil {
		next = maps.Clone(*all)
	}
	at := place{tenant, l.GetOrganisationId()}
	if next[at].version >= l.GetVersion() {
		return
	}
	next[at] = setLimits{l.GetVersion(), limitsOf(l)}
	d.set.Store(&next)
}

// limitsOf are the limits as the rules have them.
func limitsOf(l *alertv1.DefaultLimits) []rules.Limit {
	all := make([]rules.Limit, 0, len(l.GetLimits()))
	for _, one := range l.GetLimits() {
		all = append(all, rules.Limit{Item: one.GetItem(), Operator: one.GetOperator(), Value: one.GetValue(), Severity: one.GetSeverity()})
	}
	return all
}
