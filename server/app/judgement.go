package app

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/tsunagu-care/tsunagu/server/internal/blobs"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// maxReference bounds the reference of an order.
const maxReference = 128

// errNoRecord: there is nothing to erase.
var errNoRecord = errors.New("there is no such record in that stream, and nothing is held for it; nothing was erased: copy stream and record from the timeline, or from the list of what is held")

// Erase implements operator.Service. The journal knows of the erasure first, so that a restore of any backup carries it
// out again, whenever the server dies.
func (a *App) Erase(ctx context.Context, e journal.Erasure) error {
	id, err := recordID(e.Record)
	if err != nil {
		return err
	}
	e.Record = hex.EncodeToString(id[:]) // one way of writing it, so that the journal knows it again
	if e.Order == "" || len(e.Order) > maxReference || strings.ContainsFunc(e.Order, func(c rune) bool { return !unicode.IsPrint(c) }) {
		return fmt.Errorf("the reference of an order has 1 to %d bytes that can be printed; nothing was erased: give its file number only", maxReference)
	}
	if e.Tenant == "" {
		e.Tenant, _ = a.directory.Organisations()
	}
	_, organisations := a.directory.Organisations()
	there, err := a.hub.Erasable(ctx, e.Tenant, e.Stream, id, organisations...)
	if err != nil {
		return err
	}
	if !there {
		return errNoRecord
	}
	if err := a.journal.Erased(e, time.Now().UTC()); err != nil {
		return err
	}
	return a.carryOut(ctx, []journal.Erasure{e})
}

// carryOut erases, and removes the photos and files that go with it.
func (a *App) carryOut(ctx context.Context, list []journal.Erasure) error {
	if err := condemn(ctx, a.engine, a.vault, list); err != nil {
		return err
	}
	_, organisations := a.directory.Organisations()
	if err := eraseAll(ctx, a.hub, organisations, list); err != nil {
		return err
	}
	if _, err := a.collect(ctx, blobs.Collection{Condemned: true, Now: time.Now()}); err != nil {
		return fmt.Errorf("the record is erased, but its photos and files could not all be removed; they are not served any more, and the server tries again every day: look at their disk, and run tsunagu blobs collect (%w)", err)
	}
	return nil
}

// Confirm implements operator.Service. It may be called again if it was interrupted: what was judged is not judged twice.
func (a *App) Confirm(ctx context.Context) (operator.Confirmed, error) {
	if _, _, ok := a.journal.LastRestore(); !ok {
		return operator.Confirmed{}, errors.New("this store was never restored; there is nothing to confirm and nothing was changed")
	}
	if err := a.journal.Confirm(a.directory.Rights(), time.Now().UTC()); err != nil {
		return operator.Confirmed{}, err
	}
	tenant, _ := a.directory.Organisations()
	judged, err := a.hub.ConfirmRestore(ctx, operatorCall(tenant))
	if err != nil {
		return operator.Confirmed{}, err
	}
	if err := a.carryOut(ctx, a.journal.Erasures()); err != nil {
		return operator.Confirmed{}, err
	}
	a.log.Info().Int("judged", judged).Msg("the restore was confirmed")
	return operator.Confirmed{Judged: judged, Erased: len(a.journal.Erasures())}, nil
}

// eraseAll carries erasures out, again if they were before. A record that is not in the store, because a backup is
// older, is put down as erased, so that a tablet that still has it does not bring it back.
func eraseAll(ctx context.Context, core *hub.Hub, organisations []string, list []journal.Erasure) error {
	for _, e := range list {
		id, err := recordID(e.Record)
		if err != nil {
			return err
		}
		if err := core.Erase(ctx, operatorCall(e.Tenant), e.Stream, id, organisations...); err != nil {
			return err
		}
	}
	return nil
}
