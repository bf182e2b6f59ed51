package simtest

import (
	"maps"
	"slices"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// logState is what the oracle has read of the log. It goes back with a restore.
type logState struct {
	read    map[string]uint64
	hashes  map[string][][]byte // of the entries of a stream
	epochs  map[string]bool     // of a stream
	records map[recordKey]*recordState
	decided map[id]decision
}

type recordKey struct {
	stream string
	id     id
}

type decision struct {
	outcome syncv1.Outcome
	reason  syncv1.HeldReason
	seq     uint64
	// predecessor of the mutation; zero if it has none.
	predecessor id
}

// recordState is a record as the log has it, with what its values stand for.
type recordState struct {
	record  *carev1.Record
	bytes   []byte
	version *syncv1.Version
	section uint32
	stands  map[uint32]set
	history set
	created uint64
	derived bool // the server made it
}

// erased tells whether a record is the stub of one that was erased.
func erased(r *carev1.Record) bool { return r.GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED }

func newLogState() *logState {
	return &logState{
		read: map[string]uint64{}, hashes: map[string][][]byte{}, epochs: map[string]bool{},
		records: map[recordKey]*recordState{}, decided: map[id]decision{},
	}
}

func (l *logState) clone() *logState {
	c := &logState{
		read: maps.Clone(l.read), hashes: map[string][][]byte{}, epochs: maps.Clone(l.epochs),
		records: map[recordKey]*recordState{}, decided: maps.Clone(l.decided),
	}
	for stream, hashes := range l.hashes {
		c.hashes[stream] = slices.Clone(hashes)
	}
	for k, r := range l.records {
		copied := *r
		copied.stands = map[uint32]set{}
		for g, s := range r.stands {
			copied.stands[g] = maps.Clone(s)
		}
		copied.history = maps.Clone(r.history)
		c.records[k] = &copied
	}
	return c
}

// last is the hash of the newest entry that was read of a stream.
func (l *logState) last(streamID string) []byte {
	if n := len(l.hashes[streamID]); n > 0 {
		return l.hashes[streamID][n-1]
	}
	return nil
}
