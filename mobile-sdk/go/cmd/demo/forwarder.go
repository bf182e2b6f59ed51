package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// forwarder stands where Firebase Cloud Messaging stands: on this machine, since the demo is to reach nobody. It takes
// every push, and keeps when it came and what it said.
type forwarder struct {
	server *http.Server
	url    string
	ended  chan struct{}

	mu     sync.Mutex
	pushes []push
	told   chan struct{} // closed and made anew at every push
}

// push is one that came.
type push struct {
	at    time.Time
	token string
	text  string // as it came
	data  map[string]string
}

const (
	// maxPush bounds the body of a push: Firebase takes 4 KiB.
	maxPush = 8 << 10
	// keptPushes bounds how many are kept: a demo that runs for days goes on escalating.
	keptPushes = 1000
)

func newForwarder() (*forwarder, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("the demo cannot listen for pushes: %w", err)
	}
	f := &forwarder{url: "http://" + listener.Addr().String(), told: make(chan struct{}), ended: make(chan struct{})}
	f.server = &http.Server{Handler: f, ReadHeaderTimeout: callPatience}
	go func() {
		defer close(f.ended)
		_ = f.server.Serve(listener)
	}()
	return f, nil
}

func (f *forwarder) close() error {
	err := f.server.Close()
	<-f.ended
	return err
}

// ServeHTTP takes a push.
func (f *forwarder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	at := time.Now()
	body, err := io.ReadAll(io.LimitReader(r.Body, maxPush))
	var said struct {
		Message struct {
			Token string
			Data  map[string]string
		}
	}
	if err != nil || json.Unmarshal(body, &said) != nil {
		http.Error(w, "no push", http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	if len(f.pushes) < keptPushes {
		f.pushes = append(f.pushes, push{at, said.Message.Token, string(body), said.Message.Data})
	}
	number := len(f.pushes)
	close(f.told)
	f.told = make(chan struct{})
	f.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"name":"projects/demo/messages/%d"}`, number)
}

var errNoPush = errors.New("no push came in time; see the server's log in the folder of this run")

// await returns the first push for a token after the ones that were there.
func (f *forwarder) await(token string, after int, patience time.Duration) (push, error) {
	end := time.After(patience)
	for {
		f.mu.Lock()
		for _, p := range f.pushes[min(after, len(f.pushes)):] {
			if p.token == token {
				f.mu.Unlock()
				return p, nil
			}
		}
		told := f.told
		f.mu.Unlock()
		select {
		case <-told:
		case <-end:
			return push{}, errNoPush
		}
	}
}

// count is how many pushes came.
func (f *forwarder) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.pushes)
}
