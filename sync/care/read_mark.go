package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// readMarkSummary writes "既読 11-23 08:30". Who read it is the author, whom every list shows beside the record.
func readMarkSummary(r *carev1.ReadMark) title {
	var p phrase
	p.add("既読", "read")
	p.addSame(wallClock(r.GetAt()))
	return p.title()
}

// ReadBy tells whether the person has read the record: a mark of theirs stands and was not retracted.
func ReadBy(marks []*carev1.Record, personID string, recordID []byte) bool {
	for _, r := range marks {
		m := r.GetBody().GetReadMark()
		if m != nil && stands(r) && m.GetPersonId() == personID && string(m.GetRecordId()) == string(recordID) {
			return true
		}
	}
	return false
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
