package replica

import (
	"google.golang.org/protobuf/encoding/protowire"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
)

// statusOfRecord is the field number of a record's status.
const statusOfRecord protowire.Number = 4

// isStub tells, without decoding the rest, whether a serialised record is what is left of one that was erased.
func isStub(record []byte) (stub bool) {
	for len(record) > 0 {
		number, kind, n := protowire.ConsumeTag(record)
		if n < 0 {
			return false
		}
		record = record[n:]
		if number == statusOfRecord && kind == protowire.VarintType {
			value, _ := protowire.ConsumeVarint(record)
			stub = carev1.RecordStatus(value) == carev1.RecordStatus_RECORD_STATUS_ERASED
		}
		if n = protowire.ConsumeFieldValue(number, kind, record); n < 0 {
			return false
		}
		record = record[n:]
	}
	return stub
}

// erase destroys what the device holds of a record that was erased by order, beside the record itself: what its own
// people wrote, answered or not, what was set aside for rescue, and what an unfinished fill brought of it. The server
// answers for it from now on. Photos stand beside the store, and are put down for removal.
func erase(tx Tx, stream string, record ID) error {
	var own []*devicev1.OwnMutation
	for _, prefix := range [][]byte{{keyPending}, streamKey(keyAnswered, stream)} {
		keys, _, err := collect(tx, prefix, nil, maxKept)
		if err != nil {
			return err
		}
		for _, key := range keys {
			one, err := loadOwn(tx, numberOf(key))
			if err != nil {
				return err
			}
			if one.GetStreamId() == stream && ID(one.GetRecordId()) == record {
				own = append(own, one)
			}
		}
	}
	for _, one := range own {
		if err := forget(tx, one); err != nil {
			return err
		}
	}
	keys, _, err := collect(tx, recordKey(keyRescued, stream, record), nil, maxKept)
	if err != nil {
		return err
	}
	for _, key := range append(keys, recordKey(keyLast, stream, record), recordKey(keyStaged, stream, record)) {
		if err := tx.Delete(key); err != nil {
			return err
		}
	}
	return tx.Set(recordKey(keyRemoval, stream, record), []byte{})
}
