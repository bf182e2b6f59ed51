package mobile

import (
	"encoding/hex"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Severities of alerts, and answers to them, as numbers of the contract.
const (
	SeverityNotice   = int(carev1.AlertSeverity_ALERT_SEVERITY_NOTICE)
	SeverityUrgent   = int(carev1.AlertSeverity_ALERT_SEVERITY_URGENT)
	SeverityCritical = int(carev1.AlertSeverity_ALERT_SEVERITY_CRITICAL)

	AnswerAcknowledged = int(carev1.AlertAnswer_ALERT_ANSWER_ACKNOWLEDGED)
	AnswerAsked        = int(carev1.AlertAnswer_ALERT_ANSWER_ASKED)
	AnswerNothingToDo  = int(carev1.AlertAnswer_ALERT_ANSWER_NOTHING_TO_DO)
)

// Alert is something of which a human must hear.
type Alert struct {
	ID, Chart string
	// Severity is one of the constants; SeverityWords names it in the tablet's language, and Reason says why.
	Severity              int
	SeverityWords, Reason string
	// Amended says what became of the reason after a record that it rests on was amended; empty if none was.
	Amended string
	// AtMs is when it was measured; LateMs how long after that the server heard of it, 0 if within the hour.
	AtMs, LateMs int64
	// Open: nobody whose answer ends it has answered, as far as this tablet knows; OpenWords say why it is open.
	Open      bool
	OpenWords string
	// Answers, one to a line, oldest first: what, who, and how safe the answer is.
	Answers string
	// RecordJSON is the record, in JSON of care.v1.Record.
	RecordJSON string
}

// Alerts is a list of alerts.
type Alerts struct {
	tablet *Tablet
	list   []sdk.Alert
}

// Len is how many there are.
func (l *Alerts) Len() int { return len(l.list) }

// Get returns one; nil if there is none with that number.
func (l *Alerts) Get(n int) *Alert {
	if n < 0 || n >= len(l.list) {
		return nil
	}
	a, t := l.list[n], l.tablet
	var answers []string
	for _, one := range a.Answers {
		answers = append(answers, t.answered(one))
	}
	return &Alert{
		ID: hex.EncodeToString(a.ID[:]), Chart: a.Chart, Severity: int(a.Alert.GetSeverity()),
		SeverityWords: t.pick(care.EnumTitle(a.Alert.GetSeverity())), Reason: care.Printable(t.pick(a.Alert.GetReasonJa(), a.Alert.GetReasonEn())),
		Amended: t.pick(a.AmendedWords()), AtMs: a.At.UnixMilli(), LateMs: a.Late.Milliseconds(), Open: a.Open(), OpenWords: t.pick(a.OpenWords()),
		Answers: strings.Join(answers, "\n"), RecordJSON: recordJSON(a.Record),
	}
}

func (t *Tablet) answered(a sdk.Answer) string {
	words := t.pick(care.EnumTitle(a.Response.GetAnswer()))
	if said := care.Printable(a.Response.GetWords()); said != "" {
		words += ": " + said
	}
	return words + "  " + a.Author.GetName() + "  [" + t.pick(sdk.StateWords(a.State)) + "]"
}

func recordJSON(r *carev1.Record) string {
	json, err := protojson.Marshal(r)
	if err != nil {
		return ""
	}
	return string(json)
}

// Alerts lists the alerts of a chart, or, without one, of all on this tablet: one patient after the other, those with open
// ones first. It needs no network.
func (t *Tablet) Alerts(chart string) (*Alerts, error) {
	groups, err := t.tablet.Alerts(chart)
	l := &Alerts{tablet: t}
	for _, g := range groups {
		l.list = append(l.list, g.Alerts...)
	}
	return l, t.words(err)
}

// NewIDs begins a list of ids.
func NewIDs() *IDs { return &IDs{} }

// Add puts an id into the list.
func (l *IDs) Add(id string) { l.list = append(l.list, id) }

// Answer answers alerts of a chart, with one of the constants; a question and "nothing to do" need words. It returns the id
// of the answer's record, which is on this tablet's disk then.
func (t *Tablet) Answer(chart string, alerts *IDs, answer int, words string) (string, error) {
	var named []replica.ID
	for _, text := range alerts.list {
		id, err := t.id(text)
		if err != nil {
			return "", err
		}
		named = append(named, id)
	}
	saved, err := t.tablet.Answer(chart, named, carev1.AlertAnswer(answer), words)
	return hex.EncodeToString(saved.RecordID[:]), t.words(err)
}
