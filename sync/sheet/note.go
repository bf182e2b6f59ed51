package sheet

import (
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// words are what draft and signed notes have in common.
type words interface {
	GetSubjective() string
	GetObjective() string
	GetAssessment() string
	GetPlan() string
	GetFocus() string
	GetData() string
	GetAction() string
	GetResponse() string
	GetText() string
	GetHandoverTo() string
	GetImportant() bool
}

// note writes a note whole, part by part; a summary would cut it. It answers whether the body is one.
func (p *page) note(b *carev1.Body) bool {
	var n words
	switch {
	case b.GetDraftNote() != nil:
		n = b.GetDraftNote()
	case b.GetSignedNote() != nil:
		n = b.GetSignedNote()
	default:
		return false
	}
	if n.GetImportant() {
		p.text(`<div class="note"><b>`, both{"【重要】", "important"}.title(), "</b></div>")
	}
	if to := n.GetHandoverTo(); to != "" {
		p.text(`<div class="note"><b>`, both{"申し送り：" + to, "handover"}.title(), "</b></div>")
	}
	for _, part := range []struct{ label, text string }{
		{"S", n.GetSubjective()}, {"O", n.GetObjective()}, {"A", n.GetAssessment()}, {"P", n.GetPlan()},
		{"F", n.GetFocus()}, {"D", n.GetData()}, {"A", n.GetAction()}, {"R", n.GetResponse()}, {"", n.GetText()},
	} {
		if part.text == "" {
			continue
		}
		p.text(`<div class="note">`)
		if part.label != "" {
			p.text("<b>", part.label, "</b> ")
		}
		p.text(shown(part.text), "</div>")
	}
	return true
}
