package simtest

import (
	"cmp"

	"google.golang.org/protobuf/proto"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// answered judges an answer by what the protocol allows it to say.
func (o *oracle) answered(d *device, req *syncv1.SyncRequest, resp *syncv1.SyncResponse) {
	if len(resp.GetPages()) > 0 {
		o.readBy(d)
	}
	for _, page := range resp.GetPages() {
		o.stubs(d, req, page)
	}
	unjudged := map[string]bool{}
	for _, v := range resp.GetVerdicts() {
		switch v.GetVerdict() {
		case syncv1.Verdict_VERDICT_ADOPTED, syncv1.Verdict_VERDICT_HISTORY_LOST:
			unjudged[v.GetStreamId()] = true
		case syncv1.Verdict_VERDICT_REVOKED:
			if o.world.server.unconfirmed {
				o.world.problem("REVOKED TOO SOON: tablet %s is told to purge before the restore is confirmed", d.id)
			}
		}
		o.world.count(v.GetVerdict().String())
		o.world.note("%s is told %s of %s", d.id, v.GetVerdict(), v.GetStreamId())
	}
	for i, q := range req.GetMutations() {
		m, outcome := &syncv1.Mutation{}, resp.GetResults()[i].GetOutcome()
		if proto.Unmarshal(q.GetPayload(), m) != nil {
			continue
		}
		if unjudged[m.GetStreamId()] && outcome != syncv1.Outcome_OUTCOME_RETRY {
			o.world.problem("JUDGED AT ONCE: mutation %s came with a request that shows a lost history, and was judged", name(id(m.GetId())))
		}
		if outcome == syncv1.Outcome_OUTCOME_ID_REUSED {
			o.world.problem("ID REUSED: mutation %s is answered as if its number were taken", name(id(m.GetId())))
		}
	}
}

// readBy: somebody was just given records. They must have the right, by the journal, and no restore may wait.
func (o *oracle) readBy(d *device) {
	if o.world.server.unconfirmed {
		o.world.problem("SHOWN TOO SOON: tablet %s is given records before the restore is confirmed", d.id)
	}
	if !o.world.server.dir.journal.cover(d.person, o.world.now, anyRole) {
		o.world.problem("SHOWN WITHOUT A RIGHT: tablet %s is given records that %s may not read", d.id, d.person)
	}
}

// stubs checks that a page tells of every erasure among the entries that it goes through, whatever months the tablet holds:
// it has to destroy what its own people wrote, and their photos.
func (o *oracle) stubs(d *device, req *syncv1.SyncRequest, page *syncv1.Page) {
	from, oldest := uint64(0), req.GetOldestMonth()
	for _, p := range req.GetPositions() {
		if p.GetStreamId() == page.GetStreamId() {
			from = max(p.GetCursor().GetVersion().GetSeq(), p.GetStaged().GetVersion().GetSeq())
			oldest = cmp.Or(p.GetOldestMonth(), oldest)
		}
	}
	told := map[uint64]bool{}
	for _, rec := range page.GetRecords() {
		told[rec.GetVersion().GetSeq()] = true
	}
	for _, key := range o.log.keys() {
		r := o.log.records[key]
		seq := r.version.GetSeq()
		if key.stream != page.GetStreamId() || !erased(r.record) || seq <= from || seq > page.GetStaged().GetVersion().GetSeq() {
			continue
		}
		if r.section != 0 && r.section < oldest {
			o.world.count("stub of a month that is not held")
		}
		if !told[seq] {
			o.world.problem("NOT TOLD: tablet %s gets a page past entry %d of %s and not the stub of record %s", d.id, seq, key.stream, name(key.id))
		}
	}
}
