package httpx

import (
	"regexp"

	"github.com/google/uuid"
)

// RequestIDHeader carries a request's id, both ways.
const RequestIDHeader = "X-Request-Id"

// wellFormed ids are short and of a plain alphabet: they go into the log as they are.
var wellFormed = regexp.MustCompile(`^[0-9A-Za-z_-]{8,64}$`)

// requestID returns the sender's id if it is well-formed, else a new one.
func requestID(sent string) string {
	if wellFormed.MatchString(sent) {
		return sent
	}
	id, err := uuid.NewV7()
	if err != nil {
		return "unknown"
	}
	return id.String()
}
