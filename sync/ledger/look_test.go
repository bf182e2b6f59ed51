package ledger_test

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/ledger"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// entries draws entries in which each field may be there or not.
var entries = rapid.Custom(func(t *rapid.T) *storev1.Entry {
	some := rapid.SliceOfN(rapid.Byte(), 0, 8)
	small := rapid.Uint64Range(0, 2)
	payload := &syncv1.Mutation{Id: some.Draw(t, "id"), Reason: rapid.SampledFrom([]string{"", "測り直し"}).Draw(t, "reason")}
	if rapid.Bool().Draw(t, "payload has a record") {
		payload.Record = &carev1.Record{Id: some.Draw(t, "record id in payload")}
	}
	e := &storev1.Entry{
		Effect: syncv1.Outcome(rapid.Int32Range(0, 9).Draw(t, "effect")), MutationId: some.Draw(t, "mutation id"),
		RecordId: some.Draw(t, "record id"), ArrivedMs: rapid.Int64().Draw(t, "arrived"), Section: rapid.Uint32().Draw(t, "section"),
		PreviousSeq: small.Draw(t, "previous"), HeldSeq: small.Draw(t, "held"), Detail: "詳細", ForReview: rapid.Bool().Draw(t, "review"),
		Hash: some.Draw(t, "hash"), Salt: some.Draw(t, "salt"), AuthorSeal: some.Draw(t, "seal"), Record: some.Draw(t, "record"),
		Payload: encode(t, payload),
	}
	if rapid.Bool().Draw(t, "has a version") {
		e.Version = &syncv1.Version{Epoch: rapid.Uint64().Draw(t, "epoch"), Seq: rapid.Uint64().Draw(t, "seq")}
	}
	return e
})

// agree compares a glance at an entry with the whole of it.
func agree(t rapid.TB, raw []byte, e *storev1.Entry) {
	t.Helper()
	g, err := ledger.Look(raw)
	record, want := ledger.Record(e)
	if (err != nil) != (want != nil) {
		t.Fatalf("a glance fails with %v, the whole with %v", err, want)
	}
	if err != nil {
		return
	}
	if g.Epoch != e.GetVersion().GetEpoch() || g.Seq != e.GetVersion().GetSeq() || g.Effect != e.GetEffect() ||
		!bytes.Equal(g.RecordID, e.GetRecordId()) || g.Section != e.GetSection() || !bytes.Equal(g.Hash, e.GetHash()) ||
		!bytes.Equal(g.Record, record) || g.Record != nil && !ledger.Changed(g.Effect) {
		t.Errorf("a glance gives %+v\nof %v", g, e)
	}
}

func TestLookAgreesWithDecoding(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := entries.Draw(t, "entry")
		agree(t, encode(t, e), e)
	})
}

// Of a field that comes twice the last one counts, and messages are merged: so does protobuf.
func TestLookAgreesWhereFieldsComeTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := append(encode(t, entries.Draw(t, "first half")), encode(t, entries.Draw(t, "second half"))...)
		e := &storev1.Entry{}
		if err := proto.Unmarshal(raw, e); err != nil {
			t.Fatal(err)
		}
		agree(t, raw, e)
	})
}

// FuzzLook looks at bytes that may be no entry. It never panics; what it gives of an entry without unknown fields is
// what is in it. (It does not check that text is UTF-8.)
func FuzzLook(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0x0a, 0x80})
	f.Add([]byte{0x0a, 0x02, 0x08, 0xff})
	f.Add(encode(f, created(f)))
	f.Add(encode(f, full(f)))
	f.Add(append(encode(f, full(f)), encode(f, created(f))...))
	f.Fuzz(func(t *testing.T, raw []byte) {
		g, err := ledger.Look(raw)
		e := &storev1.Entry{}
		if proto.Unmarshal(raw, e) != nil {
			return
		}
		if err == nil && g.Record != nil && !ledger.Changed(g.Effect) {
			t.Errorf("%x: a record where none was changed", raw)
		}
		if len(e.ProtoReflect().GetUnknown())+len(e.GetVersion().ProtoReflect().GetUnknown()) == 0 {
			agree(t, raw, e)
		}
	})
}

// FuzzPayloadRecord takes bytes that may be no payload. It never panics; the record that it gives is the one that
// decoding the payload gives.
func FuzzPayloadRecord(f *testing.F) {
	payload := created(f).GetPayload()
	f.Add([]byte{})
	f.Add(payload)
	f.Add(append(payload[:len(payload):len(payload)], payload...))
	f.Add([]byte{0x6a, 0x05, 0x01})
	f.Fuzz(func(t *testing.T, raw []byte) {
		record, err := ledger.PayloadRecord(raw)
		m := &syncv1.Mutation{}
		if err != nil || proto.Unmarshal(raw, m) != nil || len(m.ProtoReflect().GetUnknown()) > 0 {
			return
		}
		r := &carev1.Record{}
		if err := proto.Unmarshal(record, r); err != nil || m.Record == nil || !proto.Equal(r, m.GetRecord()) {
			t.Errorf("%x: %v, in the payload %v, %v", raw, r, m.GetRecord(), err)
		}
	})
}
