package main

import (
	"encoding/json"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type writeCmd struct {
	chartFlag
	entryFlags
	Kind   string   `arg:"" help:"Kind of record, such as allergy, condition or document; tablet kinds lists them."`
	JSON   string   `name:"json" required:"" help:"The content as JSON; @FILE reads it from a file, - from the input. tablet kinds KIND lists the fields."`
	File   []string `help:"A photo or file that goes with it; may be given up to 32 times." type:"path" sep:"none"`
	Stream string   `help:"Stream of the chart, if not the usual one of the kind: care, clinical or internal/ORGANISATION."`
}

// Run writes a record of any kind from the JSON of its content.
func (c writeCmd) Run(e *env) error { return c.write(e, nil) }

// write writes it as one's own, or as typed in from paper.
func (c writeCmd) write(e *env, paper *sdk.Paper) error {
	typed, err := e.typed(c.JSON)
	if err != nil {
		return err
	}
	body, err := bodyOf(c.Kind, typed)
	if err != nil {
		return err
	}
	entry, err := c.entry(e)
	if err != nil {
		return err
	}
	chart, err := c.id(e)
	if err != nil {
		return err
	}
	if c.Stream != "" {
		entry.Stream = chart + "/" + strings.TrimPrefix(c.Stream, chart+"/")
	}
	if entry.Blobs, err = e.attachAll(c.File, "", ""); err != nil {
		return err
	}
	entry.Paper = paper
	return e.createEntry(chartFlag{chart}, entry, body)
}

// bodyOf reads the content of a kind. What the contract does not know is refused: left out, it would pass for written.
func bodyOf(kind, content string) (*carev1.Body, error) {
	if _, known := care.KindByName(kind); !known {
		return nil, noKind()
	}
	body := &carev1.Body{}
	if !json.Valid([]byte(content)) || protojson.Unmarshal([]byte(`{"`+kind+`":`+content+`}`), body) != nil {
		return nil, usage("the JSON is not that of this kind; `tablet kinds "+kind+"` lists its fields",
			"JSON がこの種類の内容になっていません。項目は tablet kinds "+kind+" で確認できます")
	}
	return body, nil
}
