package app

import (
	"context"
	"errors"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/operator"
)

// Confirm implements operator.Service. It may be called again if it was interrupted: what was judged is not judged twice.
func (a *App) Confirm(ctx context.Context) (operator.Confirmed, error) {
	if _, _, ok := a.journal.LastRestore(); !ok {
		return operator.Confirmed{}, errors.New("this store was never restored; there is nothing to confirm and nothing was changed")
	}
	a.confirming.Add(1) // before the journal says that it is confirmed: nobody is told of what is being judged
	defer a.confirming.Add(-1)
	if err := a.journal.Confirm(a.directory.Rights(), time.Now().UTC()); err != nil {
		return operator.Confirmed{}, err
	}
	defer a.surveyNow(ctx)
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

// unjudged tells whether answers may be in the store that nobody has looked at: a restore waits for its operator, or what
// tablets brought meanwhile is being judged.
func (a *App) unjudged() bool { return a.journal.Unconfirmed() || a.confirming.Load() > 0 }
