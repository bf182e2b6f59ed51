package badger

import (
	"encoding/binary"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// table is the first byte of a key. The values are part of the format: they never change.
type table byte

// The tables. A key is a table, the number of a stream or organisation (4 bytes, big endian), and a suffix.
const (
	tableCounter    table = 'c' // no suffix, number 0: the highest number given
	tableCommits    table = 'C' // no suffix, number 0: how many commits there were
	tableStreams    table = 'N' // number 0, tenant and name: the stream's number
	tableInboxes    table = 'O' // number 0, tenant and name: the organisation's number
	tableHeads      table = 'H' // no suffix: the head
	tableEntries    table = 'L' // seq: the entry
	tableSuperseded table = 'S' // seq: nothing
	tableRecords    table = 'R' // id: the state
	tableTimeline   table = 'T' // place, latest first: nothing
	tableMutations  table = 'M' // id: seq
	tableWaiting    table = 'W' // id: ids in the order in which they were put
	tableHeld       table = 'E' // seq: nothing
	tableKeyed      table = 'K' // domain key: ids in order
	tableDigests    table = 'D' // section: the digest
	tableInbox      table = 'I' // id: the item
	tableInboxSizes table = 'Z' // no suffix: how many items
	tableDevices    table = 'V' // number 0, tenant and device: what is known about it
	tableServer     table = 'A' // number: that of the server's table; tenant and key: the row
	tableDue        table = 'U' // number 0; time, tenant, the server's table, key: nothing
	groupBytes            = 5   // table and number
	idBytes               = len(store.ID{})
)

// group is what all keys of one table and one stream begin with.
type group [groupBytes]byte

func (t table) of(number uint32) group {
	g := group{byte(t)}
	binary.BigEndian.PutUint32(g[1:], number)
	return g
}

// suffix is what stands behind the group, for all tables but those of names.
type suffix struct {
	bytes [idBytes]byte
	n     int
}

func (s *suffix) slice() []byte { return s.bytes[:s.n] }

func seqSuffix(seq uint64) (s suffix) {
	binary.BigEndian.PutUint64(s.bytes[:], seq)
	s.n = 8
	return s
}

func sectionSuffix(section uint32) (s suffix) {
	binary.BigEndian.PutUint32(s.bytes[:], section)
	s.n = 4
	return s
}

func idSuffix(id store.ID) suffix { return suffix{bytes: id, n: idBytes} }

// placeSuffix turns the order around, so that the latest place comes first in a forward scan. Flipping the sign makes
// times before 1970 sort before those after it.
func placeSuffix(p store.Place) (s suffix) {
	binary.BigEndian.PutUint64(s.bytes[:], ^(uint64(p.EffectiveMs) ^ 1<<63))
	binary.BigEndian.PutUint64(s.bytes[8:], ^p.Seq)
	s.n = 16
	return s
}

func parsePlace(suffix []byte) store.Place {
	return store.Place{
		EffectiveMs: int64(^binary.BigEndian.Uint64(suffix) ^ 1<<63),
		Seq:         ^binary.BigEndian.Uint64(suffix[8:]),
	}
}

// nameSuffix writes two names so that no name is the beginning of another and keys sort as names do: 0 becomes 0,255
// and a name ends with 0,1.
func nameSuffix(tenant, name string) []byte {
	b := make([]byte, 0, len(tenant)+len(name)+8)
	for _, part := range [...]string{tenant, name} {
		for i := range len(part) {
			if b = append(b, part[i]); part[i] == 0 {
				b = append(b, 255)
			}
		}
		b = append(b, 0, 1)
	}
	return b
}

// parseNames reads back what nameSuffix wrote.
func parseNames(suffix []byte) (tenant, name string) {
	var parts [2]string
	for i := range parts {
		var part []byte
		for len(suffix) > 1 && (suffix[0] != 0 || suffix[1] == 255) {
			if part = append(part, suffix[0]); suffix[0] == 0 {
				suffix = suffix[1:]
			}
			suffix = suffix[1:]
		}
		if len(suffix) >= 2 {
			suffix = suffix[2:]
		}
		parts[i] = string(part)
	}
	return parts[0], parts[1]
}
