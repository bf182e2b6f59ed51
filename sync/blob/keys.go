package blob

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// Name says which blob: its content, in the stream whose records refer to it. The same content in two streams is two
// blobs: who knows the hash of what stands in one of them must not get it by way of the other.
type Name struct {
	Tenant string
	Stream string
	SHA256 [sha256.Size]byte
}

// Keys are derived from one secret: one that seals, one that names.
type Keys struct{ seal, name []byte }

// DeriveKeys derives the keys of blobs from the key of a store, under labels that no other use has.
func DeriveKeys(secret []byte) (k Keys, err error) {
	if k.seal, err = hkdf.Key(sha256.New, secret, nil, "tsunagu/blob/seal/v1", 32); err == nil {
		k.name, err = hkdf.Key(sha256.New, secret, nil, "tsunagu/blob/name/v1", 32)
	}
	if err != nil {
		return Keys{}, fmt.Errorf("the keys of photos and files cannot be derived: %w", err)
	}
	return k, nil
}

// Object is the name under which a blob lies on a disk: 64 hexadecimal digits that tell nothing to whoever has not the
// key, not even whether a file they know is among them.
func (k Keys) Object(n Name) string {
	return k.sum("blob", n.Tenant, n.Stream, string(n.SHA256[:]))
}

// Device is the same for a device: its unfinished uploads lie in a folder of that name.
func (k Keys) Device(tenant, device string) string { return k.sum("device", tenant, device)[:32] }

func (k Keys) sum(parts ...string) string {
	h := hmac.New(sha256.New, k.name)
	for _, part := range parts {
		h.Write([]byte{byte(len(part) >> 8), byte(len(part))})
		h.Write([]byte(part))
	}
	return hex.EncodeToString(h.Sum(nil))
}
