package httpx

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

func TestClientAddress(t *testing.T) {
	proxies := Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32")}
	for _, test := range []struct {
		trusted   Proxies
		remote    string
		forwarded []string
		want      string
	}{
		{nil, "203.0.113.9:1", []string{"198.51.100.1"}, "203.0.113.9"}, // nobody is believed
		{proxies, "203.0.113.9:1", []string{"198.51.100.1"}, "203.0.113.9"},
		{proxies, "127.0.0.1:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{proxies, "127.0.0.1:1", []string{"6.6.6.6, 198.51.100.1, 10.1.1.1"}, "198.51.100.1"}, // the first is made up
		{proxies, "127.0.0.1:1", []string{"198.51.100.1", "10.1.1.1"}, "198.51.100.1"},
		{proxies, "127.0.0.1:1", []string{"nonsense"}, "127.0.0.1"},
		{proxies, "127.0.0.1:1", nil, "127.0.0.1"},
		{nil, "[2001:db8:1:2:3:4:5:6]:1", nil, "2001:db8:1:2::/64"},
		{nil, "[::ffff:203.0.113.9]:1", nil, "203.0.113.9"},
		{nil, "@", nil, "unknown"},
	} {
		r := &http.Request{RemoteAddr: test.remote, Header: http.Header{"X-Forwarded-For": test.forwarded}}
		if got := test.trusted.Client(r); got != test.want {
			t.Errorf("%s via %v: %s, want %s", test.remote, test.forwarded, got, test.want)
		}
	}
}

func TestRequestID(t *testing.T) {
	if id := requestID("0198-abc_DEF"); id != "0198-abc_DEF" {
		t.Errorf("a well-formed id became %s", id)
	}
	for _, sent := range []string{"", "short", "has space", "line\nbreak", strings.Repeat("a", 65), "佐藤佐藤佐藤佐藤"} {
		if id := requestID(sent); id == sent || !wellFormed.MatchString(id) {
			t.Errorf("%q became %q", sent, id)
		}
	}
}

func TestAccepted(t *testing.T) {
	for listed, want := range map[string][]string{
		"gzip, deflate, br, zstd": {"zstd", "gzip"}, "GZIP": {"gzip"}, "zstd;q=0,gzip;q=0.5": {"gzip"},
		"zstd; q=0.0, gzip": {"gzip"}, "zstd;q=1.0": {"zstd"}, "br": nil, "*": nil,
	} {
		if got := accepted(listed); !slices.Equal(got, want) {
			t.Errorf("%q: %v", listed, got)
		}
	}
}

// TestQuietLog: net/http quotes clients in some reports.
func TestQuietLog(t *testing.T) {
	var out bytes.Buffer
	log := quiet(zerolog.New(&out))
	log.Printf("http2: server: error reading preface from client %v: bogus greeting %q", "192.0.2.1:5", "a patient")
	log.Printf("something new about %s", "a patient")
	if strings.Contains(out.String(), "patient") || !strings.Contains(out.String(), "error reading preface") {
		t.Error(out.String())
	}
}

func TestPanicOutsideTheHandlers(t *testing.T) {
	var out bytes.Buffer
	panicked := false
	a := &Access{Log: zerolog.New(&out), Panicked: func() { panicked = true }}
	h := a.Wrap(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("a patient") }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/patient", nil))
	if w.Code != http.StatusInternalServerError || !panicked {
		t.Errorf("%d, told: %v", w.Code, panicked)
	}
	if strings.Contains(out.String()+w.Body.String(), "a patient") || strings.Contains(out.String(), "/patient") {
		t.Error(out.String(), w.Body)
	}
	if !strings.Contains(out.String(), "TestPanicOutsideTheHandlers") || !strings.Contains(out.String(), `"type":"string"`) {
		t.Error("the log does not say where, or what type:", out.String())
	}
}
