package main

import (
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type paperCmd struct {
	writeCmd
	Signed string `required:"" help:"Who signed the paper: the name on it. --at is when they did."`
	Role   string `help:"Role of whoever signed it." enum:"physician,nurse,care-worker,care-manager,pharmacist,therapist" default:"physician"`
	Record string `help:"The record that the paper stands in, such as a document, as listed by show. Left out: --file is the paper."`
}

// Run types in what somebody else signed: the record counts, and is shown as not confirmed until somebody in that role has
// confirmed it.
func (c paperCmd) Run(e *env) error {
	paper, err := c.signed(e)
	if err != nil {
		return err
	}
	return c.write(e, paper)
}

// signed is the paper as it was named, with the chart that it is in.
func (c *paperCmd) signed(e *env) (*sdk.Paper, error) {
	if c.Record == "" && len(c.File) == 0 {
		return nil, usage("say where the paper is: --file with a photo of it, or --record with the document that it stands in",
			"紙の写真を --file で、または紙を登録した文書を --record で指定してください")
	}
	if c.At == "" {
		return nil, usage("say when the paper was signed, such as --at 2026-11-23 or --at \"2026-11-23 09:30\"", "紙に署名した日を --at 2026-11-23、日時まで分かれば --at \"2026-11-23 09:30\" のように指定してください")
	}
	if day, err := time.ParseInLocation(time.DateOnly, narrow(c.At), tokyo); err == nil { // a sheet is dated, and seldom timed
		c.At = day.Format("2006-01-02 15:04")
	}
	paper := &sdk.Paper{Signed: &carev1.Actor{
		Name: c.Signed, Role: carev1.Role(enum(carev1.Role_value, "ROLE_", c.Role)),
	}}
	if c.Record != "" {
		chart, document, err := e.located(c.chartFlag, c.Record)
		if err != nil {
			return nil, err
		}
		c.chartFlag = chart
		paper.Record = document.ID
	}
	return paper, nil
}

type confirmCmd struct {
	chartFlag
	Record string `arg:"" help:"The record that was typed in, as listed by show."`
}

// Run confirms what was typed in from paper, as this tablet shows it.
func (c confirmCmd) Run(e *env) error {
	i, err := e.find(c.chartFlag, c.Record)
	if err != nil {
		return err
	}
	saved, err := e.tablet.ConfirmSeen(i)
	if err != nil {
		return err
	}
	return e.saved(saved)
}
