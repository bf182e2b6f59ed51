package ledger_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strconv"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// hexBytes are bytes that stand in a vector as hexadecimal digits.
type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

func (h hexBytes) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

// number is a 64-bit number that stands in a vector as a decimal string.
type number uint64

func (n *number) UnmarshalText(text []byte) error {
	v, err := strconv.ParseUint(string(text), 10, 64)
	*n = number(v)
	return err
}

// vectors are the known answers that every implementation shares. They were made by another program, with an encoder
// of its own.
type vectors struct {
	Terms []struct {
		RecordID   hexBytes `json:"record_id"`
		Epoch, Seq number
		Record     hexBytes
		Term       hexBytes
	}
	Sections []struct {
		Name   string
		Terms  []hexBytes
		Digest hexBytes
	}
	Manifests []struct {
		Name      string
		Positions []struct {
			StreamID   string `json:"stream_id"`
			Epoch, Seq number
			Hash       hexBytes
		}
		Hash hexBytes `json:"manifest_hash"`
	}
	Commitments []struct {
		Name       string
		Salt       hexBytes
		AuthorSeal hexBytes `json:"author_seal"`
		Payload    hexBytes
		Commitment hexBytes
	}
	Entries []struct {
		Name             string
		Previous         hexBytes
		Entry            json.RawMessage
		Commitment       hexBytes
		RecordSHA256     hexBytes `json:"record_sha256"`
		RecordCommitment hexBytes `json:"record_commitment"`
		Canonical        hexBytes
		Hash             hexBytes
	}
	Versions []struct {
		Name        string
		Version, At [2]number
		Bases       [][2]number
		Reached     bool
		Clamp       number
	}
}

func readVectors(t *testing.T) (v vectors) {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/wire/ledger.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if slices.Contains([]int{len(v.Terms), len(v.Sections), len(v.Manifests), len(v.Commitments), len(v.Entries), len(v.Versions)}, 0) {
		t.Fatal("a list of vectors is empty")
	}
	return v
}

func TestTermVectors(t *testing.T) {
	for i, c := range readVectors(t).Terms {
		v := &syncv1.Version{Epoch: uint64(c.Epoch), Seq: uint64(c.Seq)}
		if got := ledger.Term([16]byte(c.RecordID), v, c.Record); !bytes.Equal(got[:], c.Term) {
			t.Errorf("case %d: %x", i, got)
		}
		if got := ledger.TermOf([16]byte(c.RecordID), v, sha256.Sum256(c.Record)); !bytes.Equal(got[:], c.Term) {
			t.Errorf("case %d, by its hash: %x", i, got)
		}
	}
}

func TestSectionVectors(t *testing.T) {
	for _, c := range readVectors(t).Sections {
		var d ledger.Digest
		for _, term := range c.Terms {
			d = d.Add(ledger.Digest(term))
		}
		if !bytes.Equal(d[:], c.Digest) {
			t.Errorf("%s: %x", c.Name, d)
		}
		for _, term := range c.Terms {
			d = d.Sub(ledger.Digest(term))
		}
		if d != (ledger.Digest{}) {
			t.Errorf("%s, all taken away again: %x", c.Name, d)
		}
	}
}

func TestManifestVectors(t *testing.T) {
	for _, c := range readVectors(t).Manifests {
		var positions []*syncv1.StreamPosition
		for _, p := range c.Positions {
			cursor := &syncv1.Cursor{Version: &syncv1.Version{Epoch: uint64(p.Epoch), Seq: uint64(p.Seq)}, Hash: p.Hash}
			positions = append(positions, &syncv1.StreamPosition{StreamId: p.StreamID, Cursor: cursor, Staged: cursor})
		}
		before := slices.Clone(positions)
		if got := ledger.Manifest(positions); !bytes.Equal(got, c.Hash) {
			t.Errorf("%s: %x", c.Name, got)
		}
		if !slices.Equal(before, positions) {
			t.Errorf("%s: the caller's positions were put into another order", c.Name)
		}
	}
}

// A stream at its start may come without a cursor.
func TestManifestWithoutACursor(t *testing.T) {
	with := ledger.Manifest([]*syncv1.StreamPosition{{StreamId: "s", Cursor: &syncv1.Cursor{Version: &syncv1.Version{}}}})
	without := ledger.Manifest([]*syncv1.StreamPosition{{StreamId: "s"}})
	if !bytes.Equal(with, without) {
		t.Error("an empty cursor and none differ")
	}
}

func TestCommitmentVectors(t *testing.T) {
	for _, c := range readVectors(t).Commitments {
		e := &storev1.Entry{Salt: c.Salt, AuthorSeal: c.AuthorSeal, Payload: c.Payload}
		if got := ledger.Commitment(e); !bytes.Equal(got, c.Commitment) {
			t.Errorf("%s: %x", c.Name, got)
		}
	}
}

func TestEntryVectors(t *testing.T) {
	for _, c := range readVectors(t).Entries {
		e := &storev1.Entry{}
		if err := protojson.Unmarshal(c.Entry, e); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		if err := ledger.Seal(e, c.Previous); err != nil || !bytes.Equal(e.GetHash(), c.Hash) {
			t.Errorf("%s: %x, %v", c.Name, e.GetHash(), err)
		}
		canonical := &storev1.Entry{}
		if err := proto.Unmarshal(c.Canonical, canonical); err != nil {
			t.Fatalf("%s: %v", c.Name, err)
		}
		if !bytes.Equal(canonical.GetCommitment(), c.Commitment) || !bytes.Equal(canonical.GetRecordSha256(), c.RecordCommitment) {
			t.Errorf("%s: the canonical entry has other commitments", c.Name)
		}
		if got, err := ledger.Marshal(canonical); err != nil || !bytes.Equal(got, c.Canonical) {
			t.Errorf("%s: encoded %x, %v", c.Name, got, err)
		}
		record, err := ledger.Record(e)
		if err != nil || (record == nil) != (len(c.RecordSHA256) == 0) {
			t.Errorf("%s: record %x, %v", c.Name, record, err)
		}
		if sum := sha256.Sum256(record); record != nil && !bytes.Equal(sum[:], c.RecordSHA256) {
			t.Errorf("%s: record %x", c.Name, record)
		}
	}
}

func TestVersionVectors(t *testing.T) {
	for _, c := range readVectors(t).Versions {
		v := &syncv1.Version{Epoch: uint64(c.Version[0]), Seq: uint64(c.Version[1])}
		at := &syncv1.Version{Epoch: uint64(c.At[0]), Seq: uint64(c.At[1])}
		var bases []*syncv1.EpochBase
		for _, b := range c.Bases {
			bases = append(bases, &syncv1.EpochBase{Epoch: uint64(b[0]), BaseSeq: uint64(b[1])})
		}
		if got := ledger.Reached(v, at, bases); got != c.Reached {
			t.Errorf("%s: reached %v", c.Name, got)
		}
		if got := ledger.Clamp(v, bases); got != uint64(c.Clamp) {
			t.Errorf("%s: clamped to %d", c.Name, got)
		}
	}
}
