package replica

import (
	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// offerElsewhere makes pending again what this device wrote in streams that it may not read, once an answer shows that
// the server was set back: of those streams no verdict tells it. What the server still has it knows again.
func (a *absorbing) offerElsewhere() error {
	if !a.restored && len(a.out.HistoryLost)+len(a.out.Adopted) == 0 {
		return nil
	}
	streams, err := loadStreams(a.tx)
	if err != nil {
		return err
	}
	for _, one := range streams {
		s, err := a.stream(one.GetStreamId())
		if err != nil {
			return err
		}
		if s.GetGone() || s.GetRevoked() {
			s.Reoffer, s.Durable, s.Landed = devicev1.Reoffer_REOFFER_ALL, nil, nil
		}
	}
	return nil
}

// takeDescriptions takes what the streams are now: charts may have been merged or parted.
func (a *absorbing) takeDescriptions() error {
	for _, d := range a.resp.GetStreams() {
		if len(d.GetStreamId()) == 0 || len(d.GetStreamId()) > 128 || d.GetInfo() == nil {
			return ErrAnswer
		}
		known, err := loadStream(a.tx, d.GetStreamId())
		if err != nil {
			return err
		}
		if known.GetGone() && a.streams[d.GetStreamId()] == nil {
			continue // one that begins to be filled is described with its verdict
		}
		s, err := a.stream(d.GetStreamId())
		if err != nil {
			return err
		}
		s.Info = d.GetInfo()
	}
	return nil
}

// putOff remembers which streams the server asked to try again later, for as long as nothing of theirs is taken.
func (a *absorbing) putOff() {
	for stream := range a.late {
		a.r.later[stream] = true
	}
}

// knownAs describes the streams that the device holds.
func knownAs(streams []*devicev1.StreamState) []*syncv1.StreamDescription {
	var all []*syncv1.StreamDescription
	for _, s := range streams {
		if !s.GetGone() && !s.GetRevoked() {
			all = append(all, &syncv1.StreamDescription{StreamId: s.GetStreamId(), Info: s.GetInfo()})
		}
	}
	return all
}
