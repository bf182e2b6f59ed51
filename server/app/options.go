package app

import (
	"context"
	"time"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/api"
	"github.com/tsunagu-care/tsunagu/server/config"
	"github.com/tsunagu-care/tsunagu/server/internal/keys"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Option changes how a server is put together. None of them can be set by configuration.
type Option func(*options)

type options struct {
	open    func(context.Context, config.Server, [keys.Size]byte, zerolog.Logger) (*engine, error)
	wrap    func(api.Core) api.Core
	limits  api.Limits
	version string
	seals   seal.Master
	kept    bool             // the store is kept elsewhere
	days    <-chan time.Time // nil: the clock's

	newJournal bool
}

// WithStore keeps everything in the store that is given; the server closes it.
func WithStore(s store.Store) Option {
	return func(o *options) {
		o.kept = true
		o.open = func(context.Context, config.Server, [keys.Size]byte, zerolog.Logger) (*engine, error) {
			return &engine{Store: s}, nil
		}
	}
}

// WithNewJournal begins a new journal where a store has none. What the lost one knew is not known any more.
func WithNewJournal(begin bool) Option {
	return func(o *options) { o.newJournal = begin }
}

// WithCore puts something between the handlers and the core: a test's fault, for instance.
func WithCore(wrap func(api.Core) api.Core) Option {
	return func(o *options) { o.wrap = wrap }
}

// WithLimits sets limits of the handlers other than their defaults.
func WithLimits(l api.Limits) Option {
	return func(o *options) { o.limits = l }
}

// WithVersion is the version that metrics name.
func WithVersion(version string) Option {
	return func(o *options) { o.version = version }
}

// WithDays does the daily work whenever the channel gives a time, instead of every day by the clock.
func WithDays(days <-chan time.Time) Option {
	return func(o *options) { o.days = days }
}
