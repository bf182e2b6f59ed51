package mobile

import (
	"encoding/hex"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// Rescued is a record that the server no longer has. It may be the only copy.
type Rescued struct {
	ID, StreamID string
	// Summary is in the tablet's language.
	Summary string
	// RecordJSON is the record, in JSON of care.v1.Record.
	RecordJSON string
}

// RescuedList is a list of records that the server lost.
type RescuedList struct {
	tablet *Tablet
	list   []replica.Rescued
}

// Rescued returns the records that the server lost. Show them: somebody has to write them again.
func (t *Tablet) Rescued() (*RescuedList, error) {
	list, err := t.tablet.Rescue()
	return &RescuedList{t, list}, t.words(err)
}

// Len is how many there are.
func (l *RescuedList) Len() int { return len(l.list) }

// Get returns one; nil if there is none with that number.
func (l *RescuedList) Get(n int) *Rescued {
	if n < 0 || n >= len(l.list) {
		return nil
	}
	r := l.list[n]
	json, err := protojson.Marshal(r.Record)
	if err != nil {
		json = nil
	}
	return &Rescued{
		ID: hex.EncodeToString(r.ID[:]), StreamID: r.StreamID,
		Summary: l.tablet.pick(care.Summary(r.Record.GetBody())), RecordJSON: string(json),
	}
}
