package main

import (
	"strings"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type thresholdsCmd struct {
	chartFlag
	Defaults bool `help:"Also what counts where nobody ordered a limit."`
}

// Run lists what readings of a patient are compared with.
func (c thresholdsCmd) Run(e *env) error {
	chart, err := c.id(e)
	if err != nil {
		return err
	}
	list, err := e.tablet.Thresholds(chart)
	if err != nil {
		return err
	}
	for _, l := range list.Ordered {
		marks := []string{e.both(sdk.ForceWords(l.Force)), e.both(sdk.StateWords(l.State))}
		for _, r := range l.Remarks {
			marks = append(marks, e.both(r.Ja, r.En))
		}
		e.say("%s  %s", short(l.ID), e.both(l.Ja, l.En))
		e.say("          %s  [%s]", e.both(l.Hands()), strings.Join(marks, "] ["))
	}
	if len(list.Ordered) == 0 {
		e.say("%s", e.both("医師の指示した基準値はありません", "nobody ordered a limit")+e.only(chart))
	}
	e.limitWarnings(list.Warnings)
	if c.Defaults {
		for _, d := range list.Defaults {
			body := &carev1.Body{Kind: &carev1.Body_AlertThreshold{AlertThreshold: &carev1.AlertThreshold{
				Item: d.Item, Operator: d.Operator, Value: d.Value, Severity: d.Severity,
			}}}
			e.say("%8s  %s", e.both("既定", "default"), e.both(care.Summary(body)))
		}
	}
	return nil
}

// limitWarnings says what does not fit together among limits.
func (e *env) limitWarnings(found []rules.ThresholdWarning) {
	for _, w := range found {
		e.say("          %s %s", e.both("注意：", "look at this:"), e.both(w.Ja, w.En))
	}
}

type thresholdCmd struct {
	orderedFlags
	Item     string `arg:"" help:"temp, sys, dia, pulse, spo2, rr, weight, glucose, jcs or pain."`
	Operator string `arg:"" help:"at-least (>=) or at-most (<=)."`
	Value    string `arg:"" help:"The limit, as the reading is written: 38.5, 90, 52.5."`
	Until    string `help:"Until when: 2026-12-31, 2026-11-25 09:00, 48h or 30d." required:""`
	From     string `help:"From when on. Default: now."`
	Severity string `help:"notice (参考), urgent (要報告) or critical (緊急)." enum:"notice,urgent,critical" default:"urgent"`
	Readings uint32 `help:"How many readings in a row have to be beyond it."`
	Minutes  string `help:"Over how long they have to stretch: 30m or 6h."`
	Action   string `help:"What whoever is at the patient does."`
}

// limitedItems are the readings that limits are set for, by name.
var limitedItems = map[string]carev1.VitalItem{
	"temp": carev1.VitalItem_VITAL_ITEM_TEMPERATURE, "sys": carev1.VitalItem_VITAL_ITEM_SYSTOLIC,
	"dia": carev1.VitalItem_VITAL_ITEM_DIASTOLIC, "pulse": carev1.VitalItem_VITAL_ITEM_PULSE,
	"spo2": carev1.VitalItem_VITAL_ITEM_SPO2, "rr": carev1.VitalItem_VITAL_ITEM_RESPIRATIONS,
	"weight": carev1.VitalItem_VITAL_ITEM_WEIGHT, "glucose": carev1.VitalItem_VITAL_ITEM_GLUCOSE,
	"jcs": carev1.VitalItem_VITAL_ITEM_CONSCIOUSNESS, "pain": carev1.VitalItem_VITAL_ITEM_PAIN,
}

var operators = map[string]carev1.ThresholdOperator{
	"at-least": carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_LEAST, ">=": carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_LEAST,
	"at-most": carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_MOST, "<=": carev1.ThresholdOperator_THRESHOLD_OPERATOR_AT_MOST,
}

// Run orders a limit of one reading.
func (c thresholdCmd) Run(e *env) error {
	l, err := c.limit(e)
	if err != nil {
		return err
	}
	entry, err := c.ordered(e)
	if err != nil {
		return err
	}
	chart, err := c.id(e)
	if err != nil {
		return err
	}
	saved, found, err := e.tablet.OrderThreshold(chart, l, entry)
	if err != nil {
		return e.question(err, chart, &carev1.Body{Kind: &carev1.Body_AlertThreshold{AlertThreshold: l}}, entry.At)
	}
	err = e.saved(saved)
	e.limitWarnings(found)
	return err
}

func (c thresholdCmd) limit(e *env) (*carev1.AlertThreshold, error) {
	item, known := limitedItems[strings.ToLower(narrow(c.Item))]
	if !known {
		return nil, usage("the readings are temp, sys, dia, pulse, spo2, rr, weight, glucose, jcs, pain",
			"項目は temp・sys・dia・pulse・spo2・rr・weight・glucose・jcs・pain です")
	}
	operator, known := operators[strings.ToLower(narrow(c.Operator))]
	if !known {
		return nil, usage("a limit is at-least or at-most", "基準値は at-least（以上）か at-most（以下）で指定してください")
	}
	l := &carev1.AlertThreshold{
		Item: item, Operator: operator, Readings: c.Readings, Action: c.Action,
		Severity: carev1.AlertSeverity(enum(carev1.AlertSeverity_value, "ALERT_SEVERITY_", c.Severity)),
	}
	places := map[carev1.VitalItem]int{carev1.VitalItem_VITAL_ITEM_TEMPERATURE: 1, carev1.VitalItem_VITAL_ITEM_WEIGHT: 3}
	value, err := scaled(c.Value, places[item])
	if err != nil {
		return nil, usage("the limit is written as the reading is: 38.5, 90, 52.5", "基準値は測定値と同じ形（38.5、90、52.5）で入力してください")
	}
	l.Value = int64(value)
	if c.Minutes != "" {
		if l.Minutes, err = minutes(c.Minutes); err != nil {
			return nil, usage("how long is written 30m or 6h", "時間は 30m や 6h の形で入力してください")
		}
	}
	l.ValidFrom, l.ValidUntil, err = period(c.From, c.Until, e.now())
	return l, err
}
