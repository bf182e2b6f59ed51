package alarm

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"google.golang.org/protobuf/proto"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"
)

const (
	tenant   = "sakura"
	notice   = carev1.AlertSeverity_ALERT_SEVERITY_NOTICE
	urgent   = carev1.AlertSeverity_ALERT_SEVERITY_URGENT
	critical = carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL
	token    = alertv1.TargetKind_TARGET_KIND_FCM_TOKEN
	webhook  = alertv1.TargetKind_TARGET_KIND_WEBHOOK
	live     = alertv1.TargetState_TARGET_STATE_LIVE
)

// office is a directory in which every chart has the same team: dr-1 and dr-2, ns-1, cm-1.
type office struct {
	streams *sync.Map       // nil: it has every stream that is asked for
	ended   map[string]bool // those who may not read any chart
	also    []string        // who may read every chart beside the team
	into    *sync.Map       // of charts that were merged: the chart that each of them is read with; nil: none is
	gone    map[string]bool // those whom it does not have any more
}

func (office) Tenants() []string { return []string{tenant} }

func (o office) Stream(_, id string) (hub.StreamRef, bool) {
	chart, _, _ := strings.Cut(id, "/")
	known := true
	if o.streams != nil {
		_, known = o.streams.Load(id)
	}
	return hub.StreamRef{ID: id, Info: &syncv1.StreamInfo{ChartId: o.Names(tenant, chart)[0]}}, known
}

func (o office) Team(_, _ string, role carev1.Role, _ time.Time) []string {
	all := map[carev1.Role][]string{
		carev1.Role_ROLE_PHYSICIAN: {"dr-1", "dr-2"}, carev1.Role_ROLE_NURSE: {"ns-1"}, carev1.Role_ROLE_CARE_MANAGER: {"cm-1"},
	}[role]
	return slices.DeleteFunc(all, func(person string) bool { return o.ended[person] })
}

// Readers are the team, but those whose grant was ended.
func (o office) Readers(_, _ string, _ time.Time) (all []string) {
	for _, person := range []string{"cm-1", "dr-1", "dr-2", "ns-1"} {
		if !o.ended[person] {
			all = append(all, person)
		}
	}
	return append(all, o.also...)
}

func (o office) Person(_, id string) (*carev1.Actor, bool) {
	if o.gone[id] {
		return nil, false
	}
	return &carev1.Actor{PersonId: id, OrganisationId: "org-" + id[:2]}, true
}

// sent is one try.
type sent struct {
	at      time.Time
	value   string
	message push.Message
}

// wire is a channel that does what its script says, and remembers.
type wire struct {
	mu     sync.Mutex
	sent   []sent
	script func(n int, to push.Target, m push.Message) push.Outcome
	during func(ctx context.Context, n int) // while it is sent
}

func (w *wire) Send(ctx context.Context, to push.Target, m push.Message) push.Outcome {
	w.mu.Lock()
	n := len(w.sent)
	w.sent = append(w.sent, sent{time.Now(), to.Value, m})
	during, script := w.during, w.script
	w.mu.Unlock()
	if during != nil {
		during(ctx, n)
	}
	if script != nil {
		return script(n, to, m)
	}
	return push.Outcome{Verdict: push.Accepted, ID: fmt.Sprint("id-", n)}
}

func (w *wire) Check(context.Context) error { return nil }

// tries returns what was sent, and to whom, in order.
func (w *wire) tries() []sent {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.sent)
}

// becomes changes what the channel does.
func (w *wire) becomes(during func(context.Context, int), script func(int, push.Target, push.Message) push.Outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.during, w.script = during, script
}

// clear forgets what was sent.
func (w *wire) clear() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.sent = nil
}

func (w *wire) values() (values []string) {
	for _, s := range w.tries() {
		values = append(values, s.value)
	}
	slices.Sort(values)
	return values
}

// house is a store with a dispatcher, in the bubble of a test.
type house struct {
	t       *testing.T
	store   store.Store
	dir     office
	wire    *wire
	hook    *wire
	entropy io.Reader
	codes   *codes
	limits  Limits
	log     zerolog.Logger
	d       *Dispatcher
	stop    func()
}

type codes struct {
	mu  sync.Mutex
	all []string
}

func (c *codes) add(code string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = append(c.all, code)
}

func (c *codes) count(code string) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, one := range c.all {
		if one == code {
			n++
		}
	}
	return n
}

// open makes a house in which everybody has one device, and starts its dispatcher.
func open(t *testing.T) *house {
	h := &house{t: t, store: memory.New(), wire: &wire{}, hook: &wire{}, entropy: rand.NewChaCha8([32]byte{7}), codes: &codes{}, log: zerolog.Nop()}
	for _, person := range []string{"dr-1", "dr-2", "ns-1", "cm-1"} {
		h.target(person, token, person+"-phone")
	}
	h.start("one")
	return h
}

// start starts a dispatcher on the house's store. The one before it must have ended.
func (h *house) start(owner string) {
	ctx, cancel := context.WithCancel(context.Background())
	h.d = New(Config{
		Store: h.store, Directory: h.dir, Owner: owner, Entropy: h.entropy, Log: h.log, Limits: h.limits,
		Channels: map[alertv1.TargetKind]push.Channel{token: h.wire, webhook: h.hook},
		Hooks:    Hooks{Alarm: h.codes.add},
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = h.d.Run(ctx)
	}()
	h.stop = func() {
		cancel()
		<-done
	}
	synctest.Wait()
}

// pass lets time go by.
func (h *house) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// update writes, and wakes the dispatcher as the hub would.
func (h *house) update(fn func(store.Tx) error) {
	h.t.Helper()
	for _, err := range h.store.Update(context.Background(), fn) {
		if err != nil {
			h.t.Fatal(err)
		}
	}
	if h.d != nil {
		h.d.Wake()
		synctest.Wait()
	}
}

func put(tx store.Tx, key store.ServerKey, m proto.Message) error { return write(tx, key, m) }

func (h *house) target(person string, kind alertv1.TargetKind, value string) []byte {
	id := slices.Concat([]byte(value), make([]byte, 16))[:16]
	h.update(func(tx store.Tx) error {
		return put(tx, targetKey(tenant, person, id), &storev1.PushTarget{
			Id: id, PersonId: person, Kind: kind, Value: value, State: live, ConfirmedMs: time.Now().UnixMilli(),
		})
	})
	return id
}

var numbered uint64

func newID() []byte {
	numbered++
	id := make([]byte, 16)
	copy(id, fmt.Sprintf("%016d", numbered))
	return id
}

// outbox writes an event and its mark.
func outbox(tx store.Tx, e *storev1.OutboxEvent) error {
	key := store.ServerKey{Tenant: tenant, Table: store.TableOutbox, Key: fmt.Sprintf("%s-%016x", hex.EncodeToString(e.GetRecordId()), e.GetSeq())}
	if err := put(tx, key, e); err != nil {
		return err
	}
	return tx.PutDue(e.GetWrittenMs(), key)
}

func alertEvent(chart string, s carev1.AlertSeverity) *storev1.OutboxEvent {
	return &storev1.OutboxEvent{
		StreamId: chart + "/care", RecordId: newID(), Seq: numbered, Kind: kindAlert, Severity: s, WrittenMs: time.Now().UnixMilli(),
	}
}

// raise raises alerts of a chart in one transaction.
func (h *house) raise(chart string, all ...carev1.AlertSeverity) (ids [][]byte) {
	h.t.Helper()
	var events []*storev1.OutboxEvent
	for _, s := range all {
		e := alertEvent(chart, s)
		events, ids = append(events, e), append(ids, e.GetRecordId())
	}
	h.update(func(tx store.Tx) error {
		for _, e := range events {
			if err := outbox(tx, e); err != nil {
				return err
			}
		}
		return nil
	})
	return ids
}

func answerEvent(chart, person string, ids ...[]byte) *storev1.OutboxEvent {
	return &storev1.OutboxEvent{
		StreamId: chart + "/care", RecordId: newID(), Seq: numbered, Kind: kindAnswer, WrittenMs: time.Now().UnixMilli(),
		Answers: ids, PersonId: person,
	}
}

func (h *house) answer(chart, person string, ids ...[]byte) {
	h.t.Helper()
	h.update(func(tx store.Tx) error { return outbox(tx, answerEvent(chart, person, ids...)) })
}

// groups are all escalations, by chart.
func groups(t *testing.T, s store.Store) (all []*storev1.Escalation) {
	t.Helper()
	err := s.View(context.Background(), func(r store.Reader) error {
		return each(r, tenant, store.TableEscalation, "", "", 1<<20, func(_ string, e *storev1.Escalation) error {
			all = append(all, e)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// pushes are all deliveries, in the order in which they were put down.
func pushes(t *testing.T, s store.Store) (all []*storev1.PushDelivery) {
	t.Helper()
	err := s.View(context.Background(), func(r store.Reader) error {
		return each(r, tenant, store.TableDelivery, "", "", 1<<20, func(_ string, d *storev1.PushDelivery) error {
			all = append(all, d)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b *storev1.PushDelivery) int { return slices.Compare(a.GetId(), b.GetId()) })
	return all
}

func (h *house) wants(values ...string) {
	h.t.Helper()
	if got := h.wire.values(); !slices.Equal(got, values) {
		h.t.Fatalf("at %s pushes went to %v, want %v", time.Now().UTC().Format(time.TimeOnly), got, values)
	}
	h.wire.clear()
}
