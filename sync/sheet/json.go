package sheet

import (
	"encoding/json"
	"io"
	"strconv"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	"github.com/tsunagu-care/tsunagu/sync/care"
)

// A file for programs. Both shapes have the same three parts: the header's members, the records, and at the end their
// count; a file without the count was cut. Member names are those below; within "record", "version" and "history" stand
// the messages Record, RecordVersion and HistoryItem of the contract in their canonical JSON: times in UTC as RFC 3339,
// ids and hashes in base64, 64-bit numbers as text, enums by name, unset fields left out.
//
// One record refers to another by its id, and to a person by "personId"; nothing is nested that has an id of its own, and
// nothing is in terms of any other standard, so that a program can turn it into that of its own country. A photo or file is
// named by its SHA-256, and its bytes are not in the file. A record that comes twice changed while the file was written:
// the later one counts. What was erased is a record without a body, and status RECORD_STATUS_ERASED.

// header says what the file is of. In JSON its members stand beside "records" and "count"; in NDJSON it is the first line.
type header struct {
	// Format is "tsunagu-chart-json/1" or "tsunagu-chart-ndjson/1". A reader refuses a number that it does not know.
	Format string `json:"format"`
	// Chart is the chart's id, Patient the name in the directory.
	Chart   string `json:"chart"`
	Patient string `json:"patient"`
	// WrittenAt is when, WrittenBy the id of the person whose rights decided what is in the file.
	WrittenAt time.Time `json:"writtenAt"`
	WrittenBy string    `json:"writtenBy"`
	// ForFamily: what the patient was not told and what is internal was left out.
	ForFamily bool `json:"forFamily"`
	// From and Until bound the effective time of what is no standing record; left out: no bound.
	From  string `json:"from,omitempty"`
	Until string `json:"until,omitempty"`
	// Held is how many entries the server holds for the chart, which are not in the file; with HeldMore, at least so many.
	Held     int  `json:"held"`
	HeldMore bool `json:"heldMore,omitempty"`
}

// line is one record: a member of "records", or a line of its own.
type line struct {
	// StreamID is the stream, Stream its class: STREAM_CLASS_CARE, STREAM_CLASS_CLINICAL or STREAM_CLASS_INTERNAL.
	StreamID string `json:"streamId"`
	Stream   string `json:"stream"`
	// Kind is the name of the body's member in the contract: vital_signs. Empty: erased, or newer than this build.
	Kind string `json:"kind"`
	// Version is where it stands in the stream, and the hash that seals it.
	Version json.RawMessage `json:"version"`
	// Record is the record itself, with the values that wait for a decision beside it.
	Record json.RawMessage `json:"record"`
	// Duplicates are ids of records that may be about the same thing.
	Duplicates [][]byte `json:"possibleDuplicates,omitempty"`
	// History is every version, newest first. JSON only, and not in a file for the family.
	History []json.RawMessage `json:"history,omitempty"`
}

var encode = protojson.MarshalOptions{}

// object encodes a message; the spaces that protojson draws at random are taken out.
func object(m proto.Message) (json.RawMessage, error) {
	raw, err := encode.Marshal(m)
	if err != nil {
		return nil, err
	}
	var v json.RawMessage = raw
	return json.Marshal(v)
}

func (a About) header(format string) header {
	h := header{Format: format, Chart: a.Chart, Patient: a.Patient, WrittenAt: a.At.UTC(), WrittenBy: a.By.GetPersonId(), ForFamily: a.ForFamily, Held: a.Held.N, HeldMore: a.Held.More}
	if a.From != nil {
		h.From = a.From.AsTime().Format(time.RFC3339)
	}
	if a.Until != nil {
		h.Until = a.Until.AsTime().Format(time.RFC3339)
	}
	return h
}

func lineOf(item *chartv1.TimelineItem, class carev1.StreamClass, history []*chartv1.HistoryItem) (l line, err error) {
	l = line{StreamID: item.GetStreamId(), Stream: class.String(), Duplicates: item.GetPossibleDuplicates()}
	if kind, ok := care.KindOf(item.GetRecord().GetBody()); ok {
		l.Kind = kind.Name
	}
	if l.Version, err = object(item.GetVersion()); err != nil {
		return l, err
	}
	if l.Record, err = object(item.GetRecord()); err != nil {
		return l, err
	}
	for _, h := range history {
		one, err := object(h)
		if err != nil {
			return l, err
		}
		l.History = append(l.History, one)
	}
	return l, nil
}

// programs writes JSON: one document with histories, or one object a line without.
type programs struct {
	printer
	about About
	lines bool
	wrote int
}

// NewJSON writes one JSON document: the header's fields, "records", each with its history, and "count".
func NewJSON(out io.Writer, a About) Writer { return &programs{printer: printer{out: out}, about: a} }

// NewNDJSON writes one JSON object a line: the header, the records, and at the end their "count": a file without it was
// cut.
func NewNDJSON(out io.Writer, a About) Writer {
	return &programs{printer: printer{out: out}, about: a, lines: true}
}

func (p *programs) MediaType() string {
	if p.lines {
		return "application/x-ndjson"
	}
	return "application/json"
}

func (p *programs) WantsHistory() bool { return !p.lines }

func (p *programs) Begin() error {
	format := "tsunagu-chart-json/1"
	if p.lines {
		format = "tsunagu-chart-ndjson/1"
	}
	raw, err := json.Marshal(p.about.header(format))
	if err != nil {
		return err
	}
	if p.lines {
		p.text(string(raw), "\n")
	} else {
		p.text(string(raw[:len(raw)-1]), `,"records":[`, "\n")
	}
	return p.err
}

func (p *programs) Timeline() error { return nil }

func (p *programs) Changed() error { return nil }

func (p *programs) Record(item *chartv1.TimelineItem, class carev1.StreamClass, history []*chartv1.HistoryItem) error {
	l, err := lineOf(item, class, history)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(l)
	if err != nil {
		return err
	}
	if p.wrote > 0 && !p.lines {
		p.text(",\n")
	}
	p.wrote++
	p.text(string(raw))
	if p.lines {
		p.text("\n")
	}
	return p.err
}

func (p *programs) End() error {
	if p.lines {
		p.text(`{"count":`, strconv.Itoa(p.wrote), "}\n")
	} else {
		p.text("\n],", `"count":`, strconv.Itoa(p.wrote), "}\n")
	}
	return p.err
}
