package care

import carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"

// episodeSummary writes "入院 2026-11-20 10:00〜 県立中央病院 理由: 肺炎", and what rests meanwhile.
func episodeSummary(e *carev1.CareEpisode) title {
	var p phrase
	addEnum(&p, e.GetKind())
	start := wallClock(e.GetPeriod().GetStart())
	end := wallClockBeside(e.GetPeriod().GetEnd(), e.GetPeriod().GetStart())
	switch {
	case e.GetKind() == carev1.EpisodeKind_EPISODE_KIND_DEATH:
		p.addSame(start)
	case end != "":
		p.add(start+"〜"+end, start+" to "+end)
	case start != "":
		p.add(start+"〜", "since "+start)
	}
	if end == "" {
		addNamed(&p, "終了予定: ", "expected until ", wallClock(e.GetPeriod().GetPlannedEnd()))
	}
	p.addSame(e.GetPlace())
	addNamed(&p, "理由: ", "reason: ", e.GetReason())
	if e.GetSuspendsDoses() {
		p.add("（与薬休止）", "(no doses)")
	}
	if e.GetSuspendsVisits() {
		p.add("（訪問休止）", "(no visits)")
	}
	addNamed(&p, "転帰: ", "outcome: ", e.GetOutcome())
	return p.title()
}
