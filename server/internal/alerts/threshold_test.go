package alerts

import (
	"slices"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

const (
	atLeast = carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_LEAST
	atMost  = carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_MOST
)

// limit is one that holds from now on for some days.
func limit(item carev1.VitalItem, operator carev1.ThresholdOperator, value int64, days int) *carev1.AlertThreshold {
	return &carev1.AlertThreshold{
		Item: item, Operator: operator, Value: value, Severity: severityUrgent,
		ValidFrom: timestamppb.New(day), ValidUntil: timestamppb.New(day.AddDate(0, 0, days)),
	}
}

func (b *bench) thresholdsOf(person, chart string) *alertv1.ListThresholdsResponse {
	b.t.Helper()
	return must[*alertv1.ListThresholdsResponse](b.t)(b.ListThresholds(b.t.Context(), b.call(person), &alertv1.ListThresholdsRequest{ChartId: chart}))
}

// TestSetThreshold orders a limit and amends it; the same call again is the same; the defaults stand beside it.
func TestSetThreshold(t *testing.T) {
	b := newBench(t)
	spo2 := limit(carev1.VitalItem_VITAL_ITEM_SPO2, atMost, 88, 30)
	req := &alertv1.SetThresholdRequest{ChartId: "yamada", MutationId: b.id(), Threshold: spo2}
	first, moved, err := b.SetThreshold(t.Context(), b.call("mori"), req)
	if err != nil || first.GetResult().GetOutcome() != applied || first.GetReceipt() == nil || len(moved) != 1 || b.woken == 0 {
		t.Fatalf("%v %v %v", first, moved, err)
	}
	b.now = b.now.Add(time.Minute)
	again, moved, err := b.SetThreshold(t.Context(), b.call("mori"), req)
	if err != nil || !again.GetResult().GetRepeated() || len(moved) != 0 {
		t.Errorf("again: %v %v", again, err)
	}
	list := b.thresholdsOf("sato", "yamada")
	if len(list.GetThresholds()) != 1 || len(list.GetDefaults()) != len(rules.Defaults()) || list.GetDefaults()[0].GetSeverity() == 0 {
		t.Fatalf("%v", list)
	}
	amended := proto.CloneOf(spo2)
	amended.Value = 86
	amend := &alertv1.SetThresholdRequest{
		ChartId: "yamada", MutationId: b.id(), RecordId: req.GetMutationId(), Seen: list.GetThresholds()[0].GetVersion(), Threshold: amended, Reason: "在宅酸素のため",
	}
	if resp, _, err := b.SetThreshold(t.Context(), b.call("mori"), amend); err != nil || resp.GetResult().GetOutcome() != applied {
		t.Fatalf("%v %v", resp, err)
	}
	if list := b.thresholdsOf("sato", "yamada").GetThresholds(); len(list) != 1 || list[0].GetRecord().GetBody().GetAlertThreshold().GetValue() != 86 {
		t.Errorf("%v", list)
	}
}

// TestThresholdsInForceComeFirst, whenever they were ordered.
func TestThresholdsInForceComeFirst(t *testing.T) {
	b := newBench(t)
	set := func(l *carev1.AlertThreshold) {
		t.Helper()
		b.now = b.now.Add(time.Minute)
		if _, _, err := b.SetThreshold(t.Context(), b.call("mori"), &alertv1.SetThresholdRequest{ChartId: "yamada", MutationId: b.id(), Threshold: l}); err != nil {
			t.Fatal(err)
		}
	}
	withdrawn, later := limit(carev1.VitalItem_VITAL_ITEM_PULSE, atLeast, 101, 30), limit(carev1.VitalItem_VITAL_ITEM_PULSE, atLeast, 102, 30)
	withdrawn.Withdrawn, later.ValidFrom = true, timestamppb.New(day.AddDate(0, 0, 3))
	set(limit(carev1.VitalItem_VITAL_ITEM_PULSE, atLeast, 103, 30))
	set(withdrawn)
	set(limit(carev1.VitalItem_VITAL_ITEM_PULSE, atLeast, 104, 30))
	set(later)
	set(limit(carev1.VitalItem_VITAL_ITEM_TEMPERATURE, atLeast, 385, 1))
	b.now = b.now.AddDate(0, 0, 2)
	var got []int64
	for _, item := range b.thresholdsOf("sato", "yamada").GetThresholds() {
		got = append(got, item.GetRecord().GetBody().GetAlertThreshold().GetValue())
	}
	if !slices.Equal(got, []int64{104, 103, 385, 102, 101}) {
		t.Errorf("%v", got)
	}
}

// TestRetractedThresholdsAreLeftOut: one that was written by mistake is no limit.
func TestRetractedThresholdsAreLeftOut(t *testing.T) {
	b := newBench(t)
	req := &alertv1.SetThresholdRequest{ChartId: "yamada", MutationId: b.id(), Threshold: limit(carev1.VitalItem_VITAL_ITEM_PULSE, atLeast, 120, 30)}
	if _, _, err := b.SetThreshold(t.Context(), b.call("mori"), req); err != nil {
		t.Fatal(err)
	}
	if _, _, err := b.hub.Write(t.Context(), b.call("mori"), &chartv1.WriteRequest{
		ChartId: "yamada", MutationId: b.id(), RecordId: req.GetMutationId(), Operation: syncv1.Operation_OPERATION_RETRACT,
		Seen: b.thresholdsOf("mori", "yamada").GetThresholds()[0].GetVersion(), Reason: "別の方の指示でした",
	}); err != nil {
		t.Fatal(err)
	}
	if list := b.thresholdsOf("sato", "yamada").GetThresholds(); len(list) != 0 {
		t.Errorf("%v", list)
	}
}

// TestThresholdWarnings: a limit that contradicts another one is stored, and said then and at every look.
func TestThresholdWarnings(t *testing.T) {
	b := newBench(t)
	for i, l := range []*carev1.AlertThreshold{limit(carev1.VitalItem_VITAL_ITEM_PULSE, atLeast, 60, 30), limit(carev1.VitalItem_VITAL_ITEM_PULSE, atMost, 70, 30)} {
		resp, _, err := b.SetThreshold(t.Context(), b.call("mori"), &alertv1.SetThresholdRequest{ChartId: "yamada", MutationId: b.id(), Threshold: l})
		if err != nil {
			t.Fatal(err)
		}
		if said := slices.Contains(codes(resp.GetWarnings()), "threshold-contradicts"); said != (i == 1) {
			t.Errorf("limit %d: %v", i, codes(resp.GetWarnings()))
		}
	}
	if list := b.thresholdsOf("sato", "yamada"); len(list.GetThresholds()) != 2 || !slices.Contains(codes(list.GetWarnings()), "threshold-contradicts") {
		t.Errorf("%v", list)
	}
}

// TestSetThresholdRefuses what does not fit together and whoever may not; a nurse types in what a physician ordered.
func TestSetThresholdRefuses(t *testing.T) {
	b := newBench(t)
	pulse := limit(carev1.VitalItem_VITAL_ITEM_PULSE, atLeast, 120, 30)
	backwards := limit(carev1.VitalItem_VITAL_ITEM_PULSE, atLeast, 120, -1)
	order := func() *alertv1.SetThresholdRequest {
		return &alertv1.SetThresholdRequest{ChartId: "yamada", MutationId: b.id(), Threshold: pulse}
	}
	first := order()
	if _, _, err := b.SetThreshold(t.Context(), b.call("mori"), first); err != nil {
		t.Fatal(err)
	}
	seen := b.thresholdsOf("mori", "yamada").GetThresholds()[0].GetVersion()
	onPaper := order()
	onPaper.Envelope = &carev1.Envelope{
		Performer: &carev1.Actor{Name: "森 大輔", Role: carev1.Role_ROLE_PHYSICIAN}, Enterer: &carev1.Actor{PersonId: "sato", Role: carev1.Role_ROLE_NURSE},
		Links: []*carev1.RecordLink{{Relation: carev1.LinkRelation_LINK_RELATION_TRANSCRIBED_FROM, RecordId: b.reading("sato", "yamada", "")}},
	}
	_, _, err := b.SetThreshold(t.Context(), b.call("sato"), onPaper)
	want(t, "without when it was signed", err, hub.InvalidArgument)
	onPaper.Envelope.Effective = timestamppb.New(day.Add(-time.Hour))
	if _, _, err := b.SetThreshold(t.Context(), b.call("sato"), onPaper); err != nil {
		t.Errorf("a nurse types in an order: %v", err)
	}
	for what, c := range map[string]struct {
		person string
		change func(*alertv1.SetThresholdRequest)
		code   hub.Code
	}{
		"by a nurse on her own":           {"sato", func(*alertv1.SetThresholdRequest) {}, hub.PermissionDenied},
		"by a care worker":                {"takahashi", func(*alertv1.SetThresholdRequest) {}, hub.PermissionDenied},
		"by a physician of another chart": {"kato", func(*alertv1.SetThresholdRequest) {}, hub.NotFound},
		"that ends before it begins":      {"mori", func(r *alertv1.SetThresholdRequest) { r.Threshold = backwards }, hub.InvalidArgument},
		"a record without what was seen":  {"mori", func(r *alertv1.SetThresholdRequest) { r.RecordId = first.GetMutationId() }, hub.InvalidArgument},
		"what was seen without a record":  {"mori", func(r *alertv1.SetThresholdRequest) { r.Seen = seen }, hub.InvalidArgument},
		"a record that there is not":      {"mori", func(r *alertv1.SetThresholdRequest) { r.RecordId, r.Seen = b.id(), seen }, hub.NotFound},
		"a record that is no limit":       {"mori", func(r *alertv1.SetThresholdRequest) { r.RecordId, r.Seen = b.reading("sato", "yamada", ""), seen }, hub.NotFound},
		"the id of another limit, once more": {"mori", func(r *alertv1.SetThresholdRequest) {
			r.MutationId, r.Threshold = first.GetMutationId(), limit(1, atMost, 1, 1)
		}, hub.InvalidArgument},
	} {
		req := order()
		c.change(req)
		_, moved, err := b.SetThreshold(t.Context(), b.call(c.person), req)
		want(t, what, err, c.code)
		if len(moved) != 0 {
			t.Errorf("%s: moved %v", what, moved)
		}
	}
	if list := b.thresholdsOf("mori", "yamada").GetThresholds(); len(list) != 2 {
		t.Errorf("%d limits are stored", len(list))
	}
	_, err = b.ListThresholds(t.Context(), b.call("kato"), &alertv1.ListThresholdsRequest{ChartId: "yamada"})
	want(t, "to list those of others", err, hub.NotFound)
}
