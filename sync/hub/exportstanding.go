package hub

import (
	"context"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/sheet"
	"github.com/tsunagu-care/tsunagu/sync/store"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

const (
	// maxStanding bounds the records that hold until they are changed and stand at the head of an export.
	maxStanding = 5000
	// maxStandingBytes bounds what they come to in a page for people, which has to be kept whole until its head is written.
	// The other formats write each record as it is read.
	maxStandingBytes = 8 << 20
)

var (
	errStandingMany = refuse(TooLarge, "more standing records than one file holds; nothing was written: read the chart page by page instead")
	errStandingLong = refuse(TooLarge, "the standing records are longer than one page for people holds; nothing was written: export as JSON or NDJSON instead")
)

// place is where a standing record is, and where its kind stands in the file.
type place struct {
	stream string
	record store.ID
	order  int
}

// standing writes the records of the standing sections, by kind, then oldest first. Where they are is gathered first, and
// they are read again page by page: so many long ones may stand in a chart that no server should hold them all.
func (e *export) standing(ctx context.Context) error {
	places, err := e.places(ctx)
	for used := 0; len(places) > 0 && err == nil; {
		var items []*chartv1.TimelineItem
		if items, places, err = e.read(ctx, places); err != nil {
			return err
		}
		for _, item := range items {
			if used += proto.Size(item.GetRecord()); used > maxStandingBytes && e.whole() {
				return errStandingLong
			}
			if err := e.write(ctx, item); err != nil {
				return err
			}
		}
	}
	return err
}

// whole tells whether the format keeps the standing records until the last of them is there.
func (e *export) whole() bool {
	return e.req.GetFormat() == chartv1.ExportFormat_EXPORT_FORMAT_HTML
}

// places finds the standing records, in the order of the file.
func (e *export) places(ctx context.Context) (places []place, err error) {
	err = e.walk(ctx, standingKinds(), nil, nil, func(item *chartv1.TimelineItem) error {
		if !isStanding(item) {
			return nil
		}
		if len(places) == maxStanding {
			return errStandingMany
		}
		places = append(places, place{item.GetStreamId(), store.ID(item.GetRecord().GetId()), sheet.Order(item)})
		return nil
	})
	slices.Reverse(places)
	slices.SortStableFunc(places, func(a, b place) int { return a.order - b.order })
	return places, err
}

// read returns the records at the first places as they stand now, as far as a page goes, and the places that are left. What
// was erased meanwhile, or may no longer be in the file, is passed over.
func (e *export) read(ctx context.Context, places []place) (items []*chartv1.TimelineItem, left []place, err error) {
	readable := map[string]bool{}
	for _, ref := range e.hub.readableCharts(e.call)[e.req.GetChartId()] {
		readable[ref.ID] = true
	}
	err = e.hub.store.View(ctx, func(r store.Reader) error {
		items, left = nil, places
		t := &timeline{hub: e.hub, tenant: e.call.Session.Tenant, req: &chartv1.GetTimelineRequest{}, reader: r, now: e.call.Now}
		for used := 0; len(left) > 0 && used < maxPageBytes && len(items) < maxTimeline; left = left[1:] {
			if !readable[left[0].stream] {
				return errNotFound
			}
			item, err := t.current(left[0])
			if err != nil {
				return err
			}
			if item != nil && isStanding(item) && !e.hidden(item) {
				items, used = append(items, item), used+len(t.buffer)
			}
		}
		return t.remark(items)
	})
	return items, left, err
}

// current returns a record as it stands; nil if there is none.
func (t *timeline) current(p place) (*chartv1.TimelineItem, error) {
	s := store.Stream{Tenant: t.tenant, Name: p.stream}
	state, err := readState(t.reader, s, p.record)
	if err != nil || state == nil {
		return nil, err
	}
	return t.item(s, state.GetVersion().GetSeq())
}
