package alerts

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

func duty(person string, from, until time.Time) *alertv1.Duty {
	return &alertv1.Duty{PersonId: person, From: timestamppb.New(from), Until: timestamppb.New(until)}
}

func rota(organisation, id string, version uint64, duties ...*alertv1.Duty) *alertv1.Rota {
	return &alertv1.Rota{OrganisationId: organisation, Id: id, Version: version, Duties: duties}
}

func (b *bench) setRota(person string, r *alertv1.Rota) (*alertv1.SetRotaResponse, error) {
	return b.SetRota(b.t.Context(), b.call(person), &alertv1.SetRotaRequest{Rota: r})
}

func (b *bench) rotas(person string) *alertv1.ListRotasResponse {
	b.t.Helper()
	return must[*alertv1.ListRotasResponse](b.t)(b.ListRotas(b.t.Context(), b.call(person), &alertv1.ListRotasRequest{}))
}

// TestRotaVersions: as for policies.
func TestRotaVersions(t *testing.T) {
	b := newBench(t)
	night := rota("station", "night", 0, duty("sato", day, day.AddDate(0, 0, 31)))
	first := must[*alertv1.SetRotaResponse](t)(b.setRota("sato", night)).GetRota()
	b.now = b.now.Add(time.Minute)
	again := must[*alertv1.SetRotaResponse](t)(b.setRota("sato", night)).GetRota()
	if first.GetVersion() != 1 || first.GetChangedBy() != "sato" || !proto.Equal(first, again) {
		t.Errorf("%v, then %v", first, again)
	}
	_, err := b.setRota("ogawa", rota("station", "night", 0))
	want(t, "by who has not seen it", err, hub.Aborted)
	if second := must[*alertv1.SetRotaResponse](t)(b.setRota("ogawa", rota("station", "night", 1))).GetRota(); second.GetVersion() != 2 {
		t.Errorf("%v", second)
	}
	for _, person := range []string{"takahashi", "noguchi", "stranger", "mori"} {
		_, err := b.setRota(person, rota("station", "day", 0))
		want(t, person, err, hub.PermissionDenied)
	}
	if list := b.rotas("noguchi"); len(list.GetRotas()) != 1 || list.GetRotas()[0].GetVersion() != 2 {
		t.Errorf("%v", list)
	}
	if list := b.rotas("mori"); len(list.GetRotas()) != 0 {
		t.Errorf("another organisation's: %v", list)
	}
}

// TestRotaWarnings: a hole and somebody unknown are said when it is saved and at every look; it is saved all the same.
func TestRotaWarnings(t *testing.T) {
	b := newBench(t)
	saved := must[*alertv1.SetRotaResponse](t)(b.setRota("sato", rota("station", "night", 0,
		duty("sato", day, day.AddDate(0, 0, 1)), duty("nobody-there", day.AddDate(0, 0, 2), day.AddDate(0, 0, 40)))))
	for _, found := range [][]*alertv1.Warning{saved.GetWarnings(), b.rotas("sato").GetWarnings()} {
		if got := codes(found); !slices.Contains(got, "rota-hole") || !slices.Contains(got, "unknown-person") {
			t.Errorf("%v", got)
		}
	}
}

// TestRotasAreCounted per organisation; one that is there can be changed all the same.
func TestRotasAreCounted(t *testing.T) {
	b := newBench(t)
	for n := range maxRotas {
		if _, err := b.setRota("sato", rota("station", fmt.Sprintf("r%d", n), 0)); err != nil {
			t.Fatal(err)
		}
	}
	_, err := b.setRota("sato", rota("station", "more", 0))
	want(t, "one more", err, hub.TooLarge)
	if _, err := b.setRota("sato", rota("station", "r3", 1)); err != nil {
		t.Error(err)
	}
	if _, err := b.setRota("mori", rota("clinic", "more", 0)); err != nil {
		t.Error(err)
	}
}

// TestARotaMakesWhatRunsDue: only what runs by a policy of that organisation, and only what waits for later.
func TestARotaMakesWhatRunsDue(t *testing.T) {
	b := newBench(t)
	alert := grouped("yamada/care", b.id(), carev1.AlertSeverity_ALERT_SEVERITY_URGENT, day)
	make := func(chart, organisation string, next time.Time) *storev1.Escalation {
		e := b.group(chart, day, alert)
		e.Policy.OrganisationId, e.NextMs = organisation, next.UnixMilli()
		b.save(e)
		if err := b.store.Update(t.Context(), func(tx store.Tx) error { return tx.PutDue(e.GetNextMs(), escalationKey(tenant, e.GetId())) })[0]; err != nil {
			t.Fatal(err)
		}
		return e
	}
	later := day.Add(time.Hour)
	ours, others := make("yamada", "station", later), make("tanabe", "clinic", later)
	ended := make("other", "station", later)
	b.end(ended, "ogawa")
	if _, err := b.setRota("sato", rota("station", "night", 0)); err != nil {
		t.Fatal(err)
	}
	if got := b.due(); !slices.Equal(got, []string{fmt.Sprint(day.UnixMilli(), hexID(ours.GetId()))}) || b.woken == 0 {
		t.Errorf("due are %v, woken %d times", got, b.woken)
	}
	now := &storev1.Escalation{}
	b.stored(escalationKey(tenant, ours.GetId()), now)
	if ours.NextMs = day.UnixMilli(); !proto.Equal(now, ours) {
		t.Errorf("%v, want %v", now, ours)
	}
	b.now = later
	if got := b.due(); len(got) != 3 { // the one that is due, and at their time the other organisation's and the one that ended
		t.Errorf("due later are %v", got)
	}
	b.stored(escalationKey(tenant, others.GetId()), now)
	if now.GetNextMs() != later.UnixMilli() {
		t.Error("a group of another organisation was made due")
	}
}

// due lists what is due at the bench's time.
func (b *bench) due() (found []string) {
	b.t.Helper()
	err := b.store.View(context.Background(), func(r store.Reader) error {
		found = nil
		return r.Due(b.now.UnixMilli(), func(at int64, k store.ServerKey) error {
			found = append(found, fmt.Sprint(at, k.Key))
			return nil
		})
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return found
}
