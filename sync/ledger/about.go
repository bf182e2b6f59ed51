package ledger

import syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"

// About returns the id of the record that a mutation is about, 16 bytes in every mutation that has an id. A CREATE is
// about the record with its own id, whatever it says besides; so is one of another kind that names no record.
func About(m *syncv1.Mutation) []byte {
	if m.GetOperation() != syncv1.Operation_OPERATION_CREATE && len(m.GetRecordId()) == 16 {
		return m.GetRecordId()
	}
	return m.GetId()
}
