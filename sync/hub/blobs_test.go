package hub_test

import (
	"context"
	"crypto/sha256"
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// photoOf is a hash that stands for a photo.
func photoOf(n byte) []byte { return append(make([]byte, 31), n) }

// withPhoto lets a mutation name a photo of n bytes.
func withPhoto(m *syncv1.Mutation, n byte) *syncv1.Mutation {
	m.Record.Envelope.Blobs = []*carev1.BlobRef{{Sha256: photoOf(n), Size: uint64(n), MediaType: "image/jpeg"}}
	return m
}

// asked is who asks for which photo.
type asked struct {
	person, device string
	stream         string
	record         []byte
	mutation       []byte
	photo          byte
	upload         bool
}

// blob asks, and returns "ok" or the name of the error.
func (b *bench) blob(a asked) string {
	b.t.Helper()
	c := b.call(a.person)
	if a.device != "" {
		c.Session.DeviceID = a.device
	}
	q := hub.BlobQuestion{StreamID: a.stream, RecordID: store.ID(a.record), SHA256: photoOf(a.photo), Upload: a.upload}
	if a.mutation != nil {
		q.MutationID = store.ID(a.mutation)
	}
	g, err := b.hub.BlobAllowed(context.Background(), c, q)
	switch {
	case err == nil && g.Size == uint64(a.photo) && g.MediaType == "image/jpeg" && g.Blind:
		return "ok, blind"
	case err == nil && g.Size == uint64(a.photo) && g.MediaType == "image/jpeg":
		return "ok"
	case err == nil:
		return "another photo"
	case hub.CodeOf(err) == hub.NotFound:
		return "not found"
	}
	return err.Error()
}

func (b *bench) answers(a asked, want string) {
	b.t.Helper()
	if got := b.blob(a); got != want {
		b.t.Errorf("%+v: %s, want %s", a, got, want)
	}
}

func TestPhotoBelongsToWhoeverMayReadItsRecord(t *testing.T) {
	b := newBench(t)
	m := withPhoto(b.create("sato", temperature(365)), 3)
	plain := b.create("sato", temperature(366))
	b.expect(b.push("sato", m, plain), "APPLIED", "APPLIED")
	of := asked{person: "suzuki", device: "other", stream: "yamada/care", record: m.GetId(), photo: 3}
	b.answers(of, "ok")
	for name, change := range map[string]func(*asked){
		"another chart's physician": func(a *asked) { a.person = "mori" },
		"nobody":                    func(a *asked) { a.person = "nobody" },
		"another photo":             func(a *asked) { a.photo = 4 },
		"another record":            func(a *asked) { a.record = plain.GetId() },
		"no record":                 func(a *asked) { a.record = b.id() },
		"another stream":            func(a *asked) { a.stream = "other/care" },
		"no stream":                 func(a *asked) { a.stream = "" },
	} {
		for _, upload := range []bool{false, true} {
			a := of
			a.upload = upload
			change(&a)
			if got := b.blob(a); got != "not found" {
				t.Errorf("%s: %s", name, got)
			}
		}
	}
}

func TestPhotoOfAnOlderVersionAndOfACandidateIsThere(t *testing.T) {
	b := newBench(t)
	m := withPhoto(b.create("sato", temperature(365)), 3)
	b.expect(b.push("sato", m), "APPLIED")
	record := b.records("sato")[string(m.GetId())]
	sum := sha256.Sum256(record.GetRecord())
	seen := &syncv1.RecordVersion{Version: record.GetVersion(), Sha256: sum[:]}
	second := withPhoto(b.patch("sato", m.GetId(), seen, temperature(370)), 4)
	third := withPhoto(b.patch("suzuki", m.GetId(), seen, temperature(380)), 5)
	second.Record.Envelope.Effective = timestamppb.New(b.now) // with it the envelope is written too
	third.Record.Envelope.Effective = second.Record.Envelope.Effective
	outcomes := append(b.push("sato", second), b.push("suzuki", third)...)
	if outcomes[0].GetOutcome() != syncv1.Outcome_OUTCOME_APPLIED || outcomes[1].GetOutcome() != syncv1.Outcome_OUTCOME_CONFLICT {
		t.Fatal(outcomes)
	}
	for photo := byte(3); photo <= 5; photo++ {
		b.answers(asked{person: "takahashi", device: "other", stream: "yamada/care", record: m.GetId(), photo: photo}, "ok")
	}
}

// TestNurseWhoseAssignmentEndedLosesNoPhoto: her tablet brings it, and she may not look at it.
func TestNurseWhoseAssignmentEndedLosesNoPhoto(t *testing.T) {
	b := newBench(t)
	m := withPhoto(b.create("nobody", temperature(365)), 9)
	b.expect(b.push("nobody", m), "HELD NO_GRANT")
	if b.inboxSize() != 1 {
		t.Fatal("it is not in the inbox")
	}
	a := asked{person: "nobody", stream: "yamada/care", record: m.GetId(), mutation: m.GetId(), photo: 9, upload: true}
	b.answers(a, "ok, blind")
	for name, change := range map[string]func(*asked){
		"to look at it":           func(a *asked) { a.upload = false },
		"another tablet":          func(a *asked) { a.device = "other" },
		"another photo":           func(a *asked) { a.photo = 8 },
		"another mutation":        func(a *asked) { a.mutation = b.id() },
		"without the mutation":    func(a *asked) { a.mutation = nil },
		"for another record":      func(a *asked) { a.record = b.id() },
		"into a stream not named": func(a *asked) { a.stream = "other/care" },
	} {
		c := a
		change(&c)
		if got := b.blob(c); got != "not found" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// TestHeldInAStream: whoever reads the stream sees the photo of what is held there, its tablet brings it.
func TestHeldInAStream(t *testing.T) {
	b := newBench(t)
	m := withPhoto(b.create("takahashi", medicine("錠")), 7) // a care worker may write no order
	b.expect(b.push("takahashi", m), "HELD ROLE")
	a := asked{person: "sato", device: "other", stream: "yamada/care", record: m.GetId(), mutation: m.GetId(), photo: 7}
	b.answers(a, "ok")
	a.person = "mori"
	b.answers(a, "not found")
	a.upload, a.device = true, "tablet"
	b.answers(a, "ok, blind")
	a.device = "other"
	b.answers(a, "not found")
}

func TestErasedRecordHasNoPhoto(t *testing.T) {
	b := newBench(t)
	m := withPhoto(b.create("sato", temperature(365)), 3)
	b.expect(b.push("sato", m), "APPLIED")
	if err := b.hub.Erase(context.Background(), b.call("sato"), "yamada/care", store.ID(m.GetId()), "station"); err != nil {
		t.Fatal(err)
	}
	for _, upload := range []bool{false, true} {
		b.answers(asked{person: "sato", stream: "yamada/care", record: m.GetId(), mutation: m.GetId(), photo: 3, upload: upload}, "not found")
	}
}

type unconfirmed struct{}

func (unconfirmed) Unconfirmed() bool { return true }

// TestRestoredServerShowsNoPhoto until its operator has confirmed who may read what; it takes what can be proven.
func TestRestoredServerShowsNoPhoto(t *testing.T) {
	b := newBench(t)
	m := withPhoto(b.create("sato", temperature(365)), 3)
	b.expect(b.push("sato", m), "APPLIED")
	b.hub = hub.New(hub.Config{Store: b.store, Directory: people{}, Seals: seal.Master{7}, Epochs: b, Restored: unconfirmed{}})
	a := asked{person: "sato", stream: "yamada/care", record: m.GetId(), photo: 3}
	if got := b.blob(a); got == "ok" || got == "not found" {
		t.Error(got)
	}
	a.upload = true
	b.answers(a, "ok")
}

// TestPhotosEndWithTheAssignment, for looking at them; her own tablet may still bring what she took.
func TestPhotosEndWithTheAssignment(t *testing.T) {
	b := newBench(t)
	m := withPhoto(b.create("sato", temperature(365)), 3)
	b.expect(b.push("sato", m), "APPLIED")
	b.now = day.AddDate(-20, 0, 0) // a time at which she has no grant
	a := asked{person: "sato", stream: "yamada/care", record: m.GetId(), mutation: m.GetId(), photo: 3}
	b.answers(a, "not found")
	a.upload = true
	b.answers(a, "ok, blind")
}
