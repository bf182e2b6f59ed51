package sdk

import (
	"cmp"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Threshold is a limit of a reading that was ordered for a patient.
type Threshold struct {
	Item
	// Limit is the order.
	Limit *carev1.AlertThreshold
	// Force is whether it counts now, by this tablet's clock.
	Force Force
}

// Thresholds are what readings of a patient are compared with.
type Thresholds struct {
	// Ordered limits, those in force first and the newest first among them.
	Ordered []Threshold
	// Defaults count for what nobody ordered a limit of in their direction.
	Defaults []rules.Limit
	// Warnings say what does not fit together among the ordered ones, by this tablet's clock and the built-in defaults.
	Warnings []rules.ThresholdWarning
}

// Thresholds lists the limits of a patient on this tablet. It needs no network.
func (t *Tablet) Thresholds(chart string) (Thresholds, error) {
	items, err := t.Timeline(chart, Filter{Kinds: []string{"alert_threshold"}})
	all := Thresholds{Defaults: rules.Defaults()}
	for _, i := range items {
		l := i.Record.GetBody().GetAlertThreshold()
		one := Threshold{Item: i, Limit: l}
		one.Force = forceAt(l.GetWithdrawn() || i.Retracted, l.GetValidFrom().AsTime(), l.GetValidUntil().AsTime(), t.now())
		all.Ordered = append(all.Ordered, one)
		if one.Force == InForce {
			all.Defaults = slices.DeleteFunc(all.Defaults, func(d rules.Limit) bool {
				return d.Item == l.GetItem() && d.Operator == l.GetOperator()
			})
		}
	}
	slices.SortStableFunc(all.Ordered, func(a, b Threshold) int { return cmp.Compare(a.Force, b.Force) })
	all.Warnings = rules.CheckThresholds(all.ahead(), rules.Defaults(), t.now())
	return all, err
}

// ahead are the ordered limits that count, now or later.
func (l Thresholds) ahead() (limits []*carev1.AlertThreshold) {
	for _, one := range l.Ordered {
		if counts(one.Item) && (one.Force == InForce || one.Force == NotBegun) {
			limits = append(limits, one.Limit)
		}
	}
	return limits
}

// OrderThreshold writes a limit that a physician orders, or one that a nurse types in from paper (Entry.Paper). The
// warnings say what is wrong with it by itself and beside the others of the chart; it is written all the same.
func (t *Tablet) OrderThreshold(chart string, l *carev1.AlertThreshold, e Entry) (Saved, []rules.ThresholdWarning, error) {
	body := &carev1.Body{Kind: &carev1.Body_AlertThreshold{AlertThreshold: l}}
	if err := t.mayWrite(body, e.Paper); err != nil {
		return Saved{}, nil, err
	}
	if err := t.endsLater(l.GetValidUntil().AsTime()); err != nil {
		return Saved{}, nil, err
	}
	others, err := t.Thresholds(chart)
	if err != nil {
		return Saved{}, nil, err
	}
	found := rules.CheckThresholds(append(others.ahead(), l), rules.Defaults(), t.now())
	found = slices.DeleteFunc(found, func(w rules.ThresholdWarning) bool { return slices.Contains(others.Warnings, w) })
	saved, err := t.Create(chart, body, e)
	return saved, found, err
}

// WithdrawThreshold takes a limit back before its end.
func (t *Tablet) WithdrawThreshold(shown Item, reason string) (Saved, error) {
	if shown.Record.GetBody().GetAlertThreshold() == nil {
		return Saved{}, ErrNoRecord
	}
	if reason == "" {
		return Saved{}, replica.ErrReason
	}
	if err := t.mayAmend(shown); err != nil {
		return Saved{}, err
	}
	body := proto.CloneOf(shown.Record.GetBody())
	body.GetAlertThreshold().Withdrawn = true
	return t.AmendSeen(shown, body, reason, true)
}
