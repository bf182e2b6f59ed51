package httpx

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// acceptHeaders are those by which the protocols say what they accept.
var acceptHeaders = []string{"Accept-Encoding", "Connect-Accept-Encoding", "Grpc-Accept-Encoding"}

// known are the encodings that the server reads and writes, the preferred one first.
var known = []string{"zstd", "gzip"}

// PreferZstd puts zstd first where a client lists it. Connect takes the first encoding of the list that it knows, and
// browsers list gzip first.
func PreferZstd(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, name := range acceptHeaders {
			if listed := r.Header.Get(name); listed != "" {
				r.Header.Set(name, strings.Join(accepted(listed), ", "))
			}
		}
		next.ServeHTTP(w, r)
	})
}

// accepted returns what of the list the server knows, in the server's order. A weight of zero is a refusal.
func accepted(listed string) []string {
	var offered []string
	for part := range strings.SplitSeq(listed, ",") {
		name, weight, _ := strings.Cut(part, ";")
		weight = strings.ReplaceAll(weight, " ", "")
		if zero := strings.Trim(strings.TrimPrefix(weight, "q="), "0."); weight == "" || zero != "" {
			offered = append(offered, strings.ToLower(strings.TrimSpace(name)))
		}
	}
	var out []string
	for _, name := range known {
		if slices.Contains(offered, name) {
			out = append(out, name)
		}
	}
	return out
}

// expected are the headers that Connect quotes when it does not understand them, and what it understands.
var expected = map[string]*regexp.Regexp{
	"Content-Encoding":         regexp.MustCompile(`^(identity|gzip|zstd)$`),
	"Connect-Content-Encoding": regexp.MustCompile(`^(identity|gzip|zstd)$`),
	"Grpc-Encoding":            regexp.MustCompile(`^(identity|gzip|zstd)$`),
	"Connect-Protocol-Version": regexp.MustCompile(`^1$`),
	"Connect-Timeout-Ms":       regexp.MustCompile(`^[0-9]{1,10}$`),
	"Grpc-Timeout":             regexp.MustCompile(`^[0-9]{1,8}[HMSmun]$`),
}

// ExpectedHeaders refuses a request with a protocol header that nobody understands, and quotes nothing of it.
func ExpectedHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, form := range expected {
			value := r.Header.Get(name)
			if value == "" || form.MatchString(value) {
				continue
			}
			status := http.StatusBadRequest
			if strings.HasSuffix(name, "Encoding") {
				status = http.StatusUnsupportedMediaType
				w.Header().Set("Accept-Encoding", strings.Join(known, ", "))
			}
			http.Error(w, "the server does not understand the header "+name+"; nothing was read", status)
			return
		}
		next.ServeHTTP(w, r)
	})
}
