package httpx

import (
	"net/http"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/tsunagu-care/tsunagu/api"
)

// Observed is what is told about one request.
type Observed struct {
	// Procedure is one of those that are known, or "other": a path that somebody made up may carry anything.
	Procedure string
	Code      string
	Duration  time.Duration
	In, Out   int64
}

// Access observes requests.
type Access struct {
	Log zerolog.Logger
	// Known are the procedures and paths that may be named.
	Known map[string]bool
	// Quiet ones are logged at the level debug: somebody asks them all day long.
	Quiet map[string]bool
	// Patience is how long one write may take.
	Patience time.Duration
	// Observe and Panicked are told; may be nil.
	Observe  func(Observed)
	Panicked func()
}

// Wrap gives each request an id and a note, recovers what nobody else did, and writes its line.
func (a *Access) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		note := &api.Note{RequestID: requestID(r.Header.Get(RequestIDHeader))}
		out, in := newResponse(w, a.Patience), &body{ReadCloser: r.Body}
		r = r.WithContext(api.WithNote(r.Context(), note))
		r.Body = in
		out.Header().Set(RequestIDHeader, note.RequestID)
		defer func() {
			a.recovered(recover(), out, note)
			a.line(r, out, in, note, time.Since(start))
		}()
		next.ServeHTTP(out, r)
	})
}

// recovered answers a panic outside the handlers' own net. Its value is not logged: it may quote the request.
func (a *Access) recovered(value any, out *response, note *api.Note) {
	if value == nil || value == http.ErrAbortHandler { //nolint:errorlint // compared as net/http does
		return
	}
	LogPanic(a.Log, note, api.Describe("http", value))
	if a.Panicked != nil {
		a.Panicked()
	}
	if out.status == 0 {
		http.Error(out, "the server made a mistake; try again, and report the request id if it happens again", http.StatusInternalServerError)
	}
}

// LogPanic writes what may be said about a panic.
func LogPanic(log zerolog.Logger, note *api.Note, p api.Panic) {
	log.Error().Str("request", note.RequestID).Str("device", note.DeviceID).Str("procedure", p.Procedure).
		Str("type", p.Type).Strs("at", p.Frames).Msg("a handler panicked; its caller was told to try again")
}

func (a *Access) line(r *http.Request, out *response, in *body, note *api.Note, took time.Duration) {
	seen := Observed{
		Procedure: "other", Code: code(note, out), Duration: took, In: in.bytes, Out: out.bytes,
	}
	if a.Known[r.URL.Path] {
		seen.Procedure = r.URL.Path
	}
	if a.Observe != nil {
		a.Observe(seen)
	}
	level := zerolog.InfoLevel
	if a.Quiet[r.URL.Path] {
		level = zerolog.DebugLevel
	}
	a.Log.WithLevel(level).Str("request", note.RequestID).Str("procedure", seen.Procedure).Str("code", seen.Code).
		Int("status", out.status).Dur("ms", took).Int64("in", seen.In).Int64("out", seen.Out).
		Str("device", note.DeviceID).Msg("request")
}

// code is how a call ended. What failed before a handler saw it has a status or gRPC's header only.
func code(note *api.Note, out *response) string {
	if note.Code != "" {
		return note.Code
	}
	if out.Header().Get("Grpc-Status") != "" && out.Header().Get("Grpc-Status") != "0" {
		return "refused"
	}
	switch status := out.status; {
	case status == 0 || status < http.StatusBadRequest:
		return "ok"
	case status >= http.StatusInternalServerError:
		return "unavailable"
	default:
		return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
	}
}
