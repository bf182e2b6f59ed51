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

// header is the first object of a file for programs.
type header struct {
	Format    string    `json:"format"`
	Chart     string    `json:"chart"`
	Patient   string    `json:"patient"`
	WrittenAt time.Time `json:"writtenAt"`
	WrittenBy string    `json:"writtenBy"`
	ForFamily bool      `json:"forFamily"`
	From      string    `json:"from,omitempty"`
	Until     string    `json:"until,omitempty"`
}

// line is one record in a file for programs, under the contract's own field names.
type line struct {
	StreamID   string            `json:"streamId"`
	Stream     string            `json:"stream"`
	Kind       string            `json:"kind"`
	Version    json.RawMessage   `json:"version"`
	Record     json.RawMessage   `json:"record"`
	Duplicates [][]byte          `json:"possibleDuplicates,omitempty"`
	History    []json.RawMessage `json:"history,omitempty"`
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
	h := header{Format: format, Chart: a.Chart, Patient: a.Patient, WrittenAt: a.At.UTC(), WrittenBy: a.By.GetPersonId(), ForFamily: a.ForFamily}
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
