package operator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/journal"
)

// Bounds of what is asked. A list of the ends of 200,000 streams fits.
const (
	maxBody   = 64 << 20
	maxAnswer = 64 << 20
	headWait  = 5 * time.Second
)

// Server answers on a socket.
type Server struct {
	http     *http.Server
	place    *place
	answered sync.WaitGroup

	mu     sync.Mutex
	closed bool
}

// Listen opens the socket of a data folder. The folder has to be the caller's alone: a socket that lies there is taken
// for one that a dead server left.
func Listen(path string, service Service) (*Server, error) {
	at, err := reach(path)
	if err != nil {
		return nil, err
	}
	listener, err := at.listen()
	if err != nil {
		at.close()
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{place: at}
	s.http = &http.Server{
		Handler: s.counted(handler(service)), ReadHeaderTimeout: headWait,
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	s.answered.Go(func() {
		_ = s.http.Serve(listener)
		cancel()
	})
	return s, nil
}

// Close ends what is under way, and returns when it has.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	err := s.http.Close()
	s.answered.Wait()
	s.place.remove()
	return err
}

func (s *Server) counted(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		if s.closed {
			s.mu.Unlock()
			return
		}
		s.answered.Add(1)
		s.mu.Unlock()
		defer s.answered.Done()
		h.ServeHTTP(w, r)
	})
}

// Paths of the calls, and the trailer that says how much is in a backup.
const (
	pathBackup  = "/backup"
	pathCover   = "/cover"
	pathErase   = "/erase"
	pathExport  = "/export"
	pathCollect = "/blobs/collect"
	pathStats   = "/stats"
	pathReview  = "/restore"
	pathConfirm = "/restore/confirm"

	pathAlerts   = "/alerts"
	pathTrail    = "/alerts/trail"
	pathTargets  = "/alerts/targets"
	pathTestPush = "/alerts/test"
	pathDuties   = "/alerts/duties"

	// countsTrailer ends what is streamed: without it, it is not whole.
	countsTrailer = "Tsunagu-Counts"
)

func handler(s Service) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+pathBackup, func(w http.ResponseWriter, r *http.Request) { sendBackup(s, w, r) })
	mux.HandleFunc("POST "+pathCover, call(func(ctx context.Context, c Checked) (Covered, error) { return s.Cover(ctx, c) }))
	mux.HandleFunc("POST "+pathErase, call(func(ctx context.Context, e journal.Erasure) (struct{}, error) {
		return struct{}{}, s.Erase(ctx, e)
	}))
	mux.HandleFunc("POST "+pathExport, func(w http.ResponseWriter, r *http.Request) { sendExport(s, w, r) })
	mux.HandleFunc("POST "+pathCollect, call(func(ctx context.Context, c Collecting) (Collected, error) { return s.Collect(ctx, c) }))
	mux.HandleFunc("POST "+pathStats, call(func(ctx context.Context, _ struct{}) (Stats, error) { return s.Stats(ctx) }))
	mux.HandleFunc("POST "+pathReview, call(func(ctx context.Context, _ struct{}) (Review, error) { return s.Review(ctx) }))
	mux.HandleFunc("POST "+pathConfirm, call(func(ctx context.Context, _ struct{}) (Confirmed, error) { return s.Confirm(ctx) }))
	mux.HandleFunc("POST "+pathAlerts, call(func(ctx context.Context, _ struct{}) (AlertsNow, error) { return s.Alerts(ctx) }))
	mux.HandleFunc("POST "+pathTrail, call(s.Trail))
	mux.HandleFunc("POST "+pathTargets, call(s.Targets))
	mux.HandleFunc("POST "+pathTestPush, call(s.TestPush))
	mux.HandleFunc("POST "+pathDuties, call(func(ctx context.Context, _ struct{}) ([]Duty, error) { return s.Duties(ctx) }))
	return mux
}

// call answers a call with JSON, or with the sentence of an error.
func call[Q, A any](do func(context.Context, Q) (A, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q, ok := question[Q](w, r)
		if !ok {
			return
		}
		a, err := do(r.Context(), q)
		if err != nil {
			http.Error(w, err.Error(), http.StatusConflict)
			return
		}
		var out bytes.Buffer
		if err := json.NewEncoder(&out).Encode(a); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_, _ = w.Write(out.Bytes())
	}
}

// question reads what is asked, and answers what cannot be read.
func question[Q any](w http.ResponseWriter, r *http.Request) (q Q, ok bool) {
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&q); err != nil {
		http.Error(w, "the command and the server do not understand each other; nothing was changed: use the command of the version that runs", http.StatusBadRequest)
		return q, false
	}
	return q, true
}

func sendBackup(s Service, w http.ResponseWriter, r *http.Request) {
	stream(w, func(out io.Writer) (any, error) { return s.Backup(r.Context(), out) })
}

func sendExport(s Service, w http.ResponseWriter, r *http.Request) {
	if x, ok := question[Exporting](w, r); ok {
		stream(w, func(out io.Writer) (any, error) { return struct{}{}, s.Export(r.Context(), x, out) })
	}
}

// stream sends something long as it is made, and at its end how much it was. If it fails after its first byte, the
// connection is cut.
func stream(w http.ResponseWriter, fill func(io.Writer) (counts any, err error)) {
	w.Header().Set("Trailer", countsTrailer)
	out := &started{out: w}
	counts, err := fill(out)
	if err != nil && !out.yes {
		http.Error(w, err.Error(), http.StatusConflict)
		return
	}
	text, wrong := json.Marshal(counts)
	if errors.Join(err, wrong) != nil {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set(countsTrailer, string(text))
}

// started knows whether anything was written.
type started struct {
	out io.Writer
	yes bool
}

func (s *started) Write(p []byte) (int, error) {
	s.yes = true
	return s.out.Write(p)
}
