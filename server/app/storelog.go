package app

import (
	"context"
	"log/slog"

	"github.com/rs/zerolog"
)

// storeLog passes what an engine logs on to the server's log.
type storeLog struct {
	log   zerolog.Logger
	attrs []slog.Attr
}

// Enabled tells whether the server's log takes the level.
func (l storeLog) Enabled(_ context.Context, level slog.Level) bool {
	return l.log.GetLevel() <= severity(level)
}

// Handle writes one line.
func (l storeLog) Handle(_ context.Context, r slog.Record) error {
	event := l.log.WithLevel(severity(r.Level))
	add := func(a slog.Attr) bool {
		event.Str(a.Key, a.Value.String())
		return true
	}
	for _, a := range l.attrs {
		add(a)
	}
	r.Attrs(add)
	event.Msg(r.Message)
	return nil
}

// WithAttrs adds to every line.
func (l storeLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	l.attrs = append(l.attrs[:len(l.attrs):len(l.attrs)], attrs...)
	return l
}

// WithGroup is not used by any engine: names stay as they are.
func (l storeLog) WithGroup(string) slog.Handler { return l }

func severity(level slog.Level) zerolog.Level {
	switch {
	case level >= slog.LevelError:
		return zerolog.ErrorLevel
	case level >= slog.LevelWarn:
		return zerolog.WarnLevel
	case level >= slog.LevelInfo:
		return zerolog.InfoLevel
	default:
		return zerolog.DebugLevel
	}
}
