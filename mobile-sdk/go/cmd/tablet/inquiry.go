package main

import (
	"errors"

	"google.golang.org/protobuf/types/known/timestamppb"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type inquiryCmd struct {
	chartFlag
	entryFlags
	Text     string   `arg:"" help:"What is asked, or answered."`
	To       []string `help:"Whom: physician, nurse, care-worker, care-manager, pharmacist, therapist."`
	Type     string   `help:"question or message." default:"question" enum:"question,message"`
	Subject  string   `help:"What it is about."`
	AnswerTo string   `help:"The message that this answers, as listed by show --kind inquiry."`
	Settled  string   `help:"The matter is settled: how."`
	Urgent   bool     `help:"急ぎ."`
}

// Run writes a message: the first of a thread, or an answer in the thread of another.
func (c inquiryCmd) Run(e *env) error {
	m := &carev1.Inquiry{
		Text: c.Text, Subject: c.Subject, Urgent: c.Urgent, Settled: c.Settled != "", SettledHow: c.Settled,
		Type: carev1.InquiryType(enum(carev1.InquiryType_value, "INQUIRY_TYPE_", c.Type)),
	}
	var err error
	if m.ToRoles, err = roles(c.To); err != nil {
		return err
	}
	entry, err := c.entry(e)
	if err != nil {
		return err
	}
	if c.AnswerTo != "" {
		chart, before, err := e.located(c.chartFlag, c.AnswerTo)
		if err != nil {
			return err
		}
		c.chartFlag = chart
		of := before.Record.GetBody().GetInquiry()
		if of == nil {
			return usage("that record is not a message", "その記録は照会・連絡ではありません")
		}
		m.ThreadId, m.AnswerTo, m.Type = of.GetThreadId(), before.ID[:], of.GetType()
	} else {
		entry.ID = sdk.NewID()
		m.ThreadId = entry.ID[:]
	}
	return e.createEntry(c.chartFlag, entry, &carev1.Body{Kind: &carev1.Body_Inquiry{Inquiry: m}})
}

type readCmd struct {
	chartFlag
	Record string `arg:"" help:"What you have read, as listed by show."`
}

// Run marks a record as read by whoever uses the tablet (既読).
func (c readCmd) Run(e *env) error {
	chart, i, err := e.located(c.chartFlag, c.Record)
	if err != nil {
		return err
	}
	p, signedIn, err := e.tablet.Person()
	if err != nil || !signedIn {
		return errors.Join(err, sdk.ErrSignIn)
	}
	at, err := entryFlags{}.at(e)
	if err != nil {
		return err
	}
	return e.createEntry(chart, sdk.Entry{Stream: i.StreamID}, &carev1.Body{Kind: &carev1.Body_ReadMark{ReadMark: &carev1.ReadMark{
		PersonId: p.ID, RecordId: i.ID[:], At: timestamppb.New(at),
	}}})
}
