package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
)

// chain is what a line is linked by: the SHA-256 of the one before and its own text.
type chain [sha256.Size]byte

// linkDigits is how many hexadecimal digits of the chain a line carries.
const linkDigits = 32

// format writes a line: the record, its place in the chain, and a checksum of both.
func format(before chain, r Record) (line []byte, after chain, err error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, before, err
	}
	after = before.link(text)
	line = fmt.Appendf(text, " %s", hex.EncodeToString(after[:])[:linkDigits])
	return fmt.Appendf(line, " %08x\n", crc32.ChecksumIEEE(line)), after, nil
}

// parse reads a line without its end. It answers false for one that is not what format wrote after the one before.
func parse(before chain, line []byte) (r Record, after chain, ok bool) {
	const tail = 1 + linkDigits + 1 + 8
	if len(line) <= tail {
		return r, before, false
	}
	text := line[:len(line)-tail]
	if json.Unmarshal(text, &r) != nil {
		return r, before, false
	}
	after = before.link(text)
	want := fmt.Appendf(bytes.Clone(text), " %s", hex.EncodeToString(after[:])[:linkDigits])
	want = fmt.Appendf(want, " %08x", crc32.ChecksumIEEE(want))
	return r, after, bytes.Equal(want, line)
}

func (c chain) link(text []byte) chain { return sha256.Sum256(append(c[:], text...)) }
