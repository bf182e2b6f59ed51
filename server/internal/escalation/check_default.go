package escalation

import (
	"strings"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// CheckDefaults returns what does not fit together among the limits that an organisation sets for all its patients, and
// what happens meanwhile: what CheckThresholds says of ordered ones, and what this project proposes a limit for and the
// organisation sets none.
func CheckDefaults(limits []rules.Limit, now time.Time) []*alertv1.Warning {
	var f found
	f.missing(limits)
	always := func(l rules.Limit) *carev1.AlertThreshold {
		return &carev1.AlertThreshold{
			Item: l.Item, Operator: l.Operator, Value: l.Value, Severity: l.Severity,
			ValidFrom: timestamppb.New(now), ValidUntil: timestamppb.New(now.AddDate(1, 0, 0)),
		}
	}
	all := make([]*carev1.AlertThreshold, 0, len(limits))
	for _, l := range limits {
		all = append(all, always(l))
	}
	for _, w := range CheckThresholds(all, nil, now) {
		f.add(w.GetCode(), w.GetJa(), w.GetEn())
	}
	return f
}

// missing names, in one warning, the readings without any limit in a direction for which one is proposed.
func (f *found) missing(limits []rules.Limit) {
	type side struct {
		item     carev1.VitalItem
		operator carev1.ThresholdOperator
	}
	has := map[side]bool{}
	for _, l := range limits {
		has[side{l.Item, l.Operator}] = true
	}
	var ja, en []string
	for _, l := range rules.Defaults() {
		s := side{l.Item, l.Operator}
		if has[s] {
			continue
		}
		has[s] = true
		nameJa, nameEn := care.ItemTitle(l.Item)
		way := called{"（低い値）", " (low)"}
		if l.Operator == carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_LEAST {
			way = called{"（高い値）", " (high)"}
		}
		ja, en = append(ja, nameJa+way.ja), append(en, nameEn+way.en)
	}
	if len(ja) > 0 {
		f.add("default-missing",
			strings.Join(ja, "、")+"の基準がありません。医師の指示がない方では、これらの値は基準と比べられません。NEWS2の判定は変わりません。",
			"There is no limit for "+strings.Join(en, ", ")+". Unless a limit is ordered for a patient, these readings are compared with none; NEWS2 is scored all the same.")
	}
}
