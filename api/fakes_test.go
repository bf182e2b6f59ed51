package api

import (
	"crypto/rand"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// people is a directory with one tenant, one device and two people, each with a stream of their own.
type people struct {
	hub.Directory
	gone atomic.Bool
}

func (p *people) Grants(tenant, person, stream string) []hub.Grant {
	if tenant == "t" && stream == "stream-of-"+person {
		return []hub.Grant{{From: start, Until: start.Add(time.Hour)}}
	}
	return nil
}

func (p *people) Enrolled(tenant, device, _ string) (string, bool) {
	return "station", tenant == "t" && device == "tablet" && !p.gone.Load()
}

func (p *people) Prove(c Claim) Proof {
	proof := Proof{Device: c.DeviceSecret == "right", Person: c.PersonSecret == "right"}
	if proof.Device && proof.Person {
		proof.Tenant, proof.Actor = "t", &carev1.Actor{PersonId: c.PersonID}
	}
	return proof
}

var start = time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)

// clock is a time that a test sets.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func at(now time.Time) *clock { return &clock{now: now} }

func (c *clock) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

func (c *clock) get() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func newAPI(t *testing.T, p *people, c *clock, limits Limits) *API {
	t.Helper()
	a, err := New(Config{
		Accounts: p, Directory: p, Now: c.get, Entropy: rand.Reader,
		Address: func(r *http.Request) string { return r.RemoteAddr }, Limits: limits,
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}
