package sdk

import (
	"encoding/json"
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// keyBlob + hash + mutation → a photo or file that a mutation of this tablet named, as JSON.
const keyBlob = 'V'

// blobRow is a photo or file that this tablet has to bring to the server, or has brought.
type blobRow struct {
	Stream   string
	Record   []byte
	Mutation []byte
	SHA256   []byte
	// FromStream and FromRecord: where the record stood before, if it was moved from another chart.
	FromStream string `json:",omitempty"`
	FromRecord []byte `json:",omitempty"`
	// Sent: the server has it, checked and durable.
	Sent bool `json:",omitempty"`
	// Spoilt is how often it arrived otherwise than it was sent.
	Spoilt int `json:",omitempty"`
	// Refused: the server does not take it, for its size, or because it never arrived as it was sent.
	Refused bool `json:",omitempty"`
	// Lost: neither the server nor this tablet has it.
	Lost bool `json:",omitempty"`
}

func (r blobRow) key() []byte {
	return append(append([]byte{keyBlob}, r.SHA256...), r.Mutation...)
}

// waits tells whether it is still to be brought to the server.
func (r blobRow) waits() bool { return !r.Sent && !r.Refused && !r.Lost }

// queueBlobs puts down what the mutations of this tablet name. It is called before the mutations are sent, and again
// before anything is judged by the queue: a mutation that the server has, and a backup covers, is forgotten, and its
// photo must not be forgotten with it.
func (t *Tablet) queueBlobs() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	queue, err := t.replica.Queue()
	if err != nil {
		return err
	}
	var rows []blobRow
	for _, own := range queue {
		rows = append(rows, rowsOf(own)...)
	}
	if len(rows) == 0 {
		return nil
	}
	known, err := t.blobRows()
	if err != nil {
		return err
	}
	return t.putRows(without(rows, known)...)
}

// without leaves out the rows that are known.
func without(rows, known []blobRow) []blobRow {
	return slices.DeleteFunc(rows, func(r blobRow) bool {
		return slices.ContainsFunc(known, func(k blobRow) bool { return string(k.key()) == string(r.key()) })
	})
}

// offerBlobsAgain is for a server that has lost something: what it had may be gone with it. What it still has it says,
// and nothing is sent twice.
func (t *Tablet) offerBlobsAgain() error {
	rows, err := t.blobRows()
	if err != nil {
		return err
	}
	for i := range rows {
		rows[i].Sent, rows[i].Lost = false, false
	}
	return t.putRows(rows...)
}

// queueDraft puts down at once what was just written: the record may be erased before the queue is looked at. What cannot
// be put down now is at the next synchronisation; the entry itself is saved. The caller holds the lock.
func (t *Tablet) queueDraft(mutation replica.ID, d replica.Draft) {
	_ = t.putRows(rowsOf(replica.Own{
		MutationID: mutation, StreamID: d.StreamID, RecordID: d.RecordID,
		Mutation: &syncv1.Mutation{Operation: d.Operation, Record: d.Record},
	})...)
}

func rowsOf(own replica.Own) []blobRow {
	envelope := own.Mutation.GetRecord().GetEnvelope()
	var rows []blobRow
	for _, ref := range envelope.GetBlobs() {
		if len(ref.GetSha256()) != 32 {
			continue
		}
		row := blobRow{Stream: own.StreamID, Record: own.RecordID[:], Mutation: own.MutationID[:], SHA256: ref.GetSha256()}
		if own.Mutation.GetOperation() == syncv1.Operation_OPERATION_CREATE {
			row.Record = own.MutationID[:]
		}
		for _, link := range envelope.GetLinks() {
			if link.GetRelation() == carev1.LinkRelation_LINK_RELATION_MOVED_FROM && len(link.GetRecordId()) == 16 && link.GetStreamId() != "" {
				row.FromStream, row.FromRecord = link.GetStreamId(), link.GetRecordId()
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func (t *Tablet) putRows(rows ...blobRow) error {
	if len(rows) == 0 {
		return nil
	}
	return t.store.Update(func(tx replica.Tx) error {
		for _, row := range rows {
			value, err := json.Marshal(row)
			if err != nil {
				return err
			}
			if err := tx.Delete(unnamedKey([32]byte(row.SHA256))); err != nil {
				return err
			}
			if err := tx.Set(row.key(), value); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *Tablet) dropRows(rows ...blobRow) error {
	return t.store.Update(func(tx replica.Tx) error {
		for _, row := range rows {
			if err := tx.Delete(row.key()); err != nil {
				return err
			}
		}
		return nil
	})
}

// blobRows returns all rows, in order of their keys.
func (t *Tablet) blobRows() (rows []blobRow, err error) {
	err = t.store.View(func(r replica.Reader) error {
		return r.Scan([]byte{keyBlob}, nil, func(_, value []byte) error {
			row := blobRow{}
			if json.Unmarshal(value, &row) != nil || len(row.SHA256) != 32 || len(row.Mutation) != 16 {
				return replica.ErrDamaged
			}
			rows = append(rows, row)
			return nil
		})
	})
	return rows, err
}

// unanswered are the mutations that no server has answered: their photos have to wait.
func (t *Tablet) unanswered() (waiting, known map[string]bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	queue, err := t.replica.Queue()
	waiting, known = map[string]bool{}, map[string]bool{}
	for _, own := range queue {
		known[string(own.MutationID[:])] = true
		if own.State == replica.OnTablet || own.State == replica.TooLarge {
			waiting[string(own.MutationID[:])] = true
		}
	}
	return waiting, known, err
}
