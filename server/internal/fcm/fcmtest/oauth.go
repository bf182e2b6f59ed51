package fcmtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
)

const (
	scope = "https://www.googleapis.com/auth/firebase.messaging"
	grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
)

// oauth is the server of tokens. Its fields are guarded by those of Server.
type oauth struct {
	key    *rsa.PrivateKey
	tokens map[string]bool
	answer *Answer // nil: a good assertion gets a token
	asked  int
}

func (o *oauth) given(authorization string) bool {
	token, found := strings.CutPrefix(authorization, "Bearer ")
	return found && o.tokens[token]
}

// Credentials makes the key of a service account whose tokens this server gives out; from then on it asks for one with
// every request. It is called at most once.
func (s *Server) Credentials(project string) ([]byte, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, err
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.oauth = &oauth{key: key, tokens: map[string]bool{}}
	s.mu.Unlock()
	return json.Marshal(map[string]string{
		"type": "service_account", "project_id": project, "private_key_id": "made-up",
		"private_key":  string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})),
		"client_email": "push@" + project + ".iam.example", "token_uri": s.url + "/token",
	})
}

// AnswerTokens answers requests for tokens; nil: a good one gets a token again. Tokens that were given stay good.
// Credentials comes first.
func (s *Server) AnswerTokens(a *Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.oauth.answer = a
}

// RevokeTokens makes every token that was given bad. Credentials comes first.
func (s *Server) RevokeTokens() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.oauth.tokens)
}

// TokensAsked is how often a token was asked for.
func (s *Server) TokensAsked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.oauth == nil {
		return 0
	}
	return s.oauth.asked
}

// InvalidGrant is how a key that was removed is answered.
func InvalidGrant() Answer {
	return Answer{Status: http.StatusBadRequest, Body: `{"error":"invalid_grant","error_description":"Invalid JWT Signature."}`}
}

// token answers a request for a token.
func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	asks := r.PostFormValue("grant_type") == grant
	assertion := r.PostFormValue("assertion")
	s.give(asks, assertion).write(w, r, "")
}

func (s *Server) give(asks bool, assertion string) Answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.oauth == nil {
		return InvalidGrant()
	}
	s.oauth.asked++
	if s.oauth.answer != nil {
		return *s.oauth.answer
	}
	if !asks || !s.signed(assertion) {
		return InvalidGrant()
	}
	token := fmt.Sprintf("made-up-token-%d", s.oauth.asked)
	s.oauth.tokens[token] = true
	return Answer{Status: http.StatusOK, Body: fmt.Sprintf(`{"access_token":%q,"expires_in":3599,"token_type":"Bearer"}`, token)}
}

// signed checks an assertion as a server of tokens does.
func (s *Server) signed(assertion string) bool {
	parts := strings.Split(assertion, ".")
	if len(parts) != 3 {
		return false
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return false
	}
	digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if rsa.VerifyPKCS1v15(&s.oauth.key.PublicKey, crypto.SHA256, digest[:], signature) != nil {
		return false
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	var claims struct {
		Audience string `json:"aud"`
		Scope    string `json:"scope"`
	}
	return err == nil && json.Unmarshal(raw, &claims) == nil && claims.Audience == s.url+"/token" && claims.Scope == scope
}
