package rules

import (
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/care/news2"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

const news2Version = news2.Version

// notMeasured stands in the points of a score for a parameter without a reading.
const notMeasured = 0xff

// judgeNews2 surfaces 5 and more, and every single 3, whatever a limit of the patient says: from 7 on it is critical
// (the emergency response threshold), else urgent. An incomplete score counts with its lower bound. With 5 and 6 critical
// too, somebody would be woken for what is usual for people on home oxygen who stay well.
func judgeNews2(v *View, cause Seen) []Finding {
	vitals := cause.Record.GetBody().GetVitalSigns()
	if vitals == nil {
		return nil
	}
	scale, _ := care.Spo2Scale(v.profileRecord())
	score := news2.Score(vitals, news2.Scale(scale))
	risk := score.AtLeast()
	if risk == news2.Low {
		return nil
	}
	ja, en := score.Text()
	f := Finding{
		Severity: Urgent, Evidence: []Seen{cause}, Observed: cause.at(), Topic: "news2", Rank: score.Sum,
		Ja: ja + "です。", En: en + ".", News2: record(score),
	}
	if risk == news2.High {
		f.Severity = Critical
	}
	return []Finding{f}
}

func record(score news2.Result) *carev1.News2Score {
	points := make([]byte, len(score.Parts))
	for i, part := range score.Parts {
		points[i] = notMeasured
		if part.Measured {
			points[i] = byte(part.Points)
		}
	}
	return &carev1.News2Score{
		Scale: uint32(score.Scale), Sum: uint32(score.Sum), Complete: score.Complete(), Points: points,
	}
}
