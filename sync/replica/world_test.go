package replica_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/replica/memstore"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const (
	tenant = "t"
	care   = "chart/care"
	nurse  = "nurse"
	other  = "other"
)

// world is the real hub on a store in memory, with a clock that only moves when it is told to.
type world struct {
	t      *testing.T
	now    time.Time
	ids    uint64
	store  *memory.Store
	hub    *hub.Hub
	seals  seal.Master
	epoch  uint64
	limits hub.Limits
	until  map[string]time.Time // end of a person's grant; zero: none
}

func newWorld(t *testing.T, limits hub.Limits) *world {
	w := &world{t: t, now: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), store: memory.New(), limits: limits, until: map[string]time.Time{}}
	copy(w.seals[:], "the sealing key of these tests..")
	w.start()
	return w
}

func (w *world) start() {
	w.hub = hub.New(hub.Config{Store: w.store, Directory: w, Seals: w.seals, Epochs: w, Limits: w.limits})
}

// restore puts an older copy in the server's place.
func (w *world) restore(copied *memory.Store) {
	w.store = copied.Snapshot()
	w.start()
}

func (w *world) Next(above uint64) (uint64, error) {
	w.epoch = max(w.epoch, above) + 1
	return w.epoch, nil
}

func (w *world) Person(_, id string) (*carev1.Actor, bool) {
	return &carev1.Actor{PersonId: id, Name: id, Role: carev1.Role_ROLE_NURSE, OrganisationId: "station"}, true
}

func (w *world) Grants(_, person, stream string) []hub.Grant {
	if stream != care {
		return nil
	}
	return []hub.Grant{{Role: carev1.Role_ROLE_NURSE, From: w.now.AddDate(-20, 0, 0), Until: w.until[person]}}
}

func (w *world) Readable(_, person string, at time.Time) []hub.StreamRef {
	if until := w.until[person]; !until.IsZero() && !at.Before(until) {
		return nil
	}
	ref, _ := w.Stream(tenant, care)
	return []hub.StreamRef{ref}
}

func (w *world) Stream(_, id string) (hub.StreamRef, bool) {
	return hub.StreamRef{ID: care, Info: &syncv1.StreamInfo{ChartId: "chart", StreamClass: carev1.StreamClass_STREAM_CLASS_CARE}}, id == care
}

func (w *world) Devices(_, _ string) []string { return []string{"a", "b"} }

func (w *world) Chart(_, id string) (hub.Chart, bool) { return hub.Chart{ID: id}, false }

// newID makes ids that are different, in order, and the same in every run.
func (w *world) newID() replica.ID {
	w.ids++
	var in [8]byte
	binary.BigEndian.PutUint64(in[:], w.ids)
	sum := sha256.Sum256(in[:])
	id := replica.ID(sum[:16])
	id[0], id[6], id[8] = 1, 0x70|id[6]&15, 0x80|id[8]&63
	return id
}

// device is a tablet.
type device struct {
	*replica.Replica
	w      *world
	name   string
	person string
	store  *memstore.Store
	cut    func() // is called after it was switched off in the middle of something, and on again
}

func (w *world) device(name, person string) *device {
	w.t.Helper()
	d := &device{w: w, name: name, person: person, store: memstore.New()}
	d.open()
	key := w.seals.AuthorKey(tenant, person, name)
	err := d.PutAuthor(replica.Author{Tenant: tenant, PersonID: person, Name: person, Role: carev1.Role_ROLE_NURSE, Key: key},
		w.seals.Time(tenant, name, w.now.UnixMilli()), d.clock())
	if err != nil {
		w.t.Fatal(err)
	}
	return d
}

// open opens the replica in the store, as after switching the tablet on.
func (d *device) open() {
	d.w.t.Helper()
	d.store.FailAt(0)
	r, err := replica.Open(d.store, d.name)
	if err != nil {
		d.w.t.Fatal(err)
	}
	d.Replica = r
}

// again opens the replica after a failing store was a tablet switched off.
func (d *device) again() {
	d.w.t.Helper()
	d.open()
	if d.cut != nil {
		d.cut()
	}
}

func (d *device) clock() replica.Clock {
	return replica.Clock{WallMs: d.w.now.UnixMilli(), MonotonicMs: uint64(d.w.now.UnixMilli() % 1e9), BootID: []byte("12345678")}
}

func vitals(temperature int32) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{TemperatureTenthsC: proto.Int32(temperature)}}}
}

func note(text string) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: &carev1.DraftNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_FREE, Text: text,
	}}}
}

func create(body *carev1.Body) replica.Draft {
	return replica.Draft{StreamID: care, Operation: syncv1.Operation_OPERATION_CREATE, Record: &carev1.Record{Body: body}}
}

func patch(record replica.ID, body *carev1.Body, groups ...uint32) replica.Draft {
	return replica.Draft{
		StreamID: care, RecordID: record, Operation: syncv1.Operation_OPERATION_PATCH, Groups: groups, Reason: "corrected",
		Record: &carev1.Record{Body: body},
	}
}

func (d *device) write(draft replica.Draft) replica.ID {
	d.w.t.Helper()
	id, err := d.Write(d.person, d.clock(), d.w.newID, draft)
	if err != nil {
		d.w.t.Fatal(err)
	}
	return id
}

// exchange is one request with its answer.
func (d *device) exchange() (replica.Progress, error) {
	d.w.t.Helper()
	req, err := d.NextRequest(d.clock())
	if err != nil {
		return replica.Progress{}, err
	}
	return d.Absorb(d.clock(), d.w.newID, req, d.answer(req))
}

func (d *device) call() hub.Call {
	return hub.Call{
		Session: hub.Session{Tenant: tenant, PersonID: d.person, DeviceID: d.name, Organisation: "station"},
		Now:     d.w.now, Entropy: bytes.NewReader(make([]byte, 1<<20)),
	}
}

func (d *device) answer(req *syncv1.SyncRequest) *syncv1.SyncResponse {
	d.w.t.Helper()
	resp, _, err := d.w.hub.Sync(d.w.t.Context(), d.call(), proto.CloneOf(req))
	if err != nil {
		d.w.t.Fatal(err)
	}
	return resp
}

// sync synchronises until there is no more; a failing store is a tablet switched off and on again.
func (d *device) sync() (all replica.Progress) {
	d.w.t.Helper()
	d.w.now = d.w.now.Add(time.Minute)
	for range 500 {
		p, err := d.exchange()
		if errors.Is(err, memstore.ErrFailed) {
			d.again()
			continue
		}
		if err != nil {
			d.w.t.Fatal(err)
		}
		all.Pushed += p.Pushed
		all.Pulled += p.Pulled
		all.Held += p.Held
		all.Renewed += p.Renewed
		all.Conflicts += p.Conflicts
		all.Adopted = append(all.Adopted, p.Adopted...)
		all.HistoryLost = append(all.HistoryLost, p.HistoryLost...)
		all.Revoked = append(all.Revoked, p.Revoked...)
		if !p.More {
			return all
		}
	}
	d.w.t.Fatal("the tablet does not come to rest")
	return all
}

// shown returns what the tablet shows, by record.
func (d *device) shown() map[replica.ID]replica.View {
	d.w.t.Helper()
	views := map[replica.ID]replica.View{}
	err := d.Records(care, func(v replica.View) error {
		views[v.ID] = v
		return nil
	})
	if err != nil {
		d.w.t.Fatal(err)
	}
	return views
}

// same checks that two tablets hold the same confirmed bytes and digests.
func same(t *testing.T, a, b *device) {
	t.Helper()
	x, y := a.shown(), b.shown()
	if len(x) != len(y) {
		t.Errorf("%d records and %d", len(x), len(y))
	}
	for id, v := range x {
		if !bytes.Equal(v.ConfirmedBytes, y[id].ConfirmedBytes) {
			t.Errorf("record %x differs", id)
		}
	}
	dx, _ := a.Digests(care)
	dy, _ := b.Digests(care)
	for i, s := range dx {
		if s.GetCount() > 0 && (i >= len(dy) || !proto.Equal(s, dy[i])) {
			t.Errorf("section %d differs", s.GetSection())
		}
	}
	for _, d := range []*device{a, b} {
		if _, open, err := d.Repairs(); open > 0 || err != nil {
			t.Errorf("%s: %d sections differ from the server, %v", d.name, open, err)
		}
	}
}

func (d *device) queue() []replica.Own {
	d.w.t.Helper()
	all, err := d.Queue()
	if err != nil {
		d.w.t.Fatal(err)
	}
	return all
}
