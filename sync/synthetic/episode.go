package synthetic

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Names of the records of episodes; each has the time of its beginning in its id.
const (
	stayName   = "hospital stay"
	outingName = "absence"
)

// Fields of an episode that its end writes.
const periodField, outcomeField = 2, 8

func episodeBody(e *carev1.CareEpisode) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_Episode{Episode: e}}
}

// stay is a hospital stay as it stands while it lasts: the hospital gives the medicines, and nobody visits.
func (p *page) stay(one *Course) *carev1.CareEpisode {
	return &carev1.CareEpisode{
		Kind:   carev1.EpisodeKind_EPISODE_KIND_HOSPITAL_STAY,
		Period: &carev1.EpisodePeriod{Start: timestamppb.New(one.Admitted)},
		Place:  "つなぐ市民病院 内科病棟", Reason: "誤嚥性肺炎", Contact: "地域連携室 000-0000-1100",
		SuspendsDoses: true, SuspendsVisits: true,
	}
}

// outing is a weekend with the family, who give the medicines.
func (p *page) outing(one absence) *carev1.CareEpisode {
	c := p.chart
	return &carev1.CareEpisode{
		Kind:   carev1.EpisodeKind_EPISODE_KIND_ABSENCE,
		Period: &carev1.EpisodePeriod{Start: timestamppb.New(one.from), PlannedEnd: timestamppb.New(one.until)},
		Place:  c.relation + "宅", Reason: "ご家族と週末を過ごすため", Contact: c.relation + " " + c.relative.kanji(),
		SuspendsDoses: true, SuspendsVisits: true,
	}
}

// deathOf is a death at home. The care stream does not name the disease.
func deathOf(at time.Time) *carev1.CareEpisode {
	return &carev1.CareEpisode{
		Kind:   carev1.EpisodeKind_EPISODE_KIND_DEATH,
		Period: &carev1.EpisodePeriod{Start: timestamppb.New(at)},
		Place:  "自宅", Reason: "病状の進行", Outcome: "家族に見守られ、自宅で永眠",
		SuspendsDoses: true, SuspendsVisits: true,
	}
}
