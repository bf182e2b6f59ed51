package store

import "errors"

// ErrServerKey: a row of no table of the server's own, or under no key.
var ErrServerKey = errors.New("no table of the server has such a row; nothing was stored, name one of its tables and a key")

// ServerTable names one of the server's own tables: what it needs to do its work and no tablet ever gets. The numbers
// are part of the format of backups: they never change.
type ServerTable byte

// The server's own tables. An id in a key is written in hex, small letters.
const (
	// TableOutbox: the record's id, "-", the sequence number in 16 hex digits; what is to be told about the record.
	TableOutbox ServerTable = 1
	// TableEscalation: the id; one escalation and how far it has come.
	TableEscalation ServerTable = 2
	// TableDelivery: the id of the escalation, or 32 zeros, "-", the id; one message to one device.
	TableDelivery ServerTable = 3
	// TableTarget: the person's id, "/", the id; one device that a person is reached by.
	TableTarget ServerTable = 4
	// TablePolicy: "o/" and an organisation, or "c/" and a chart; its policy.
	TablePolicy ServerTable = 5
	// TableRota: the organisation, "/", the id of the rota; the rota.
	TableRota ServerTable = 6
	// TableDigest: the person's id, "/", the day as YYYY-MM-DD; what one day's digest holds.
	TableDigest ServerTable = 7
	// TableDuty: organisation, rota, person and beginning in milliseconds, with "/" between; one duty.
	TableDuty ServerTable = 8
	// TableRunning: the chart's id; the hex id of the escalation that runs, empty when none does.
	TableRunning ServerTable = 9
	// TableTargetOwner: the id of a device; the person whom it belongs to.
	TableTargetOwner ServerTable = 10
	// TableDefaults: the organisation; the limits that its readings are compared with.
	TableDefaults ServerTable = 11
)

// lastServerTable is the one with the highest number.
const lastServerTable = TableDefaults

// ServerKey names a row of one of the server's own tables.
type ServerKey struct {
	// Tenant is the installation's customer.
	Tenant string
	// Table is one of the tables above.
	Table ServerTable
	// Key is the row's place in its table, 1 to MaxServerKey bytes. Rows are in the order of its bytes.
	Key string
}

// check tells whether a row may stand under the key.
func (k ServerKey) check() error {
	switch {
	case k.Table == 0 || k.Table > lastServerTable || k.Key == "":
		return ErrServerKey
	case len(k.Key) > MaxServerKey:
		return ErrTooLarge
	}
	return nil
}

// WriteServer takes a write to one of the server's own tables, or a due mark, from the budget. Their keys are long, so
// they count beside the value.
func (b *Budget) WriteServer(k ServerKey, row []byte) error {
	if err := k.check(); err != nil {
		return b.Fail(err)
	}
	b.spent += len(k.Tenant) + len(k.Key)
	return b.Write(k.Tenant, "", row)
}

// serverKey and dueKey are what the keys of RowServer and RowDue hold: for a due mark its time first, as in a place.
const (
	serverKeyAt = 1
	dueKeyAt    = 9
)

// ServerRowKey is the key of a row of RowServer.
func ServerRowKey(k ServerKey) []byte { return append([]byte{byte(k.Table)}, k.Key...) }

// DueKey is the key of a row of RowDue.
func DueKey(atMs int64, k ServerKey) []byte {
	return append(NumberKey(uint64(atMs)^signBit), ServerRowKey(k)...)
}

// serverKey reads the name of a server's row back; at is where its key begins.
func (r Row) serverKey(at int) ServerKey {
	return ServerKey{Tenant: r.Tenant, Table: ServerTable(r.Key[at-1]), Key: string(r.Key[at:])}
}

// fitsServer tells whether a row of RowServer or RowDue has the form of its table.
func (r Row) fitsServer() bool {
	at := serverKeyAt
	if r.Table == RowDue {
		at = dueKeyAt
	}
	return r.Name == "" && len(r.Key) > at && r.serverKey(at).check() == nil
}
