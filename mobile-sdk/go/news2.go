package sdk

import (
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/care/news2"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// Spo2Scale is the SpO2 scale of NEWS2 that counts in a stream, by the profile on this tablet that the person may see.
func (t *Tablet) Spo2Scale(stream string) (news2.Scale, error) {
	seen, err := t.sight()
	if err != nil {
		return news2.Scale1, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	v := &rules.View{}
	alone := monthOf(t.now()) + 1 // what stands alone
	err = t.replica.RecordsSince(stream, alone, func(one replica.View) error {
		if seen.shows(one) && one.Record.GetBody().GetPatientProfile() != nil {
			v.Standing = append(v.Standing, rules.Seen{Record: t.authored(one), Seq: one.Version.GetVersion().GetSeq()})
		}
		return nil
	})
	return v.Scale(), err
}

// News2 scores a set of vital signs. False: the record is none, does not count, or holds nothing that is scored.
func News2(i Item, scale news2.Scale) (news2.Result, bool) {
	vitals := i.Record.GetBody().GetVitalSigns()
	if vitals == nil || i.Retracted || i.Erased {
		return news2.Result{}, false
	}
	r := news2.Score(vitals, scale)
	return r, slices.ContainsFunc(r.Parts[:], func(p news2.Part) bool { return p.Measured })
}

// riskWords name the risk of a score, as the publication does.
var riskWords = map[news2.Risk][2]string{
	news2.Low: {"低", "low"}, news2.LowMedium: {"低〜中", "low-medium"}, news2.Medium: {"中", "medium"}, news2.High: {"高", "high"},
}

// News2Words say a score with its risk. An incomplete one amounts to at least its risk, and is never called low.
func News2Words(r news2.Result) (ja, en string) {
	ja, en = r.Text()
	words := riskWords[r.AtLeast()]
	switch {
	case r.Complete():
		return ja + "（リスク：" + words[0] + "）", en + " (risk: " + words[1] + ")"
	case r.AtLeast() == news2.Low:
		return ja + "（リスク：判定できません）", en + " (risk: not known)"
	}
	return ja + "（リスク：" + words[0] + "以上）", en + " (risk: " + words[1] + " or higher)"
}
