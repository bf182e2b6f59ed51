package hub

import (
	"math"

	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// maxSheetScan bounds the places of a stream that are looked at for the other sheets of instructions, newest first. They
// stand in the clinical stream, which has few records.
const maxSheetScan = 5_000

// maxSheetBytes bounds the sheets that are kept for that.
const maxSheetBytes = 4 << 20

// remark says beside each record what a reader has to know now. An instruction is held against the other sheets of its
// stream, which are looked for once.
func (t *timeline) remark(items []*chartv1.TimelineItem) error {
	sheets := map[string][]*carev1.Record{}
	for _, item := range items {
		var others []*carev1.Record
		if item.GetRecord().GetBody().GetInstruction() != nil {
			known := false
			if others, known = sheets[item.GetStreamId()]; !known {
				var err error
				if others, err = t.sheetsOf(item.GetStreamId()); err != nil {
					return err
				}
				sheets[item.GetStreamId()] = others
			}
		}
		for _, one := range care.Remarks(item.GetRecord(), others, t.now) {
			item.Remarks = append(item.Remarks, &chartv1.Remark{Ja: one.Ja, En: one.En})
		}
	}
	return nil
}

// sheetsOf returns the sheets of a stream; nil if there was more to look at than the limit allows.
func (t *timeline) sheetsOf(stream string) ([]*carev1.Record, error) {
	look := &timeline{hub: t.hub, tenant: t.tenant, req: &chartv1.GetTimelineRequest{Kinds: []string{"instruction"}},
		size: math.MaxInt, room: maxSheetBytes, budget: maxSheetScan, reader: t.reader, buffer: t.buffer}
	if err := look.begin(); err != nil {
		return nil, err
	}
	if err := look.scan(stream); err != nil {
		return nil, err
	}
	if look.frontier != nil {
		return nil, nil
	}
	all := make([]*carev1.Record, 0, len(look.found))
	for _, one := range look.found {
		all = append(all, one.item.GetRecord())
	}
	return all, nil
}
