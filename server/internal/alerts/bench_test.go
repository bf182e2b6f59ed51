package alerts

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/escalation"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"
)

const tenant = "t"

var day = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// bench is a service on a real hub and a store in memory. What it told the outside is written down.
type bench struct {
	*Service
	t          testing.TB
	store      *memory.Store
	hub        *hub.Hub
	now        time.Time
	ids        *rand.ChaCha8
	epoch      uint64
	woken      int
	put        []string // aside, or not to be read
	moved      int
	tested     []*storev1.PushTarget
	unreadable bool // a restore waits
}

func newBench(t testing.TB) *bench {
	b := &bench{t: t, store: memory.New(), now: day, ids: rand.NewChaCha8([32]byte{1})}
	limits := b.openDefaults()
	b.hub = hub.New(hub.Config{
		Store: b.store, Directory: team{}, Seals: seal.Master{7}, Epochs: b, Restored: b, AlertDefaults: limits.For,
	})
	b.Service = New(Config{
		Store: b.store, Hub: b.hub, Directory: team{}, Restored: b, Defaults: limits,
		Wake:         func() { b.woken++ },
		CheckWebhook: address, CheckMail: address,
		Aside: func(kind alertv1.TargetKind, trouble string) { b.put = append(b.put, trouble) },
		Moved: func(alertv1.TargetKind) { b.moved++ },
		Test: func(_ context.Context, _ string, targets []*storev1.PushTarget) (sent []*storev1.PushDelivery, err error) {
			b.tested = targets
			for _, to := range targets {
				sent = append(sent, &storev1.PushDelivery{
					Id: b.id(), PersonId: to.GetPersonId(), TargetId: to.GetId(), State: alertv1.DeliveryState_DELIVERY_STATE_ACCEPTED,
				})
			}
			return sent, nil
		},
	})
	return b
}

// openDefaults reads the limits as a server does that starts.
func (b *bench) openDefaults() *Defaults {
	b.t.Helper()
	limits, err := OpenDefaults(context.Background(), b.store, team{}, tenant, func() time.Time { return b.now }, func(organisation string) {
		b.put = append(b.put, organisation)
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return limits
}

// address takes what begins with "good".
func address(value string) error {
	if len(value) < 4 || value[:4] != "good" {
		return errors.New("this is no address; nothing was registered")
	}
	return nil
}

// Next implements hub.Epochs.
func (b *bench) Next(above uint64) (uint64, error) {
	b.epoch = max(b.epoch, above) + 1
	return b.epoch, nil
}

// Unconfirmed implements hub.Restored.
func (b *bench) Unconfirmed() bool { return b.unreadable }

// team is the directory: everybody of the first chart, with the role and organisation that they have, a physician and a
// nurse of another chart, and somebody whose grant has ended.
type team struct{}

type member struct {
	role         carev1.Role
	organisation string
	charts       []string
	until        time.Time
}

var members = map[string]member{
	"mori":      {carev1.Role_ROLE_PHYSICIAN, "clinic", []string{"yamada", "tanabe"}, time.Time{}},
	"sato":      {carev1.Role_ROLE_NURSE, "station", []string{"yamada"}, time.Time{}},
	"takahashi": {carev1.Role_ROLE_CARE_WORKER, "home", []string{"yamada"}, time.Time{}},
	"ito":       {carev1.Role_ROLE_CARE_MANAGER, "office", []string{"yamada"}, time.Time{}},
	"yamamoto":  {carev1.Role_ROLE_PHARMACIST, "pharmacy", []string{"yamada"}, time.Time{}},
	"noguchi":   {carev1.Role_ROLE_THERAPIST, "station", []string{"yamada"}, time.Time{}},
	"kato":      {carev1.Role_ROLE_PHYSICIAN, "clinic", []string{"other"}, time.Time{}},
	"ogawa":     {carev1.Role_ROLE_NURSE, "station", []string{"other"}, time.Time{}},
	"past":      {carev1.Role_ROLE_NURSE, "station", []string{"yamada"}, day.AddDate(0, 0, -1)},
}

// clinical tells whether a role may read the clinical stream of a chart.
func clinical(role carev1.Role) bool {
	return role != carev1.Role_ROLE_CARE_WORKER && role != carev1.Role_ROLE_CARE_MANAGER
}

func (team) Person(_, id string) (*carev1.Actor, bool) {
	m, ok := members[id]
	return &carev1.Actor{PersonId: id, Name: id, Role: m.role, OrganisationId: m.organisation}, ok
}

func (team) Grants(_, person, stream string) []hub.Grant {
	m := members[person]
	for _, chart := range m.charts {
		if stream == chart+"/care" || stream == chart+"/clinical" && clinical(m.role) {
			return []hub.Grant{{Role: m.role, From: day.AddDate(-3, 0, 0), Until: m.until}}
		}
	}
	return nil
}

func (d team) Readable(tenant, person string, at time.Time) (refs []hub.StreamRef) {
	for _, chart := range members[person].charts {
		for _, ref := range streamsOf(chart) {
			for _, g := range d.Grants(tenant, person, ref.ID) {
				if g.Covers(at, at) {
					refs = append(refs, ref)
				}
			}
		}
	}
	return refs
}

// Readers are those of the members who may read the care stream.
func (d team) Readers(tenant, chart string, at time.Time) (all []string) {
	for person := range members {
		for _, g := range d.Grants(tenant, person, chart+"/care") {
			if g.Covers(at, at) {
				all = append(all, person)
			}
		}
	}
	slices.Sort(all)
	return all
}

func streamsOf(chart string) []hub.StreamRef {
	return []hub.StreamRef{
		{ID: chart + "/care", Info: &syncv1.StreamInfo{ChartId: chart, StreamClass: carev1.StreamClass_STREAM_CLASS_CARE}},
		{ID: chart + "/clinical", Info: &syncv1.StreamInfo{ChartId: chart, StreamClass: carev1.StreamClass_STREAM_CLASS_CLINICAL}},
	}
}

var charts = []string{"yamada", "tanabe", "other"}

func (team) Stream(_, id string) (hub.StreamRef, bool) {
	for _, chart := range charts {
		for _, ref := range streamsOf(chart) {
			if ref.ID == id {
				return ref, true
			}
		}
	}
	return hub.StreamRef{}, false
}

func (team) Chart(_, id string) (hub.Chart, bool) {
	return hub.Chart{ID: id, Name: id, Streams: streamsOf(id)}, slices.Contains(charts, id)
}

func (team) Devices(string, string) []string { return nil }

func (d team) Team(tenant, chart string, role carev1.Role, at time.Time) (ids []string) {
	for id, m := range members {
		for _, g := range d.Grants(tenant, id, chart+"/care") {
			if m.role == role && g.Covers(at, at) {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return ids
}

func (b *bench) call(person string) hub.Call {
	return hub.Call{
		Session: hub.Session{Tenant: tenant, PersonID: person, DeviceID: "tablet-" + person, Organisation: members[person].organisation},
		Now:     b.now, Entropy: b.ids,
	}
}

func (b *bench) id() []byte {
	id := make([]byte, 16)
	b.ids.Read(id)
	return id
}

// write writes a record of a chart and returns its id.
func (b *bench) write(person, chart, stream string, body *carev1.Body) []byte {
	b.t.Helper()
	id := b.id()
	_, _, err := b.hub.Write(context.Background(), b.call(person), &chartv1.WriteRequest{
		ChartId: chart, StreamId: stream, MutationId: id, Operation: syncv1.Operation_OPERATION_CREATE, Body: body,
		Envelope: &carev1.Envelope{Effective: timestamppb.New(b.now)},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

// alarms writes a reading that is an emergency, and returns the alerts that the hub raised of it.
func (b *bench) alarms(person, chart string) (ids [][]byte) {
	b.t.Helper()
	spo2 := uint32(80)
	b.write(person, chart, "", &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{Spo2Percent: &spo2}}})
	page, err := b.hub.GetTimeline(context.Background(), b.call(person), &chartv1.GetTimelineRequest{
		ChartId: chart, Kinds: []string{"alert"}, From: timestamppb.New(b.now),
	})
	if err != nil || len(page.GetItems()) == 0 {
		b.t.Fatalf("no alert was raised: %v", err)
	}
	for _, item := range page.GetItems() {
		ids = append(ids, item.GetRecord().GetId())
	}
	return ids
}

// alarm returns one of them.
func (b *bench) alarm(person, chart string) []byte { return b.alarms(person, chart)[0] }

// group puts down a group of alerts as the dispatcher does, which began at a time.
func (b *bench) group(chart string, began time.Time, all ...*storev1.GroupedAlert) *storev1.Escalation {
	b.t.Helper()
	var id [16]byte
	copy(id[:], b.id())
	ms := began.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	e := escalation.Begin(id, chart, escalation.BuiltIn(), true, all[0], began)
	for _, a := range all[1:] {
		escalation.Join(e, a, escalation.BuiltIn(), began)
	}
	b.save(e)
	b.server(runningKey(tenant, chart), []byte(hexID(id[:])))
	return e
}

// end has a person answer everything of a group, as the dispatcher puts it down.
func (b *bench) end(e *storev1.Escalation, person string) {
	b.t.Helper()
	for _, a := range e.GetAlerts() {
		escalation.Answer(e, [][]byte{a.GetRecordId()}, person, b.now)
	}
	b.save(e)
	b.server(runningKey(tenant, e.GetChartId()), []byte{})
}

func (b *bench) save(e *storev1.Escalation) {
	b.t.Helper()
	b.row(escalationKey(tenant, e.GetId()), e)
}

func (b *bench) row(k store.ServerKey, m proto.Message) {
	b.t.Helper()
	raw, err := proto.Marshal(m)
	if err != nil {
		b.t.Fatal(err)
	}
	b.server(k, raw)
}

func (b *bench) server(k store.ServerKey, raw []byte) {
	b.t.Helper()
	if err := b.store.Update(context.Background(), func(tx store.Tx) error { return tx.PutServerRow(k, raw) })[0]; err != nil {
		b.t.Fatal(err)
	}
}

// stored reads a row back into m.
func (b *bench) stored(k store.ServerKey, m proto.Message) {
	b.t.Helper()
	err := b.store.View(context.Background(), func(r store.Reader) error {
		raw, err := r.ServerRow(k)
		if err != nil {
			return err
		}
		return proto.Unmarshal(raw, m)
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// grouped is an alert as a group lists it.
func grouped(stream string, id []byte, severity carev1.AlertSeverity, raised time.Time) *storev1.GroupedAlert {
	return &storev1.GroupedAlert{StreamId: stream, RecordId: id, Severity: severity, RaisedMs: raised.UnixMilli()}
}

// want checks that a call was refused with a code, in a sentence.
func want(t testing.TB, what string, err error, code hub.Code) {
	t.Helper()
	var said *hub.Error
	if !errors.As(err, &said) || said.Code != code || said.Message == "" {
		t.Errorf("%s: %v, want code %d", what, err, code)
	}
}

func must[R any](t testing.TB) func(R, error) R {
	return func(r R, err error) R {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}

// sameIDs tells whether two lists of ids are the same.
func sameIDs(a, b [][]byte) bool { return slices.EqualFunc(a, b, bytes.Equal) }
