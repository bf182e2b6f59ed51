package api

import (
	"errors"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// errUnreadable stands for every error of decoding: those of the decoders quote what they could not read, and Connect
// would send that back and hand it to whoever logs.
var errUnreadable = errors.New(textUnreadable)

// errUnwritable stands for every error of encoding, for the same reason.
var errUnwritable = errors.New("the answer cannot be written; try again")

// binaryCodec is the binary encoding of protobuf with errors that say nothing about the content.
type binaryCodec struct{}

func (binaryCodec) Name() string   { return "proto" }
func (binaryCodec) IsBinary() bool { return true }

func (c binaryCodec) Marshal(message any) ([]byte, error) { return c.MarshalAppend(nil, message) }

func (binaryCodec) MarshalAppend(dst []byte, message any) ([]byte, error) {
	return appended(proto.MarshalOptions{}.MarshalAppend, dst, message)
}

func (binaryCodec) MarshalStable(message any) ([]byte, error) {
	return appended(proto.MarshalOptions{Deterministic: true}.MarshalAppend, nil, message)
}

func (binaryCodec) Unmarshal(data []byte, message any) error {
	m, ok := message.(proto.Message)
	if !ok || proto.Unmarshal(data, m) != nil {
		return errUnreadable
	}
	return nil
}

// jsonCodec is the JSON encoding of protobuf, with the same silence. Unknown members are passed over, as unknown
// fields are in the binary encoding.
type jsonCodec struct{ name string }

func (c jsonCodec) Name() string { return c.name }
func (jsonCodec) IsBinary() bool { return false }

func (c jsonCodec) Marshal(message any) ([]byte, error) { return c.MarshalAppend(nil, message) }

func (jsonCodec) MarshalAppend(dst []byte, message any) ([]byte, error) {
	return appended(protojson.MarshalOptions{}.MarshalAppend, dst, message)
}

func (c jsonCodec) MarshalStable(message any) ([]byte, error) { return c.Marshal(message) }

func (jsonCodec) Unmarshal(data []byte, message any) error {
	m, ok := message.(proto.Message)
	if !ok || len(data) == 0 {
		return errUnreadable
	}
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(data, m); err != nil {
		return errUnreadable
	}
	return nil
}

func appended(encode func([]byte, proto.Message) ([]byte, error), dst []byte, message any) ([]byte, error) {
	m, ok := message.(proto.Message)
	if !ok {
		return nil, errUnwritable
	}
	out, err := encode(dst, m)
	if err != nil {
		return nil, errUnwritable
	}
	return out, nil
}
