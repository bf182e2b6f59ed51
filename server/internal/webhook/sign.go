package webhook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
	"time"
)

// SignatureHeader is where the signature stands.
const SignatureHeader = "Tsunagu-Signature"

// MinKey is how many bytes a signing key must have at least.
const MinKey = 16

// maxSignatures bounds what Verify looks at: one for each key while keys change.
const maxSignatures = 4

// What is wrong with a call that a receiver got.
var (
	ErrSignature = errors.New("the signature is not that of the key and the body; do not trust what was sent: check the key")
	ErrTime      = errors.New("the signature is too old or from the future; do not trust what was sent: check the clock of this machine")
)

// sign returns the header's value for a body that is sent at t, in whole seconds.
func sign(key, body []byte, t time.Time) string {
	unix := strconv.FormatInt(t.Unix(), 10)
	return "t=" + unix + ",v1=" + hex.EncodeToString(digest(key, unix, body))
}

func digest(key []byte, unix string, body []byte) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(unix))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return mac.Sum(nil)
}

// Verify is what a receiver does before it parses the body: it checks that whoever has the key signed these very bytes, no
// longer than tolerance before now and no further after it. header is the value of SignatureHeader. Parts of it with names
// that are not known are passed over; of several signatures one must fit. It does not find repetitions: a receiver keeps
// the Idempotency-Key for as long as tolerance.
func Verify(key []byte, header string, body []byte, now time.Time, tolerance time.Duration) error {
	unix, signatures := parts(header)
	seconds, err := strconv.ParseInt(unix, 10, 64)
	if err != nil || len(key) < MinKey || !anyFits(signatures, digest(key, unix, body)) {
		return ErrSignature
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return ErrTime
	}
	return nil
}

// parts splits the header. Two times are none: which of them is meant would be for an attacker to choose.
func parts(header string) (unix string, signatures []string) {
	for part := range strings.SplitSeq(header, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case name == "t" && unix != "":
			return "", nil
		case name == "t":
			unix = value
		case name == "v1" && len(signatures) < maxSignatures:
			signatures = append(signatures, value)
		}
	}
	return unix, signatures
}

func anyFits(signatures []string, want []byte) bool {
	for _, s := range signatures {
		if got, err := hex.DecodeString(s); err == nil && hmac.Equal(got, want) {
			return true
		}
	}
	return false
}
