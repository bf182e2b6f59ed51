package app

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/api"
	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
)

// forged makes a token as the server does, from outside: if its form changes, the test of the good one fails.
func forged(r *running, tenant, person, device string, expires time.Time) string {
	master := hmac.New(sha256.New, r.options.seals[:])
	master.Write([]byte("tsunagu/api/token/v1"))
	body := binary.BigEndian.AppendUint64([]byte{1}, uint64(expires.UnixMilli()))
	for _, field := range []string{tenant, person, device, "tsunagu-station"} {
		body = append(append(body, byte(len(field))), field...)
	}
	mac := hmac.New(sha256.New, master.Sum(nil))
	mac.Write(body)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(body))
}

// TestAuthMatrix calls every procedure with every kind of token. A procedure that is added is in it at once.
func TestAuthMatrix(t *testing.T) {
	r := start(t, settings(t))
	later := time.Now().Add(time.Hour)
	good := forged(r, "demo", "sato", "tablet-a", later)
	for name, test := range map[string]struct {
		authorization string
		let           bool
	}{
		"good":           {"Bearer " + good, true},
		"none":           {"", false},
		"empty":          {"Bearer ", false},
		"basic":          {"Basic " + good, false},
		"garbage":        {"Bearer garbage", false},
		"cut":            {"Bearer " + good[:len(good)-2], false},
		"two":            {"Bearer " + good + "," + good, false},
		"expired":        {"Bearer " + forged(r, "demo", "sato", "tablet-a", time.Now().Add(-time.Second)), false},
		"other tenant":   {"Bearer " + forged(r, "other", "sato", "tablet-a", later), false},
		"unknown person": {"Bearer " + forged(r, "demo", "nobody", "tablet-a", later), false},
		"unknown device": {"Bearer " + forged(r, "demo", "sato", "tablet-z", later), false},
	} {
		for _, procedure := range api.Procedures() {
			if procedure == identityv1connect.IdentityServiceSignInProcedure {
				continue // the one open procedure
			}
			for _, kind := range []string{"application/proto", "application/json", "application/grpc-web+proto", "application/connect+proto"} {
				request := raw(t, h1(t, r), kind, nil)
				request.URL.Path = procedure
				request.Header.Set("Authorization", test.authorization)
				if got := letIn(t, r, request); got != test.let {
					t.Errorf("%s, %s, %s: let in is %v", name, procedure, kind, got)
				}
			}
		}
	}
}

// letIn tells whether a call got beyond authentication, in whatever protocol the answer is.
func letIn(t *testing.T, r *running, request *http.Request) bool {
	t.Helper()
	answer, err := h1(t, r).http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	start := make([]byte, 256)
	n, _ := answer.Body.Read(start)
	refused := answer.StatusCode == http.StatusUnauthorized || answer.Header.Get("Grpc-Status") == "16" ||
		strings.Contains(string(start[:n]), "unauthenticated")
	return !refused
}

func TestSignInIsOpenAndLimited(t *testing.T) {
	r := start(t, settings(t), WithLimits(api.Limits{AddressBurst: 3, AddressEvery: time.Hour}))
	c := identityv1connect.NewIdentityServiceClient(h1(t, r), "http://"+r.Addr())
	try := func(secret string) connect.Code {
		_, err := c.SignIn(t.Context(), connect.NewRequest(&identityv1.SignInRequest{
			DeviceId: "tablet-a", DeviceSecret: "demo-tablet-a", PersonId: "sato", PersonSecret: secret,
		}))
		if err != nil {
			return connect.CodeOf(err)
		}
		return 0
	}
	if code := try("demo-sato"); code != 0 {
		t.Fatal(code)
	}
	for range 2 {
		if code := try("wrong"); code != connect.CodeUnauthenticated {
			t.Fatal(code)
		}
	}
	if code := try("demo-sato"); code != connect.CodeResourceExhausted {
		t.Fatalf("the fourth attempt: %v", code)
	}
}

func TestLostDeviceIsOutAtOnce(t *testing.T) {
	c := settings(t)
	demo, err := os.ReadFile(c.Directory)
	if err != nil {
		t.Fatal(err)
	}
	c.Directory = filepath.Join(t.TempDir(), "directory.yaml")
	if err := os.WriteFile(c.Directory, demo, 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, c)
	tablet := h1(t, r).signedIn(t, "sato", "tablet-a")
	if n, err := tablet.charts(t.Context()); err != nil || n != 3 {
		t.Fatalf("%d charts, %v", n, err)
	}

	if err := os.WriteFile(c.Directory, append(demo, "surprise: 1\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Reload(); err == nil {
		t.Fatal("a bad file was taken")
	}
	if _, err := tablet.charts(t.Context()); err != nil {
		t.Fatalf("after a bad file: %v", err)
	}

	without := strings.Replace(string(demo), "- id: tablet-a", "- id: tablet-x", 1)
	if err := os.WriteFile(c.Directory, []byte(without), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := r.Reload(); err != nil {
		t.Fatal(err)
	}
	if _, err := tablet.charts(t.Context()); connect.CodeOf(err) != connect.CodeUnauthenticated {
		t.Fatalf("after the tablet was taken out: %v", err)
	}
	if strings.Contains(r.log.String(), "佐藤") || !strings.Contains(r.log.String(), "surprise") {
		t.Error("the log names a person, or not the problem")
	}
}
