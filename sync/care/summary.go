package care

import (
	"strings"
	"unicode/utf8"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// maxSummary is the greatest length of a summary in characters; a longer one is cut and ends in "…".
const maxSummary = 160

// Summary says what a body holds in one line of plain words, for timelines and the command line. It contains what
// the record says and belongs on a screen, never in a log or a push message.
func Summary(b *carev1.Body) (ja, en string) {
	var t title
	switch m := Message(b).(type) {
	case *carev1.VitalSigns:
		t = vitalsSummary(m)
	case *carev1.DraftNote:
		t = noteSummary(m)
	case *carev1.SignedNote:
		t = noteSummary(m)
	case *carev1.MedicationOrder:
		t = orderSummary(m)
	case *carev1.MedicationLog:
		t = logSummary(m)
	case *carev1.PatientProfile:
		t = profileSummary(m)
	case *carev1.Visit:
		t = visitSummary(m)
	case *carev1.DailyCare:
		t = dailySummary(m)
	case *carev1.Task:
		t = taskSummary(m)
	case *carev1.ReadMark:
		t = readMarkSummary(m)
	case *carev1.CareEpisode:
		t = episodeSummary(m)
	case *carev1.Allergy:
		t = allergySummary(m)
	case *carev1.Condition:
		t = conditionSummary(m)
	case *carev1.PhysicianInstruction:
		t = instructionSummary(m)
	case *carev1.AdvanceDirective:
		t = directiveSummary(m)
	case *carev1.LabResult:
		t = labSummary(m)
	case *carev1.Document:
		t = documentSummary(m)
	case *carev1.Inquiry:
		t = inquirySummary(m)
	default:
		return answersSummary(b)
	}
	return oneLine(t.ja), oneLine(t.en)
}

// answersSummary is Summary for alerts and what was answered to them.
func answersSummary(b *carev1.Body) (ja, en string) {
	var t title
	switch m := Message(b).(type) {
	case *carev1.ClinicalAlert:
		t = alertSummary(m)
	case *carev1.AlertResponse:
		t = answerSummary(m)
	case *carev1.AlertThreshold:
		t = thresholdSummary(m)
	case *carev1.TemporaryInstruction:
		t = temporarySummary(m)
	case *carev1.InstructionReceipt:
		t = receiptSummary(m)
	default:
		return "アプリの更新が必要な記録", "a record that needs a newer app"
	}
	return oneLine(t.ja), oneLine(t.en)
}

// ErasedTitle says what stands in the place of a record that was erased by order.
func ErasedTitle() (ja, en string) {
	return "消去された記録", "a record that was erased by order"
}

// RecordSummary is Summary for a whole record: of one that was erased it says so, because nothing else is left of it.
func RecordSummary(r *carev1.Record) (ja, en string) {
	if r.GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED {
		return ErasedTitle()
	}
	return Summary(r.GetBody())
}

// oneLine makes one line of any text, without signs that only steer a screen, and cuts it to maxSummary characters.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(Printable(s)), " ")
	if utf8.RuneCountInString(s) <= maxSummary {
		return s
	}
	return string([]rune(s)[:maxSummary-1]) + "…"
}

// phrase collects the parts of a summary in both languages.
type phrase struct{ ja, en []string }

func (p *phrase) add(ja, en string) {
	p.ja, p.en = append(p.ja, ja), append(p.en, en)
}

// addSame adds a part that reads the same in both languages, if there is one.
func (p *phrase) addSame(s string) {
	if s != "" {
		p.add(s, s)
	}
}

func (p *phrase) title() title { return title{strings.Join(p.ja, " "), strings.Join(p.en, " ")} }

// note is what draft and signed notes have in common.
type note interface {
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

func noteSummary(n note) title {
	var p phrase
	if n.GetImportant() {
		p.add("【重要】", "[important]")
	}
	if to := n.GetHandoverTo(); to != "" {
		p.add("申し送り（"+to+"）", "handover to "+to+":")
	}
	for _, part := range []struct{ letter, text string }{
		{"S: ", n.GetSubjective()}, {"O: ", n.GetObjective()}, {"A: ", n.GetAssessment()}, {"P: ", n.GetPlan()},
		{"F: ", n.GetFocus()}, {"D: ", n.GetData()}, {"A: ", n.GetAction()}, {"R: ", n.GetResponse()},
		{"", n.GetText()},
	} {
		if part.text != "" {
			p.addSame(part.letter + part.text)
		}
	}
	if len(p.ja) == 0 {
		return title{"（本文なし）", "(no text)"}
	}
	return p.title()
}
