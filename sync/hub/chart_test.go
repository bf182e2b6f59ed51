package hub_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

func newTimeline() *chartv1.GetTimelineRequest { return &chartv1.GetTimelineRequest{} }

func manifest(p ...*syncv1.StreamPosition) []byte { return ledger.Manifest(p) }

func (b *bench) write(person string, req *chartv1.WriteRequest) (*chartv1.WriteResponse, error) {
	req.ChartId = "yamada"
	resp, _, err := b.hub.Write(context.Background(), b.call(person), req)
	return resp, err
}

func (b *bench) timeline(person string, req *chartv1.GetTimelineRequest) *chartv1.GetTimelineResponse {
	b.t.Helper()
	req.ChartId = "yamada"
	resp, err := b.hub.GetTimeline(context.Background(), b.call(person), req)
	if err != nil {
		b.t.Fatal(err)
	}
	return resp
}

func (b *bench) written(tenths int32, at time.Time) *chartv1.WriteRequest {
	return &chartv1.WriteRequest{
		MutationId: b.id(), Operation: syncv1.Operation_OPERATION_CREATE, Body: temperature(tenths),
		Envelope: &carev1.Envelope{Effective: timestamppb.New(at)},
	}
}

// TestWriteAsADevice: the same merge, the same conflicts, the same receipts; calling again is safe.
func TestWriteAsADevice(t *testing.T) {
	b := newBench(t)
	req := b.written(365, day)
	first, err := b.write("sato", req)
	if err != nil || first.GetResult().GetOutcome() != syncv1.Outcome_OUTCOME_APPLIED || !b.seals.ReceiptFits(tenant, first.GetReceipt()) {
		t.Fatalf("%v %v", first, err)
	}
	b.now = b.now.Add(time.Minute)
	again, err := b.write("sato", req)
	if err != nil || !again.GetResult().GetRepeated() || !proto.Equal(again.GetReceipt(), first.GetReceipt()) {
		t.Errorf("called again: %v %v", again, err)
	}
	seen := b.timeline("sato", &chartv1.GetTimelineRequest{}).GetItems()[0].GetVersion()
	patch := func(person string, tenths int32) string {
		resp, err := b.write(person, &chartv1.WriteRequest{
			MutationId: b.id(), RecordId: req.GetMutationId(), Operation: syncv1.Operation_OPERATION_PATCH, Seen: seen,
			Body: temperature(tenths), Reason: "amend",
		})
		if err != nil {
			t.Fatal(err)
		}
		return resp.GetResult().GetOutcome().String()
	}
	if got := patch("sato", 366) + patch("suzuki", 380); got != "OUTCOME_APPLIEDOUTCOME_CONFLICT" {
		t.Errorf("two who saw the same version: %s", got)
	}
	conflicts := b.timeline("sato", &chartv1.GetTimelineRequest{ConflictsOnly: true}).GetItems()
	if len(conflicts) != 1 || len(conflicts[0].GetRecord().GetCandidates()) != 1 {
		t.Fatalf("conflicts: %v", conflicts)
	}
	c := conflicts[0].GetRecord().GetCandidates()[0]
	resp, err := b.write("sato", &chartv1.WriteRequest{
		MutationId: b.id(), RecordId: req.GetMutationId(), Operation: syncv1.Operation_OPERATION_RESOLVE,
		Seen: conflicts[0].GetVersion(), Body: c.GetBody(), Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE,
		Candidates: []*syncv1.CandidateRef{{MutationId: c.GetMutationId(), Group: c.GetGroup()}},
	})
	if err != nil || resp.GetResult().GetOutcome() != syncv1.Outcome_OUTCOME_APPLIED {
		t.Fatalf("%v %v", resp, err)
	}
	history, err := b.hub.GetRecordHistory(context.Background(), b.call("suzuki"), &chartv1.GetRecordHistoryRequest{ChartId: "yamada", RecordId: req.GetMutationId()})
	if err != nil || len(history.GetItems()) != 4 || history.GetItems()[0].GetRecord().GetBody().GetVitalSigns().GetTemperatureTenthsC() != 380 {
		t.Errorf("history: %v %v", history, err)
	}
}

// TestWriteRefuses what its caller can mend, and stores nothing of it.
func TestWriteRefuses(t *testing.T) {
	b := newBench(t)
	impossible := b.written(999, day)
	order := b.written(365, day)
	order.Body = &carev1.Body{Kind: &carev1.Body_MedicationOrder{MedicationOrder: &carev1.MedicationOrder{
		Drug: &carev1.Drug{Name: "x"}, Dosage: &carev1.Dosage{AmountThousandths: 1000, Unit: "錠"}, State: carev1.OrderState_ORDER_STATE_ACTIVE,
	}}}
	missing := &chartv1.WriteRequest{MutationId: b.id(), RecordId: b.id(), Operation: syncv1.Operation_OPERATION_RETRACT, Reason: "x"}
	for _, c := range []struct {
		person string
		req    *chartv1.WriteRequest
		want   hub.Code
	}{
		{"sato", impossible, hub.InvalidArgument}, {"takahashi", order, hub.PermissionDenied},
		{"mori", b.written(365, day), hub.NotFound}, {"nobody", b.written(365, day), hub.NotFound},
		{"sato", missing, hub.NotFound},
	} {
		if resp, err := b.write(c.person, c.req); hub.CodeOf(err) != c.want || resp != nil {
			t.Errorf("%s: %v %v, want code %d", c.person, resp, err, c.want)
		}
	}
	if v := b.verify(); v.Entries != 0 || b.inboxSize() != 0 {
		t.Errorf("%d entries, %d in the inbox, want none", v.Entries, b.inboxSize())
	}
}

// TestTimelinePages: whatever the page size, each record comes once, latest first, and filters hold.
func TestTimelinePages(t *testing.T) {
	b := newBench(t)
	for i := range 23 {
		if _, err := b.write("sato", b.written(int32(350+i), day.Add(time.Duration(i%7)*time.Hour))); err != nil {
			t.Fatal(err)
		}
	}
	for _, size := range []uint32{1, 2, 5, 22, 23, 24, 500} {
		var got []*chartv1.TimelineItem
		req := &chartv1.GetTimelineRequest{PageSize: size, From: timestamppb.New(day.Add(time.Hour)), Until: timestamppb.New(day.Add(5 * time.Hour))}
		for pages := 0; pages < 40; pages++ {
			resp := b.timeline("sato", req)
			got = append(got, resp.GetItems()...)
			if req.PageToken = resp.GetNextPageToken(); req.PageToken == "" {
				break
			}
		}
		ids := map[string]bool{}
		for i, item := range got {
			ids[string(item.GetRecord().GetId())] = true
			at := item.GetRecord().GetEnvelope().GetEffective().AsTime()
			if i > 0 && at.After(got[i-1].GetRecord().GetEnvelope().GetEffective().AsTime()) {
				t.Errorf("size %d: item %d is later than the one before", size, i)
			}
			if at.Before(day.Add(time.Hour)) || !at.Before(day.Add(5*time.Hour)) {
				t.Errorf("size %d: item %d is outside the filter", size, i)
			}
		}
		if len(got) != 13 || len(ids) != 13 {
			t.Errorf("size %d: %d items, %d records, want 13", size, len(got), len(ids))
		}
	}
	other := &chartv1.GetTimelineRequest{ChartId: "yamada", PageSize: 2}
	token := b.timeline("sato", other).GetNextPageToken()
	_, err := b.hub.GetTimeline(context.Background(), b.call("sato"), &chartv1.GetTimelineRequest{ChartId: "yamada", PageToken: token, ConflictsOnly: true})
	if hub.CodeOf(err) != hub.InvalidArgument {
		t.Errorf("a token of other filters: %v", err)
	}
}

// TestUnknownLooksLikeForbidden, over every way of reading.
func TestUnknownLooksLikeForbidden(t *testing.T) {
	b := newBench(t)
	req := b.written(365, day)
	if _, err := b.write("sato", req); err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	for _, chart := range []string{"yamada", "no-such"} {
		_, err1 := b.hub.GetTimeline(ctx, b.call("mori"), &chartv1.GetTimelineRequest{ChartId: chart})
		_, err2 := b.hub.GetRecordHistory(ctx, b.call("mori"), &chartv1.GetRecordHistoryRequest{ChartId: chart, RecordId: req.GetMutationId()})
		for _, err := range []error{err1, err2} {
			if hub.CodeOf(err) != hub.NotFound || fmt.Sprint(err) != "not found, or not yours to read" {
				t.Errorf("chart %s: %v", chart, err)
			}
		}
	}
	list, err := b.hub.ListCharts(ctx, b.call("mori"), &chartv1.ListChartsRequest{})
	if err != nil || len(list.GetCharts()) != 1 || list.GetCharts()[0].GetId() != "other" {
		t.Errorf("%v %v", list, err)
	}
}

// TestVerifySees damage of every kind that a store could do.
func TestVerifySees(t *testing.T) {
	s := store.Stream{Tenant: tenant, Name: "yamada/care"}
	damages := map[string]func(store.Tx) error{
		"an entry's record": func(tx store.Tx) error {
			raw, err := tx.Entry(s, 2)
			if err != nil {
				return err
			}
			e := &storev1.Entry{}
			if err := proto.Unmarshal(raw, e); err != nil {
				return err
			}
			e.Record = append(e.Record, 0x3a, 0x00)
			raw, err = proto.Marshal(e)
			if err != nil {
				return err
			}
			return tx.ReplaceEntry(s, 2, raw)
		},
		"the head": func(tx store.Tx) error { return tx.PutHead(s, nil) },
		"a digest": func(tx store.Tx) error {
			return tx.PutDigest(s, 202611, nil)
		},
		"a superseded mark": func(tx store.Tx) error { return tx.Supersede(s, 3) },
		"a record's state":  func(tx store.Tx) error { return tx.PutRecord(s, store.ID{1}, []byte{8, 1}) },
	}
	for name, damage := range damages {
		b := newBench(t)
		for range 3 {
			b.push("sato", b.create("sato", temperature(365)))
		}
		if v := b.verify(); len(v.Damage) > 0 || v.Records != 3 {
			t.Fatalf("an undamaged store: %v", v)
		}
		if err := b.store.Update(context.Background(), damage)[0]; err != nil {
			t.Fatal(err)
		}
		if v := b.verify(); len(v.Damage) == 0 {
			t.Errorf("verify does not see a change of %s", name)
		}
	}
}
