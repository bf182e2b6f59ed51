package sdk

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Alert is something that a rule found and of which a human must hear, as far as this tablet knows. Whom the server has
// told of it is on the server.
type Alert struct {
	Item
	// Chart is the patient's.
	Chart string
	// Alert is what was found: severity, reason, evidence.
	Alert *carev1.ClinicalAlert
	// Answers that name it, oldest first. One that ends it ends its escalation.
	Answers []Answer
	// Late is how long after it was measured the server heard of it; 0 if within the hour, or not known.
	Late time.Duration
}

// Answer is what somebody answered to an alert.
type Answer struct {
	Item
	// Chart is the patient's.
	Chart string
	// Response is the answer, with its words and the instruction that it names.
	Response *carev1.AlertResponse
	// Counts is false for one that was retracted, or that the server refused or holds.
	Counts bool
	// Ends tells whether it ends the alerts that it names: it counts, and is of somebody whose answer does (care.AnswerEnds).
	Ends bool
}

// lateFrom is from when on an alert says that what it is about came late.
const lateFrom = time.Hour

// Open tells whether nobody whose answer ends it has answered, as far as this tablet knows: the answer may be on its way.
func (a Alert) Open() bool {
	return counts(a.Item) && !slices.ContainsFunc(a.Answers, func(one Answer) bool { return one.Ends })
}

// OpenWords say why an alert is open; empty if it is not.
func (a Alert) OpenWords() (ja, en string) {
	switch {
	case !a.Open():
		return "", ""
	case slices.ContainsFunc(a.Answers, func(one Answer) bool { return one.Counts }):
		return "対応待ち：介護職員の返事のみ", "answered by a care worker: still open"
	}
	return "対応待ち", "open"
}

// AmendedWords say what became of the reason after a record that it rests on was amended; empty if none was.
func (a Alert) AmendedWords() (ja, en string) {
	m := a.Alert.GetAmendment()
	switch {
	case m == nil:
		return "", ""
	case m.GetVoid() && m.GetReasonEn() != "":
		return m.GetReasonJa(), m.GetReasonEn()
	case m.GetVoid():
		return "もとの記録が訂正され、いまは該当しません", "the record that it rests on was amended: it would not be raised now"
	}
	sja, sen := care.EnumTitle(m.GetSeverity())
	return "もとの記録が訂正されました。いまは【" + sja + "】" + m.GetReasonJa(), "the record that it rests on was amended; now [" + sen + "] " + m.GetReasonEn()
}

// ChartAlerts are the alerts of one patient.
type ChartAlerts struct {
	Chart Chart
	// Alerts: those that are open first, the newest first among them, and of one time the most severe.
	Alerts []Alert
	// Open is how many are open; Worst is the most severe of those.
	Open  int
	Worst carev1.AlertSeverity
}

// Alerts lists the alerts on this tablet, grouped by patient: of one chart, or, without one, of all. Patients with open
// ones come first, the worst of them first. It needs no network; what happened since the last synchronisation is not there.
func (t *Tablet) Alerts(chart string) ([]ChartAlerts, error) {
	all, err := t.mattersOf(chart)
	if err != nil {
		return nil, err
	}
	var groups []ChartAlerts
	for _, m := range all {
		if len(m.alerts) > 0 {
			groups = append(groups, m.group())
		}
	}
	slices.SortFunc(groups, func(a, b ChartAlerts) int {
		return cmp.Or(cmp.Compare(b.Worst, a.Worst), b.Alerts[0].At.Compare(a.Alerts[0].At), cmp.Compare(a.Chart.ID, b.Chart.ID))
	})
	return groups, nil
}

func (m matters) group() ChartAlerts {
	g := ChartAlerts{Chart: m.chart}
	for _, i := range m.alerts {
		a := m.alert(i)
		if a.Open() {
			g.Open, g.Worst = g.Open+1, max(g.Worst, a.Alert.GetSeverity())
		}
		g.Alerts = append(g.Alerts, a)
	}
	slices.SortStableFunc(g.Alerts, func(a, b Alert) int {
		return cmp.Or(openFirst(a.Open(), b.Open()), b.At.Compare(a.At), cmp.Compare(b.Alert.GetSeverity(), a.Alert.GetSeverity()))
	})
	return g
}

func openFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// alert puts an alert together with its answers.
func (m matters) alert(i Item) Alert {
	a := Alert{Item: i, Chart: m.chart.ID, Alert: i.Record.GetBody().GetAlert()}
	if received := i.Record.GetArrival().GetReceived(); received != nil {
		if late := received.AsTime().Sub(a.Alert.GetObserved().AsTime()); late >= lateFrom {
			a.Late = late
		}
	}
	for _, one := range m.answers {
		answer := m.answer(one)
		named := slices.ContainsFunc(answer.Response.GetAlertIds(), func(id []byte) bool { return bytes.Equal(id, i.ID[:]) })
		if named && !foretold(one.Record, i.Record) {
			a.Answers = append(a.Answers, answer)
		}
	}
	slices.Reverse(a.Answers)
	return a
}

// foretold tells whether the server had an answer before it raised the alert: nobody answers what is not there yet, and ids can
// be worked out in advance.
func foretold(answer, alert *carev1.Record) bool {
	had, raised := answer.GetArrival().GetReceived(), alert.GetArrival().GetReceived()
	return had != nil && raised != nil && had.AsTime().Before(raised.AsTime())
}

func (m matters) answer(i Item) Answer {
	return Answer{
		Item: i, Chart: m.chart.ID, Response: i.Record.GetBody().GetAlertResponse(),
		Counts: counts(i), Ends: counts(i) && care.AnswerEnds(i.Writer.GetRole()),
	}
}
