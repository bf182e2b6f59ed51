package mobile

import (
	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
)

// Warning is what a rule finds on this tablet: the server will report it after the next synchronisation.
type Warning struct {
	// Severity is one of the constants; SeverityWords names it in the tablet's language, and Reason says why.
	Severity              int
	SeverityWords, Reason string
	// Known: the same was reported already, and nobody is told again.
	Known bool
	// FromMs and UntilMs are the time over which the tablet looked, Records how many records it has of it.
	FromMs, UntilMs int64
	Records         int
}

// Warnings is a list of warnings, the most severe first.
type Warnings struct {
	tablet *Tablet
	list   []sdk.Warning
}

// Len is how many there are.
func (l *Warnings) Len() int { return len(l.list) }

// Get returns one; nil if there is none with that number.
func (l *Warnings) Get(n int) *Warning {
	if n < 0 || n >= len(l.list) {
		return nil
	}
	w, t := l.list[n], l.tablet
	return &Warning{
		Severity: int(w.Severity), SeverityWords: t.pick(care.EnumTitle(w.Severity)), Reason: care.Printable(t.pick(w.Ja, w.En)), Known: w.Known,
		FromMs: w.Window.GetFrom().AsTime().UnixMilli(), UntilMs: w.Window.GetUntil().AsTime().UnixMilli(), Records: int(w.Window.GetRecords()),
	}
}

// News2 says the NEWS2 of a set of vital signs on this tablet with its risk, or what it is at least and what is missing; empty
// of a record that holds nothing that is scored. It needs no network.
func (t *Tablet) News2(stream, record string) (string, error) {
	id, err := t.id(record)
	if err != nil {
		return "", err
	}
	i, err := t.tablet.Record(stream, id)
	if err != nil {
		return "", t.words(err)
	}
	scale, err := t.tablet.Spo2Scale(stream)
	if err != nil {
		return "", t.words(err)
	}
	r, scored := sdk.News2(i, scale)
	if !scored {
		return "", nil
	}
	return t.pick(sdk.News2Words(r)), nil
}

// Preview tells what an entry would raise before it is saved; body and time are as in Create. It needs no network.
func (t *Tablet) Preview(chart, bodyJSON string, atMs int64) (*Warnings, error) {
	body, err := t.body(bodyJSON)
	if err != nil {
		return nil, err
	}
	list, err := t.tablet.Preview(chart, body, sdk.Entry{At: millis(atMs)})
	return &Warnings{t, list}, t.words(err)
}

// PreviewRecord tells what a record that was written here raises. It needs no network.
func (t *Tablet) PreviewRecord(stream, record string) (*Warnings, error) {
	id, err := t.id(record)
	if err != nil {
		return nil, err
	}
	list, err := t.tablet.PreviewRecord(stream, id)
	return &Warnings{t, list}, t.words(err)
}
