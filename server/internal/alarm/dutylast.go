package alarm

import (
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// What a person was last sent that is about no alert: rows of the table of duties, which no duty has since none is without
// an organisation.
const (
	beatOf   = "/beat/"
	warnedOf = "/warned/"
)

// last reads when a person was last sent something, and what came of it; an empty row if they never were.
func (t *turn) last(what, person string) (*storev1.DutyCheck, store.ServerKey, error) {
	key := store.ServerKey{Tenant: t.tenant, Table: store.TableDuty, Key: what + person}
	row := &storev1.DutyCheck{}
	found, err := read(t.tx, key, row)
	if err != nil && err != errRow {
		return nil, key, err
	}
	if !found || err == errRow {
		row = &storev1.DutyCheck{PersonId: person}
	}
	return row, key, nil
}

// warnedLately tells whether a person was told within warnEvery that somebody cannot be reached. If not, they are now.
func (t *turn) warnedLately(person string) (bool, error) {
	row, key, err := t.last(warnedOf, person)
	if err != nil {
		return false, err
	}
	if since := t.nowMs() - row.GetDoneMs(); since >= 0 && since < warnEvery.Milliseconds() {
		return true, nil
	}
	row.DoneMs = t.nowMs()
	return false, write(t.tx, key, row)
}
