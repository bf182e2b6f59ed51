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
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// maxReference bounds the reference of an order.
const maxReference = 128

// errNoRecord: there is nothing to erase.
var errNoRecord = errors.New("there is no such record in that stream, and nothing is held for it; nothing was erased: copy stream and record from the timeline, or from the list of what is held")

// Erase implements operator.Service. The journal knows of the order first: whenever the server dies, its next start
// carries it out, and a restore of any backup carries it out again.
func (a *App) Erase(ctx context.Context, e journal.Erasure) error {
	id, err := recordID(e.Record)
	if err != nil {
		return err
	}
	e.Record = hex.EncodeToString(id[:]) // one way of writing it, so that the journal knows it again
	if e.Order == "" || len(e.Order) > maxReference || strings.ContainsFunc(e.Order, func(c rune) bool { return !unicode.IsPrint(c) }) {
		return fmt.Errorf("the reference of an order has 1 to %d bytes that can be printed; nothing was erased: give its file number only", maxReference)
	}
	own, organisations := a.directory.Organisations()
	if e.Tenant == "" {
		e.Tenant = own
	}
	there, err := a.hub.Erasable(ctx, e.Tenant, e.Stream, id, organisations...)
	if err != nil {
		return err
	}
	if !there {
		return errNoRecord
	}
	if err := a.takesWrites(ctx); err != nil {
		return fmt.Errorf("the store takes no writes now; the order is not written down and nothing was erased: %w", err)
	}
	if err := a.journal.Erased(e, time.Now().UTC()); err != nil {
		return err
	}
	defer a.surveyNow(ctx)
	return a.carryOut(ctx, []journal.Erasure{e})
}

// takesWrites asks the store by a write of nothing.
func (a *App) takesWrites(ctx context.Context) error {
	return a.engine.Update(ctx, func(store.Tx) error { return nil })[0]
}

// carryOut erases what the journal has the orders of, and removes the photos and files that go with it.
func (a *App) carryOut(ctx context.Context, list []journal.Erasure) error {
	if err := a.eraseOrdered(ctx, list); err != nil {
		return err
	}
	if _, err := a.collect(ctx, blobs.Collection{Condemned: true, Now: time.Now()}); err != nil {
		return fmt.Errorf("the record is erased, but its photos and files could not all be removed; they are not served any more, and the server tries again every day: look at their disk, and run tsunagu blobs collect (%w)", err)
	}
	return nil
}

// eraseOrdered erases, and writes down that it is done. Photos and files are not served any more then; the next collection
// removes them.
func (a *App) eraseOrdered(ctx context.Context, list []journal.Erasure) error {
	a.erasing.Lock()
	defer a.erasing.Unlock()
	if err := condemn(ctx, a.engine, a.vault, list); err != nil {
		return notCarriedOut{err}
	}
	_, organisations := a.directory.Organisations()
	if err := eraseAll(ctx, a.hub, organisations, list); err != nil {
		return notCarriedOut{err}
	}
	if err := a.journal.Done(list, time.Now().UTC()); err != nil {
		return fmt.Errorf("the record is erased, and the journal does not take the line that says so; the next start erases it again, which does no harm: look at the journal's disk (%w)", err)
	}
	return nil
}

// notCarriedOut: an order is in the journal and still open.
type notCarriedOut struct{ why error }

// Error does not repeat what a full disk says of itself: that nothing was stored is not true of the order.
func (e notCarriedOut) Error() string {
	const sentence = "the order is written down and not carried out yet; the server does so as soon as the store takes writes, and at its next start: "
	if isFull(e.why) {
		return sentence + "free some space on the store's disk"
	}
	return sentence + "look at its disk and its log (" + e.why.Error() + ")"
}

// Unwrap returns why.
func (e notCarriedOut) Unwrap() error { return e.why }

// carryOutOpen carries out what a server that died, or a full disk, left open. Until a restore is confirmed nothing is:
// the confirmation does. A store that takes no writes is served as it is, and this is tried again every minute.
func (a *App) carryOutOpen(ctx context.Context) error {
	open := a.journal.OpenErasures()
	if len(open) == 0 || a.journal.Unconfirmed() {
		return nil
	}
	err := a.takesWrites(ctx)
	if err == nil {
		err = a.eraseOrdered(ctx, open)
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		a.log.Error().Int("open", len(open)).Str("why", cause(err)).
			Msg("erasures that were ordered are not carried out yet; it is tried again every minute and at every start")
	default:
		a.log.Info().Int("erasures", len(open)).Msg("erasures that were left open are carried out")
	}
	return nil
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
