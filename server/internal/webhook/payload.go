package webhook

import (
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// Version is that of the payload. A change that a receiver must know of gets another one.
const Version = 1

// payload is the body. There is no field that somebody's words could get into.
type payload struct {
	Version  int    `json:"version"`
	Delivery string `json:"delivery"`
	Group    string `json:"group"`
	Kind     string `json:"kind"`
	Severity string `json:"severity"`
	Sent     string `json:"sent"`
	Deadline string `json:"deadline"`
}

// body writes the payload of a message.
func body(m push.Message) ([]byte, error) {
	p := payload{
		Version: Version, Delivery: hex.EncodeToString(m.Delivery[:]), Kind: m.KindName(), Severity: m.SeverityName(),
		Sent: m.Sent.UTC().Format(time.RFC3339), Deadline: m.Deadline.UTC().Format(time.RFC3339),
	}
	if m.Group != [16]byte{} {
		p.Group = hex.EncodeToString(m.Group[:])
	}
	return json.Marshal(p)
}
