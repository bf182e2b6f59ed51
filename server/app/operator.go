package app

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/server/config"
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
	a := newApp(c, log, with)
	for _, step := range []func(context.Context) error{a.findWays, a.openStore, a.openAPI, a.carryOutOpen} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, a.Close())
		}
	}
	return a, nil
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

// recordID reads the id of a record as people find it: in hexadecimal digits with or without dashes, or in the base64 of
// JSON, with or without its end.
func recordID(text string) (id store.ID, err error) {
	text = strings.TrimSpace(text)
	raw, err := hex.DecodeString(strings.ReplaceAll(text, "-", ""))
	if err != nil || len(raw) != len(id) {
		plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
		raw, err = base64.RawStdEncoding.Strict().DecodeString(plain)
	}
	if err != nil || len(raw) != len(id) {
		return id, errors.New("a record's id has 32 hexadecimal digits, or 22 characters of base64; nothing was changed: copy it whole, from an export or from the tablet's history")
	}
	return store.ID(raw), nil
}

// Review implements operator.Service.
func (a *App) Review(context.Context) (operator.Review, error) {
	last, at, _ := a.journal.LastRestore()
	return operator.Review{
		Unconfirmed: a.journal.Unconfirmed(), Backup: last.Backup, Restored: at, JournalKept: last.Kept, Newer: last.Newer,
		Differences: a.journal.Differences(a.directory.Rights(), time.Now()), Erasures: a.journal.Erasures(),
	}, nil
}
