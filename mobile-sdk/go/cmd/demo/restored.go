package main

import (
	"fmt"
	"slices"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// back tells what the first synchronisation of a restored tablet showed: entries of its queue that it had not sent, as
// far as it knew, and that the server had already; and records that were written on this very tablet, are not in its
// queue, and came back from the server.
func (p *player) back(t *tablet) error {
	queue, err := t.Queue()
	if err != nil {
		return err
	}
	mine := map[replica.ID]bool{}
	known := 0
	for _, own := range queue {
		mine[own.RecordID] = true
		if own.Result != nil && knownBefore(own.Result) {
			known++
		}
	}
	again, err := t.writtenHere(mine)
	if err != nil || known+again == 0 {
		return err
	}
	t.restored = false
	p.say(fmt.Sprintf("restored: %d known before, %d back", known, again))
	p.tell.mark(
		fmt.Sprintf("この端末は古い複製から戻されたようです。未送信のはずの%d件はサーバーが既に持っており、端末から消えていた%d件はサーバーから戻りました", known, again),
		fmt.Sprintf("this tablet seems to have been restored from an older copy: the server already had %d of its unsent entries, and %d written here and gone from the tablet came back", known, again))
	return nil
}

// writtenHere counts the records that the server says were written on this tablet and that are not among the known.
func (t *tablet) writtenHere(known map[replica.ID]bool) (count int, err error) {
	charts, err := t.Charts()
	if err != nil {
		return 0, err
	}
	for _, c := range charts {
		items, err := t.Timeline(c.ID, sdk.Filter{})
		if err != nil {
			return 0, err
		}
		count += len(slices.DeleteFunc(items, func(i sdk.Item) bool {
			return known[i.ID] || i.Record.GetArrival().GetDeviceId() != t.device
		}))
	}
	return count, nil
}
