package backup

import (
	"encoding/binary"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Bounds of a frame of rows. One frame fits one closure of a store.
const (
	maxRowBytes = 256 << 10
	maxRows     = 2000
)

// appendRow writes a row: its table, then tenant, name, key and value, each behind its length.
func appendRow(to []byte, row store.Row) []byte {
	to = append(to, byte(row.Table))
	to = appendPart(to, row.Tenant)
	to = appendPart(to, row.Name)
	to = appendPart(to, row.Key)
	return appendPart(to, row.Value)
}

func appendPart[T string | []byte](to []byte, part T) []byte {
	return append(binary.AppendUvarint(to, uint64(len(part))), part...)
}

// parseRows reads all rows of a frame. Keys and values belong to the frame.
func parseRows(payload []byte) ([]store.Row, error) {
	var rows []store.Row
	for len(payload) > 0 {
		row := store.Row{Table: store.Table(payload[0])}
		payload = payload[1:]
		var parts [4][]byte
		for i := range parts {
			size, n := binary.Uvarint(payload)
			if n <= 0 || size > uint64(len(payload)-n) {
				return nil, ErrBroken
			}
			parts[i], payload = payload[n:n+int(size)], payload[n+int(size):]
		}
		row.Tenant, row.Name, row.Key, row.Value = string(parts[0]), string(parts[1]), parts[2], parts[3]
		rows = append(rows, row)
	}
	return rows, nil
}
