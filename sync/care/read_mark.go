package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// readMarkSummary writes "既読 11-23 08:30". Who read it is the author, whom every list shows beside the record.
func readMarkSummary(r *carev1.ReadMark) title {
	var p phrase
	p.add("既読", "read")
	p.addSame(wallClock(r.GetAt()))
	return p.title()
}

// ReadBy returns who has read which record by a mark; false if it is none that counts: it was retracted, or somebody else
// wrote it than the person it names, since nobody reads for another. The author is the one of the record's arrival; of a
// mark that waits on a device, whoever wrote it there.
func ReadBy(r *carev1.Record, author *carev1.Actor) (personID string, recordID []byte, ok bool) {
	m := r.GetBody().GetReadMark()
	if m == nil || !stands(r) || author.GetPersonId() != m.GetPersonId() {
		return "", nil, false
	}
	return m.GetPersonId(), m.GetRecordId(), true
}

// stands tells whether a record counts: it was neither retracted nor erased.
func stands(r *carev1.Record) bool {
	switch r.GetStatus() {
	case carev1.RecordStatus_RECORD_STATUS_RETRACTED, carev1.RecordStatus_RECORD_STATUS_ERASED:
		return false
	default:
		return true
	}
}
