package push

import (
	"context"
	"encoding/hex"
	"strings"
	"time"

	"github.com/rs/zerolog"
)

// LoggedID is what the log calls whatever it was given, in place of a forwarder's id.
const LoggedID = "log"

// Log is the way out of a server that has no other: it writes one line for each push, and nobody's telephone rings. Whoever
// starts a server with it must say so at start-up and when asked whether it is ready.
type Log struct {
	log zerolog.Logger
	now func() time.Time
}

// NewLog makes one. now says how long a push still makes sense when its line is written.
func NewLog(log zerolog.Logger, now func() time.Time) *Log { return &Log{log: log, now: now} }

// Send writes the line. It names the push and what its target is, never where that is or whose.
func (l *Log) Send(_ context.Context, to Target, m Message) Outcome {
	l.log.Info().Str("delivery", hex.EncodeToString(m.Delivery[:])).Str("kind", m.KindName()).
		Str("severity", m.SeverityName()).Str("target", targetName(to)).Dur("left_ms", m.Deadline.Sub(l.now())).
		Msg("a push was written to the log only: no way out to people is set up")
	return Outcome{Verdict: Accepted, ID: LoggedID}
}

// Check implements Channel. A log has no credentials.
func (l *Log) Check(context.Context) error { return nil }

// targetName is the kind of a target by its name in the contract, such as "fcm_token". One that is not in the contract has
// its number, which somebody's server has written and no person.
func targetName(to Target) string {
	return strings.ToLower(strings.TrimPrefix(to.Kind.String(), "TARGET_KIND_"))
}
