// Package secret hashes and checks the secrets of people and devices: argon2id, written in the PHC form
// "$argon2id$v=19$m=65536,t=3,p=1$salt$hash".
//
// It promises that checking takes as long for a wrong secret as for the right one, and never puts a secret into an
// error. It bounds nothing: whoever checks has to bound how many checks run at once.
package secret

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Params are the cost of one check.
type Params struct {
	// MemoryKiB is how much memory it takes.
	MemoryKiB uint32
	// Time is the number of passes.
	Time uint32
	// Threads is how many lanes it has.
	Threads uint8
}

// The costs that are used, and the least that is taken for real secrets (OWASP).
var (
	Strong = Params{MemoryKiB: 64 << 10, Time: 3, Threads: 1}
	Demo   = Params{MemoryKiB: 8 << 10, Time: 1, Threads: 1}
	least  = Params{MemoryKiB: 19 << 10, Time: 2, Threads: 1}
	most   = Params{MemoryKiB: 256 << 10, Time: 10, Threads: 4}
)

const (
	saltBytes = 16
	hashBytes = 32
)

// Hash is a parsed hash.
type Hash struct {
	Params Params
	salt   []byte
	sum    []byte
}

var errForm = errors.New("not an argon2id hash; make one with `tsunagu directory hash-secret`")

// New hashes a secret under a fresh salt.
func New(secret string, p Params) (Hash, error) {
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		return Hash{}, fmt.Errorf("the system gives no random bytes: %w", err)
	}
	return Hash{Params: p, salt: salt, sum: p.sum(secret, salt)}, nil
}

// Decoy is a hash that nothing fits, with the cost of real ones: what is checked for an unknown name.
func Decoy(p Params) Hash {
	return Hash{Params: p, salt: make([]byte, saltBytes), sum: make([]byte, hashBytes)}
}

// Fits tells whether the secret is the one that was hashed.
func (h Hash) Fits(secret string) bool {
	return subtle.ConstantTimeCompare(h.Params.sum(secret, h.salt), h.sum) == 1
}

// String is the PHC form.
func (h Hash) String() string {
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.Params.MemoryKiB, h.Params.Time, h.Params.Threads, b64(h.salt), b64(h.sum))
}

// Parse reads the PHC form.
func Parse(phc string) (Hash, error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return Hash{}, errForm
	}
	var h Hash
	p := &h.Params
	n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.MemoryKiB, &p.Time, &p.Threads)
	if err != nil || n != 3 || parts[3] != fmt.Sprintf("m=%d,t=%d,p=%d", p.MemoryKiB, p.Time, p.Threads) {
		return Hash{}, errForm
	}
	if p.Time < 1 || p.Threads < 1 || p.MemoryKiB < 8*uint32(p.Threads) || !p.atMost(most) {
		return Hash{}, errors.New("its cost is outside what the server takes: at most m=262144, t=10, p=4")
	}
	var errSalt, errSum error
	h.salt, errSalt = base64.RawStdEncoding.DecodeString(parts[4])
	h.sum, errSum = base64.RawStdEncoding.DecodeString(parts[5])
	if errSalt != nil || errSum != nil || len(h.salt) < saltBytes/2 || len(h.salt) > 64 || len(h.sum) != hashBytes {
		return Hash{}, errForm
	}
	return h, nil
}

// Weak tells whether the cost is below what real secrets need.
func (p Params) Weak() bool { return p.MemoryKiB < least.MemoryKiB || p.Time < least.Time }

// Below tells whether the cost is less than another one.
func (p Params) Below(q Params) bool {
	return uint64(p.MemoryKiB)*uint64(p.Time) < uint64(q.MemoryKiB)*uint64(q.Time)
}

func (p Params) atMost(q Params) bool {
	return p.MemoryKiB <= q.MemoryKiB && p.Time <= q.Time && p.Threads <= q.Threads
}

func (p Params) sum(secret string, salt []byte) []byte {
	return argon2.IDKey([]byte(secret), salt, p.Time, p.MemoryKiB, p.Threads, hashBytes)
}
