package sdk

import (
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Answer answers alerts of a chart: seen to, with a question, or nothing to do for a reason. It is on this tablet's disk
// when the call returns; the server goes on telling people until it has it. An answer by instruction is written by Instruct.
func (t *Tablet) Answer(chart string, alerts []replica.ID, answer carev1.AlertAnswer, words string) (Saved, error) {
	stream, ids, err := t.alertsIn(chart, alerts)
	if err != nil {
		return Saved{}, err
	}
	body := &carev1.Body{Kind: &carev1.Body_AlertResponse{AlertResponse: &carev1.AlertResponse{
		AlertIds: ids, Answer: answer, Words: words,
	}}}
	if err := t.mayWrite(body, nil); err != nil {
		return Saved{}, err
	}
	return t.Create(chart, body, Entry{Stream: stream, Confirm: true})
}

// maxAnswered is how many alerts one answer names; the contract says so too.
const maxAnswered = 64

// OpenAlerts are the ids of what is open of a patient on this tablet, as lists to be answered: each of one stream, and of no
// more than one answer names. None: nothing is open.
func (t *Tablet) OpenAlerts(chart string) (lists [][]replica.ID, err error) {
	if err := t.signedIn(); err != nil {
		return nil, err
	}
	all, err := t.mattersOf(chart)
	if err != nil {
		return nil, err
	}
	last := map[string]int{}
	for _, m := range all {
		for _, a := range m.group().Alerts {
			if !a.Open() {
				continue
			}
			n, begun := last[a.StreamID]
			if !begun || len(lists[n]) == maxAnswered {
				n = len(lists)
				lists, last[a.StreamID] = append(lists, nil), n
			}
			lists[n] = append(lists[n], a.ID)
		}
	}
	return lists, nil
}

// alertsIn finds alerts and the stream that they stand in, which is where answers go.
func (t *Tablet) alertsIn(chart string, alerts []replica.ID) (stream string, ids [][]byte, err error) {
	for _, id := range alerts {
		i, err := t.locate(chart, "alert", id)
		if err != nil {
			return "", nil, err
		}
		if stream == "" {
			stream = i.StreamID
		}
		ids = append(ids, id[:])
	}
	if stream == "" {
		return "", nil, ErrNoRecord
	}
	return stream, ids, nil
}

// mayWrite refuses at once what the server would hold: a kind that the person's role does not write, unless they type it
// in from paper and may do that.
func (t *Tablet) mayWrite(body *carev1.Body, paper *Paper) error {
	kind, known := care.KindOf(body)
	if !known {
		return replica.ErrNoBody
	}
	me, err := t.me()
	switch {
	case err != nil:
		return err
	case kind.MayWrite(me.GetRole()):
		return nil
	case paper == nil && len(kind.Transcribers) > 0:
		return ErrMayNotOrder
	case paper == nil:
		return ErrNotYours
	}
	return nil
}

// AlertIDs are the ids of the alerts that an answer names.
func AlertIDs(r *carev1.AlertResponse) []replica.ID { return idsOf(r.GetAlertIds()) }

func idsOf(raw [][]byte) (ids []replica.ID) {
	for _, id := range raw {
		one := replica.ID{}
		copy(one[:], id)
		ids = append(ids, one)
	}
	return ids
}
