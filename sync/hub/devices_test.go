package hub_test

import (
	"bytes"
	"context"
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// backups cover the log up to a number.
type backups uint64

func (n backups) Durable(_, stream string) *syncv1.Version {
	if stream != "yamada/care" {
		return nil
	}
	return &syncv1.Version{Epoch: 1, Seq: uint64(n)}
}

// TestDurable is told to who may read the stream, and to who proves to have written there.
func TestDurable(t *testing.T) {
	b := newBench(t)
	m := b.create("sato", temperature(365))
	landing := b.sync("sato", b.request(b.queued(m))).GetLandings()[0].GetPlace()
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b, Backups: backups(1)})
	ask := func(person string, p *syncv1.StreamPosition) int {
		req := b.request()
		req.Positions = []*syncv1.StreamPosition{p}
		return len(b.sync(person, req).GetDurable())
	}
	bare := &syncv1.StreamPosition{StreamId: "yamada/care"}
	read := b.sync("sato", b.request()).GetVerdicts()[0].GetHead()
	if n := ask("sato", bare); n != 1 {
		t.Errorf("a reader: %d", n)
	}
	if n := ask("mori", bare); n != 0 {
		t.Errorf("a stranger: %d", n)
	}
	if n := ask("mori", &syncv1.StreamPosition{StreamId: "yamada/care", Cursor: read, NewestResult: read}); n != 0 {
		t.Errorf("with the place of a reader: %d", n)
	}
	if n := ask("mori", &syncv1.StreamPosition{StreamId: "yamada/care", NewestResult: landing}); n != 1 {
		t.Errorf("with a landing: %d", n)
	}
}

// TestDevicesAreKnown: what each may still hold, what it was told to purge, and that a poll writes nothing.
func TestDevicesAreKnown(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)))
	req := b.request()
	req.Positions = []*syncv1.StreamPosition{{StreamId: "yamada/care", Cursor: b.sync("sato", b.request()).GetPages()[0].GetStaged()}}
	req.Report = &syncv1.DeviceReport{Pending: 3}
	list := func() []*chartv1.Device {
		r, err := b.hub.ListDevices(context.Background(), b.call("suzuki"), &chartv1.ListDevicesRequest{})
		if err != nil {
			t.Fatal(err)
		}
		return r.GetDevices()
	}
	if d := list()[1]; len(d.GetStreams()) != 1 {
		t.Errorf("a device that was sent a page may have a copy: %v", d)
	}
	b.now = b.now.Add(11 * time.Minute)
	b.sync("sato", req)
	if d := list(); len(d) != 2 || d[1].GetId() != "tablet" || len(d[1].GetStreams()) != 1 || d[1].GetReport().GetPending() != 3 || d[0].GetLastSeen() != nil {
		t.Errorf("%v", d)
	}
	before := b.deviceRow()
	b.now = b.now.Add(time.Minute)
	b.sync("sato", req)
	if !bytes.Equal(before, b.deviceRow()) {
		t.Error("a poll a minute later was written down")
	}
	b.sync("mori", req) // she may not read it: the device is told to purge
	if d := list()[1]; len(d.GetUnpurged()) != 1 || len(d.GetStreams()) != 1 {
		t.Errorf("told to purge: %v", d)
	}
	b.sync("mori", b.request())
	if d := list()[1]; len(d.GetUnpurged()) != 0 || len(d.GetStreams()) != 0 {
		t.Errorf("seen without: %v", d)
	}
	if _, err := b.hub.ListDevices(context.Background(), b.call("takahashi"), &chartv1.ListDevicesRequest{}); hub.CodeOf(err) != hub.NotFound {
		t.Errorf("a care worker: %v", err)
	}
	silent := &chartv1.ListDevicesRequest{SilentSince: timestamppb.New(b.now.Add(-time.Hour)), PageSize: 1}
	r, err := b.hub.ListDevices(context.Background(), b.call("suzuki"), silent)
	if err != nil || len(r.GetDevices()) != 1 || r.GetDevices()[0].GetId() != "drawer" {
		t.Errorf("silent: %v, %v", r, err)
	}
}

// TestDeviceIsListedAsItIsAfterItsAnswer, and not with what the answer was given to.
func TestDeviceIsListedAsItIsAfterItsAnswer(t *testing.T) {
	b := newBench(t)
	b.sync("sato", b.request())
	b.now = b.now.Add(2 * time.Minute)
	held := b.create("mori", temperature(366)) // who has no right here
	req := b.request(b.queued(b.create("sato", temperature(365))), b.queued(held))
	req.Report = &syncv1.DeviceReport{AppVersion: "1", Pending: 3, Held: 1, OldestPendingMs: 5}
	b.sync("sato", req)
	list := func() *chartv1.Device {
		r, err := b.hub.ListDevices(context.Background(), b.call("suzuki"), &chartv1.ListDevicesRequest{})
		if err != nil {
			t.Fatal(err)
		}
		return r.GetDevices()[1]
	}
	d := list()
	if r := d.GetReport(); r.GetPending() != 1 || r.GetHeld() != 2 || r.GetOldestPendingMs() != 5 || r.GetAppVersion() != "1" {
		t.Errorf("the report: %v", r)
	}
	if !d.GetLastSeen().AsTime().Equal(b.now) {
		t.Errorf("last seen %v, want %v", d.GetLastSeen().AsTime(), b.now)
	}
	req = b.request(b.queued(b.create("sato", temperature(367))))
	req.Report = &syncv1.DeviceReport{Pending: 1, OldestPendingMs: 5}
	b.sync("sato", req)
	if r := list().GetReport(); r.GetPending() != 0 || r.GetOldestPendingMs() != 0 {
		t.Errorf("when all was sent: %v", r)
	}
}

func (b *bench) deviceRow() (row []byte) {
	err := b.store.View(context.Background(), func(r store.Reader) error {
		raw, err := r.Device(tenant, "tablet")
		row = bytes.Clone(raw)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return row
}

// TestWhatADeviceMayHold: what it only names is not remembered, and what it fills anew is not purged.
func TestWhatADeviceMayHold(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)))
	invented := &syncv1.StreamPosition{StreamId: "no-such/care", Cursor: &syncv1.Cursor{Version: &syncv1.Version{Epoch: 1, Seq: 1}, Hash: make([]byte, 32)}}
	req := b.request()
	req.Positions = []*syncv1.StreamPosition{invented}
	b.sync("sato", req) // and is sent the stream that it did not list
	if got := b.known(); len(got.GetStreams()) != 1 || got.GetStreams()[0].GetStreamId() != "yamada/care" {
		t.Errorf("knows %v", got.GetStreams())
	}
	anew := b.request()
	anew.Pull, anew.Positions = false, []*syncv1.StreamPosition{{StreamId: "yamada/care"}}
	b.sync("sato", anew)
	if one := b.known().GetStreams()[0]; one.GetPurgedMs() != 0 {
		t.Errorf("a stream that is filled anew counts as purged: %v", one)
	}
	without := b.request()
	without.Pull = false
	b.sync("sato", without)
	if one := b.known().GetStreams()[0]; one.GetPurgedMs() == 0 {
		t.Errorf("a device without it counts as one with it: %v", one)
	}
}

// TestADepartedDeviceIsListed: a lost device is taken out of the directory, and may still hold what it held.
func TestADepartedDeviceIsListed(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)))
	lost, foreign := b.call("sato"), b.call("sato")
	lost.Session.DeviceID, foreign.Session.DeviceID, foreign.Session.Organisation = "lost", "foreign", "elsewhere"
	for _, c := range []hub.Call{lost, foreign} {
		if _, _, err := b.hub.Sync(context.Background(), c, b.request()); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for token, more := "", true; more; more = token != "" {
		r, err := b.hub.ListDevices(context.Background(), b.call("suzuki"), &chartv1.ListDevicesRequest{PageSize: 1, PageToken: token})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range r.GetDevices() {
			ids = append(ids, d.GetId())
		}
		token = r.GetNextPageToken()
	}
	if want := []string{"drawer", "lost", "tablet"}; !slices.Equal(ids, want) {
		t.Errorf("lists %v, want %v", ids, want)
	}
}

// TestDurableIsToldAgain: a device that only asks for what is new is told every few minutes, of where it wrote alone.
func TestDurableIsToldAgain(t *testing.T) {
	b := newBench(t)
	b.push("sato", b.create("sato", temperature(365)))
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: b.seals, Epochs: b, Backups: backups(1)})
	poll := func(device string) int {
		c, req := b.call("mori"), b.request() // whoever is signed in, granted or not
		c.Session.DeviceID = device
		req.ManifestComplete, req.ManifestHash = false, make([]byte, 32)
		resp, _, err := b.hub.Sync(context.Background(), c, req)
		if err != nil {
			t.Fatal(err)
		}
		return len(resp.GetDurable())
	}
	if n := poll("tablet"); n != 0 {
		t.Errorf("a poll at once: %d", n)
	}
	b.now = b.now.Add(11 * time.Minute)
	if n := poll("tablet"); n != 1 {
		t.Errorf("a poll 11 minutes later: %d", n)
	}
	if n := poll("drawer"); n != 0 {
		t.Errorf("a device that wrote nothing: %d", n)
	}
}

func (b *bench) known() *storev1.KnownDevice {
	b.t.Helper()
	d := &storev1.KnownDevice{}
	if err := proto.Unmarshal(b.deviceRow(), d); err != nil {
		b.t.Fatal(err)
	}
	return d
}

// TestAClaimTellsNothing: who lists streams that they may not read learns from the list of devices neither that there is
// such a stream nor that there is none.
func TestAClaimTellsNothing(t *testing.T) {
	b := newBench(t)
	m := b.create("mori", temperature(365))
	m.StreamId = "other/care"
	req := b.request(b.queued(m))
	req.Pull = false // the tablet gets no copy
	b.expect(b.sync("mori", req).GetResults(), "APPLIED")
	req = b.request()
	for _, name := range []string{"other/care", "nowhere/care"} {
		req.Positions = append(req.Positions, &syncv1.StreamPosition{StreamId: name, Cursor: &syncv1.Cursor{
			Version: &syncv1.Version{Epoch: 1, Seq: 1}, Hash: make([]byte, 32),
		}})
	}
	b.sync("nobody", req)
	r, err := b.hub.ListDevices(context.Background(), b.call("nobody"), &chartv1.ListDevicesRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range r.GetDevices() {
		if len(d.GetStreams()) > 0 {
			t.Errorf("%s: %v", d.GetId(), d.GetStreams())
		}
	}
}
