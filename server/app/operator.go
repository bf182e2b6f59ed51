package app

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

var _ operator.Service = (*App)(nil)

// Operate opens a store that no server has open, for commands: the same parts as a server's, without its sockets. The
// lock of the store's folder sees to it that there is only one of them. A store that is not there is not made.
func Operate(ctx context.Context, c config.Server, log zerolog.Logger, with ...Option) (*App, error) {
	if err := checkRestored(c.Storage); err != nil {
		return nil, err
	}
	exists, err := holdsFiles(c.StoreFolder())
	if err != nil {
		return nil, err
	}
	if !exists {
		return nil, fmt.Errorf("there is no store in %s; nothing was made: name the data folder with --data", c.StoreFolder())
	}
	if !journal.Exists(c.JournalFolder()) {
		return nil, fmt.Errorf("there is no journal in %s though there is a store; nothing was changed: name the folder that the server has it in with --journal, or start the server once, which begins a new one", c.JournalFolder())
	}
	a := newApp(c, log, with)
	for _, step := range []func(context.Context) error{a.openStore, a.openAPI} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, a.Close())
		}
	}
	return a, nil
}

// openJournal opens the journal, and brings the directory into force under its eyes.
func (a *App) openJournal() (err error) {
	if a.journal, err = journal.Open(a.config.JournalFolder()); err != nil {
		return err
	}
	if a.journal.Unconfirmed() {
		a.log.Warn().Msg("this store was restored and nobody has confirmed it: what tablets send is stored and not judged, no page is served; run tsunagu restore confirm")
	}
	return a.directory.Keep(a.journal)
}

// listenToOperator takes the socket of the commands. A server whose folder cannot have one serves all the same.
func (a *App) listenToOperator(context.Context) error {
	s, err := operator.Listen(a.config.OperatorSocket(), a)
	if err != nil {
		a.log.Warn().Str("why", err.Error()).Msg("commands cannot reach this server; stop it before running them")
		return nil
	}
	a.operator = s
	return nil
}

// operatorCall is one that the operator of this machine makes.
func operatorCall(tenant string) hub.Call {
	return hub.Call{Session: hub.Session{Tenant: tenant}, Now: time.Now(), Entropy: rand.Reader}
}

// recordID reads the id of a record as people write it, with or without dashes.
func recordID(text string) (id store.ID, err error) {
	digits := make([]byte, 0, 2*len(id))
	for _, c := range []byte(text) {
		if c != '-' {
			digits = append(digits, c)
		}
	}
	raw, err := hex.DecodeString(string(digits))
	if err != nil || len(raw) != len(id) {
		return id, errors.New("a record's id has 32 hexadecimal digits; nothing was changed: copy it from the timeline")
	}
	return store.ID(raw), nil
}

// Review implements operator.Service.
func (a *App) Review(context.Context) (operator.Review, error) {
	last, at, _ := a.journal.LastRestore()
	return operator.Review{
		Unconfirmed: a.journal.Unconfirmed(), Backup: last.Backup, Restored: at, JournalKept: last.Kept,
		Differences: a.journal.Differences(a.directory.Rights()), Erasures: a.journal.Erasures(),
	}, nil
}
