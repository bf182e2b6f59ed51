package escalation

import (
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// CheckThresholds returns what does not fit together among the limits of one patient at now, and what happens meanwhile,
// as the rules say it: a tablet says the same when a limit is ordered.
func CheckThresholds(all []*carev1.AlertThreshold, defaults []rules.Limit, now time.Time) []*alertv1.Warning {
	var f found
	for _, w := range rules.CheckThresholds(all, defaults, now) {
		f.add(w.Code, w.Ja, w.En)
	}
	return f
}
