package replica_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/seal"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

func TestWriteIsThereAtOnceAndAfterSwitchingOff(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	id := d.write(create(vitals(368)))
	d.open()
	v, found, err := d.Record(care, id)
	if err != nil || !found || v.State != replica.OnTablet {
		t.Fatalf("%v %v %v", v.State, found, err)
	}
	e := v.Record.GetEnvelope()
	if e.GetRecorded().AsTime() != w.now || e.GetEffective().AsTime() != w.now || e.ClockOffsetMs == nil {
		t.Errorf("envelope: %v", e)
	}
	m := v.Own[0].Mutation
	if m.GetNotBefore().GetUnixMs() != w.now.UnixMilli() || m.NotBeforeMonotonicMs == nil || m.GetTrunk() != nil || m.GetPredecessor() != nil {
		t.Errorf("mutation: %v", m)
	}
	if !bytes.Equal(m.GetId(), id[:]) || !bytes.Equal(m.GetRecord().GetId(), id[:]) {
		t.Error("a CREATE's id is the record's")
	}
}

func TestChainKeepsItsTrunkUntilItIsConfirmed(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	id := d.write(create(vitals(368)))
	d.sync()
	first := d.write(patch(id, vitals(370)))
	d.write(patch(id, vitals(371)))
	queue := d.queue()
	one, two := queue[1].Mutation, queue[2].Mutation
	if one.GetTrunk().GetVersion().GetSeq() != 1 || !proto.Equal(one.GetTrunk(), two.GetTrunk()) {
		t.Errorf("trunks %v and %v", one.GetTrunk(), two.GetTrunk())
	}
	if !bytes.Equal(one.GetPredecessor().GetId(), id[:]) || !bytes.Equal(two.GetPredecessor().GetId(), first[:]) {
		t.Error("predecessors are this store's mutations of the record, retired ones too")
	}
	if v := d.shown()[id]; v.Record.GetBody().GetVitalSigns().GetTemperatureTenthsC() != 371 || v.State != replica.OnTablet {
		t.Errorf("shown: %v %v", v.State, v.Record)
	}
	d.sync()
	d.write(patch(id, vitals(372)))
	queue = d.queue()
	if seq := queue[3].Mutation.GetTrunk().GetVersion().GetSeq(); seq != 3 {
		t.Errorf("after a pull the next edit begins a chain at version 3, not %d", seq)
	}
}

func TestRefusedDraftsLeaveNothing(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	id := d.write(create(vitals(368)))
	var refused *replica.RefusedError
	for name, c := range map[string]struct {
		person string
		draft  replica.Draft
		want   error
	}{
		"impossible value":        {nurse, create(vitals(600)), nil},
		"unknown author":          {"nobody", create(vitals(368)), replica.ErrNoAuthor},
		"no body":                 {nurse, create(nil), replica.ErrNoBody},
		"groups of a whole kind":  {nurse, patch(id, vitals(370), 1), replica.ErrGroups},
		"change without a record": {nurse, patch(replica.ID{}, vitals(370)), replica.ErrRecord},
		"amend without a reason": {nurse, replica.Draft{StreamID: care, RecordID: id,
			Operation: syncv1.Operation_OPERATION_PATCH, Record: &carev1.Record{Body: vitals(370)}}, replica.ErrReason},
		"retract without a reason": {nurse, replica.Draft{StreamID: care, RecordID: id,
			Operation: syncv1.Operation_OPERATION_RETRACT}, replica.ErrReason},
		"resolve what is not here": {nurse, replica.Draft{StreamID: care, RecordID: id,
			Operation: syncv1.Operation_OPERATION_RESOLVE, Record: &carev1.Record{Body: vitals(370)}}, replica.ErrNothingToResolve},
		"stream name too long": {nurse, replica.Draft{StreamID: strings.Repeat("x", 129),
			Operation: syncv1.Operation_OPERATION_CREATE, Record: &carev1.Record{Body: vitals(370)}}, replica.ErrStream},
	} {
		_, err := d.Write(c.person, d.clock(), w.newID, c.draft)
		if c.want == nil && !errors.As(err, &refused) || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(d.queue()); n != 1 {
		t.Errorf("%d mutations are queued", n)
	}
}

func TestStoreThatFailsIsToldAndNothingIsQueued(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	d.store.FailAt(1)
	if _, err := d.Write(nurse, d.clock(), w.newID, create(vitals(368))); err == nil {
		t.Fatal("a failed Update was reported as saved")
	}
	if n := len(d.queue()); n != 0 {
		t.Errorf("%d mutations are queued", n)
	}
}

func TestTooLargeWaitsWithItsSuccessors(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	long := strings.Repeat("長", 8000)
	big := &carev1.DraftNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_SOAP, Subjective: long, Objective: long, Assessment: long,
	}
	id := d.write(create(&carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: big}}))
	d.write(patch(id, note("more"), 10))
	small := d.write(create(vitals(368)))
	req, err := d.NextRequest(d.clock())
	if err != nil || len(req.GetMutations()) != 1 {
		t.Fatalf("%d mutations are sent, %v", len(req.GetMutations()), err)
	}
	d.sync()
	views := d.shown()
	if views[id].State != replica.TooLarge || views[small].State != replica.Safe {
		t.Errorf("states %v and %v", views[id].State, views[small].State)
	}
}

func TestRefusedRequestIsHalvedDownToOne(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	d := w.device("a", nurse)
	for range 5 {
		d.write(create(vitals(368)))
	}
	for _, want := range []int{5, 2, 1} {
		req, err := d.NextRequest(d.clock())
		if err != nil || len(req.GetMutations()) != want {
			t.Fatalf("%d mutations instead of %d, %v", len(req.GetMutations()), want, err)
		}
		if err := d.TooLarge(req); err != nil {
			t.Fatal(err)
		}
	}
	d.sync()
	states := map[replica.State]int{}
	for _, own := range d.queue() {
		states[own.State]++
	}
	if states[replica.TooLarge] != 1 || states[replica.Safe] != 4 {
		t.Errorf("states: %v", states)
	}
}

func TestTakenIDIsRenewedWithAllThatDependsOnIt(t *testing.T) {
	w := newWorld(t, hub.Limits{})
	a, b := w.device("a", nurse), w.device("b", other)
	taken := a.write(create(vitals(360)))
	a.sync()
	if _, err := b.Write(other, b.clock(), func() replica.ID { return taken }, create(vitals(370))); err != nil {
		t.Fatal(err)
	}
	b.write(patch(taken, vitals(371)))
	draft := note("see the vital signs")
	draft.GetDraftNote().VitalSignsIds = [][]byte{taken[:]}
	about := b.write(create(draft))
	if p := b.sync(); p.Renewed != 1 {
		t.Fatalf("progress: %+v", p)
	}
	queue := b.queue()
	renewed := queue[0].RecordID
	if renewed == taken || queue[1].RecordID != renewed || !bytes.Equal(queue[1].Mutation.GetPredecessor().GetId(), renewed[:]) {
		t.Errorf("queue: %x", renewed)
	}
	payload, _ := proto.MarshalOptions{Deterministic: true}.Marshal(queue[0].Mutation)
	if hash := seal.PayloadHash(payload); !bytes.Equal(queue[1].Mutation.GetPredecessor().GetPayloadHash(), hash[:]) {
		t.Error("the successor names other bytes than those of its renewed predecessor")
	}
	w.now = w.now.Add(time.Hour)
	a.sync()
	b.sync()
	same(t, a, b)
	views := a.shown()
	if len(views) != 3 || views[renewed].Record.GetBody().GetVitalSigns().GetTemperatureTenthsC() != 371 ||
		views[taken].Record.GetBody().GetVitalSigns().GetTemperatureTenthsC() != 360 {
		t.Errorf("%d records; renewed: %v", len(views), views[renewed].Record)
	}
	if refs := views[about].Record.GetBody().GetDraftNote().GetVitalSignsIds(); len(refs) != 1 || !bytes.Equal(refs[0], renewed[:]) {
		t.Errorf("references: %x", refs)
	}
	for _, own := range queue {
		if own.State != replica.Safe {
			t.Errorf("%x is %v: %v", own.MutationID, own.State, own.Result)
		}
	}
}
