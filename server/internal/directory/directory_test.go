package directory

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tsunagu-care/tsunagu/api"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/secret"
)

var demoFile = filepath.Join("..", "..", "..", "testdata", "demo", "directory.yaml")

func demo(t *testing.T) *Directory {
	t.Helper()
	d, err := Open(demoFile)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func day(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestDemoSecrets signs everybody of the demo in with the secrets that the file's own comments tell.
func TestDemoSecrets(t *testing.T) {
	d := demo(t)
	for _, person := range []string{"sato", "suzuki", "takahashi", "tanaka", "ito", "yamamoto"} {
		for _, device := range []string{"tablet-a", "tablet-b", "tablet-c", "console"} {
			proof := d.Prove(api.Claim{DeviceID: device, DeviceSecret: "demo-" + device, PersonID: person, PersonSecret: "demo-" + person})
			if !proof.Device || !proof.Person || proof.Tenant != "demo" || proof.Actor.GetPersonId() != person {
				t.Errorf("%s on %s: %+v", person, device, proof)
			}
			if _, ok := d.Enrolled("demo", device, person); !ok {
				t.Errorf("%s on %s is not enrolled", person, device)
			}
		}
	}
	if _, ok := d.Enrolled("other", "tablet-a", "sato"); ok {
		t.Error("enrolled with another tenant")
	}
	for _, claim := range []api.Claim{
		{DeviceID: "tablet-a", DeviceSecret: "demo-tablet-b", PersonID: "sato", PersonSecret: "demo-sato"},
		{DeviceID: "tablet-a", DeviceSecret: "demo-tablet-a", PersonID: "sato", PersonSecret: "demo-suzuki"},
		{DeviceID: "nothing", DeviceSecret: "", PersonID: "nobody", PersonSecret: ""},
	} {
		if proof := d.Prove(claim); proof.Device && proof.Person || proof.Actor != nil {
			t.Errorf("%s on %s: %+v", claim.PersonID, claim.DeviceID, proof)
		}
	}
}

func TestWhoReadsWhat(t *testing.T) {
	d := demo(t)
	now := day(t, "2026-11-23T09:00:00+09:00")
	for person, want := range map[string][]string{
		"takahashi": {"chart-0002/care", "chart-0002/internal/hidamari", "chart-0003/care", "chart-0003/internal/hidamari"},
		"yamamoto": {
			"chart-0001/care", "chart-0001/clinical", "chart-0001/internal/aozora",
			"chart-0002/care", "chart-0002/clinical", "chart-0002/internal/aozora",
		},
		"nobody": nil,
	} {
		var got []string
		for _, s := range d.Readable("demo", person, now) {
			got = append(got, s.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s reads %v", person, got)
		}
	}
	if d.Readable("other", "sato", now) != nil || d.Grants("other", "sato", "chart-0001/care") != nil {
		t.Error("another tenant reads")
	}
	if d.Readable("demo", "sato", day(t, "2025-12-31T23:59:59+09:00")) != nil && len(d.Readable("demo", "sato", day(t, "2025-12-31T23:59:59+09:00"))) != 0 {
		t.Error("read before the grant began")
	}
}

func TestEndedGrantIsStillKnown(t *testing.T) {
	d := demo(t)
	grants := d.Grants("demo", "suzuki", "chart-0003/care")
	if len(grants) != 1 || !grants[0].Until.Equal(day(t, "2026-10-01T00:00:00+09:00")) {
		t.Fatalf("%+v", grants)
	}
	readable := func(at string) bool {
		for _, s := range d.Readable("demo", "suzuki", day(t, at)) {
			if s.ID == "chart-0003/care" {
				return true
			}
		}
		return false
	}
	if !readable("2026-09-30T23:59:59+09:00") || readable("2026-10-01T00:00:00+09:00") {
		t.Error("the grant does not end when it says")
	}
}

func TestLookups(t *testing.T) {
	d := demo(t)
	if a, ok := d.Person("demo", "tanaka"); !ok || a.GetRole() != carev1.Role_ROLE_PHYSICIAN || a.GetOrganisationId() != "midori" {
		t.Errorf("%v", a)
	}
	if c, ok := d.Chart("demo", "chart-0001"); !ok || len(c.Streams) != 2+5-1 { // nobody of the home has a grant on it
		t.Errorf("%+v", c)
	}
	if s, ok := d.Stream("demo", "chart-0002/internal/hidamari"); !ok || s.Info.GetOrganisationId() != "hidamari" || s.Info.GetChartId() != "chart-0002" {
		t.Errorf("%+v", s)
	}
	if _, ok := d.Stream("other", "chart-0002/care"); ok {
		t.Error("a stream of another tenant")
	}
	organisation, _ := d.Enrolled("demo", "tablet-a", "sato")
	devices := d.Devices("demo", organisation)
	for _, id := range devices {
		if of, _ := d.Enrolled("demo", id, "sato"); of != organisation {
			t.Errorf("%s is listed as %s's and belongs to %q", id, organisation, of)
		}
	}
	if !slices.Contains(devices, "tablet-a") || len(d.Devices("other", organisation))+len(d.Devices("demo", "no organisation")) > 0 {
		t.Errorf("devices of %s: %v", organisation, devices)
	}
}

// good is a small file that every line of is right; the tests below change one thing in it.
func good(t *testing.T) string {
	t.Helper()
	h, err := secret.New("a secret", secret.Demo)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(`tenant: t
demo: true
organisations:
  - {id: o, name: O}
people:
  - {id: p, name: Hanako, role: nurse, organisation: o, secret: HASH}
devices:
  - {id: d, organisation: o, secret: HASH}
charts:
  - id: c
    patient: Taro
    streams:
      - {id: c/care, class: care}
      - {id: c/o, class: internal, organisation: o}
grants:
  - {person: p, chart: c, from: 2026-04-01, until: 2026-05-01}
`, "HASH", "'"+h.String()+"'")
}

func TestProblemsAreToldWithTheirLine(t *testing.T) {
	text := good(t)
	for name, test := range map[string]struct {
		old, new, want string
	}{
		"unknown field":    {"class: care}", "class: care, colour: red}", "line 13: there is no field colour"},
		"unknown section":  {"grants:", "grant:", "line 15: there is no field grant"},
		"no YAML":          {"people:", "people: [", "line "},
		"tenant":           {"tenant: t", "tenant: ''", "line 1: tenant"},
		"role":             {"role: nurse", "role: nurs", "line 6: the role"},
		"organisation":     {"organisation: o, secret", "organisation: x, secret", "line 6: the organisation"},
		"no secret":        {", secret: '", ", secret: 'x", "line 6: the secret"},
		"weak secret":      {"demo: true", "demo: false", "line 6: the secret's hash is too cheap"},
		"bad id":           {"{id: d,", "{id: 'a b',", "line 8: a device"},
		"no name":          {"name: Hanako", "name: ''", "line 6: the name"},
		"list for text":    {"name: Hanako", "name: [Hanako]", "line 6: a list"},
		"class":            {"class: internal", "class: intern", "line 14: the class"},
		"stream twice":     {"{id: c/o,", "{id: c/care,", "line 14: a stream"},
		"grant nobody":     {"person: p,", "person: q,", "line 16: a grant names no person"},
		"grant no chart":   {"chart: c,", "chart: x,", "line 16: a grant names a chart"},
		"grant from":       {"from: 2026-04-01", "from: soon", "line 16: a grant needs `from`"},
		"grant until":      {"until: 2026-05-01", "until: 2026-03-01", "line 16: `until`"},
		"two documents":    {"grants:", "---\ngrants:", "more than one"},
		"demo not boolean": {"demo: true", "demo: maybe", "line 2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := open(t, strings.Replace(text, test.old, test.new, 1))
			var problems *Problems
			if !errors.As(err, &problems) || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("%v, want %q", err, test.want)
			}
			for _, private := range []string{"Hanako", "Taro", "argon2id$", "maybe"} {
				if strings.Contains(problems.All(), private) {
					t.Errorf("%q tells %s", problems.All(), private)
				}
			}
		})
	}
	if _, err := open(t, text); err != nil {
		t.Errorf("the good one: %v", err)
	}
	if _, err := open(t, ""); err == nil {
		t.Error("an empty file was taken")
	}
}

func TestEveryProblemIsListed(t *testing.T) {
	bad := strings.NewReplacer("role: nurse", "role: x", "class: care", "class: x", "person: p", "person: x").Replace(good(t))
	_, err := open(t, bad)
	var problems *Problems
	if !errors.As(err, &problems) || strings.Count(problems.All(), "\n") != 3 || !strings.Contains(err.Error(), "and 2 more") {
		t.Errorf("%v", err)
	}
}

func TestBadReloadKeepsTheOldFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "directory.yaml")
	write := func(content string) {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(good(t))
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	write("nonsense")
	if d.Reload() == nil {
		t.Fatal("nonsense was taken")
	}
	if _, ok := d.Person("t", "p"); !ok {
		t.Fatal("the old file is gone")
	}
	write(strings.Replace(good(t), "name: Hanako", "name: Yoko", 1))
	if err := d.Reload(); err != nil {
		t.Fatal(err)
	}
	if a, _ := d.Person("t", "p"); a.GetName() != "Yoko" {
		t.Errorf("the name is %s", a.GetName())
	}
}

func open(t *testing.T, content string) (*Directory, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "directory.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return Open(path)
}
