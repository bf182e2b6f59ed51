package synthetic

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Names of the records of episodes; each has the time of its beginning in its id.
const (
	careName   = "care begun"
	stayName   = "hospital stay"
	outingName = "absence"
)

// Minutes after its beginning at which a stay and an outing are written down.
const stayWritten, outingWritten = 25, 5

// episode is one that runs: its record, what it is, and from when on others refer to it.
type episode struct {
	id   ID
	kind carev1.EpisodeKind
}

// running is the narrowest episode in which something happened, of those written down by the time that it was written.
func (c *chart) running(w *World, at, written time.Time) (episode, bool) {
	during := func(from, until time.Time, minutes int) bool {
		return !at.Before(from) && at.Before(until) && !written.Before(from.Add(time.Duration(minutes)*time.Minute))
	}
	for i := range c.courses {
		one := &c.courses[i]
		if !one.Admitted.IsZero() && during(one.Admitted, one.Discharged, stayWritten) {
			return episode{w.recordID(c, one.Admitted, stayName), carev1.EpisodeKind_EPISODE_KIND_HOSPITAL_STAY}, true
		}
	}
	for _, one := range c.absences {
		if during(one.from, one.until, outingWritten) {
			return episode{w.recordID(c, one.from, outingName), carev1.EpisodeKind_EPISODE_KIND_ABSENCE}, true
		}
	}
	kind, begun := c.underCare(w)
	return episode{w.recordID(c, begun, careName), kind}, !at.Before(begun) && !written.Before(w.clock(0, 5, 31))
}

// underCare is the episode that everybody is in: at home with the station, or living in the home.
func (c *chart) underCare(w *World) (carev1.EpisodeKind, time.Time) {
	begun := w.clock(-w.dice(c, "care begun").between(130, 900), 10, 0)
	if c.home {
		return carev1.EpisodeKind_EPISODE_KIND_FACILITY_STAY, begun
	}
	return carev1.EpisodeKind_EPISODE_KIND_HOME_CARE, begun
}

// begun writes down the episode that somebody has been in since before the world.
func (p *page) begun() {
	c := p.chart
	kind, at := c.underCare(p.world)
	later := int(p.world.clock(0, 5, 31).Sub(at) / time.Minute)
	p.add(episodeBody(p.careEpisode(kind, at)), entry{by: p.someNurse(), at: at, later: later, name: careName})
}

func (p *page) careEpisode(kind carev1.EpisodeKind, at time.Time) *carev1.CareEpisode {
	one := &carev1.CareEpisode{Kind: kind, Period: &carev1.EpisodePeriod{Start: timestamppb.New(at)}, Place: "自宅", Reason: "在宅療養"}
	if p.chart.home {
		one.Place, one.Reason = organisationName(home), "入居"
	}
	return one
}

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
