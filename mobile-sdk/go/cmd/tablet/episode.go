package main

import (
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

type episodeCmd struct {
	Start episodeStartCmd `cmd:"" help:"An admission, an absence, a stay, or the death. 入院・外泊・入所・死亡"`
	End   episodeEndCmd   `cmd:"" help:"The end of one: discharge, return. 退院・帰宅"`
}

type episodeStartCmd struct {
	chartFlag
	entryFlags
	Kind           string `arg:"" help:"home-care, facility-stay, hospital-stay, absence or death." enum:"home-care,facility-stay,hospital-stay,absence,death"`
	Place          string `help:"Where."`
	Reason         string `help:"Why."`
	SuspendsDoses  bool   `help:"No dose is due here meanwhile."`
	SuspendsVisits bool   `help:"No visit is due meanwhile."`
}

func (c episodeStartCmd) Run(e *env) error {
	at, err := c.at(e)
	if err != nil {
		return err
	}
	return e.create(c.chartFlag, c.entryFlags, &carev1.Body{Kind: &carev1.Body_Episode{Episode: &carev1.CareEpisode{
		Kind: carev1.EpisodeKind(enum(carev1.EpisodeKind_value, "EPISODE_KIND_", c.Kind)), Place: c.Place, Reason: c.Reason,
		Period: &carev1.EpisodePeriod{Start: timestamppb.New(at)}, SuspendsDoses: c.SuspendsDoses, SuspendsVisits: c.SuspendsVisits,
	}}})
}

type episodeEndCmd struct {
	chartFlag
	entryFlags
	Episode string `arg:"" help:"The episode, as listed by show --kind episode."`
	Outcome string `help:"How it ended."`
}

func (c episodeEndCmd) Run(e *env) error {
	at, err := c.at(e)
	if err != nil {
		return err
	}
	return e.change(c.chartFlag, c.Episode, "", c.Confirm, func(b *carev1.Body) error {
		episode := b.GetEpisode()
		switch {
		case episode == nil:
			return otherKind()
		case episode.GetPeriod().GetEnd() != nil:
			return settled("its end is written down already", "終了は記録済みです")
		}
		episode.Period = &carev1.EpisodePeriod{
			Start: episode.GetPeriod().GetStart(), End: timestamppb.New(at), PlannedEnd: episode.GetPeriod().GetPlannedEnd(),
		}
		if c.Outcome != "" {
			episode.Outcome = c.Outcome
		}
		return nil
	})
}
