// Package fcmtest is a server on this machine that speaks FCM HTTP v1 as Firebase does, with its real error bodies and,
// where credentials are asked for, its real way of getting a token. Tests and the demo send to it with the real library.
//
// What it answers to a registration is scripted; what it was sent is kept for whoever asks. It delivers nothing.
package fcmtest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// maxRequest bounds the body of a request, in bytes.
	maxRequest = 64 << 10
	// maxKept bounds how many requests are kept; of more the oldest are forgotten.
	maxKept = 100_000
)

// Request is one request to send, as it came.
type Request struct {
	// Project is that of the address.
	Project string
	// Token is the registration; Topic the topic. One of them is empty.
	Token, Topic string
	// DryRun: nothing is to be sent.
	DryRun bool
	// Message is the message in JSON, as it came.
	Message json.RawMessage
	// Data is its data.
	Data map[string]string
	// Authorization is the header.
	Authorization string
	// At is when it came.
	At time.Time
	// Status is what it was answered with; 0: the connection was dropped.
	Status int
}

// Server is such a server. Close ends it.
type Server struct {
	http *http.Server
	url  string
	done chan struct{} // closed when serving has ended

	mu       sync.Mutex
	scripts  map[string][]Answer
	usual    Answer
	oauth    *oauth
	requests []Request
	first    int           // how many were forgotten
	came     chan struct{} // closed and made anew with every request
	number   int
}

// Start begins to serve on a free port of this machine. Every registration is answered with Accepted until a script says
// otherwise.
func Start() (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Server{
		url: "http://" + listener.Addr().String(), done: make(chan struct{}), came: make(chan struct{}),
		scripts: map[string][]Answer{}, usual: Accepted(),
	}
	s.http = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(listener) // ends with Close
	}()
	return s, nil
}

// Close ends the server and every connection to it.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.done
	return err
}

// URL is the endpoint, without a version: for fcm.Config.Endpoint.
func (s *Server) URL() string { return s.url }

// Script answers requests to a registration (or to "/topics/NAME") one after the other; the last answer stays. Without
// answers it is answered as usual again.
func (s *Server) Script(token string, answers ...Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(answers) == 0 {
		delete(s.scripts, token)
		return
	}
	s.scripts[token] = append([]Answer(nil), answers...)
}

// Usually answers everything that has no script.
func (s *Server) Usually(a Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usual = a
}

// Requests are those that came so far, in their order.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Wait returns when at least n requests have come since the start, or with the error of the context.
func (s *Server) Wait(ctx context.Context, n int) error {
	for {
		s.mu.Lock()
		enough, came := s.first+len(s.requests) >= n, s.came
		s.mu.Unlock()
		if enough {
			return nil
		}
		select {
		case <-came:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/projects/{project}/{call}", s.send)
	mux.HandleFunc("POST /token", s.token)
	return mux
}

// send answers projects.messages.send.
func (s *Server) send(w http.ResponseWriter, r *http.Request) {
	came := time.Now()
	if r.PathValue("call") != "messages:send" {
		http.NotFound(w, r)
		return
	}
	in, err := read(r)
	if err != nil {
		InvalidArgument("message").write(w, r, "")
		return
	}
	in.At = came
	answer, name := s.take(in)
	answer.write(w, r, name)
}

// take keeps the request and finds its answer and, if it is accepted, its name.
func (s *Server) take(in Request) (Answer, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer := s.answer(in)
	in.Status = answer.Status
	if len(s.requests) == maxKept {
		s.requests, s.first = s.requests[1:], s.first+1
	}
	s.requests = append(s.requests, in)
	close(s.came)
	s.came = make(chan struct{})
	s.number++
	return answer, messageName(in, s.number)
}

func (s *Server) answer(in Request) Answer {
	if s.oauth != nil && !s.oauth.given(in.Authorization) {
		return Unauthenticated()
	}
	key := in.Token
	if key == "" {
		key = "/topics/" + in.Topic
	}
	script, there := s.scripts[key]
	if !there {
		return s.usual
	}
	if len(script) > 1 {
		s.scripts[key] = script[1:]
	}
	return script[0]
}

func read(r *http.Request) (Request, error) {
	var body struct {
		ValidateOnly bool            `json:"validate_only"`
		Message      json.RawMessage `json:"message"`
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxRequest))
	if err == nil {
		err = json.Unmarshal(raw, &body)
	}
	if err != nil {
		return Request{}, err
	}
	var message struct {
		Token string            `json:"token"`
		Topic string            `json:"topic"`
		Data  map[string]string `json:"data"`
	}
	if err := json.Unmarshal(body.Message, &message); err != nil {
		return Request{}, err
	}
	if (message.Token == "") == (message.Topic == "") {
		return Request{}, errors.New("one of token and topic")
	}
	return Request{
		Project: r.PathValue("project"), Token: message.Token, Topic: strings.TrimPrefix(message.Topic, "/topics/"),
		DryRun: body.ValidateOnly, Message: body.Message, Data: message.Data, Authorization: r.Header.Get("Authorization"),
	}, nil
}
