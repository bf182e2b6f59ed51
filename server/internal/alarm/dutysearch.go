package alarm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// dueOf is when a check is made: some time before a duty, and at its own time for a person whom a policy names.
func dueOf(check *storev1.DutyCheck) int64 {
	if check.GetRotaId() == "" {
		return check.GetDutyMs()
	}
	return check.GetDutyMs() - dutyLead.Milliseconds()
}

func dutyKey(tenant string, c *storev1.DutyCheck) store.ServerKey {
	key := fmt.Sprintf("%s/%s/%s/%d", c.GetOrganisationId(), c.GetRotaId(), c.GetPersonId(), c.GetDutyMs())
	if len(key) > store.MaxServerKey { // names that are allowed to be so long that only their hash fits
		sum := sha256.Sum256([]byte(key))
		key = hex.EncodeToString(sum[:])
	}
	return store.ServerKey{Tenant: tenant, Table: store.TableDuty, Key: key}
}

// findDuties puts down a check for every duty that begins soon, and one a day for everybody whom an organisation's policy
// names.
func (d *Dispatcher) findDuties(ctx context.Context) error {
	for _, tenant := range d.config.Directory.Tenants() {
		found, err := d.dutiesOf(ctx, tenant)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			continue
		}
		for _, err := range d.config.Store.Update(ctx, func(tx store.Tx) error { return putDuties(tx, tenant, found) }) {
			if err != nil {
				return err
			}
		}
		d.Wake()
	}
	return nil
}

// dutiesOf finds the checks that are not there yet.
func (d *Dispatcher) dutiesOf(ctx context.Context, tenant string) (found []*storev1.DutyCheck, err error) {
	ctx, cancel := context.WithTimeout(ctx, viewWait)
	defer cancel()
	now := d.now()
	err = d.config.Store.View(ctx, func(r store.Reader) error {
		found = nil
		note := func(c *storev1.DutyCheck) error {
			row, err := r.ServerRow(dutyKey(tenant, c))
			if err == nil && row == nil && len(found) < maxDuties {
				found = append(found, c)
			}
			return err
		}
		err := each(r, tenant, store.TableRota, "", "", maxSurveyed, func(_ string, rota *alertv1.Rota) error {
			return soon(rota, now, note)
		})
		if err != nil {
			return err
		}
		return each(r, tenant, store.TablePolicy, "o/", "o/", maxSurveyed, func(_ string, p *alertv1.Policy) error {
			return daily(p, now, note)
		})
	})
	return found, err
}

// soon calls note for every duty of a rota that begins soon and is not shorter than any that is meant.
func soon(rota *alertv1.Rota, now time.Time, note func(*storev1.DutyCheck) error) error {
	for _, duty := range rota.GetDuties() {
		from := duty.GetFrom().AsTime()
		if !from.After(now) || from.After(now.Add(dutyAhead)) || escalation.TooShort(duty) {
			continue
		}
		check := &storev1.DutyCheck{
			PersonId: duty.GetPersonId(), DutyMs: from.UnixMilli(), OrganisationId: rota.GetOrganisationId(), RotaId: rota.GetId(),
		}
		if err := note(check); err != nil {
			return err
		}
	}
	return nil
}

// daily calls note for everybody whom a policy names.
func daily(p *alertv1.Policy, now time.Time, note func(*storev1.DutyCheck) error) error {
	in := zone(p)
	year, month, day := now.In(in).Date()
	at := time.Date(year, month, day, dailyHour, 0, 0, 0, in)
	if !at.After(now) {
		at = time.Date(year, month, day+1, dailyHour, 0, 0, 0, in)
	}
	for _, plan := range []*alertv1.Plan{p.GetCritical(), p.GetUrgent()} {
		for _, step := range plan.GetSteps() {
			for _, to := range step.GetTo() {
				if to.GetPersonId() == "" {
					continue
				}
				err := note(&storev1.DutyCheck{PersonId: to.GetPersonId(), DutyMs: at.UnixMilli(), OrganisationId: p.GetOrganisationId()})
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// putDuties writes checks, unless somebody else has.
func putDuties(tx store.Tx, tenant string, found []*storev1.DutyCheck) error {
	for _, check := range found {
		key := dutyKey(tenant, check)
		row, err := tx.ServerRow(key)
		if err != nil {
			return err
		}
		if row != nil {
			continue
		}
		if err := write(tx, key, check); err != nil {
			return err
		}
		if err := tx.PutDue(dueOf(check), key); err != nil {
			return err
		}
	}
	return nil
}
