package app

import (
	"strings"
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// stool writes down what there was so long ago.
func (c *client) stool(t *testing.T, chart string, ago time.Duration) {
	t.Helper()
	r := saturation(t, chart, 0)
	r.Msg.Body = &carev1.Body{Kind: &carev1.Body_DailyCare{DailyCare: &carev1.DailyCare{
		Stool: &carev1.Stool{Amount: carev1.StoolAmount_STOOL_AMOUNT_MEDIUM},
	}}}
	r.Msg.Envelope.Effective = timestamppb.New(time.Now().Add(-ago))
	if _, err := c.chart().Write(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

// TestWhatDidNotHappenIsLookedFor in every chart: it is told once, by the same way as anything else that a human must hear
// of, and not again however often it is looked.
func TestWhatDidNotHappenIsLookedFor(t *testing.T) {
	_, c := firebase(t)
	r := start(t, c)
	nurse, doctor := h2c(t, r).signedIn(t, "sato", "tablet-a"), h2c(t, r).signedIn(t, "tanaka", "console")
	doctor.reachedBy(t, "tanaka", alertv1.Platform_PLATFORM_ANDROID)
	const day = 24 * time.Hour
	for _, ago := range []time.Duration{6 * day, 7 * day, 8 * day} {
		nurse.stool(t, "chart-0001", ago)
	}
	for _, ago := range []time.Duration{day / 2, day, 2 * day} {
		nurse.stool(t, "chart-0002", ago)
	}
	if n := len(doctor.groups(t)); n != 0 {
		t.Fatalf("%d groups before anybody has looked", n)
	}
	for range 2 {
		if err := r.lookForMissing(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	g := runningGroup(t, doctor)
	if all := doctor.groups(t); len(all) != 1 || g.GetChartId() != "chart-0001" || len(g.GetAlerts()) != 1 {
		t.Fatalf("%v", all)
	}
	if a := g.GetAlerts()[0].GetRecord().GetBody().GetAlert(); a.GetRule() != "no-stool" || a.GetSeverity() != carev1.AlertSeverity_ALERT_SEVERITY_URGENT {
		t.Errorf("%v", a)
	}
	if strings.Contains(r.log.String(), "could not be looked for") {
		t.Error("the log says that it failed")
	}
}
