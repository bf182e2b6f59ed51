package replica

import (
	"google.golang.org/protobuf/proto"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// What this device's people wrote is kept until a backup of the server covers it. That a backup reaches a number proves
// nothing by itself: where a log went back unnoticed and grew again, the backup has other entries under the numbers that the
// device was told. So nothing goes before the answer shows that the log still has what the device was told of it: for a
// stream that is read, by the place that the request names; for any other, one mutation at a time, by its id.

// unreadable tells whether no place proves anything of a stream: it may not be read, or nothing of it is here.
func unreadable(s *devicev1.StreamState) bool { return s.GetRevoked() || s.GetGone() }

// takeDurable takes how far backups cover the streams.
func (a *absorbing) takeDurable() error {
	for _, d := range a.resp.GetDurable() {
		if a.retry[d.GetStreamId()] {
			continue
		}
		s, err := a.stream(d.GetStreamId())
		if err != nil {
			return err
		}
		switch {
		case proto.Equal(s.GetDurable(), d.GetVersion()):
		case unreadable(s):
			s.Durable = d.GetVersion()
		case a.proven(d.GetStreamId()) && knows(s, d.GetVersion()):
			s.Durable, s.Sweep = d.GetVersion(), true
		}
	}
	return nil
}

// proven tells whether this answer shows that a stream's log has every place that the device was told of it.
func (a *absorbing) proven(stream string) bool {
	switch a.verdict[stream].GetVerdict() {
	case syncv1.Verdict_VERDICT_UP_TO_DATE, syncv1.Verdict_VERDICT_BEHIND, syncv1.Verdict_VERDICT_ADOPTED:
		return a.asked[stream] != nil
	case syncv1.Verdict_VERDICT_UNSPECIFIED:
		return len(a.req.GetManifestHash()) > 0 && !a.resp.GetManifestNeeded()
	}
	return false
}

// keeping are the streams that may not be read and that a backup covers as far as numbers tell.
func keeping(streams []*devicev1.StreamState) map[string]*devicev1.StreamState {
	kept := map[string]*devicev1.StreamState{}
	for _, s := range streams {
		if unreadable(s) && s.GetDurable() != nil {
			kept[s.GetStreamId()] = s
		}
	}
	return kept
}

// coveredByNumber tells whether a place is covered, if both are of one log. There numbers are dense over all epochs.
func coveredByNumber(place, durable *syncv1.Version) bool {
	return place.GetSeq() > 0 && place.GetSeq() <= durable.GetSeq()
}

// takeKept takes what the log has, by its id, of a mutation that is done with, in a stream that may not be read. It goes if
// this answer says both where it stands and that a backup reaches that place. If the log does not have it, it is offered
// again: the server was set back, and of such a stream no verdict tells it.
func (a *absorbing) takeKept(own *devicev1.OwnMutation, now *syncv1.MutationResult) error {
	stream := own.GetStreamId()
	s, err := a.stream(stream)
	if err != nil || !unreadable(s) || a.retry[stream] || a.unjudged(stream) {
		return err
	}
	switch outcome := now.GetOutcome(); {
	case outcome == syncv1.Outcome_OUTCOME_RETRY:
		a.again++
		return offerAgain(a.tx, own)
	case now.GetHeldReason() == syncv1.HeldReason_HELD_REASON_ERASED:
		return a.answer(own, now)
	case outcome == own.GetResult().GetOutcome(), taken(outcome) && taken(own.GetResult().GetOutcome()):
		if coveredByNumber(now.GetVersion(), a.durableNow(stream)) {
			return forget(a.tx, own)
		}
		return nil
	case saysNothing(own, now):
		return nil
	}
	return a.answer(own, now)
}

// taken tells whether a mutation with this outcome is in its chart.
func taken(outcome syncv1.Outcome) bool {
	return outcome >= syncv1.Outcome_OUTCOME_APPLIED && outcome <= syncv1.Outcome_OUTCOME_CONFLICT
}

// durableNow is how far backups cover a stream by this answer; nil if it does not say.
func (a *absorbing) durableNow(stream string) *syncv1.Version {
	for _, d := range a.resp.GetDurable() {
		if d.GetStreamId() == stream {
			return d.GetVersion()
		}
	}
	return nil
}

// readableAgain offers again what was written in a stream that could not be read until now, if it was ever answered: nothing
// proved meanwhile that the log still has it. What the server has it knows again. Answers of this request count as given
// before.
func (a *absorbing) readableAgain(s *devicev1.StreamState) {
	if !unreadable(s) || s.GetLanded() == nil {
		return
	}
	s.Reoffer, s.Durable, s.Landed = devicev1.Reoffer_REOFFER_ALL, nil, nil
	a.retry[s.GetStreamId()] = true
}
