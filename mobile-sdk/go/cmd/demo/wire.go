package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
)

// fault is what happens to the next synchronisation on its way.
type fault string

// The faults have the names that they have in scripts.
const (
	none        fault = ""
	requestLost fault = "request-lost"
	answerLost  fault = "answer-lost"
	twice       fault = "twice"
)

var (
	errRequestLost = errors.New("the request was lost on its way")
	errAnswerLost  = errors.New("the answer was lost on its way")
)

// wire carries a tablet's calls, and loses one when it is told to. One goroutine uses it: the player's.
type wire struct {
	client *http.Client
	next   fault
}

func newWire() *wire {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)
	return &wire{client: &http.Client{Transport: &http.Transport{Protocols: protocols, DisableCompression: true}}}
}

// Do implements connect.HTTPClient.
func (w *wire) Do(r *http.Request) (*http.Response, error) {
	if w.next == none || !strings.HasSuffix(r.URL.Path, "/Sync") {
		return w.client.Do(r)
	}
	how := w.next
	w.next = none
	switch how {
	case requestLost:
		return nil, errRequestLost
	case twice:
		return w.doTwice(r)
	}
	answer, err := w.client.Do(r)
	if err != nil {
		return nil, err
	}
	// Read to its end: the server has then done its part, and only the tablet does not know.
	_, err = io.Copy(io.Discard, answer.Body)
	return nil, errors.Join(errAnswerLost, err, answer.Body.Close())
}

// doTwice sends the same bytes again, as a network may.
func (w *wire) doTwice(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	first := r.Clone(r.Context())
	first.Body, first.GetBody = io.NopCloser(bytes.NewReader(body)), nil
	answer, err := w.client.Do(first)
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(io.Discard, answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return nil, err
	}
	r.Body, r.GetBody = io.NopCloser(bytes.NewReader(body)), nil
	return w.client.Do(r)
}
