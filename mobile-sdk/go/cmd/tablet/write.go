package main

import (
	"encoding/json"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type writeCmd struct {
	chartFlag
	entryFlags
	Kind string `arg:"" help:"Kind of record, such as allergy, condition or lab_result."`
	JSON string `name:"json" required:"" help:"The content as JSON of the contract (proto/tsunagu/care/v1)."`
}

// Run writes a record of any kind from the JSON of its content.
func (c writeCmd) Run(e *env) error {
	body, err := bodyOf(c.Kind, c.JSON)
	if err != nil {
		return err
	}
	return e.create(c.chartFlag, c.entryFlags, body)
}

// bodyOf reads the content of a kind. What the contract does not know is refused: left out, it would pass for written.
func bodyOf(kind, content string) (*carev1.Body, error) {
	if _, known := care.KindByName(kind); !known {
		var names []string
		for _, k := range care.Kinds() {
			names = append(names, k.Name)
		}
		return nil, usage("there is no such kind; the kinds are "+strings.Join(names, ", "),
			"その種類はありません。種類："+strings.Join(names, "・"))
	}
	body := &carev1.Body{}
	if !json.Valid([]byte(content)) || protojson.Unmarshal([]byte(`{"`+kind+`":`+content+`}`), body) != nil {
		return nil, usage("the JSON is not that of this kind; its fields are in proto/tsunagu/care/v1",
			"JSON がこの種類の内容になっていません。項目は proto/tsunagu/care/v1 を見てください")
	}
	return body, nil
}
