package fcm

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// maxKeyFile bounds the file of a key, in bytes; one has about 2,400.
const maxKeyFile = 64 << 10

// serviceKey is the key of a service account, as Firebase hands it out.
type serviceKey struct {
	Type         string `json:"type"`
	ProjectID    string `json:"project_id"`
	PrivateKeyID string `json:"private_key_id"`
	PrivateKey   string `json:"private_key"`
	ClientEmail  string `json:"client_email"`
	TokenURI     string `json:"token_uri"`
}

func readKey(name string) (*serviceKey, error) {
	f, err := os.Open(name)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, fmt.Errorf("the credentials of Firebase in %s cannot be read (%w); no push goes out through Firebase: correct the path or the rights of the file", name, err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return nil, fmt.Errorf("the credentials of Firebase in %s cannot be read; no push goes out through Firebase: check the disk and the file", name)
	}
	key, err := parseKey(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return key, nil
}

// parseKey takes keys of service accounts only. Other files that Google's tools write may name addresses and programs to
// get a token from, and a file that was swapped would then run them.
func parseKey(raw []byte) (*serviceKey, error) {
	var key serviceKey
	if len(raw) > maxKeyFile || json.Unmarshal(raw, &key) != nil || key.Type != "service_account" {
		return nil, errors.New("this is no key of a service account; no push goes out through Firebase: make one in the Firebase console under Project settings, Service accounts")
	}
	if key.ClientEmail == "" || !signs(key.PrivateKey) {
		return nil, errors.New("the key of the service account is not whole; no push goes out through Firebase: make a new one in the Firebase console and remove this one there")
	}
	if !guarded(key.TokenURI) {
		return nil, errors.New("the key of the service account names a token_uri that is not an https address; no push goes out through Firebase: use the file as Firebase handed it out")
	}
	return &key, nil
}

// signs: it is an RSA key in one of the two forms in which keys of service accounts come.
func signs(private string) bool {
	block, _ := pem.Decode([]byte(private))
	if block == nil {
		return false
	}
	if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		_, ok := key.(*rsa.PrivateKey)
		return ok
	}
	_, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	return err == nil
}
