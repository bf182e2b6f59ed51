package simtest

import (
	"slices"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// mayWrite checks that who wrote it had the right when they did, by the journal, or that somebody released it. A tablet
// counts from the server's time in an answer, and from when that answer came: the moment that it gives is too early by as
// long as the answer was on its way.
func (o *oracle) mayWrite(e *storev1.Entry, m *syncv1.Mutation, kind *care.Kind) {
	w, known := o.written[id(m.GetId())]
	may := func(role carev1.Role) bool {
		return kind.MayWrite(role) || kind.MayTranscribe(role, w.author, m.GetRecord().GetEnvelope())
	}
	had := func(at time.Time) bool { return o.world.server.dir.journal.cover(w.author, at, may) }
	if !known || e.GetJudgedBy() != "" || had(w.at) || had(w.at.Add(-answerWay)) {
		return
	}
	o.world.problem("WITHOUT A RIGHT: mutation %s took effect, and %s had no right to write it", name(id(m.GetId())), w.author)
}

func (o *oracle) judgeChange(kind *care.Kind, state *recordState, after *carev1.Record, m *syncv1.Mutation, mid id) {
	seen, self := o.seen[mid], set{mid: true}
	o.judgeDecision(kind, state, after, m)
	for _, g := range kind.Groups() {
		kept := candidate(after, g, mid)
		wrote := writes(kind, m, g)
		if !sameValue(state.record, after, g) {
			if !state.stands[g].within(seen, self) {
				o.world.problem("SILENT OVERWRITE: mutation %s replaced group %d of record %s, which stood for writes that its author had not seen",
					name(mid), g, name(id(after.GetId())))
			}
			state.stands[g] = set{mid: true}
		} else if wrote && !kept {
			if state.stands[g].within(seen, self) {
				state.stands[g] = set{} // whoever writes a value again having seen all of it answers for it alone
			}
			state.stands[g][mid] = true
		}
		if wrote && !kept && !arrived(m, after, g) {
			o.world.problem("SWALLOWED: what mutation %s wrote into group %d is neither current nor a candidate", name(mid), g)
		}
	}
	for _, c := range state.record.GetCandidates() {
		cid := id(c.GetMutationId())
		if !candidate(after, c.GetGroup(), cid) && !(set{cid: true}).within(seen, self) {
			o.world.problem("SILENT OVERWRITE: mutation %s removed a candidate that its author had not seen", name(mid))
		}
		decided := m.GetOperation() == syncv1.Operation_OPERATION_RESOLVE
		if !candidate(after, c.GetGroup(), cid) && !decided && !o.chain[mid][cid] {
			o.world.problem("UNDECIDED: mutation %s removed a candidate that waited for a decision", name(mid))
		}
	}
}

// judgeDecision checks that who retracts a record had seen all of it, and that a decision about all that stands
// takes effect.
func (o *oracle) judgeDecision(kind *care.Kind, state *recordState, after *carev1.Record, m *syncv1.Mutation) {
	mid := id(m.GetId())
	retracted := carev1.RecordStatus_RECORD_STATUS_RETRACTED
	taken := state.record.GetStatus() != retracted && after.GetStatus() == retracted
	resolves := m.GetOperation() == syncv1.Operation_OPERATION_RESOLVE && o.world.counts["restore"] == 0
	for _, g := range kind.Groups() {
		stands := state.stands[g]
		if taken && m.GetOperation() == syncv1.Operation_OPERATION_RETRACT && !stands.within(o.seen[mid], set{mid: true}) {
			o.world.problem("RETRACTED UNSEEN: mutation %s retracted record %s, and its author had not seen group %d of it", name(mid), name(id(after.GetId())), g)
		}
		if resolves && candidate(after, g, mid) && len(stands) > 0 && stands.within(o.confirmed[mid]) {
			o.world.problem("NEEDLESS: mutation %s decided about all that stood in group %d of record %s, and did not take effect", name(mid), g, name(id(after.GetId())))
		}
	}
}

func candidate(r *carev1.Record, group uint32, m id) bool {
	return slices.ContainsFunc(r.GetCandidates(), func(c *carev1.Candidate) bool {
		return c.GetGroup() == group && id(c.GetMutationId()) == m
	})
}

// writes tells whether a mutation writes a group.
func writes(kind *care.Kind, m *syncv1.Mutation, group uint32) bool {
	if m.GetOperation() == syncv1.Operation_OPERATION_RETRACT {
		return group == 0 || group == uint32(carev1.Group_GROUP_STATUS)
	}
	return kind.WholeRecord() || slices.Contains(m.GetGroups(), group)
}

// sameValue tells whether a group has the same value in two versions of a record.
func sameValue(a, b *carev1.Record, group uint32) bool {
	switch group {
	case uint32(carev1.Group_GROUP_STATUS):
		return a.GetStatus() == b.GetStatus()
	case uint32(carev1.Group_GROUP_ENVELOPE):
		return proto.Equal(a.GetEnvelope(), b.GetEnvelope())
	case 0:
		return a.GetStatus() == b.GetStatus() && proto.Equal(a.GetEnvelope(), b.GetEnvelope()) && proto.Equal(a.GetBody(), b.GetBody())
	}
	return care.EqualGroup(a.GetBody(), b.GetBody(), group)
}

// arrived tells whether what a mutation wrote into a group is the record's value now.
func arrived(m *syncv1.Mutation, after *carev1.Record, group uint32) bool {
	wrote := m.GetRecord()
	switch {
	case m.GetOperation() == syncv1.Operation_OPERATION_RETRACT:
		return after.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED
	case group == uint32(carev1.Group_GROUP_STATUS):
		return wrote.GetStatus() == after.GetStatus()
	case group == uint32(carev1.Group_GROUP_ENVELOPE):
		return true
	case group == 0:
		return wrote.GetBody() == nil || proto.Equal(wrote.GetBody(), after.GetBody())
	}
	return care.EqualGroup(wrote.GetBody(), after.GetBody(), group)
}
