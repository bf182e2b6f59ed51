package main

import (
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// noteFlags are the parts of a note.
type noteFlags struct {
	Text       string `help:"A free note." group:"Notes"`
	S          string `help:"SOAP: what the patient or family says." name:"s" group:"Notes"`
	O          string `help:"SOAP: what was observed." name:"o" group:"Notes"`
	A          string `help:"SOAP: the assessment." name:"a" group:"Notes"`
	P          string `help:"SOAP: the plan." name:"p" group:"Notes"`
	Focus      string `help:"F-DAR: the focus." group:"Notes"`
	Data       string `help:"F-DAR: data." group:"Notes"`
	Action     string `help:"F-DAR: action." group:"Notes"`
	Response   string `help:"F-DAR: response." group:"Notes"`
	HandoverTo string `help:"申し送り先: to whom this is handed over." group:"Notes"`
	Important  bool   `help:"To be read before starting work." group:"Notes"`
}

func (f noteFlags) format() carev1.NoteFormat {
	switch {
	case f.HandoverTo != "":
		return carev1.NoteFormat_NOTE_FORMAT_HANDOVER
	case f.Focus+f.Data+f.Action+f.Response != "":
		return carev1.NoteFormat_NOTE_FORMAT_FDAR
	case f.S+f.O+f.A+f.P != "":
		return carev1.NoteFormat_NOTE_FORMAT_SOAP
	}
	return carev1.NoteFormat_NOTE_FORMAT_FREE
}

// field is one text of a note and what was written for it.
type field struct {
	to   *string
	text string
}

func setFields(fields []field) {
	for _, f := range fields {
		if f.text != "" {
			*f.to = f.text
		}
	}
}

func (f noteFlags) intoSigned(n *carev1.SignedNote) {
	setFields([]field{{&n.Text, f.Text}, {&n.Subjective, f.S}, {&n.Objective, f.O}, {&n.Assessment, f.A}, {&n.Plan, f.P},
		{&n.Focus, f.Focus}, {&n.Data, f.Data}, {&n.Action, f.Action}, {&n.Response, f.Response}, {&n.HandoverTo, f.HandoverTo}})
	n.Important = n.Important || f.Important
	if n.Format == 0 {
		n.Format = f.format()
	}
}

func (f noteFlags) intoDraft(n *carev1.DraftNote) {
	setFields([]field{{&n.Text, f.Text}, {&n.Subjective, f.S}, {&n.Objective, f.O}, {&n.Assessment, f.A}, {&n.Plan, f.P},
		{&n.Focus, f.Focus}, {&n.Data, f.Data}, {&n.Action, f.Action}, {&n.Response, f.Response}, {&n.HandoverTo, f.HandoverTo}})
	n.Important = n.Important || f.Important
	if n.Format == 0 {
		n.Format = f.format()
	}
}

type noteCmd struct {
	chartFlag
	entryFlags
	noteFlags
	Draft bool `help:"A draft, which others may continue; without it the note is signed."`
}

func (c noteCmd) Run(e *env) error {
	if c.Draft {
		n := &carev1.DraftNote{}
		c.intoDraft(n)
		return e.create(c.chartFlag, c.entryFlags, &carev1.Body{Kind: &carev1.Body_DraftNote{DraftNote: n}})
	}
	n := &carev1.SignedNote{}
	c.intoSigned(n)
	return e.create(c.chartFlag, c.entryFlags, &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: n}})
}
