package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// forwarder stands where Firebase Cloud Messaging stands, and takes every push.
type forwarder struct {
	url string

	mu     sync.Mutex
	pushes []pushed
}

// pushed is a push as it came.
type pushed struct {
	token string
	data  map[string]string
	text  string
}

func newForwarder(t *testing.T) *forwarder {
	t.Helper()
	f := &forwarder{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(io.LimitReader(r.Body, 8<<10))
		var said struct {
			Message struct {
				Token string
				Data  map[string]string
			}
		}
		if err != nil || json.Unmarshal(body, &said) != nil || said.Message.Data["group"] == "" {
			http.Error(w, "no push", http.StatusBadRequest)
			return
		}
		f.mu.Lock()
		f.pushes = append(f.pushes, pushed{said.Message.Token, said.Message.Data, string(body)})
		n := len(f.pushes)
		f.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"name":"projects/test/messages/%d"}`, n)
	}))
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

// goodToken has the form of a registration token.
func goodToken(name string) string {
	return fmt.Sprintf("%-22.22s:APA91b%s", name+strings.Repeat("x", 22), strings.Repeat("y", 134))
}

func (f *forwarder) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.pushes)
}

// came tells whether a push of a group has come.
func (f *forwarder) came(group string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.pushes {
		if p.data["group"] == group {
			return true
		}
	}
	return false
}

// checkDuplicates: what came twice came with the same id, and is about the same group.
func (f *forwarder) checkDuplicates(t *testing.T) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	groups, twice := map[string]string{}, 0
	for _, p := range f.pushes {
		if known, again := groups[p.data["delivery"]]; again {
			twice++
			if known != p.data["group"] {
				t.Error("two pushes with one id are about two groups")
			}
		}
		groups[p.data["delivery"]] = p.data["group"]
	}
	t.Logf("%d pushes, %d of them twice", len(f.pushes), twice)
}
