package directory

import (
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

// merge joins charts that turned out to be one person's: the streams of the one that is merged are read with the other
// chart, and whoever has a grant on either has it on both. Streams keep their ids, so that leaving `merged_into` out
// again parts the charts as if they had never been joined.
func (b *builder) merge() {
	into := map[string]string{}
	for _, c := range b.file.Charts {
		into[c.ID.value] = c.MergedInto.value
	}
	for _, c := range b.file.Charts {
		kept := c.MergedInto.value
		if kept == "" {
			continue
		}
		_, there := into[kept]
		switch {
		case !there:
			b.found.add(c.MergedInto, "`merged_into` names a chart that is not in the file")
		case kept == c.ID.value:
			b.found.add(c.MergedInto, "`merged_into` names the chart itself")
		case into[kept] != "":
			b.found.add(c.MergedInto, "`merged_into` names a chart that is merged itself; name the one that both are read with")
		default:
			b.join(b.snapshot.charts[kept], c.ID.value)
		}
	}
}

// join lets a chart have the streams of another one, which from then on is but another name for it.
func (b *builder) join(kept *hub.Chart, merged string) {
	for _, s := range b.snapshot.charts[merged].Streams {
		s.Info = &syncv1.StreamInfo{
			ChartId: kept.ID, StreamClass: s.Info.GetStreamClass(), OrganisationId: s.Info.GetOrganisationId(),
		}
		b.snapshot.streams[s.ID] = s
		kept.Streams = append(kept.Streams, s)
	}
	b.snapshot.charts[merged] = kept
	b.snapshot.merged[kept.ID] = append(b.snapshot.merged[kept.ID], merged)
}

// Names returns every id of a chart: the one that it has, and then those of the charts that were merged into it. A chart
// that is not in the file has the id that was given.
func (d *Directory) Names(tenant, chartID string) []string {
	s := d.in(tenant)
	chart, known := s.charts[chartID]
	if !known {
		return []string{chartID}
	}
	return append([]string{chart.ID}, s.merged[chart.ID]...)
}
