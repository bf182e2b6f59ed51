package mobile

import (
	"encoding/hex"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// Chart is a chart on this tablet.
type Chart struct {
	ID, Name string
	Complete bool
	// OldestMonth, year * 100 + month: older records are on the server only. 0: everything is here. Older says so in the
	// tablet's language.
	OldestMonth int
	Older       string
	// Widening: older months are being fetched.
	Widening bool
}

// Charts is a list of charts.
type Charts struct {
	tablet *Tablet
	list   []sdk.Chart
}

// Len is how many there are.
func (c *Charts) Len() int { return len(c.list) }

// Get returns one; nil if there is none with that number.
func (c *Charts) Get(n int) *Chart {
	if n < 0 || n >= len(c.list) {
		return nil
	}
	of := c.list[n]
	return &Chart{
		ID: of.ID, Name: of.Name, Complete: of.Complete, OldestMonth: int(of.OldestMonth), Widening: of.Widening,
		Older: c.tablet.pick(of.OldestWords()),
	}
}

// Charts returns the charts on this tablet.
func (t *Tablet) Charts() (*Charts, error) {
	list, err := t.tablet.Charts()
	return &Charts{t, list}, t.words(err)
}

// Item is one record on a timeline.
type Item struct {
	ID, StreamID string
	// Kind such as "vital_signs"; empty if this app is too old for it.
	Kind string
	// AtMs is the effective time.
	AtMs int64
	// Summary and State are in the tablet's language. Author wrote it first, Writer the value that is shown.
	Summary, Author, Writer, State string
	// Safe on the server; Attention: somebody has to look at it.
	Safe, Attention bool
	Retracted       bool
	TimeUncertain   bool
	NeedsUpdate     bool
	// PossibleDuplicates are the ids of the records that may be the same thing written or done twice.
	PossibleDuplicates *IDs
	// Remarks are what a reader has to know beside the record, one to a line, in the tablet's language: show them with it.
	Remarks string
	// Candidates is how many values stand beside the current one.
	Candidates int
	// RecordJSON is the record, in JSON of care.v1.Record.
	RecordJSON string
}

// IDs is a list of ids of records.
type IDs struct{ list []string }

func ids(of []replica.ID) *IDs {
	l := &IDs{}
	for _, id := range of {
		l.list = append(l.list, hex.EncodeToString(id[:]))
	}
	return l
}

// Len is how many there are.
func (l *IDs) Len() int { return len(l.list) }

// Get returns one; empty if there is none with that number.
func (l *IDs) Get(n int) string {
	if n < 0 || n >= len(l.list) {
		return ""
	}
	return l.list[n]
}

// Items is a list of records.
type Items struct {
	tablet *Tablet
	list   []sdk.Item
}

// Len is how many there are.
func (l *Items) Len() int { return len(l.list) }

// Get returns one; nil if there is none with that number.
func (l *Items) Get(n int) *Item {
	if n < 0 || n >= len(l.list) {
		return nil
	}
	i := l.list[n]
	var remarks []string
	for _, r := range i.Remarks {
		remarks = append(remarks, l.tablet.pick(r.Ja, r.En))
	}
	json, err := protojson.Marshal(i.Record)
	if err != nil {
		json = nil
	}
	return &Item{
		ID: hex.EncodeToString(i.ID[:]), StreamID: i.StreamID, Kind: i.Kind, AtMs: i.At.UnixMilli(),
		Summary: l.tablet.pick(i.Ja, i.En), Author: i.Author.GetName(), Writer: i.Writer.GetName(), State: l.tablet.pick(sdk.StateWords(i.View.State)),
		Safe: i.View.State == replica.Safe, Attention: i.View.State < replica.OnTablet, Retracted: i.Retracted,
		TimeUncertain: i.TimeUncertain, NeedsUpdate: i.NeedsUpdate, PossibleDuplicates: ids(i.PossibleDuplicates), Remarks: strings.Join(remarks, "\n"),
		Candidates: len(i.Record.GetCandidates()), RecordJSON: string(json),
	}
}

// Timeline returns the records of a chart, newest first. Limit 0: all. attention: only what somebody has to look at.
func (t *Tablet) Timeline(chart string, limit int, attention bool) (*Items, error) {
	list, err := t.tablet.Timeline(chart, sdk.Filter{Limit: limit, Attention: attention})
	return &Items{t, list}, t.words(err)
}

// Entry is something that was written on this tablet.
type Entry struct {
	MutationID, RecordID, StreamID string
	// State is in the tablet's language, with the reason if there is one.
	State           string
	Safe, Attention bool
	// Done: the tablet keeps it only until a backup covers it.
	Done bool
	// ReceiptJSON is the server's receipt, in JSON of sync.v1.Receipt; empty if there is none.
	ReceiptJSON string
}

// Entries is a list of what was written on this tablet.
type Entries struct {
	tablet *Tablet
	list   []replica.Own
}

// Len is how many there are.
func (l *Entries) Len() int { return len(l.list) }

// Get returns one; nil if there is none with that number.
func (l *Entries) Get(n int) *Entry {
	if n < 0 || n >= len(l.list) {
		return nil
	}
	o := l.list[n]
	e := &Entry{
		MutationID: hex.EncodeToString(o.MutationID[:]), RecordID: hex.EncodeToString(o.RecordID[:]), StreamID: o.StreamID,
		State: l.tablet.pick(sdk.OwnWords(o)), Safe: o.State == replica.Safe, Attention: o.State < replica.OnTablet,
		Done: o.Retired,
	}
	if o.Receipt != nil {
		if json, err := protojson.Marshal(o.Receipt); err == nil {
			e.ReceiptJSON = string(json)
		}
	}
	return e
}

// Queue returns what was written on this tablet, oldest first.
func (t *Tablet) Queue() (*Entries, error) {
	list, err := t.tablet.Queue()
	return &Entries{t, list}, t.words(err)
}

// Finding is one thing to correct or to confirm.
type Finding struct {
	Field, Range, Words string
	// Refused: it has to be corrected. Otherwise it may be confirmed.
	Refused bool
}

// Findings is a list of findings.
type Findings struct {
	tablet *Tablet
	list   []care.Finding
}

// Len is how many there are.
func (l *Findings) Len() int { return len(l.list) }

// Get returns one; nil if there is none with that number.
func (l *Findings) Get(n int) *Finding {
	if n < 0 || n >= len(l.list) {
		return nil
	}
	f := l.list[n]
	return &Finding{Field: f.Field, Range: f.Range, Words: l.tablet.pick(f.Ja, f.En), Refused: f.Severity == care.Refused}
}

func millis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}
