package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/seal"
)

// Bounds of a token: five fields, none longer than an id of the directory may be.
const (
	tokenVersion   = 1
	maxTokenField  = 128
	maxTokenLength = 1024
)

// tokens seals sessions into tokens and opens them. A token is opaque to clients; whoever changes a bit of it, or has
// one of another server, holds nothing.
type tokens struct{ key [sha256.Size]byte }

// newTokens derives the key of the tokens from the master key, under a label that no other use has.
func newTokens(master seal.Master) tokens {
	h := hmac.New(sha256.New, master[:])
	h.Write([]byte("tsunagu/api/token/v1"))
	var t tokens
	h.Sum(t.key[:0])
	return t
}

// issue makes a token for the session until the time.
func (t tokens) issue(s hub.Session, expires time.Time) string {
	body := []byte{tokenVersion}
	body = binary.BigEndian.AppendUint64(body, uint64(expires.UnixMilli()))
	for _, field := range []string{s.Tenant, s.PersonID, s.DeviceID, s.Organisation} {
		body = append(body, byte(len(field)))
		body = append(body, field...)
	}
	return base64.RawURLEncoding.EncodeToString(append(body, t.mac(body)...))
}

// open returns the session of a token that this server issued and that holds at the time.
func (t tokens) open(token string, now time.Time) (hub.Session, bool) {
	if len(token) > maxTokenLength {
		return hub.Session{}, false
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(sealed) < sha256.Size+1+8 {
		return hub.Session{}, false
	}
	body, mac := sealed[:len(sealed)-sha256.Size], sealed[len(sealed)-sha256.Size:]
	if !hmac.Equal(mac, t.mac(body)) || body[0] != tokenVersion {
		return hub.Session{}, false
	}
	expires := time.UnixMilli(int64(binary.BigEndian.Uint64(body[1:])))
	session, ok := parseSession(body[9:])
	return session, ok && now.Before(expires)
}

func parseSession(rest []byte) (s hub.Session, ok bool) {
	for _, field := range []*string{&s.Tenant, &s.PersonID, &s.DeviceID, &s.Organisation} {
		if len(rest) == 0 || int(rest[0]) > maxTokenField || len(rest) < 1+int(rest[0]) {
			return hub.Session{}, false
		}
		end := 1 + int(rest[0])
		*field, rest = string(rest[1:end]), rest[end:]
	}
	return s, len(rest) == 0
}

func (t tokens) mac(body []byte) []byte {
	h := hmac.New(sha256.New, t.key[:])
	h.Write(body)
	return h.Sum(nil)
}
