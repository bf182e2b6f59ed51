package synthetic

import (
	"slices"
	"strconv"
	"strings"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// soap writes a nurse's note of a visit.
func (p *page) soap(v stop, s state, signs ID, weight *carev1.VitalSigns) *carev1.Body {
	said := p.talkOf(s)
	n := &carev1.SignedNote{
		Format: carev1.NoteFormat_NOTE_FORMAT_SOAP, Subjective: said.subjective[0], Objective: said.objective[0],
		Assessment: said.assessment[0], Plan: said.plan[0], VitalSignsIds: [][]byte{signs[:]},
		Important: s.bad(),
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
	start := newDice(p.world.config.Seed, "words").below(1000) + p.chart.number // so no two say the same on one day
	line := func(of func(talk) []string) []string {
		if s.kind != Quiet && s.stage != well {
			return []string{rotate(p.chart.fitting(of(byCourse[s.kind][p.spoken(s)])), start, p.day)}
		}
		var specific []string
		for i, one := range byTrait {
			if p.chart.speaks(one.trait) {
				specific = append(specific, rotate(p.chart.fitting(of(one.talk)), start+i, p.day))
			}
		}
		usual := rotate(p.chart.fitting(of(everyday)), start, p.day)
		if len(specific) == 0 {
			return []string{usual}
		}
		return []string{join(usual, rotate(specific, start, p.day))}
	}
	if p.chart.home { // whom the nurse hears it from there
		told := strings.NewReplacer("家族", "職員")
		spoken := line
		line = func(of func(talk) []string) []string { return []string{told.Replace(spoken(of)[0])} }
	}
	return talk{
		line(func(t talk) []string { return t.subjective }), line(func(t talk) []string { return t.objective }),
		line(func(t talk) []string { return t.assessment }), line(func(t talk) []string { return t.plan }),
	}
}

// spoken is the stage whose words fit: those of the worst belong to its own day, and to the last hours of a life.
func (p *page) spoken(s state) stage {
	if s.kind == EndOfLife {
		if s.jcs >= 200 {
			return worst
		}
		return s.stage
	}
	if _, is := p.world.emergency(p.chart, p.day); is && s.stage == severe {
		return worst
	}
	return s.stage
}

// speaks tells whether the words of a trait belong to somebody: joints are not what hurts in a cancer, and whoever has
// dementia does not keep a book of glucose.
func (c *chart) speaks(t trait) bool {
	return c.is(t) && !(c.is(dementia) && t == insulin) && !(c.is(cancer) && t == pain)
}

// unfitting are words that do not belong to everybody, and to whom they do not.
var unfitting = []struct {
	words []string
	not   func(*chart) bool
}{
	{[]string{"注射", "インスリン", "針の", "単位"}, func(c *chart) bool { return !c.takes("glargine") }},
	{[]string{"酸素"}, func(c *chart) bool { return !c.is(oxygen) }},
	{[]string{"足踏み", "庭に出", "起居動作", "段差", "靴下", "歩く", "歩行", "立ち上がり"}, func(c *chart) bool { return c.is(bedridden) }},
	{[]string{"足踏み", "活動量"}, func(c *chart) bool { return c.is(cancer) }},
	{[]string{"ふらつきなし"}, func(c *chart) bool { return c.condition.label == "parkinson" }},
	{[]string{"つじつま"}, func(c *chart) bool { return c.is(dementia) }},
}

// fitting leaves out what cannot be said of somebody.
func (c *chart) fitting(sentences []string) []string {
	return slices.DeleteFunc(slices.Clone(sentences), func(s string) bool {
		for _, one := range unfitting {
			if one.not(c) && slices.ContainsFunc(one.words, func(word string) bool { return strings.Contains(s, word) }) {
				return true
			}
		}
		return false
	})
}

// takes tells whether a drug is among the usual ones.
func (c *chart) takes(drug string) bool { return slices.Contains(c.condition.drugs, drug) }

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
