package sdk

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Warning is what a rule finds on this tablet in what was written or is about to be. It is shown and never stored: the
// server judges the same record by the same rules, and its alert comes with a later synchronisation.
type Warning struct {
	// AlertID is that of the server's alert for the same cause.
	AlertID replica.ID
	// Rule is its name, Topic what it is about within the patient.
	Rule, Topic string
	// Severity is how soon a human must act.
	Severity carev1.AlertSeverity
	// Ja and En say why, in one sentence each.
	Ja, En string
	// Evidence are the records that it rests on, newest first.
	Evidence []replica.ID
	// Window is what of the chart the rule saw. The server may see more.
	Window *carev1.AlertWindow
	// Known: an alert of the same matter that is as bad was raised already, or will be by what waits on this tablet, and
	// people are not told of it again.
	Known bool
}

// wrote is what the rules are asked about.
type wrote struct {
	stream   string
	record   *carev1.Record
	mutation replica.ID
}

// Preview tells what a new entry would raise, before it is saved. Give the entry an ID, to know the ids of the alerts.
func (t *Tablet) Preview(chart string, body *carev1.Body, e Entry) ([]Warning, error) {
	kind, known := care.KindOf(body)
	if !known {
		return nil, replica.ErrNoBody
	}
	w := wrote{stream: e.Stream, mutation: e.ID}
	if w.stream == "" {
		var err error
		if w.stream, err = t.usual(chart, kind.DefaultStream); err != nil {
			return nil, err
		}
	}
	at := e.At
	if at.IsZero() {
		at = t.now()
	}
	w.record = &carev1.Record{Id: e.ID[:], Body: body, Envelope: &carev1.Envelope{Effective: timestamppb.New(at)}}
	return t.judged(w)
}

// PreviewRecord tells what a record that was written here raises, as this tablet sees it.
func (t *Tablet) PreviewRecord(stream string, record replica.ID) ([]Warning, error) {
	i, err := t.Record(stream, record)
	if err != nil {
		return nil, err
	}
	w := wrote{stream: stream, record: i.Record, mutation: record}
	if last := len(i.Own) - 1; last >= 0 {
		w.mutation = i.Own[last].MutationID
	}
	return t.judged(w)
}

// judged asks the rules. What the person may not see is left out of what they are shown.
func (t *Tablet) judged(w wrote) ([]Warning, error) {
	if !rules.Concerns(w.record.GetBody()) {
		return nil, nil
	}
	view, cause, err := t.ruleView(w)
	if err != nil {
		return nil, err
	}
	found := rules.Judge(view, cause)
	raised := rules.Raise(view, rules.Cause{MutationID: w.mutation[:]}, found)
	var all []Warning
	for _, f := range found {
		one := Warning{
			AlertID: rules.AlertID(f.Rule, f.Topic, w.mutation[:]), Rule: f.Rule, Topic: f.Topic, Severity: f.Severity,
			Ja: f.Ja, En: f.En, Window: windowOf(view, f.Observed),
		}
		for _, s := range f.Evidence {
			one.Evidence = append(one.Evidence, idOf(s.Record))
		}
		one.Known = !slices.ContainsFunc(raised, func(r *carev1.Record) bool { return bytes.Equal(r.GetId(), one.AlertID[:]) })
		all = append(all, one)
	}
	slices.SortStableFunc(all, func(a, b Warning) int { return cmp.Compare(b.Severity, a.Severity) })
	return all, nil
}

// windowOf says what a rule saw. Where the tablet holds nothing of that time, as when its clock or the entry's time is wrong,
// it saw the entry alone.
func windowOf(v *rules.View, until time.Time) *carev1.AlertWindow {
	w := &carev1.AlertWindow{
		From: timestamppb.New(v.From), Until: timestamppb.New(until), Seq: v.Seq, Records: uint32(len(v.Recent)),
	}
	if v.From.After(until) {
		w.From, w.Records = w.Until, 1
	}
	return w
}

func idOf(r *carev1.Record) (id replica.ID) {
	copy(id[:], r.GetId())
	return id
}
