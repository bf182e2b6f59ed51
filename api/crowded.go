package api

import (
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

const (
	// maxOccurrences is how often one field may stand in a request: no list of the contract may have more items. Empty
	// items cost two bytes on the wire and a hundred times that once they are decoded and every one of them is refused.
	maxOccurrences = 4096
	// maxParts is how many messages, and texts in lists, may stand in a request at all depths. The fullest one that the
	// contract allows, a manifest of 4,096 streams with their digests, fills its 1 MiB with less than 40,000.
	maxParts = 1 << 16
	// minPart is the least that one of them takes: its tag and its length.
	minPart = 2
)

// crowded tells whether an encoded message of a type has one field too often, or too many parts in all. What cannot be
// read is not crowded: the decoder says that better.
func crowded(data []byte, of protoreflect.MessageDescriptor) bool {
	if len(data) < maxOccurrences*minPart {
		return false
	}
	var count [64]int
	for rest := data; len(rest) > 0; {
		number, _, size := field(rest)
		if size < 0 {
			return false
		}
		if at := int(number); at < len(count) {
			if count[at]++; count[at] > maxOccurrences {
				return true
			}
		}
		rest = rest[size:]
	}
	if len(data) < maxParts*minPart {
		return false
	}
	p := parts{plain: map[protoreflect.MessageDescriptor]bool{}}
	p.add(data, of)
	return p.n > maxParts
}

// parts counts what a message is made of, down to maxParts.
type parts struct {
	n int
	// plain are the types without parts, such as a queued mutation: their content is not looked at.
	plain map[protoreflect.MessageDescriptor]bool
}

// add counts the parts of a message. It goes as deep as the types of the contract do, none of which contains itself.
func (p *parts) add(data []byte, of protoreflect.MessageDescriptor) {
	fields := of.Fields()
	for len(data) > 0 && p.n <= maxParts {
		number, value, size := field(data)
		if size < 0 {
			return
		}
		data = data[size:]
		if value == nil {
			continue
		}
		f := fields.ByNumber(number)
		if f == nil || !isPart(f) {
			continue
		}
		p.n++
		if inner := f.Message(); inner != nil && len(value) >= minPart && !p.isPlain(inner) {
			p.add(value, inner)
		}
	}
}

func (p *parts) isPlain(of protoreflect.MessageDescriptor) bool {
	plain, known := p.plain[of]
	if !known {
		plain = true
		for i := range of.Fields().Len() {
			plain = plain && !isPart(of.Fields().Get(i))
		}
		p.plain[of] = plain
	}
	return plain
}

// isPart tells whether each occurrence of a field takes memory of its own.
func isPart(f protoreflect.FieldDescriptor) bool {
	return f.Message() != nil || f.IsList() && (f.Kind() == protoreflect.StringKind || f.Kind() == protoreflect.BytesKind)
}

// field takes the first field off an encoded message: its number, its content if that has a length, and the bytes that it
// takes in all, which is negative if it cannot be read.
func field(data []byte) (number protowire.Number, value []byte, size int) {
	number, kind, n := protowire.ConsumeTag(data)
	if n < 0 {
		return 0, nil, n
	}
	if kind == protowire.BytesType {
		value, size = protowire.ConsumeBytes(data[n:])
	} else {
		size = protowire.ConsumeFieldValue(number, kind, data[n:])
	}
	if size < 0 {
		return 0, nil, size
	}
	return number, value, n + size
}
