package hub

import (
	"bytes"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/planted"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Bounds of the walks of one transaction, which nobody else's writes can pass. What lies beyond them counts as foreign: a
// conflict more, never one less.
const (
	// maxChain bounds how far one line is walked back.
	maxChain = 2000
	// maxLinks bounds how many mutations are read for walks.
	maxLinks = 10_000
	// maxSteps bounds the steps of all walks over what was read.
	maxSteps = 4_000_000
)

// link is a mutation of the log in a line of predecessors. Many lines go through it: it is read once.
type link struct {
	seq    uint64 // of what answers for it
	hash   [32]byte
	before *syncv1.Predecessor
	// owned and continued tell whether the two kinds of lines go on to its predecessor.
	owned, continued bool
}

// links are the mutations that one transaction read for its walks.
type links struct {
	known       map[string]*link
	read, steps int
}

// line is a mutation's line of predecessors.
type line struct {
	w *writer
	m *syncv1.Mutation
	// goesOn tells whether a line of this kind goes from a mutation to its predecessor.
	goesOn func(*link) bool
	next   *syncv1.Predecessor
}

// owns is the line of what the author had before them: they own what it wrote.
func (w *writer) owns(m *syncv1.Mutation) *line {
	return w.line(m, shownBefore(m), func(l *link) bool { return l.owned })
}

// continues is the line of what was pending: its candidate is replaced by what its successor wrote.
func (w *writer) continues(m *syncv1.Mutation) *line {
	return w.line(m, sameChain(m), func(l *link) bool { return l.continued })
}

func (w *writer) line(m *syncv1.Mutation, begins bool, goesOn func(*link) bool) *line {
	l := &line{w: w, m: m, goesOn: goesOn}
	if begins {
		l.next = m.GetPredecessor()
	}
	return l
}

// shownBefore goes on to a predecessor that the author had before them.
func shownBefore(m *syncv1.Mutation) bool {
	if planted.Bug == planted.OwnsUnseen {
		return m.GetPredecessor() != nil
	}
	return m.GetPredecessor().GetShown()
}

// sameChain goes on to a predecessor that was pending.
func sameChain(m *syncv1.Mutation) bool {
	return (m.GetContinuesChain() || planted.Bug == planted.DropsOfEndedChain) && shownBefore(m)
}

// has tells whether a mutation is the one the line begins with or among its predecessors. Predecessors land before
// their successors, so the walk ends at the sequence number of the one that is asked for.
func (l *line) has(mutationID []byte) (bool, error) {
	if planted.Bug == planted.ChainByName {
		return l.w.sameDevice(mutationID)
	}
	if bytes.Equal(l.m.GetId(), mutationID) || l.next == nil || len(mutationID) != 16 {
		return bytes.Equal(l.m.GetId(), mutationID), nil
	}
	asked, err := l.w.link(mutationID)
	if err != nil || asked == nil {
		return false, err
	}
	for next, n := l.next, 1; next != nil && n < maxChain && l.w.links.steps < maxSteps; n++ {
		l.w.links.steps++
		at, err := l.w.link(next.GetId())
		if err != nil || at == nil || !bytes.Equal(at.hash[:], next.GetPayloadHash()) || at.seq < asked.seq {
			return false, err
		}
		if bytes.Equal(next.GetId(), mutationID) {
			return true, nil
		}
		if next = nil; l.goesOn(at) {
			next = at.before
		}
	}
	return false, nil
}

// link reads a mutation of the log; nil for one that is not there, was erased, or would be one too many.
func (w *writer) link(id []byte) (*link, error) {
	if known, ok := w.links.known[string(id)]; ok {
		return known, nil
	}
	if len(id) != 16 || w.links.read >= maxLinks {
		return nil, nil
	}
	w.links.read++
	found, err := w.lookup(store.ID(id))
	if err != nil || found == nil || found.erased || found.derived {
		return nil, err
	}
	m := &syncv1.Mutation{}
	if proto.Unmarshal(found.written.GetPayload(), m) != nil {
		return nil, store.ErrDamaged
	}
	l := &link{
		seq: found.entry.GetVersion().GetSeq(), hash: seal.PayloadHash(found.written.GetPayload()), before: m.GetPredecessor(),
		owned: shownBefore(m), continued: sameChain(m),
	}
	if found.entry.GetEffect() != syncv1.Outcome_OUTCOME_HELD { // a held one may yet land in this transaction
		if w.links.known == nil {
			w.links.known = map[string]*link{}
		}
		w.links.known[string(id)] = l
	}
	return l, nil
}
