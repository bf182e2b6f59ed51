package hub

import (
	"bytes"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// permission is the judgement on whether the author might write when it was written.
type permission struct {
	role      carev1.Role
	forReview bool
	reason    syncv1.HeldReason // set if not
}

// judge decides by the interval in which the mutation was written: after the sealed time that the device had, and
// before it first arrived. One grant over all of it is a right. A grant at the moment that a clock of the same boot
// names is one too, but somebody should look at it, since that clock is the device's own word.
func judge(p *prepared, grants []Grant, kind *care.Kind) permission {
	from, arrived := p.notBefore, p.arrived
	if from.After(arrived) {
		arrived = from // the server's own clock was set back since it sealed that time
	}
	var at time.Time
	if !from.IsZero() {
		at = ownClock(p.m, from, arrived)
	}
	best := permission{reason: syncv1.HeldReason_HELD_REASON_NO_GRANT}
	for _, g := range grants {
		whole := g.Covers(from, arrived)
		moment := !at.IsZero() && g.Covers(at, at)
		switch {
		case !whole && !moment:
		case kind != nil && !mayWrite(kind, g.Role, p.m):
			if best.reason == syncv1.HeldReason_HELD_REASON_NO_GRANT {
				best.reason = syncv1.HeldReason_HELD_REASON_ROLE
			}
		case whole:
			return permission{role: g.Role}
		default:
			best = permission{role: g.Role, forReview: true}
		}
	}
	return best
}

// mayWrite tells whether a role may write what the mutation says: as the kind allows it, or, when a record is made or
// amended, on behalf of somebody who signed it on paper.
func mayWrite(kind *care.Kind, role carev1.Role, m *syncv1.Mutation) bool {
	switch m.GetOperation() {
	case syncv1.Operation_OPERATION_CREATE, syncv1.Operation_OPERATION_PATCH:
		return kind.MayWrite(role) || kind.MayTranscribe(role, m.GetPersonId(), m.GetRecord().GetEnvelope())
	default:
		return kind.MayWrite(role)
	}
}

// maxBoot is the longest that a device is believed to have run without a restart.
const maxBoot = 10 * 365 * 24 * time.Hour

// ownClock is when the mutation was written by the device's own monotonic clock, counted from the sealed time; zero
// if that clock was of another boot, went backwards, or points past the arrival.
func ownClock(m *syncv1.Mutation, from, arrived time.Time) time.Time {
	e := m.GetRecord().GetEnvelope()
	if m.NotBeforeMonotonicMs == nil || len(e.GetBootId()) == 0 || e.GetMonotonicMs() < m.GetNotBeforeMonotonicMs() {
		return time.Time{}
	}
	since := e.GetMonotonicMs() - m.GetNotBeforeMonotonicMs()
	if since > uint64(maxBoot/time.Millisecond) {
		return time.Time{}
	}
	at := from.Add(time.Duration(since) * time.Millisecond)
	if at.After(arrived) || at.Before(from) {
		return time.Time{}
	}
	return at
}

func sameID(a, b []byte) bool { return bytes.Equal(a, b) }
