package main

import (
	"context"
	"io"
	"testing"

	"github.com/klauspost/compress/zstd"
	"google.golang.org/protobuf/proto"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestWhatAShiftCosts says what the bytes of a shift are: for each part, by how much the compressed message shrinks
// without it. Compressed messages are no sums, so the parts do not add up to the whole. It fails if request and answer
// together are above the target of the row SHIFT; the frames and headers around them are some 200 bytes.
func TestWhatAShiftCosts(t *testing.T) {
	up, down := aShift(t)
	sent, got := packed(t, up), packed(t, down)
	t.Logf("request %d bytes, answer %d, together %d", sent, got, sent+got)
	for _, part := range parts {
		m, whole := proto.Message(proto.CloneOf(up)), sent
		if part.answer != nil {
			m, whole = proto.CloneOf(down), got
			part.answer(m.(*syncv1.SyncResponse))
		} else {
			part.request(t, m.(*syncv1.SyncRequest))
		}
		t.Logf("%-52s %6d bytes", part.what, whole-packed(t, m))
	}
	if float64(sent+got) > shiftBytes.target {
		t.Errorf("a shift takes %d bytes, the target is %.0f", sent+got, shiftBytes.target)
	}
}

// part is something of the request or of the answer that can be left out.
type part struct {
	what    string
	request func(*testing.T, *syncv1.SyncRequest)
	answer  func(*syncv1.SyncResponse)
}

var parts = []part{
	{what: "up: author seals", request: func(_ *testing.T, m *syncv1.SyncRequest) {
		for _, q := range m.GetMutations() {
			q.AuthorSeal = nil
		}
	}},
	mutated("up: ids", func(m *syncv1.Mutation) { m.Id, m.Record.Id = nil, nil }),
	mutated("up: ids of the records, which are the mutations'", func(m *syncv1.Mutation) { m.Record.Id = nil }),
	mutated("up: stream, person, device, sealed time", func(m *syncv1.Mutation) {
		m.StreamId, m.PersonId, m.DeviceId, m.NotBefore = "", "", "", nil
	}),
	mutated("up: wall clock", func(m *syncv1.Mutation) { m.Record.Envelope.Recorded = nil }),
	mutated("up: monotonic clock", func(m *syncv1.Mutation) { m.Record.Envelope.MonotonicMs = 0 }),
	mutated("up: effective time", func(m *syncv1.Mutation) { m.Record.Envelope.Effective = nil }),
	mutated("up: bodies", func(m *syncv1.Mutation) { m.Record.Body = nil }),
	answered("down: seals of the receipts", func(r *syncv1.MutationResult) { r.ReceiptSeal = nil }),
	answered("down: versions and arrivals of the results", func(r *syncv1.MutationResult) { r.Version, r.ArrivedMs = nil, 0 }),
	{what: "down: all results", answer: func(m *syncv1.SyncResponse) { m.Results = nil }},
	{what: "down: landings, verdicts, digests", answer: func(m *syncv1.SyncResponse) {
		m.Landings, m.Verdicts, m.Pages[0].Staged, m.Pages[0].Sections = nil, nil, nil, nil
	}},
	paged("down: the device's own records", true),
	paged("down: the team's records", false),
}

// mutated leaves something out of every mutation.
func mutated(what string, without func(*syncv1.Mutation)) part {
	return part{what: what, request: func(t *testing.T, m *syncv1.SyncRequest) {
		for _, q := range m.GetMutations() {
			mutation := &syncv1.Mutation{}
			if err := proto.Unmarshal(q.GetPayload(), mutation); err != nil {
				t.Fatal(err)
			}
			without(mutation)
			var err error
			if q.Payload, err = proto.Marshal(mutation); err != nil {
				t.Fatal(err)
			}
		}
	}}
}

// answered leaves something out of every result.
func answered(what string, without func(*syncv1.MutationResult)) part {
	return part{what: what, answer: func(m *syncv1.SyncResponse) {
		for _, r := range m.GetResults() {
			without(r)
		}
	}}
}

// paged leaves out the records that the request brought, or all others.
func paged(what string, own bool) part {
	return part{what: what, answer: func(m *syncv1.SyncResponse) {
		var left []*syncv1.PageRecord
		for _, r := range m.GetPages()[0].GetRecords() {
			if (r.GetMutation() != 0) != own {
				left = append(left, r)
			}
		}
		m.Pages[0].Records = left
	}}
}

// aShift is the request and the answer of the row SHIFT, of a server in this process.
func aShift(t *testing.T) (up *syncv1.SyncRequest, down *syncv1.SyncResponse) {
	t.Helper()
	dir := t.TempDir()
	if _, err := diskOf(dir); err != nil {
		t.Skip(err)
	}
	settings, err := parse([]string{"--inprocess", "--records", "100", "--rounds", "1", "--dir", dir}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	l, err := newLab(t.Context(), settings, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	err = l.onFresh(t.Context(), func(ctx context.Context, s *site) error {
		up, down, err = l.oneShift(ctx, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.close(); err != nil {
		t.Fatal(err)
	}
	return up, down
}

func (l *lab) oneShift(ctx context.Context, s *site) (up *syncv1.SyncRequest, down *syncv1.SyncResponse, err error) {
	team, err := dial(ctx, s.server.address(), writer)
	if err != nil {
		return nil, nil, err
	}
	defer team.close()
	mine, err := dial(ctx, s.server.address(), watcher)
	if err != nil {
		return nil, nil, err
	}
	defer mine.close()
	stream, r := streamOf(mainChart), newReadings(l.settings.seed, 2*shiftUp)
	parcels, err := team.pack(r, shiftUp, stream, s.book(stream))
	if err != nil {
		return nil, nil, err
	}
	if err := team.post(ctx, parcels[0]); err != nil {
		return nil, nil, err
	}
	up = request()
	up.Pull, up.ManifestComplete = true, true
	for range shiftUp {
		q, err := mine.create(r, stream, s.book(stream))
		if err != nil {
			return nil, nil, err
		}
		up.Mutations = append(up.Mutations, q)
	}
	down, err = mine.step(ctx, up)
	return up, down, err
}

// packed is how long a message is on the wire: the SDK takes more care over a request than the server over an answer.
func packed(t *testing.T, m proto.Message) int {
	t.Helper()
	raw, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	w := newZstdEncoder()
	if _, answer := m.(*syncv1.SyncResponse); answer {
		if w, err = zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest)); err != nil {
			t.Fatal(err)
		}
	}
	return len(w.EncodeAll(raw, nil))
}
