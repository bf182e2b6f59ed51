package hub

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// missingWithin is since when something must have been written to a stream for anything to count as missing in it: a chart
// that nobody keeps any more has no habits.
const missingWithin = 15 * 24 * time.Hour

// LookForMissing raises alerts about what did not happen in one stream until now: by the server's clock, and not by
// anything that was written. It looks first and writes only where there is something to raise, so that most calls cost no
// commit; called again on the same day it raises nothing twice. A stream that is not one of care, or that nobody wrote to
// for a while, has none.
func (h *Hub) LookForMissing(ctx context.Context, c Call, streamID string) ([]Moved, error) {
	if h.restored.Unconfirmed() {
		return nil, nil // what was written meanwhile is not judged yet
	}
	stream := store.Stream{Tenant: c.Session.Tenant, Name: streamID}
	any := false
	err := h.store.View(ctx, func(r store.Reader) error {
		head, err := readHead(r, stream)
		if err != nil {
			return err
		}
		found, _, err := h.alarms(r, stream).missing(head, c.Now)
		any = len(found) > 0 || head.GetVersion().GetSeq() > 0 && !head.GetStandingListed()
		return err
	})
	if err != nil || !any {
		return nil, outward(err)
	}
	var moved []Moved
	err = h.store.Update(ctx, func(tx store.Tx) error {
		moved = nil
		w, err := h.writer(c, tx, streamID)
		if err != nil {
			return err
		}
		before := w.head.GetVersion().GetSeq()
		if err := w.raiseMissing(); err != nil {
			return err
		}
		if seq := w.head.GetVersion().GetSeq(); seq > before {
			moved = []Moved{{Tenant: stream.Tenant, StreamID: streamID, Seq: seq}}
		}
		return w.flush()
	})[0]
	return moved, outward(err)
}

// raiseMissing appends an alert for each thing that did not happen and of which nobody was told yet.
func (w *writer) raiseMissing() error {
	if !w.alarms.looks() {
		return nil
	}
	if err := w.listAll(); err != nil {
		return err
	}
	found, view, err := w.alarms.missing(w.head, w.call.Now)
	if err != nil || len(found) == 0 {
		return err
	}
	cause := missingCause(w.stream, w.call.Now)
	alerts := rules.Raise(view, rules.Cause{MutationID: cause, Received: w.call.Now}, found)
	for _, rec := range alerts {
		if err := w.derive(rec, found, cause, false); err != nil {
			return err
		}
	}
	return w.releaseAll(alerts)
}

// missing returns what did not happen until now, and the view that shows it. What an alert of today told already is not
// among it.
func (a *alarms) missing(head *storev1.StreamHead, now time.Time) ([]rules.Finding, *rules.View, error) {
	if !a.looks() || head.GetVersion().GetSeq() == 0 {
		return nil, nil, nil
	}
	newest, err := a.tx.Entry(a.stream, head.GetVersion().GetSeq())
	if err != nil {
		return nil, nil, err
	}
	e := &storev1.Entry{}
	if newest == nil || proto.Unmarshal(newest, e) != nil {
		return nil, nil, store.ErrDamaged
	}
	if now.Sub(time.UnixMilli(e.GetArrivedMs())) > missingWithin {
		return nil, nil, nil
	}
	view, err := a.around(now)
	if err != nil {
		return nil, nil, err
	}
	if err := a.readAlerts(now); err != nil {
		return nil, nil, err
	}
	view.Alerts, view.Seq = a.silencing(false), head.GetVersion().GetSeq()
	found := rules.Missing(view, now) // a rule looks at what was told before, too
	if len(found) == 0 {
		return nil, nil, nil
	}
	cause := missingCause(a.stream, now)
	if len(rules.Raise(view, rules.Cause{MutationID: cause, Received: now}, found)) == 0 {
		return nil, nil, nil
	}
	return found, view, nil
}

// missingCause names the day and the stream: what is missing is told of at most once a day under one topic.
func missingCause(s store.Stream, now time.Time) []byte {
	sum := sha256.Sum256([]byte(s.Name))
	return []byte("clock/" + now.In(patientZone).Format(time.DateOnly) + "/" + hex.EncodeToString(sum[:8]))
}
