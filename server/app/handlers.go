package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/tsunagu-care/tsunagu/api"
	"github.com/tsunagu-care/tsunagu/server/internal/blobs"
	"github.com/tsunagu-care/tsunagu/server/internal/httpx"
	"github.com/tsunagu-care/tsunagu/sync/blob"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Limits of every request.
const (
	// readBytes bounds a message, compressed and decompressed.
	readBytes = 1 << 20
	// framing is what a protocol may add around a message.
	framing = 4 << 10
	// patience is how long a client may take nothing of its answer.
	patience = 30 * time.Second
)

// handlers builds what answers on the main socket, and /metrics for a socket of its own.
func (a *App) handlers() (main, metricsOnly http.Handler) {
	procedures := httpx.PostOnly(httpx.SameOrigin(httpx.ExpectedHeaders(httpx.PreferZstd(a.api))))
	mux := http.NewServeMux()
	mux.Handle("/", http.MaxBytesHandler(procedures, readBytes+framing))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", a.answerReady)
	if a.config.MetricsListen == "" {
		mux.Handle("GET /metrics", httpx.LoopbackOnly(a.metrics.Handler()))
	}
	access := &httpx.Access{
		Log: a.log, Patience: patience, Observe: a.metrics.Observe, Panicked: a.metrics.Panicked,
		Known: map[string]bool{"/healthz": true, "/readyz": true, "/metrics": true},
		Quiet: map[string]bool{"/healthz": true, "/readyz": true, "/metrics": true},
	}
	for _, procedure := range api.Procedures() {
		access.Known[procedure] = true
	}
	own := http.NewServeMux()
	own.Handle("GET /metrics", a.metrics.Handler())
	return access.Wrap(httpx.SecurityHeaders(mux)), httpx.SecurityHeaders(own)
}

func say(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"status": text})
}

// hooks turn what the handlers tell into log lines and metrics.
func (a *App) hooks() api.Hooks {
	return api.Hooks{
		SignedIn: a.metrics.SignedIn,
		Watching: a.metrics.Watching,
		Panicked: func(ctx context.Context, p api.Panic) {
			a.metrics.Panicked()
			httpx.LogPanic(a.log, api.NoteOf(ctx), p)
		},
		Failed: func(ctx context.Context, procedure string, err error) {
			a.log.Error().Str("request", api.NoteOf(ctx).RequestID).Str("procedure", procedure).
				Str("why", cause(err)).Msg("a call failed; its caller was told to try again")
		},
	}
}

// fault logs what is wrong with one stream while a call goes on with the others.
func (a *App) fault(err error) {
	a.log.Error().Str("why", cause(err)).Msg("one stream cannot be read, its devices get no verdict; stop the server and run tsunagu verify")
}

// sentinels are the errors whose texts are known to hold nothing of a chart.
var sentinels = []error{store.ErrClosed, store.ErrFull, store.ErrTooLarge, store.ErrDamaged, store.ErrUnknownOutcome, blob.ErrDamaged, blobs.ErrStore}

// cause names an error without its text, which may quote what was stored: the sentinel that it wraps, or the types of
// its chain.
func cause(err error) string {
	for _, sentinel := range sentinels {
		if errors.Is(err, sentinel) {
			return sentinel.Error()
		}
	}
	types := ""
	for ; err != nil; err = errors.Unwrap(err) {
		types += fmt.Sprintf("%T ", err)
	}
	return types
}
