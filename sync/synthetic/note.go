package synthetic

import (
	"strconv"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// soap writes a nurse's note of a visit.
func (p *page) soap(v stop, s state, signs ID, weight *carev1.VitalSigns) *carev1.Body {
	said := p.talkOf(s)
	n := &carev1.SignedNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_SOAP, Subjective: said.subjective[0], Objective: said.objective[0],
		Assessment: said.assessment[0], Plan: said.plan[0], VitalSignsIds: [][]byte{signs[:]},
		Important: s.stage >= clear && s.stage != recovering,
	}
	if weight.WeightG != nil {
		n.Objective += "体重" + kilograms(weight.GetWeightG()) + "kg。"
	}
	if v.extra && s.kind != Quiet {
		n.Plan += "臨時訪問として対応。"
	}
	return &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: n}}
}

func kilograms(grams uint32) string {
	return strconv.Itoa(int(grams/1000)) + "." + strconv.Itoa(int(grams%1000/100))
}

// talkOf chooses the sentences of the day: one each, of the illness if there is one, else of what somebody lives with
// and of everyday life.
func (p *page) talkOf(s state) talk {
	start := p.world.dice(p.chart, "words").below(1000)
	line := func(of func(talk) []string) []string {
		var specific []string
		for i, one := range byTrait {
			if p.chart.is(one.trait) && !(p.chart.is(dementia) && one.trait == insulin) {
				specific = append(specific, rotate(of(one.talk), start+i, p.day))
			}
		}
		usual := rotate(of(everyday), start, p.day)
		if s.kind == Quiet || s.stage == well {
			if len(specific) == 0 {
				return []string{usual}
			}
			return []string{join(usual, rotate(specific, start, p.day))}
		}
		ill := rotate(of(byCourse[s.kind][s.stage]), start, p.day)
		if s.stage == early { // not everybody hears the illness in it yet
			return []string{join(ill, rotate(specific, start, p.day))}
		}
		return []string{ill}
	}
	return talk{
		line(func(t talk) []string { return t.subjective }), line(func(t talk) []string { return t.objective }),
		line(func(t talk) []string { return t.assessment }), line(func(t talk) []string { return t.plan }),
	}
}

// plain is a note in one text.
func plain(text string) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_FREE, Text: text,
	}}}
}

// handover is a note for the next shift.
func handover(text, to string, important bool) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_SignedNote{SignedNote: &carev1.SignedNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_HANDOVER, Text: text, HandoverTo: to, Important: important,
	}}}
}
