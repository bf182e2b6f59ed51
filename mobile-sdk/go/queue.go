package sdk

import (
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Queue returns what this tablet's people wrote and the tablet still keeps, oldest first. What somebody else wrote in a
// chart that the current person may not read is counted, without its content.
func (t *Tablet) Queue() ([]replica.Own, error) {
	seen, err := t.sight()
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	queue, err := t.replica.Queue()
	for n, own := range queue {
		if own.PersonID != seen.person && !seen.reads(own.StreamID) {
			queue[n] = covered(own)
		}
	}
	return queue, err
}

// covered leaves of somebody's entry that there is one, when it was written, and where it stands.
func covered(own replica.Own) replica.Own {
	m := own.Mutation
	own.Mutation = &syncv1.Mutation{
		Id: m.GetId(), RecordId: m.GetRecordId(), Operation: m.GetOperation(), PersonId: m.GetPersonId(),
		Record: &carev1.Record{Envelope: &carev1.Envelope{Recorded: m.GetRecord().GetEnvelope().GetRecorded()}},
	}
	return own
}

// Rescue returns records that the server no longer has; they may be the only copies.
func (t *Tablet) Rescue() ([]replica.Rescued, error) {
	seen, err := t.sight()
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	rescued, err := t.replica.Rescue()
	return slices.DeleteFunc(rescued, func(r replica.Rescued) bool { return !seen.reads(r.StreamID) }), err
}
