package directory

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// TestTeamIsWhoMayReadNow: a grant that has ended, one in another role and one on another chart do not count.
func TestTeamIsWhoMayReadNow(t *testing.T) {
	d, err := Open(filepath.Join("..", "..", "..", "testdata", "demo", "directory.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	at := func(month time.Month) time.Time { return time.Date(2026, month, 15, 0, 0, 0, 0, time.UTC) }
	for _, test := range []struct {
		tenant, chart string
		role          carev1.Role
		at            time.Time
		want          []string
	}{
		{"demo", "chart-0003", carev1.Role_ROLE_NURSE, at(time.September), []string{"sato", "suzuki"}},
		{"demo", "chart-0003", carev1.Role_ROLE_NURSE, at(time.November), []string{"sato"}},
		{"demo", "chart-0001", carev1.Role_ROLE_PHYSICIAN, at(time.November), []string{"tanaka"}},
		{"demo", "chart-0003", carev1.Role_ROLE_PHARMACIST, at(time.November), nil},
		{"demo", "chart-0001", carev1.Role_ROLE_NURSE, at(time.January).AddDate(-1, 0, 0), nil},
		{"demo", "nowhere", carev1.Role_ROLE_NURSE, at(time.November), nil},
		{"other", "chart-0001", carev1.Role_ROLE_NURSE, at(time.November), nil},
	} {
		if got := d.Team(test.tenant, test.chart, test.role, test.at); !slices.Equal(got, test.want) {
			t.Errorf("%s, %v at %s: %v, want %v", test.chart, test.role, test.at.Format(time.DateOnly), got, test.want)
		}
	}
	if got := d.People("demo", "tsunagu-station"); !slices.Equal(got, []string{"sato", "suzuki"}) {
		t.Errorf("people of the station: %v", got)
	}
	if got := d.People("other", ""); len(got) != 0 {
		t.Errorf("people of another tenant: %v", got)
	}
}
