package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// forwarder stands where Firebase Cloud Messaging stands, and writes down when each push came. It takes everything.
type forwarder struct {
	server *http.Server
	url    string

	mu   sync.Mutex
	came map[string]time.Time // by token, the first one
	told chan struct{}        // closed and made anew at every push
}

// maxPush bounds the body of a push: Firebase takes 4 KiB.
const maxPush = 8 << 10

func newForwarder() (*forwarder, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	f := &forwarder{came: map[string]time.Time{}, told: make(chan struct{}), url: "http://" + listener.Addr().String()}
	f.server = &http.Server{Handler: f, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = f.server.Serve(listener) }()
	return f, nil
}

func (f *forwarder) close() error { return f.server.Close() }

// ServeHTTP takes a push.
func (f *forwarder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPush))
	var push struct{ Message struct{ Token string } }
	if err != nil || json.Unmarshal(body, &push) != nil {
		http.Error(w, "no push", http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	if _, known := f.came[push.Message.Token]; !known {
		f.came[push.Message.Token] = at
		close(f.told)
		f.told = make(chan struct{})
	}
	f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"name":"projects/bench/messages/%d"}`, at.UnixNano())
}

// await returns when the first push for a token came.
func (f *forwarder) await(token string, patience time.Duration) (time.Time, error) {
	end := time.After(patience)
	for {
		f.mu.Lock()
		at, came := f.came[token]
		told := f.told
		f.mu.Unlock()
		if came {
			return at, nil
		}
		select {
		case <-told:
		case <-end:
			return at, fmt.Errorf("no push came within %v", patience)
		}
	}
}
