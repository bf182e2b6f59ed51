package api

import (
	"encoding/base64"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/seal"
)

func TestToken(t *testing.T) {
	session := hub.Session{Tenant: "t", PersonID: "sato", DeviceID: "tablet", Organisation: "station"}
	mine, other := newTokens(seal.Master{1}), newTokens(seal.Master{2})
	token := mine.issue(session, start.Add(time.Hour))

	if got, ok := mine.open(token, start); !ok || got != session {
		t.Fatalf("own token: %+v %v", got, ok)
	}
	if _, ok := mine.open(token, start.Add(time.Hour)); ok {
		t.Error("a token holds beyond its end")
	}
	if _, ok := other.open(token, start); ok {
		t.Error("a server takes another one's token")
	}
}

func TestTokenChangedAnywhere(t *testing.T) {
	tokens := newTokens(seal.Master{1})
	token := tokens.issue(hub.Session{Tenant: "t", PersonID: "sato", DeviceID: "tablet"}, start.Add(time.Hour))
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		changed := append([]byte{}, raw...)
		changed[i] ^= 1
		if _, ok := tokens.open(base64.RawURLEncoding.EncodeToString(changed), start); ok {
			t.Fatalf("byte %d may be changed", i)
		}
		if _, ok := tokens.open(base64.RawURLEncoding.EncodeToString(raw[:i]), start); ok {
			t.Fatalf("a token cut at %d holds", i)
		}
	}
}

func FuzzToken(f *testing.F) {
	tokens := newTokens(seal.Master{1})
	f.Add("")
	f.Add("AQAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, token string) {
		if _, ok := tokens.open(token, start); ok {
			t.Fatal("a made-up token holds")
		}
	})
}
