package api

import (
	"bytes"
	"errors"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// errUnreadable stands for every error of decoding: those of the decoders quote what they could not read, and Connect
// would send that back and hand it to whoever logs.
var errUnreadable = errors.New(textUnreadable)

// errUnreadableJSON is the same for JSON, where a misspelt member is the most likely cause.
var errUnreadableJSON = errors.New(textUnreadableJSON)

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
	if !ok || crowded(data, m.ProtoReflect().Descriptor()) || proto.Unmarshal(data, m) != nil {
		return errUnreadable
	}
	return nil
}

// jsonCodec is the JSON encoding of protobuf, with the same silence. An unknown member is an error: JSON is written by
// hand and by small programs, where it is a slip of the pen, and to pass over it would lose what somebody wrote.
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
	if bytes.Count(data, []byte{'{'}) > maxParts {
		return errUnreadableJSON
	}
	if err := protojson.Unmarshal(data, m); err != nil {
		return errUnreadableJSON
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
