package ledger_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/ledger"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

func encode(t rapid.TB, m proto.Message) []byte {
	t.Helper()
	raw, err := ledger.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

var (
	recordID = bytes.Repeat([]byte{7}, 16)
	previous = bytes.Repeat([]byte{9}, 32)
)

// created is the entry of a CREATE, with the fields that such an entry has.
func created(t rapid.TB) *storev1.Entry {
	t.Helper()
	return &storev1.Entry{
		Version: &syncv1.Version{Epoch: 1, Seq: 2}, Effect: syncv1.Outcome_OUTCOME_APPLIED, MutationId: recordID,
		RecordId: recordID, ArrivedMs: 3, DeviceId: "A", Section: 202611, Salt: bytes.Repeat([]byte{1}, 16),
		Payload: encode(t, &syncv1.Mutation{
			Id: recordID, Record: &carev1.Record{Id: recordID}, Reason: "the fields after the record do not belong to it",
		}),
		AuthorSeal: []byte("seal"), Record: encode(t, &carev1.Record{Arrival: &carev1.Arrival{DeviceId: "A"}}),
	}
}

// full is an entry with every field set; it holds the whole record.
func full(t rapid.TB) *storev1.Entry {
	t.Helper()
	e := created(t)
	e.PreviousSeq, e.HeldReason, e.HeldSeq = 1, syncv1.HeldReason_HELD_REASON_ROLE, 1
	e.Detail, e.WaitsFor, e.JudgedBy, e.ForReview = "detail", recordID, "tanaka", true
	e.Author, e.ClockOffsetMs, e.Cause, e.Hash = &carev1.Actor{PersonId: "sato"}, -5, recordID, previous
	e.Record = encode(t, &carev1.Record{Id: recordID})
	return e
}

func hash(t rapid.TB, e *storev1.Entry) []byte {
	t.Helper()
	sum, err := ledger.Hash(e, previous)
	if err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestRecordOfAnEntry(t *testing.T) {
	e := created(t)
	brought, arrival := encode(t, &carev1.Record{Id: recordID}), e.GetRecord()
	cases := []struct {
		name   string
		change func(e *storev1.Entry)
		want   []byte
	}{
		{"a CREATE: what it brought and what was appended", func(*storev1.Entry) {}, append(brought[:len(brought):len(brought)], arrival...)},
		{"a later change: the whole", func(e *storev1.Entry) { e.PreviousSeq = 1 }, arrival},
		{"the release of a CREATE: the whole", func(e *storev1.Entry) { e.HeldSeq = 1 }, arrival},
		{"held", func(e *storev1.Entry) { e.Effect = syncv1.Outcome_OUTCOME_HELD }, nil},
		{"rejected", func(e *storev1.Entry) { e.Effect = syncv1.Outcome_OUTCOME_REJECTED }, nil},
		{"an effect of a later version", func(e *storev1.Entry) { e.Effect = 99 }, nil},
	}
	for _, c := range cases {
		e := created(t)
		c.change(e)
		got, err := ledger.Record(e)
		if err != nil || !bytes.Equal(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("%s: %x, %v; want %x", c.name, got, err, c.want)
		}
	}
}

// What is erased is replaced by its commitment, and the chain stays whole.
func TestErasingKeepsTheHash(t *testing.T) {
	for _, e := range []*storev1.Entry{created(t), full(t)} {
		want := hash(t, e)
		record, err := ledger.Record(e)
		if err != nil {
			t.Fatal(err)
		}
		erased := proto.CloneOf(e)
		if err := ledger.Erase(erased); err != nil {
			t.Fatal(err)
		}
		if got := hash(t, erased); !bytes.Equal(got, want) {
			t.Error("erased: another hash")
		}
		raw, err := ledger.Marshal(erased)
		if err != nil {
			t.Fatal(err)
		}
		plain := sha256.Sum256(record)
		for what, gone := range map[string][]byte{"the payload": e.GetPayload(), "the record": e.GetRecord(), "the salt": e.GetSalt(), "the record's plain hash": plain[:]} {
			if len(gone) > 0 && bytes.Contains(raw, gone) {
				t.Errorf("erased, and %s is still there", what)
			}
		}
		if g, err := ledger.Look(raw); err != nil || g.Record != nil {
			t.Errorf("looking at an erased entry: %x, %v", g.Record, err)
		}
		again := proto.CloneOf(erased)
		if err := ledger.Erase(again); err != nil || !proto.Equal(again, erased) {
			t.Errorf("erased again: %v", err)
		}
		erased.RecordSha256[0]++
		if got := hash(t, erased); bytes.Equal(got, want) {
			t.Error("another commitment, the same hash")
		}
	}
}

// An entry of a CREATE that has lost its payload without a commitment is not hashed as if nothing had been written.
func TestALostPayloadIsAnError(t *testing.T) {
	e := created(t)
	e.Payload = nil
	if sum, err := ledger.Hash(e, previous); !errors.Is(err, ledger.ErrEncoding) || sum != nil {
		t.Errorf("%x, %v", sum, err)
	}
	if err := ledger.Seal(e, previous); err == nil || len(e.GetHash()) > 0 {
		t.Errorf("sealed with %x, %v", e.GetHash(), err)
	}
}

// Every field counts, also one that a later version adds: reflection finds it here, and the list in Hash has to name
// it.
func TestEveryFieldIsHashed(t *testing.T) {
	e := full(t)
	e.Commitment, e.RecordSha256 = bytes.Repeat([]byte{3}, 32), bytes.Repeat([]byte{4}, 32)
	want := hash(t, e)
	fields := e.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if !e.ProtoReflect().Has(f) {
			t.Errorf("%s: the test does not set it", f.Name())
		}
		covered := f.Number() >= 30 // by the commitments, or the hash itself
		cleared := proto.CloneOf(e)
		cleared.ProtoReflect().Clear(f)
		if same := bytes.Equal(hash(t, cleared), want); same != covered {
			t.Errorf("without %s: the same hash is %v", f.Name(), same)
		}
	}
	for name, change := range map[string]func(e *storev1.Entry){
		"epoch":     func(e *storev1.Entry) { e.Version.Epoch++ },
		"seq":       func(e *storev1.Entry) { e.Version.Seq++ },
		"the sign":  func(e *storev1.Entry) { e.ClockOffsetMs *= -1 },
		"an author": func(e *storev1.Entry) { e.Author.Name = "佐藤" },
	} {
		other := proto.CloneOf(e)
		if change(other); bytes.Equal(hash(t, other), want) {
			t.Errorf("another %s has the same hash", name)
		}
	}
	if other, err := ledger.Hash(e, previous[:31]); err != nil || bytes.Equal(other, want) {
		t.Error("another entry before it, and the same hash")
	}
}

// As long as they are there, payload, seal, salt and record are hashed themselves.
func TestContentIsHashed(t *testing.T) {
	want := hash(t, full(t))
	for _, name := range []protoreflect.Name{"salt", "payload", "author_seal", "record"} {
		e := full(t)
		f := e.ProtoReflect().Descriptor().Fields().ByName(name)
		changed := append(e.ProtoReflect().Get(f).Bytes(), 0)
		e.ProtoReflect().Set(f, protoreflect.ValueOfBytes(changed))
		if bytes.Equal(hash(t, e), want) {
			t.Errorf("another %s has the same hash", name)
		}
	}
}

func TestHashChangesNothing(t *testing.T) {
	e := created(t)
	before := proto.CloneOf(e)
	if hash(t, e); !proto.Equal(e, before) {
		t.Error("the entry was changed")
	}
	if err := ledger.Seal(e, previous); err != nil {
		t.Fatal(err)
	}
	if before.Hash = e.GetHash(); len(e.GetHash()) != 32 || !proto.Equal(e, before) {
		t.Error("Seal sets more than the hash")
	}
	if len(e.GetCommitment())+len(e.GetRecordSha256()) > 0 {
		t.Error("Seal stores a commitment")
	}
}

func TestPayloadRecord(t *testing.T) {
	record := encode(t, &carev1.Record{Id: recordID})
	field := func(n protowire.Number, b []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(nil, n, protowire.BytesType), b)
	}
	later := protowire.AppendFixed32(protowire.AppendTag(nil, 900, protowire.Fixed32Type), 5)
	cases := []struct {
		name    string
		payload []byte
		want    []byte
		fails   bool
	}{
		{"once", field(13, record), record, false},
		{"an empty one", field(13, nil), nil, false},
		{"after fields of a later version", append(later, field(13, record)...), record, false},
		{"inside another field only", field(15, field(13, record)), nil, true},
		{"twice", append(field(13, record), field(13, record)...), nil, true},
		{"twice, the second one empty", append(field(13, record), field(13, nil)...), nil, true},
		{"not at all", field(14, []byte("reason")), nil, true},
		{"no bytes", nil, nil, true},
		{"cut off", field(13, record)[:10], nil, true},
		{"something after it", append(field(13, record), 0xff), nil, true},
		{"a group that does not end", append(field(13, record), protowire.AppendTag(nil, 900, protowire.StartGroupType)...), nil, true},
	}
	for _, c := range cases {
		got, err := ledger.PayloadRecord(c.payload)
		if errors.Is(err, ledger.ErrEncoding) != c.fails || !bytes.Equal(got, c.want) {
			t.Errorf("%s: %x, %v", c.name, got, err)
		}
	}
}

func TestSameHash(t *testing.T) {
	if !ledger.SameHash(nil, []byte{}) || !ledger.SameHash(previous, bytes.Clone(previous)) {
		t.Error("equal hashes differ")
	}
	if ledger.SameHash(nil, previous) || ledger.SameHash(previous[:31], previous) {
		t.Error("different hashes are the same")
	}
}

func TestMarshalIsTheSameEachTime(t *testing.T) {
	e := full(t)
	if !bytes.Equal(encode(t, e), encode(t, proto.CloneOf(e))) {
		t.Error("equal messages have different bytes")
	}
}

// What the server derived was brought by nobody: its entry holds the whole record.
func TestADerivedEntryHoldsItsRecord(t *testing.T) {
	e := created(t)
	e.Cause, e.Payload, e.AuthorSeal = recordID, nil, nil
	e.Record = encode(t, &carev1.Record{Id: recordID})
	if err := ledger.Seal(e, previous); err != nil {
		t.Fatal(err)
	}
	record, err := ledger.Record(e)
	if err != nil || !bytes.Equal(record, e.GetRecord()) {
		t.Errorf("%x, %v", record, err)
	}
	raw, err := ledger.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if g, err := ledger.Look(raw); err != nil || !g.Derived || !bytes.Equal(g.Record, e.GetRecord()) {
		t.Errorf("%+v, %v", g, err)
	}
}
