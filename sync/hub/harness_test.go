package hub_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const tenant = "t"

var day = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// bench is a hub with people: sato and suzuki are nurses of one chart, takahashi is a care worker, mori a physician
// of another chart, nobody has never had a grant.
type bench struct {
	t     testing.TB
	store *memory.Store
	hub   *hub.Hub
	seals seal.Master
	now   time.Time
	ids   *rand.ChaCha8
	epoch uint64
}

func newBench(t testing.TB) *bench {
	b := &bench{t: t, store: memory.New(), now: day, ids: rand.NewChaCha8([32]byte{1})}
	b.seals = seal.Master{7}
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b})
	return b
}

// Next implements hub.Epochs.
func (b *bench) Next(above uint64) (uint64, error) {
	b.epoch = max(b.epoch, above) + 1
	return b.epoch, nil
}

// people is the directory of the tests.
type people struct{}

var roles = map[string]carev1.Role{
	"sato": carev1.Role_ROLE_NURSE, "suzuki": carev1.Role_ROLE_NURSE, "takahashi": carev1.Role_ROLE_CARE_WORKER,
	"mori": carev1.Role_ROLE_PHYSICIAN, "nobody": carev1.Role_ROLE_NURSE,
}

var charts = map[string][]string{"yamada": {"sato", "suzuki", "takahashi"}, "other": {"mori"}}

func (people) Person(_, id string) (*carev1.Actor, bool) {
	role, ok := roles[id]
	return &carev1.Actor{PersonId: id, Name: id, Role: role, OrganisationId: "station"}, ok
}

func (people) Grants(_, person, stream string) []hub.Grant {
	for chart, team := range charts {
		for _, member := range team {
			if stream == chart+"/care" && member == person {
				return []hub.Grant{{Role: roles[person], From: day.AddDate(-3, 0, 0)}}
			}
		}
	}
	return nil
}

func (p people) Readable(tenant, person string, at time.Time) []hub.StreamRef {
	var refs []hub.StreamRef
	for chart := range charts {
		for _, g := range p.Grants(tenant, person, chart+"/care") {
			if g.Covers(at, at) {
				refs = append(refs, ref(chart))
			}
		}
	}
	return refs
}

func ref(chart string) hub.StreamRef {
	return hub.StreamRef{ID: chart + "/care", Info: &syncv1.StreamInfo{ChartId: chart, StreamClass: carev1.StreamClass_STREAM_CLASS_CARE}}
}

func (people) Stream(_, id string) (hub.StreamRef, bool) {
	for chart := range charts {
		if id == chart+"/care" {
			return ref(chart), true
		}
	}
	return hub.StreamRef{}, false
}

func (people) Devices(_, organisation string) []string {
	if organisation != "station" {
		return nil
	}
	return []string{"tablet", "drawer"}
}

func (people) Chart(_, id string) (hub.Chart, bool) {
	_, ok := charts[id]
	return hub.Chart{ID: id, Name: id, Streams: []hub.StreamRef{ref(id)}}, ok
}

func (b *bench) call(person string) hub.Call {
	return hub.Call{
		Session: hub.Session{Tenant: tenant, PersonID: person, DeviceID: "tablet", Organisation: "station"},
		Now:     b.now, Entropy: b.ids,
	}
}

func (b *bench) id() []byte {
	id := make([]byte, 16)
	b.ids.Read(id)
	return id
}

func temperature(tenths int32) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{TemperatureTenthsC: &tenths}}}
}

// create is a mutation that creates a reading.
func (b *bench) create(person string, body *carev1.Body) *syncv1.Mutation {
	id := b.id()
	return &syncv1.Mutation{
		Id: id, StreamId: "yamada/care", Operation: syncv1.Operation_OPERATION_CREATE, SchemaVersion: 1, PersonId: person,
		DeviceId: "tablet", NotBefore: b.seals.Time(tenant, "tablet", b.now.Add(-time.Hour).UnixMilli()),
		Record: &carev1.Record{
			Id: id, Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE, Body: body,
			Envelope: &carev1.Envelope{Effective: timestamppb.New(b.now), Recorded: timestamppb.New(b.now)},
		},
	}
}

// patch is a mutation that amends a reading which its author saw at the given version.
func (b *bench) patch(person string, record []byte, seen *syncv1.RecordVersion, body *carev1.Body) *syncv1.Mutation {
	m := b.create(person, body)
	m.RecordId, m.Record.Id, m.Operation, m.Trunk, m.Reason = record, nil, syncv1.Operation_OPERATION_PATCH, seen, "amend"
	m.Record.Envelope.Effective = nil
	return m
}

// queued seals a mutation as its author's device does.
func (b *bench) queued(m *syncv1.Mutation) *syncv1.QueuedMutation {
	payload, err := proto.Marshal(m)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.sealed(m.GetPersonId(), payload)
}

func (b *bench) sealed(person string, payload []byte) *syncv1.QueuedMutation {
	return &syncv1.QueuedMutation{
		Payload: payload, AuthorSeal: seal.Author(b.seals.AuthorKey(tenant, person, "tablet"), payload),
	}
}

func (b *bench) request(queue ...*syncv1.QueuedMutation) *syncv1.SyncRequest {
	return &syncv1.SyncRequest{
		ProtocolVersion: 1, Clock: &syncv1.DeviceClock{WallMs: b.now.UnixMilli()}, Mutations: queue, ManifestComplete: true, Pull: true,
	}
}

func (b *bench) sync(person string, req *syncv1.SyncRequest) *syncv1.SyncResponse {
	b.t.Helper()
	resp, _, err := b.hub.Sync(context.Background(), b.call(person), req)
	if err != nil {
		b.t.Fatal(err)
	}
	if len(resp.GetResults()) != len(req.GetMutations()) {
		b.t.Fatalf("%d results for %d mutations", len(resp.GetResults()), len(req.GetMutations()))
	}
	for _, page := range resp.GetPages() {
		for _, rec := range page.GetRecords() {
			if rec.Record, err = ledger.Whole(rec, req.GetMutations()); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	return resp
}

// push sends mutations and returns their results.
func (b *bench) push(person string, ms ...*syncv1.Mutation) []*syncv1.MutationResult {
	b.t.Helper()
	req := b.request()
	for _, m := range ms {
		req.Mutations = append(req.Mutations, b.queued(m))
	}
	return b.sync(person, req).GetResults()
}

// expect checks outcomes.
func (b *bench) expect(got []*syncv1.MutationResult, want ...string) {
	b.t.Helper()
	if len(got) != len(want) {
		b.t.Fatalf("%d results, want %d", len(got), len(want))
	}
	for i, r := range got {
		text := r.GetOutcome().String()[len("OUTCOME_"):]
		if r.GetHeldReason() != 0 {
			text += " " + r.GetHeldReason().String()[len("HELD_REASON_"):]
		}
		if text != want[i] {
			b.t.Errorf("result %d: %s %q, want %s", i, text, r.GetDetail(), want[i])
		}
	}
}

// records are what a pull from the start brings, by record id.
func (b *bench) records(person string) map[string]*syncv1.PageRecord {
	b.t.Helper()
	all := map[string]*syncv1.PageRecord{}
	for _, page := range b.sync(person, b.request()).GetPages() {
		for _, r := range page.GetRecords() {
			rec := &carev1.Record{}
			if err := proto.Unmarshal(r.GetRecord(), rec); err != nil {
				b.t.Fatal(err)
			}
			all[string(rec.GetId())] = r
		}
	}
	return all
}

// verify walks chains and digests.
func (b *bench) verify() *hub.Verified {
	b.t.Helper()
	v, err := b.hub.Verify(context.Background(), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

// inboxSize is how many mutations stand outside every log.
func (b *bench) inboxSize() (n uint64) {
	err := b.store.View(context.Background(), func(r store.Reader) (err error) {
		n, err = r.InboxSize(store.Organisation{Tenant: tenant, Name: "station"})
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}
