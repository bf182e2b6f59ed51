package hub

import (
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// standing is how a device's position fits the log.
type standing int

const (
	// fits: what the device has is in the log, in its present epoch.
	fits standing = iota
	// adopted: what the device has is in the log, which has gone on in a new epoch.
	adopted
	// lost: the device has seen what this log does not have.
	lost
)

// stand compares a position with the log. newLoss tells that no epoch of the log accounts for the loss yet: one has
// to be opened before any write. Its number comes from the journal alone, which never gives one twice; what a device
// says about epochs is not sealed and moves nothing.
func (h *Hub) stand(r store.Reader, s store.Stream, head *storev1.StreamHead, p *syncv1.StreamPosition) (at standing, newLoss bool, err error) {
	for _, proof := range h.proofs(s, p) {
		v := proof.GetVersion()
		match, err := hasHash(r, s, head, v.GetSeq(), proof.GetHash())
		if err != nil {
			return fits, false, err
		}
		if match && v.GetEpoch() <= head.GetVersion().GetEpoch() {
			continue
		}
		at = lost
		if v.GetEpoch() >= head.GetVersion().GetEpoch() && proof.sealed {
			newLoss = true // no epoch has begun since that place was written
		}
	}
	cursor := p.GetCursor().GetVersion()
	if at != lost && cursor.GetSeq() > 0 && cursor.GetEpoch() < head.GetVersion().GetEpoch() {
		at = adopted
	}
	return at, newLoss, nil
}

// proof is a place of the log that a device names, and whether this server sealed it. One that is not sealed, and does
// not fit, tells the device to begin anew and moves nothing here.
type proof struct {
	*syncv1.Cursor
	sealed bool
}

// proofs are the places of the log that the device names: its cursor, what it has staged after it, and the newest place that
// it was told of, if this server sealed it: a landing, or the head when the pages of an unfinished fill were read.
func (h *Hub) proofs(s store.Stream, p *syncv1.StreamPosition) []proof {
	var proofs []proof
	seals := h.seals.Sealer()
	for _, c := range []*syncv1.Cursor{p.GetCursor(), p.GetStaged()} {
		if c.GetVersion().GetSeq() > 0 {
			proofs = append(proofs, proof{c, seals.CursorFits(s.Tenant, s.Name, c)})
		}
	}
	told := p.GetNewestResult()
	if told.GetVersion().GetSeq() > 0 && (seals.LandingFits(s.Tenant, s.Name, told) || seals.CursorFits(s.Tenant, s.Name, told)) {
		proofs = append(proofs, proof{told, true})
	}
	return proofs
}

// namesPlace tells whether a device names any place of a log; without one there is nothing to prove.
func namesPlace(p *syncv1.StreamPosition) bool {
	for _, c := range [...]*syncv1.Cursor{p.GetCursor(), p.GetStaged(), p.GetNewestResult()} {
		if c.GetVersion().GetSeq() > 0 {
			return true
		}
	}
	return false
}

// cursor returns a sealed place of a stream's log.
func (h *Hub) cursor(s store.Stream, v *syncv1.Version, hash []byte) *syncv1.Cursor {
	c := &syncv1.Cursor{Version: v, Hash: hash}
	if v.GetSeq() > 0 {
		c.Seal = h.seals.Sealer().Cursor(s.Tenant, s.Name, c)
	}
	return c
}

// hasHash tells whether the log has an entry with that hash at that place.
func hasHash(r store.Reader, s store.Stream, head *storev1.StreamHead, seq uint64, hash []byte) (bool, error) {
	switch {
	case seq > head.GetVersion().GetSeq():
		return false, nil
	case seq == head.GetVersion().GetSeq():
		return ledger.SameHash(head.GetHash(), hash), nil
	}
	raw, err := r.Entry(s, seq)
	if err != nil {
		return false, err
	}
	g, err := ledger.Look(raw)
	if err != nil {
		return false, store.ErrDamaged
	}
	return ledger.SameHash(g.Hash, hash), nil
}

// mayProve tells whether the position of a device on a stream is looked at: it may read the stream, or holds this
// server's seal on a landing in it. Anything else would tell whether the stream exists.
func (h *Hub) mayProve(c Call, p *syncv1.StreamPosition, readable map[string]StreamRef) bool {
	if _, ok := readable[p.GetStreamId()]; ok {
		return true
	}
	result := p.GetNewestResult()
	return result.GetVersion().GetSeq() > 0 && h.seals.Sealer().LandingFits(c.Session.Tenant, p.GetStreamId(), result)
}

// meet compares the device's position with the log within the transaction that is to write; it opens an epoch where
// a loss shows that no epoch accounts for. It answers whether the mutations may be judged now.
func (w *writer) meet(p *syncv1.StreamPosition) (bool, error) {
	at, newLoss, err := w.hub.stand(w.tx, w.stream, w.head, p)
	if err != nil {
		return false, err
	}
	if newLoss {
		if err := w.beginEpoch(); err != nil {
			return false, err
		}
	}
	return at == fits, nil
}
