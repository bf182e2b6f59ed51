package ledger_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"github.com/tsunagu-care/tsunagu/sync/ledger"

	// The contract, for the registry.
	_ "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	_ "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	_ "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
	_ "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	_ "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

var rewrite = flag.Bool("rewrite", false, "add bytes to wire vectors that have none, and vectors for fields that none has")

// shipped are the packages whose messages leave the program that made them: over the wire or into a store.
var shipped = []string{"care", "chart", "identity", "store", "sync"}

// wireVectors are the messages of one package as bytes and as protobuf JSON. What was once written there decodes for
// ever: bytes are added and never changed.
type wireVectors struct {
	About   string        `json:"about"`
	Vectors []*wireVector `json:"vectors"`
}

type wireVector struct {
	Name    string                `json:"name"`
	Message protoreflect.FullName `json:"message"`
	Bytes   hexBytes              `json:"bytes"`
	JSON    json.RawMessage       `json:"json"`
}

func wireFile(pkg string) string {
	return filepath.Join("..", "..", "testdata", "wire", "v1", pkg+".json")
}

// TestWireVectors decodes the bytes of every message that was ever shipped and compares what it finds with the
// message in words. It fails too if a field of the contract stands in no vector.
//
// To add a vector, write its name, message and JSON into the file and run
//
//	go test ./sync/ledger -run TestWireVectors -rewrite
func TestWireVectors(t *testing.T) {
	for _, pkg := range shipped {
		t.Run(pkg, func(t *testing.T) {
			file := readWire(t, pkg)
			if *rewrite {
				file.complete(t, pkg)
				file.write(t, pkg)
			}
			found := fieldSet{}
			for _, v := range file.Vectors {
				found.add(v.check(t))
			}
			if missing := found.missing(pkg); len(missing) > 0 {
				t.Errorf("%d fields stand in no vector, %s first: run this test with -rewrite", len(missing), missing[0].FullName())
			}
		})
	}
}

func readWire(t *testing.T, pkg string) (w wireVectors) {
	t.Helper()
	raw, err := os.ReadFile(wireFile(pkg))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &w); err != nil {
		t.Fatalf("%s: %v", wireFile(pkg), err)
	}
	if slices.ContainsFunc(w.Vectors, func(v *wireVector) bool { return v == nil }) {
		t.Fatalf("%s: an empty vector", wireFile(pkg))
	}
	return w
}

func (w wireVectors) write(t *testing.T, pkg string) {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	put := func(before string, v any, after string) {
		b.WriteString(before)
		if err := e.Encode(v); err != nil {
			t.Fatal(err)
		}
		b.Truncate(b.Len() - 1) // the new line
		b.WriteString(after)
	}
	put("{\n\"about\": ", w.About, ",\n\"vectors\": [\n")
	for i, v := range w.Vectors {
		put("", v, map[bool]string{true: "\n]\n}\n", false: ",\n"}[i == len(w.Vectors)-1])
	}
	if err := os.WriteFile(wireFile(pkg), b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// check decodes the bytes and compares.
func (v *wireVector) check(t *testing.T) protoreflect.Message {
	t.Helper()
	got, want := v.empty(t), v.empty(t)
	if err := proto.Unmarshal(v.Bytes, got); err != nil {
		t.Fatalf("%s %s: %v", v.Message, v.Name, err)
	}
	if err := protojson.Unmarshal(v.JSON, want); err != nil {
		t.Fatalf("%s %s: %v", v.Message, v.Name, err)
	}
	if !proto.Equal(got, want) {
		t.Errorf("%s %s: the bytes hold\n%v\nand not\n%v", v.Message, v.Name, got, want)
	}
	return got.ProtoReflect()
}

func (v *wireVector) empty(t *testing.T) proto.Message {
	t.Helper()
	kind, err := protoregistry.GlobalTypes.FindMessageByName(v.Message)
	if err != nil {
		t.Fatalf("%s: %v", v.Message, err)
	}
	return kind.New().Interface()
}

// complete gives bytes to vectors that have none, and adds vectors until every field stands in one.
func (w *wireVectors) complete(t *testing.T, pkg string) {
	t.Helper()
	found := fieldSet{}
	for _, v := range w.Vectors {
		m := v.empty(t)
		if len(v.Bytes) == 0 {
			if err := protojson.Unmarshal(v.JSON, m); err != nil {
				t.Fatalf("%s %s: %v", v.Message, v.Name, err)
			}
			v.Bytes = encode(t, m)
		} else if err := proto.Unmarshal(v.Bytes, m); err != nil {
			t.Fatalf("%s %s: %v", v.Message, v.Name, err)
		}
		found.add(m.ProtoReflect())
	}
	for missing := found.missing(pkg); len(missing) > 0; missing = found.missing(pkg) {
		f := missing[0]
		v := &wireVector{Name: fmt.Sprintf("every field, with %s", f.Name()), Message: f.Parent().FullName()}
		m := v.empty(t)
		fill(m.ProtoReflect(), f)
		v.Bytes, v.JSON = encode(t, m), canonicalJSON(t, m)
		w.Vectors = append(w.Vectors, v)
		found.add(m.ProtoReflect())
	}
}

// fieldSet is the fields that are set in some message.
type fieldSet map[protoreflect.FullName]bool

func (s fieldSet) add(m protoreflect.Message) {
	m.Range(func(f protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		s[f.FullName()] = true
		return true
	})
}

func (s fieldSet) missing(pkg string) []protoreflect.FieldDescriptor {
	return slices.DeleteFunc(fieldsOf(pkg), func(f protoreflect.FieldDescriptor) bool { return s[f.FullName()] })
}

// canonicalJSON is protobuf JSON without the random spaces that protojson puts in.
func canonicalJSON(t *testing.T, m proto.Message) json.RawMessage {
	t.Helper()
	raw, err := protojson.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// fieldsOf returns the fields of all messages of a package, in order of names and numbers.
func fieldsOf(pkg string) (fields []protoreflect.FieldDescriptor) {
	var add func(messages protoreflect.MessageDescriptors)
	add = func(messages protoreflect.MessageDescriptors) {
		for i := range messages.Len() {
			for j := range messages.Get(i).Fields().Len() {
				fields = append(fields, messages.Get(i).Fields().Get(j))
			}
			add(messages.Get(i).Messages())
		}
	}
	protoregistry.GlobalFiles.RangeFilesByPackage(protoreflect.FullName("tsunagu."+pkg+".v1"), func(f protoreflect.FileDescriptor) bool {
		add(f.Messages())
		return true
	})
	slices.SortFunc(fields, func(a, b protoreflect.FieldDescriptor) int {
		if c := strings.Compare(string(a.Parent().FullName()), string(b.Parent().FullName())); c != 0 {
			return c
		}
		return int(a.Number()) - int(b.Number())
	})
	return fields
}

// fill sets every field to something that is not its default, down to the last one. Of a oneof it sets the first
// member, or the one that is asked for.
func fill(m protoreflect.Message, asked protoreflect.FieldDescriptor) {
	fields := m.Descriptor().Fields()
	for i := range fields.Len() {
		f := fields.Get(i)
		if o := f.ContainingOneof(); o != nil && !o.IsSynthetic() {
			of := o.Fields().Get(0)
			if asked != nil && asked.ContainingOneof() == o {
				of = asked
			}
			if f != of {
				continue
			}
		}
		switch {
		case f.IsList() && f.Message() != nil:
			fill(m.Mutable(f).List().AppendMutable().Message(), nil)
		case f.IsList():
			m.Mutable(f).List().Append(sample(f, 0))
			m.Mutable(f).List().Append(sample(f, 1))
		case f.Message() != nil:
			fill(m.Mutable(f).Message(), nil)
		default:
			m.Set(f, sample(f, 0))
		}
	}
}

// sample is a value for a field that has no message: one that shows its sign, its size and its number.
func sample(f protoreflect.FieldDescriptor, n int) protoreflect.Value {
	at := int(f.Number()) + n
	switch f.Kind() {
	case protoreflect.BoolKind:
		return protoreflect.ValueOfBool(true)
	case protoreflect.EnumKind:
		values := f.Enum().Values()
		return protoreflect.ValueOfEnum(values.Get(1 + (at-1)%(values.Len()-1)).Number())
	case protoreflect.Int32Kind:
		return protoreflect.ValueOfInt32(int32(500 + at)) // nanoseconds: never negative
	case protoreflect.Sint32Kind:
		return protoreflect.ValueOfInt32(int32(-1000 - at))
	case protoreflect.Int64Kind:
		if f.Parent().FullName() == "google.protobuf.Timestamp" {
			return protoreflect.ValueOfInt64(1798761600)
		}
		return protoreflect.ValueOfInt64(1798761600000 + int64(at))
	case protoreflect.Sint64Kind:
		return protoreflect.ValueOfInt64(-7200000 - int64(at))
	case protoreflect.Uint32Kind:
		return protoreflect.ValueOfUint32(uint32(0xfffffff0 - at))
	case protoreflect.Uint64Kind:
		return protoreflect.ValueOfUint64(1<<63 + uint64(at)) // more than a float or an int64 holds
	case protoreflect.StringKind:
		return protoreflect.ValueOfString(fmt.Sprintf("%s 欄%d", f.Name(), at))
	case protoreflect.BytesKind:
		return protoreflect.ValueOfBytes(bytes.Repeat([]byte{byte(0xf0 + at)}, 16))
	}
	panic("a kind of field that the contract did not have: " + f.FullName())
}

// A program that does not know a field passes it on: at the end of the message, and in the messages within.
func TestLaterFieldsSurvive(t *testing.T) {
	later := protowire.AppendBytes(protowire.AppendTag(nil, 19000, protowire.BytesType), []byte("later"))
	later = protowire.AppendVarint(protowire.AppendTag(later, 19001, protowire.VarintType), 1<<40)
	for _, pkg := range shipped {
		for _, v := range readWire(t, pkg).Vectors {
			sender := v.empty(t)
			if err := proto.Unmarshal(v.Bytes, sender); err != nil {
				t.Fatal(err)
			}
			n := addEverywhere(sender.ProtoReflect(), later)
			sent := encode(t, sender)
			between := v.empty(t)
			if err := proto.Unmarshal(sent, between); err != nil {
				t.Fatal(err)
			}
			if passedOn := encode(t, proto.Clone(between)); bytes.Count(passedOn, later) != n || len(passedOn) != len(sent) {
				t.Errorf("%s %s: of %d unknown fields %d are left", v.Message, v.Name, n, bytes.Count(passedOn, later))
			}
		}
	}
}

// addEverywhere adds unknown fields to a message and all messages in it, and says to how many.
func addEverywhere(m protoreflect.Message, later []byte) int {
	n := 1
	m.Range(func(f protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case f.Message() == nil:
		case f.IsList():
			for i := range v.List().Len() {
				n += addEverywhere(v.List().Get(i).Message(), later)
			}
		default:
			n += addEverywhere(v.Message(), later)
		}
		return true
	})
	m.SetUnknown(later)
	return n
}

// A kind of record that a program does not know stays in the body as unknown bytes, and goes back as it came.
func TestALaterKindSurvives(t *testing.T) {
	kind := protowire.AppendBytes(protowire.AppendTag(nil, 900, protowire.BytesType), []byte("a later kind of record"))
	body := protowire.AppendBytes(protowire.AppendTag(nil, 3, protowire.BytesType), kind)
	m := (&wireVector{Message: "tsunagu.care.v1.Record"}).empty(t)
	if err := proto.Unmarshal(body, m); err != nil {
		t.Fatal(err)
	}
	if got, err := ledger.Marshal(m); err != nil || !bytes.Equal(got, body) {
		t.Errorf("%x, %v", got, err)
	}
}
