package sdk_test

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// limit of the oxygen saturation.
func limit(percent int64) *carev1.AlertThreshold {
	return &carev1.AlertThreshold{
		Item: carev1.VitalItem_VITAL_ITEM_SPO2, Operator: carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_MOST, Value: percent,
		Severity: rules.Critical, Action: "主治医に電話", ValidFrom: timestamppb.New(time.Now().Add(-time.Hour)),
		ValidUntil: timestamppb.New(time.Now().Add(24 * time.Hour)),
	}
}

func spo2(percent uint32) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{Spo2Percent: proto.Uint32(percent)}}}
}

// warned are the findings of a rule in a reading, before it is saved.
func warned(t *testing.T, a *sdk.Tablet, percent uint32) (found []sdk.Warning) {
	t.Helper()
	all, err := a.Preview(chart, spo2(percent), sdk.Entry{})
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range all {
		if w.Rule == "threshold" {
			found = append(found, w)
		}
	}
	return found
}

// TestOrderedLimitCountsOnEveryTablet until it is withdrawn: the default stands back, and comes again.
func TestOrderedLimitCountsOnEveryTablet(t *testing.T) {
	nurse, doctor, net := ward(t)
	if w := warned(t, nurse, 92); len(w) != 1 || w[0].Severity != rules.Urgent {
		t.Errorf("the default: %+v", w)
	}
	if _, _, err := doctor.OrderThreshold(chart, limit(88), sdk.Entry{}); err != nil {
		t.Fatal(err)
	}
	synced(t, doctor, nurse)
	net.down = true
	if w := warned(t, nurse, 92); len(w) != 0 {
		t.Errorf("92 %% is within what was ordered: %+v", w)
	}
	if w := warned(t, nurse, 88); len(w) != 1 || w[0].Severity != rules.Critical || w[0].Window.GetSeq() == 0 {
		t.Errorf("the ordered limit: %+v", w)
	}
	net.down = false
	list, err := doctor.Thresholds(chart)
	if err != nil || len(list.Ordered) != 1 || list.Ordered[0].Force != sdk.InForce || len(list.Defaults) != len(rules.Defaults())-2 {
		t.Fatalf("listed: %+v, %v", list, err)
	}
	if _, err := doctor.WithdrawThreshold(list.Ordered[0].Item, "在宅酸素を開始"); err != nil {
		t.Fatal(err)
	}
	synced(t, doctor, nurse)
	list, err = nurse.Thresholds(chart)
	if err != nil || list.Ordered[0].Force != sdk.Withdrawn || list.Ordered[0].State != replica.Safe {
		t.Errorf("withdrawn: %+v, %v", list, err)
	}
	if w := warned(t, nurse, 92); len(w) != 1 || w[0].Severity != rules.Urgent {
		t.Errorf("the default again: %+v", w)
	}
}

// TestLimitThatDoesNotFitIsSaidWhenItIsOrdered: by itself, beside the others, and in the list; it is written all the same.
func TestLimitThatDoesNotFitIsSaidWhenItIsOrdered(t *testing.T) {
	nurse, doctor, net := ward(t)
	net.down = true
	codes := func(found []rules.ThresholdWarning) (all string) {
		for _, w := range found {
			all += w.Code + " "
		}
		return all
	}
	order := func(percent int64, severity carev1.AlertSeverity) string {
		t.Helper()
		l := limit(percent)
		l.Severity = severity
		_, found, err := doctor.OrderThreshold(chart, l, sdk.Entry{})
		if err != nil {
			t.Fatal(err)
		}
		return codes(found)
	}
	if got := order(92, rules.Critical); got != "" {
		t.Errorf("what fits: %q", got)
	}
	if got := order(88, rules.Urgent); got != "threshold-contradicts " {
		t.Errorf("less severe than one that is reached earlier: %q", got)
	}
	if got := order(-1, rules.Critical); !strings.Contains(got, "threshold-never ") {
		t.Errorf("what can never be reached: %q", got)
	}
	list, err := doctor.Thresholds(chart)
	if err != nil || len(list.Ordered) != 3 || len(list.Warnings) < 3 {
		t.Errorf("listed: %d limits, %q, %v", len(list.Ordered), codes(list.Warnings), err)
	}
	if _, found, err := nurse.OrderThreshold(chart, limit(90), sdk.Entry{}); err == nil || len(found) != 0 {
		t.Errorf("warnings of a limit that was not written: %v, %v", found, err)
	}
}
