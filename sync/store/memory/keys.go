package memory

import (
	"encoding/binary"
	"strings"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// table is the first byte of a key.
type table byte

// The tables. What follows the two names in a key stands behind each.
const (
	heads      table = iota // nothing
	entries                 // seq
	superseded              // seq
	records                 // id
	timeline                // place, latest first
	mutations               // id
	waiting                 // id of the mutation that is waited for
	held                    // seq
	keyed                   // domain key
	digests                 // section
	inbox                   // id
	inboxSize               // nothing
	devices                 // nothing; the name is the device's id
	serverRows              // see serverPrefix
	dues                    // see dueKey
)

// prefix returns the beginning of all keys of a table under two names. Names are escaped, so that no name is the
// beginning of another and keys sort as names do.
func (t table) prefix(tenant, name string) string {
	b := make([]byte, 0, len(tenant)+len(name)+8)
	b = append(b, byte(t))
	b = appendName(b, tenant)
	b = appendName(b, name)
	return string(b)
}

func (t table) of(s store.Stream) string { return t.prefix(s.Tenant, s.Name) }

func (t table) ofInbox(o store.Organisation) string { return t.prefix(o.Tenant, o.Name) }

// appendName writes 0 as 0,255 and ends the name with 0,1.
func appendName(b []byte, name string) []byte {
	b = append(b, strings.ReplaceAll(name, "\x00", "\x00\xff")...)
	return append(b, 0, 1)
}

// cutName reads back what appendName wrote.
func cutName(key string) (name, rest string) {
	name, rest, _ = strings.Cut(key, "\x00\x01")
	return strings.ReplaceAll(name, "\x00\xff", "\x00"), rest
}

// number writes a number so that keys sort as numbers do.
func number(n uint64) string {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], n)
	return string(b[:])
}

// parseNumber reads the number at the end of a key.
func parseNumber(key string) uint64 {
	return binary.BigEndian.Uint64([]byte(key[len(key)-8:]))
}

// parseID reads the id at the end of a key.
func parseID(key string) (id store.ID) {
	copy(id[:], key[len(key)-len(id):])
	return id
}

// placeKey turns the order around: a later place sorts first. Flipping the sign makes times before 1970 sort before
// those after it.
func placeKey(p store.Place) string {
	return number(^(uint64(p.EffectiveMs) ^ 1<<63)) + number(^p.Seq)
}

// parsePlace reads the place at the end of a key.
func parsePlace(key string) store.Place {
	return store.Place{
		EffectiveMs: int64(^parseNumber(key[:len(key)-8]) ^ 1<<63),
		Seq:         ^parseNumber(key),
	}
}
