package httpx

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// TestReaderWhoTakesNothing: an answer that nobody takes ends, over every protocol, and holds nothing any more.
func TestReaderWhoTakesNothing(t *testing.T) {
	for name, choose := range map[string]func(*http.Protocols){
		"http/1.1": func(p *http.Protocols) { p.SetHTTP1(true) },
		"h2c":      func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) },
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan error, 1)
			access := &Access{Log: zerolog.Nop(), Patience: 200 * time.Millisecond}
			server := httptest.NewUnstartedServer(access.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				piece := bytes.Repeat([]byte("piece"), 50_000)
				for {
					if _, err := w.Write(piece); err != nil {
						ended <- err
						return
					}
					w.(http.Flusher).Flush()
				}
			})))
			protocols := new(http.Protocols)
			choose(protocols)
			server.Config.Protocols = protocols
			server.Start()
			t.Cleanup(server.Close)
			transport := &http.Transport{Protocols: protocols}
			t.Cleanup(transport.CloseIdleConnections)
			answer, err := (&http.Client{Transport: transport}).Get(server.URL) //nolint:noctx // it ends with the server
			if err != nil {
				t.Fatal(err)
			}
			if err := <-ended; err == nil {
				t.Error("it ended without an error")
			}
			_ = answer.Body.Close()
		})
	}
}
