package replica

import (
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/ledger"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// takeVerdicts takes what the verdicts say about the streams' logs, and puts them by for actOnVerdicts.
func (a *absorbing) takeVerdicts() error {
	for _, v := range a.resp.GetVerdicts() {
		if len(v.GetStreamId()) == 0 || len(v.GetStreamId()) > 128 {
			return ErrAnswer
		}
		s, err := a.stream(v.GetStreamId())
		if err != nil {
			return err
		}
		if !a.current(s) {
			a.retry[v.GetStreamId()] = true
			continue
		}
		a.verdict[v.GetStreamId()] = v
		if len(v.GetBases()) > 0 {
			s.Bases = v.GetBases()
		}
		if v.GetInfo() != nil {
			s.Info = v.GetInfo()
		}
		if v.GetVerdict() != syncv1.Verdict_VERDICT_REVOKED {
			a.readableAgain(s)
			s.Revoked, s.Gone = false, false
			if fresh(s) {
				s.OldestMonth, s.WidenTo = a.askedFrom(v.GetStreamId()), 0
			}
		}
		s.NeedsUpdate = v.GetVerdict() > syncv1.Verdict_VERDICT_HISTORY_LOST || v.GetVerdict() == 0
		a.out.NeedsUpdate = a.out.NeedsUpdate || s.NeedsUpdate
	}
	return nil
}

// actOnVerdicts does, or makes due, what the verdicts ask for. It comes after the results: what was pushed with this
// request is answered before anything is purged.
func (a *absorbing) actOnVerdicts() error {
	for _, v := range a.resp.GetVerdicts() { // in the order of the answer
		if a.verdict[v.GetStreamId()] != v {
			continue
		}
		s := a.streams[v.GetStreamId()]
		switch v.GetVerdict() {
		case syncv1.Verdict_VERDICT_REVOKED:
			if a.resp.GetRestoring() {
				continue // grants are not confirmed yet; nothing is purged before they are
			}
			if err := a.revoke(s); err != nil {
				return err
			}
		case syncv1.Verdict_VERDICT_ADOPTED:
			a.out.Adopted = append(a.out.Adopted, s.GetStreamId())
			adopt(s, v)
		case syncv1.Verdict_VERDICT_HISTORY_LOST:
			a.out.HistoryLost = append(a.out.HistoryLost, s.GetStreamId())
			loseHistory(s)
		case syncv1.Verdict_VERDICT_UP_TO_DATE:
			upToDate(s, v)
			if err := a.compared(s, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// upToDate: everything there is is here. A stream without entries has no page that says so.
func upToDate(s *devicev1.StreamState, v *syncv1.StreamVerdict) {
	head := v.GetHead()
	if head == nil || head.GetVersion().GetSeq() != s.GetCursor().GetVersion().GetSeq() {
		return
	}
	if !s.GetComplete() || s.GetCursor().GetVersion().GetEpoch() != head.GetVersion().GetEpoch() {
		complete(s, proto.CloneOf(head))
	}
}

// adopt: the log goes on in a new epoch, and everything that the device has is in it.
func adopt(s *devicev1.StreamState, v *syncv1.StreamVerdict) {
	epoch := v.GetHead().GetVersion().GetEpoch()
	s.Reoffer = devicev1.Reoffer_REOFFER_ABOVE_DURABLE
	s.Cursor = inEpoch(s.GetCursor(), epoch)
	if sealed := v.GetAdopted(); proto.Equal(sealed.GetVersion(), s.Cursor.GetVersion()) && sealed != nil {
		s.Cursor = sealed
	}
	if s.GetStaged() == nil {
		return
	}
	if ledger.Reached(s.GetStaged().GetVersion(), v.GetHead().GetVersion(), s.GetBases()) {
		s.Staged = inEpoch(s.GetStaged(), epoch)
		return
	}
	s.Staged, s.DropStaged, s.Refill, s.Direct = nil, true, s.GetRefill() || s.GetDirect(), false
}

func inEpoch(c *syncv1.Cursor, epoch uint64) *syncv1.Cursor {
	if c == nil {
		return nil
	}
	return &syncv1.Cursor{Version: &syncv1.Version{Epoch: epoch, Seq: c.GetVersion().GetSeq()}, Hash: c.GetHash()}
}

// loseHistory: the server no longer has what the device has seen. Everything that this device's people wrote is
// offered again, and what the server does not send again is set aside.
func loseHistory(s *devicev1.StreamState) {
	s.Reoffer = devicev1.Reoffer_REOFFER_ALL
	s.Shown = s.GetComplete() || s.GetShown()
	s.Cursor, s.Staged, s.Complete, s.Direct = nil, nil, false, false
	s.DropStaged, s.Refill, s.WidenKnown = true, true, false
	s.Durable, s.Landed = nil, nil
}

// revoke: what is written for the stream is pushed first; then the stream goes, and only what its people wrote and
// no backup covers is kept.
func (a *absorbing) revoke(s *devicev1.StreamState) error {
	if !s.GetRevoked() && !s.GetGone() {
		a.out.Revoked = append(a.out.Revoked, s.GetStreamId())
	}
	s.Revoked, s.Retire = true, true
	waits := false
	err := pending(a.tx, func(own *devicev1.OwnMutation) error {
		if own.GetStreamId() == s.GetStreamId() {
			waits = true
			return ErrStop
		}
		return nil
	})
	if err != nil || waits {
		return err
	}
	if !s.GetGone() { // the next request confirms it: a whole manifest without the stream
		a.confirm, a.device.ManifestNeeded = true, true
	}
	s.Purge = true
	return err
}

// knows tells whether the device knows the bases of every epoch up to that of a place; without them it cannot tell
// what is reached there.
func knows(s *devicev1.StreamState, at *syncv1.Version) bool {
	known := s.GetCursor().GetVersion().GetEpoch()
	for _, b := range s.GetBases() {
		known = max(known, b.GetEpoch())
	}
	return known >= at.GetEpoch()
}

// covered tells whether a result is in a verified backup.
func covered(s *devicev1.StreamState, result *syncv1.Version) bool {
	return s.GetDurable() != nil && result.GetSeq() > 0 && ledger.Reached(result, s.GetDurable(), s.GetBases())
}

// landed tells whether the cursor has reached a result, so that the mutation may retire.
func landed(s *devicev1.StreamState, result *syncv1.Version) bool {
	if s.GetRevoked() || s.GetGone() {
		return true
	}
	return s.GetComplete() && result.GetSeq() > 0 && ledger.Reached(result, s.GetCursor().GetVersion(), s.GetBases())
}
