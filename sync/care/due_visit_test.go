package care

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

func visitRecord(id string, at *timestamppb.Timestamp, state carev1.VisitState) *carev1.Record {
	return &carev1.Record{Id: id16(id), Body: &carev1.Body{Kind: &carev1.Body_Visit{Visit: &carev1.Visit{
		PlannedStart: at, Kind: carev1.VisitKind_VISIT_KIND_NURSING, Progress: &carev1.VisitProgress{State: state},
	}}}}
}

func TestDueVisits(t *testing.T) {
	const planned, started, ended, cancelled = 1, 2, 3, 4
	emergency := visitRecord("x", nil, started)
	emergency.GetBody().GetVisit().Progress.Started = clock(3, 0)
	visits := []*carev1.Record{visitRecord("d", clock(15, 0), planned), visitRecord("c", clock(14, 0), cancelled),
		visitRecord("b", clock(9, 0), ended), visitRecord("n", clock(24, 0), planned), visitRecord("y", clock(-1, 0), planned),
		visitRecord("a", clock(0, 0), planned), visitRecord("z", nil, planned), emergency}
	night := episodeRecord("f", carev1.EpisodeKind_EPISODE_KIND_ABSENCE, clock(15, 0), clock(34, 0))
	night.GetBody().GetEpisode().SuspendsVisits = false
	lines := func(due []DueVisit) (all []string) {
		for _, d := range due {
			_, en := DueTitle(d.State)
			all = append(all, strings.TrimSpace(fmt.Sprintf("%s: %s %s %s", bytes.Trim(d.Visit.GetId(), "\x00"), en, bytes.Trim(d.Episode, "\x00"), d.Ja)))
		}
		return all
	}
	for name, c := range map[string]struct {
		episodes []*carev1.Record
		want     []string
	}{
		"a day": {nil, []string{"a: due", "x: under way  訪問中", "b: done  終了", "c: not done  中止", "d: due"}},
		"hospital at noon": {[]*carev1.Record{episodeRecord("e", carev1.EpisodeKind_EPISODE_KIND_HOSPITAL_STAY, clock(12, 0), nil)},
			[]string{"a: due", "x: under way  訪問中", "b: done  終了", "c: not done  中止", "d: suspended e 入院のため休止"}},
		"death at noon": {[]*carev1.Record{episodeRecord("e", carev1.EpisodeKind_EPISODE_KIND_DEATH, clock(12, 0), nil)},
			[]string{"a: due", "x: under way  訪問中", "b: done  終了", "c: not done  中止"}},
		"home from hospital for a night": {[]*carev1.Record{
			episodeRecord("e", carev1.EpisodeKind_EPISODE_KIND_HOSPITAL_STAY, clock(-90, 0), nil), night},
			[]string{"a: suspended e 入院のため休止", "x: under way  訪問中", "b: done  終了", "c: not done  中止", "d: due"}},
	} {
		got, err := DueVisits(visits, c.episodes, dueDay, japan)
		if err != nil || !slices.Equal(lines(got), c.want) {
			t.Errorf("%s:\n got %q, %v\nwant %q", name, lines(got), err, c.want)
		}
	}
	if _, err := DueVisits(visits, nil, "2026-11-31", japan); err != ErrDay {
		t.Error(err)
	}
}
