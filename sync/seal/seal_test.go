package seal_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/seal"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// hexBytes are bytes that stand in a vector as hexadecimal digits.
type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

// vectors are the known answers that every implementation shares. They were made by another program.
type vectors struct {
	Authors []struct {
		Master     hexBytes
		Tenant     string
		Person     string   `json:"person_id"`
		Device     string   `json:"device_id"`
		AuthorKey  hexBytes `json:"author_key"`
		Payload    hexBytes
		Hash       hexBytes `json:"payload_hash"`
		AuthorSeal hexBytes `json:"author_seal"`
	}
	Times []struct {
		Master hexBytes
		Tenant string
		Device string `json:"device_id"`
		UnixMs int64  `json:"unix_ms,string"`
		Seal   hexBytes
	} `json:"sealed_times"`
	Receipts []struct {
		Master     hexBytes
		Tenant     string
		StreamID   string   `json:"stream_id"`
		Epoch      uint64   `json:",string"`
		Seq        uint64   `json:",string"`
		MutationID hexBytes `json:"mutation_id"`
		Hash       hexBytes `json:"payload_hash"`
		ArrivedMs  int64    `json:"arrived_ms,string"`
		Seal       hexBytes
	}
	Places []struct {
		Master   hexBytes
		Tenant   string
		StreamID string `json:"stream_id"`
		Epoch    uint64 `json:",string"`
		Seq      uint64 `json:",string"`
		Hash     hexBytes
		Cursor   hexBytes
		Landing  hexBytes
	}
}

func read(t *testing.T) (v vectors) {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/wire/seals.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Authors) == 0 || len(v.Times) == 0 || len(v.Receipts) == 0 || len(v.Places) == 0 {
		t.Fatal("a list of vectors is empty")
	}
	return v
}

// seen tells of seals that two different inputs have in common.
type seen map[string]int

func (s seen) add(t *testing.T, at int, sealed []byte) {
	t.Helper()
	if other, ok := s[string(sealed)]; ok {
		t.Errorf("case %d has the seal of case %d", at, other)
	}
	s[string(sealed)] = at
}

func TestAuthorVectors(t *testing.T) {
	keys, seals := seen{}, seen{}
	for i, c := range read(t).Authors {
		master := seal.Master(c.Master)
		key := master.AuthorKey(c.Tenant, c.Person, c.Device)
		if !bytes.Equal(key[:], c.AuthorKey) {
			t.Errorf("case %d: author key %x", i, key)
		}
		if got := seal.Author(key, c.Payload); !bytes.Equal(got, c.AuthorSeal) {
			t.Errorf("case %d: author seal %x", i, got)
		}
		if got := seal.PayloadHash(c.Payload); !bytes.Equal(got[:], c.Hash) {
			t.Errorf("case %d: payload hash %x", i, got)
		}
		if !seal.AuthorSealer(key).AuthorFits(c.Payload, c.AuthorSeal) {
			t.Errorf("case %d: the seal does not fit", i)
		}
		seals.add(t, i, c.AuthorSeal)
		if string(c.Payload) == "payload" {
			keys.add(t, i, c.AuthorKey)
		}
	}
}

func TestSealedTimeVectors(t *testing.T) {
	seals := seen{}
	for i, c := range read(t).Times {
		master := seal.Master(c.Master)
		got := master.Time(c.Tenant, c.Device, c.UnixMs)
		if !bytes.Equal(got.GetSeal(), c.Seal) || got.GetUnixMs() != c.UnixMs {
			t.Errorf("case %d: %v", i, got)
		}
		if !master.TimeFits(c.Tenant, c.Device, got) {
			t.Errorf("case %d: the seal does not fit", i)
		}
		seals.add(t, i, c.Seal)
	}
}

func TestReceiptVectors(t *testing.T) {
	seals := seen{}
	for i, c := range read(t).Receipts {
		master := seal.Master(c.Master)
		r := &syncv1.Receipt{
			StreamId: c.StreamID, Version: &syncv1.Version{Epoch: c.Epoch, Seq: c.Seq}, MutationId: c.MutationID,
			PayloadHash: c.Hash, ArrivedMs: c.ArrivedMs,
		}
		if got := master.Receipt(c.Tenant, r); !bytes.Equal(got, c.Seal) {
			t.Errorf("case %d: %x", i, got)
		}
		if master.ReceiptFits(c.Tenant, r) {
			t.Errorf("case %d: a receipt without a seal fits", i)
		}
		if r.Seal = c.Seal; !master.ReceiptFits(c.Tenant, r) {
			t.Errorf("case %d: the seal does not fit", i)
		}
		seals.add(t, i, c.Seal)
	}
}

// A place has two seals, one for whoever read it and one for whoever brought what stands there. Neither is the other.
func TestPlaceVectors(t *testing.T) {
	seals := seen{}
	for i, c := range read(t).Places {
		s := seal.Master(c.Master).Sealer()
		at := &syncv1.Cursor{Version: &syncv1.Version{Epoch: c.Epoch, Seq: c.Seq}, Hash: c.Hash}
		if got := s.Cursor(c.Tenant, c.StreamID, at); !bytes.Equal(got, c.Cursor) {
			t.Errorf("case %d: a cursor's seal is %x", i, got)
		}
		if got := s.Landing(c.Tenant, c.StreamID, at); !bytes.Equal(got, c.Landing) {
			t.Errorf("case %d: a landing's seal is %x", i, got)
		}
		if at.Seal = c.Cursor; !s.CursorFits(c.Tenant, c.StreamID, at) || s.LandingFits(c.Tenant, c.StreamID, at) {
			t.Errorf("case %d: a cursor's seal fits a landing, or no cursor", i)
		}
		if at.Seal = c.Landing; !s.LandingFits(c.Tenant, c.StreamID, at) || s.CursorFits(c.Tenant, c.StreamID, at) {
			t.Errorf("case %d: a landing's seal fits a cursor, or no landing", i)
		}
		seals.add(t, i, c.Cursor)
		seals.add(t, i, c.Landing)
	}
}

var master = seal.Master{1, 2, 3}

// Each pair has the same text in the same order; only where one part ends and the next begins differs.
func TestWherePartsEndIsSealed(t *testing.T) {
	split := func(parts string) []byte {
		p := strings.Split(parts, "|")
		key := master.AuthorKey(p[0], p[1], p[2])
		return key[:]
	}
	cases := []string{"a|b|c", "ab||c", "|ab|c", "a|bc|", "||abc", "abc||", "a||bc"}
	for i, one := range cases {
		for _, other := range cases[:i] {
			if bytes.Equal(split(one), split(other)) {
				t.Errorf("%s and %s have one key", one, other)
			}
		}
	}
}

// A length is sealed as a number: a part that spells the length of the next one does not become it.
func TestAPartCannotSpellALength(t *testing.T) {
	one := master.Time("t\x00\x00\x00\x01A", "", 0).GetSeal()
	other := master.Time("t", "A", 0).GetSeal()
	if bytes.Equal(one, other) {
		t.Error("a tenant's name that holds a length reads as tenant and device")
	}
}

// The uses have labels of their own: what was sealed for one never fits another, even where the parts are the same.
func TestUsesDoNotMix(t *testing.T) {
	key := master.AuthorKey("t", "A", string(make([]byte, 8)))
	sealedTime := master.Time("t", "A", 0)
	if bytes.Equal(key[:seal.SealSize], sealedTime.GetSeal()) {
		t.Error("an author key begins with a sealed time")
	}
	if bytes.Equal(seal.Author(seal.Master(key), []byte("p")), seal.Author(master, []byte("p"))) {
		t.Error("author key and master key seal alike")
	}
	own := master.AuthorKey("t", "p", "A")
	if seal.AuthorSealer(own).AuthorFits([]byte("x"), own[:seal.SealSize]) {
		t.Error("a key passes for a seal")
	}
}

func TestAuthorSealFitsNobodyElse(t *testing.T) {
	sealed := seal.Author(master.AuthorKey("t", "sato", "A"), []byte("payload"))
	if len(sealed) != seal.SealSize {
		t.Fatalf("%d bytes", len(sealed))
	}
	cases := []struct {
		name                   string
		tenant, person, device string
		payload                string
		seal                   []byte
	}{
		{"another tenant", "u", "sato", "A", "payload", sealed},
		{"another person", "t", "suzuki", "A", "payload", sealed},
		{"another device", "t", "sato", "B", "payload", sealed},
		{"another payload", "t", "sato", "A", "payloae", sealed},
		{"no seal", "t", "sato", "A", "payload", nil},
		{"a shorter seal", "t", "sato", "A", "payload", sealed[:15]},
		{"a longer seal", "t", "sato", "A", "payload", append(slices.Clone(sealed), 0)},
	}
	for _, c := range cases {
		if seal.AuthorSealer(master.AuthorKey(c.tenant, c.person, c.device)).AuthorFits([]byte(c.payload), c.seal) {
			t.Errorf("%s: fits", c.name)
		}
	}
	if seal.AuthorSealer(seal.Master{9}.AuthorKey("t", "sato", "A")).AuthorFits([]byte("payload"), sealed) {
		t.Error("another server: fits")
	}
}

func TestSealedTimeFitsNoOther(t *testing.T) {
	at := master.Time("t", "A", 1000)
	if !master.TimeFits("t", "A", at) {
		t.Fatal("does not fit")
	}
	later := proto.CloneOf(at)
	later.UnixMs++
	short := &syncv1.SealedTime{UnixMs: 1000, Seal: at.GetSeal()[:8]}
	for name, fits := range map[string]bool{
		"none":           master.TimeFits("t", "A", nil),
		"empty":          master.TimeFits("t", "A", &syncv1.SealedTime{}),
		"a later time":   master.TimeFits("t", "A", later),
		"a shorter seal": master.TimeFits("t", "A", short),
		"another device": master.TimeFits("t", "B", at),
		"another tenant": master.TimeFits("u", "A", at),
		"another server": seal.Master{9}.TimeFits("t", "A", at),
	} {
		if fits {
			t.Errorf("%s: fits", name)
		}
	}
}

// A sealer that has made other seals, longer and shorter ones, makes the same as a new one, and what it gave stays.
func TestASealerKeepsNothingOfTheSealBefore(t *testing.T) {
	long := &syncv1.Receipt{StreamId: strings.Repeat("s", 500), PayloadHash: make([]byte, 32)}
	short := &syncv1.Receipt{StreamId: "s"}
	shared := master.Sealer()
	first := shared.Receipt("t", short)
	between := shared.Receipt("t", long)
	again := shared.Receipt("t", short)
	if !bytes.Equal(first, master.Receipt("t", short)) || !bytes.Equal(between, master.Receipt("t", long)) ||
		!bytes.Equal(again, first) {
		t.Errorf("%x, %x, %x", first, between, again)
	}
	if !shared.TimeFits("t", "A", master.Time("t", "A", 5)) || shared.TimeFits("t", "B", master.Time("t", "A", 5)) {
		t.Error("a sealed time is judged otherwise after other seals")
	}
	author := seal.AuthorSealer(master.AuthorKey("t", "sato", "A"))
	for _, payload := range []string{"a long payload", "short", ""} {
		if !bytes.Equal(author.Author([]byte(payload)), seal.Author(master.AuthorKey("t", "sato", "A"), []byte(payload))) {
			t.Errorf("%q: another seal than that of a new sealer", payload)
		}
	}
	if _ = append(first, 0xff); !bytes.Equal(again, shared.Receipt("t", short)) {
		t.Error("what is appended to a seal reaches the next one")
	}
}

// Every field of a receipt is sealed. A field that is added to the message later has to be added here, and to a new
// seal: reflection finds it.
func TestEveryFieldOfAReceiptIsSealed(t *testing.T) {
	full := &syncv1.Receipt{
		StreamId: "yamada/care", Version: &syncv1.Version{Epoch: 1, Seq: 2}, MutationId: []byte{2}, PayloadHash: []byte{3}, ArrivedMs: 4,
	}
	full.Seal = master.Receipt("t", full)
	if !master.ReceiptFits("t", full) || master.ReceiptFits("u", full) || master.ReceiptFits("t", nil) {
		t.Fatal("fits the wrong one, or not the right one")
	}
	fields := full.ProtoReflect().Descriptor().Fields()
	for i := range fields.Len() {
		r := proto.CloneOf(full)
		if !r.ProtoReflect().Has(fields.Get(i)) {
			t.Errorf("%s: the test does not set it", fields.Get(i).Name())
		}
		r.ProtoReflect().Clear(fields.Get(i))
		if master.ReceiptFits("t", r) {
			t.Errorf("without %s it still fits", fields.Get(i).Name())
		}
	}
	for name, v := range map[string]*syncv1.Version{"epoch": {Epoch: 2, Seq: 2}, "seq": {Epoch: 1, Seq: 3}} {
		r := proto.CloneOf(full)
		if r.Version = v; master.ReceiptFits("t", r) {
			t.Errorf("another %s still fits", name)
		}
	}
}
