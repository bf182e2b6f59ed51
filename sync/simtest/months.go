package simtest

import (
	"errors"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// window is somebody who sets how many months a tablet holds, or asks for older ones of a stream.
func (d *device) window(streamID string) {
	w := d.world
	if !d.narrow(streamID) || w.chance(25) {
		w.count("window set")
		d.settled(d.replica.SetWindow([]uint32{0, 1, 1, 1, 2, 3}[w.dice.IntN(6)]))
		return
	}
	w.count("window widened")
	y, m, _ := w.now.AddDate(0, -w.dice.IntN(6), 0).Date()
	month := uint32(y*100 + int(m))
	if w.chance(30) {
		month = 0
	}
	err := d.replica.Widen(d.clock(), streamID, month)
	if errors.Is(err, replica.ErrNoStream) {
		err = nil
	}
	d.settled(err)
}

// narrow tells whether the log has records of the stream in months that the tablet does not hold.
func (d *device) narrow(streamID string) bool {
	streams, err := d.replica.Streams()
	if !d.settled(err) {
		return false
	}
	for _, s := range streams {
		for key, r := range d.world.oracle.log.records {
			if key.stream == streamID && s.ID == streamID && r.section != 0 && r.section < s.OldestMonth {
				return true
			}
		}
	}
	return false
}

// when is an envelope that says when something happened: mostly a moment ago, now and then long ago or in a month to
// come. It is the true time: what a wrong clock would have written moves a record to another month.
func (w *world) when() *carev1.Envelope {
	at := w.now.Add(-w.between(0, time.Hour))
	switch {
	case w.chance(15):
		at = w.now.Add(-w.between(0, 70*24*time.Hour))
	case w.chance(15):
		at = w.now.Add(w.between(0, 45*24*time.Hour))
	}
	return &carev1.Envelope{Effective: timestamppb.New(at.Truncate(time.Second))}
}

func (w *world) hours(n int) time.Duration { return time.Duration(n) * time.Hour }
