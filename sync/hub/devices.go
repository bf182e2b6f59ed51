package hub

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

const (
	// seenEvery is how often it is put down that a device was heard of, if nothing else changed, and how often a device
	// that only asks for what is new is told what backups cover.
	seenEvery = 10 * time.Minute
	// seenWriting is the same for a device that brings something: what it brings costs a write anyway.
	seenWriting = time.Minute
	// maxKnownStreams bounds the streams that are remembered of a device, and those in which it wrote.
	maxKnownStreams = 4096
	// defaultDevices and maxDevices bound a page of devices.
	defaultDevices = 100
	maxDevices     = 1000
)

// noteDevice puts down what the request tells of its device, if that is new. It is no part of the answer: if it cannot be
// stored, the next request tells it again. A request that asks for nothing but what is new costs one read. It returns the
// streams in which the device wrote, if it is time to tell it about them.
func (s *step) noteDevice(ctx context.Context, known []byte) (wrote []string) {
	due := s.due(known)
	if !due && !s.req.GetManifestComplete() && len(s.resp.GetPages()) == 0 && len(s.landed) == 0 {
		return nil
	}
	d, changed := s.observe(known)
	if due {
		wrote = d.GetWrote()
	}
	if !due && !changed {
		return wrote
	}
	tenant, device := s.call.Session.Tenant, s.call.Session.DeviceID
	err := s.hub.store.Update(ctx, func(tx store.Tx) error {
		raw, err := tx.Device(tenant, device) // again: the device may have two requests under way
		if err != nil {
			return err
		}
		d, _ := s.observe(raw)
		if raw, err = ledger.Marshal(d); err != nil {
			return err
		}
		return tx.PutDevice(tenant, device, raw)
	})[0]
	if err != nil {
		s.hub.fault(err)
	}
	return wrote
}

// due tells whether it was not put down for a while that the device was heard of.
func (s *step) due(known []byte) bool {
	since := s.call.Now.Sub(time.UnixMilli(lastSeen(known)))
	return len(known) == 0 || since.Abs() >= seenEvery
}

// lastSeen reads when a device was last heard of, without decoding the rest: the first field.
func lastSeen(known []byte) int64 {
	number, kind, n := protowire.ConsumeTag(known)
	if n < 0 || number != 1 || kind != protowire.VarintType {
		return 0
	}
	at, _ := protowire.ConsumeVarint(known[n:])
	return int64(at)
}

// observe returns what is known of the device after this request, and whether that is more than that it was heard of.
func (s *step) observe(known []byte) (*storev1.KnownDevice, bool) {
	d, now := &storev1.KnownDevice{}, s.call.Now.UnixMilli()
	if proto.Unmarshal(known, d) != nil {
		d = &storev1.KnownDevice{FirstSeenMs: now} // it is gathered again
	}
	if d.FirstSeenMs == 0 {
		d.FirstSeenMs = now
	}
	again := len(s.landed) > 0 && now-d.LastSeenMs >= seenWriting.Milliseconds()
	d.LastSeenMs, d.PersonId, d.OrganisationId = now, s.call.Session.PersonID, s.call.Session.Organisation
	report := s.reportAfter()
	again = again || !proto.Equal(report, d.Report)
	d.SchemaVersion, d.Report = s.req.GetSchemaVersion(), report
	streams := s.noteStreams(d, now)
	return d, s.noteWrites(d) || streams || again
}

// reportAfter is what the device's report will be once it has this answer: it counts what the request brings, too, and
// the device may not be heard of again for days. Nil: it made none.
func (s *step) reportAfter() *syncv1.DeviceReport {
	if s.req.GetReport() == nil {
		return nil
	}
	report := proto.CloneOf(s.req.GetReport())
	for _, r := range s.resp.GetResults() {
		switch r.GetOutcome() {
		case syncv1.Outcome_OUTCOME_HELD:
			report.Held++
		case syncv1.Outcome_OUTCOME_APPLIED, syncv1.Outcome_OUTCOME_MERGED, syncv1.Outcome_OUTCOME_CONFLICT, syncv1.Outcome_OUTCOME_REJECTED:
		default:
			continue // it is sent again
		}
		report.Pending -= min(report.Pending, 1)
	}
	for _, r := range s.resp.GetHeld() {
		switch r.GetOutcome() {
		case syncv1.Outcome_OUTCOME_APPLIED, syncv1.Outcome_OUTCOME_MERGED, syncv1.Outcome_OUTCOME_CONFLICT:
			report.Held -= min(report.Held, 1)
		}
	}
	if report.Pending == 0 {
		report.OldestPendingMs = 0
	}
	return report
}

// noteWrites notes the streams whose logs have something that the device brought.
func (s *step) noteWrites(d *storev1.KnownDevice) (changed bool) {
	for _, id := range slices.Sorted(maps.Keys(s.landed)) {
		at, there := slices.BinarySearch(d.Wrote, id)
		if there || len(d.Wrote) == maxKnownStreams {
			continue
		}
		d.Wrote, changed = slices.Insert(d.Wrote, at, id), true
	}
	return changed
}

// noteStreams notes which streams the device may have a copy of: those that it lists, and those of which this answer has
// a page. That it is without one is known from a whole manifest only.
func (s *step) noteStreams(d *storev1.KnownDevice, now int64) (changed bool) {
	there := map[string]bool{}
	for _, id := range s.hasCopyOf(d) {
		at, known := slices.BinarySearchFunc(d.Streams, id, byStream)
		if !known && len(d.Streams) == maxKnownStreams {
			continue
		}
		if !known {
			d.Streams, changed = slices.Insert(d.Streams, at, &storev1.HeldStream{StreamId: id}), true
		}
		there[id] = true
		changed = s.noteStream(d.Streams[at], now) || changed
	}
	for _, one := range d.GetStreams() {
		if s.req.GetManifestComplete() && !there[one.GetStreamId()] && one.GetPurgedMs() == 0 {
			one.PurgedMs, changed = now, true
		}
	}
	return changed
}

func byStream(one *storev1.HeldStream, id string) int { return strings.Compare(one.GetStreamId(), id) }

// hasCopyOf returns the streams of which the device may have a copy after this answer. A name that stands for nothing is
// not remembered. One that is listed without a cursor may be filled anew, with what the device had still there: its purge
// is not confirmed by that.
func (s *step) hasCopyOf(d *storev1.KnownDevice) (ids []string) {
	for _, p := range s.req.GetPositions() {
		id := p.GetStreamId()
		at, known := slices.BinarySearchFunc(d.Streams, id, byStream)
		kept := known && d.Streams[at].GetPurgedMs() == 0
		some := p.GetCursor().GetVersion().GetSeq() > 0 || p.GetStaged().GetVersion().GetSeq() > 0
		if kept || some && s.mayHave(p) {
			ids = append(ids, id)
		}
	}
	for _, page := range s.resp.GetPages() {
		ids = append(ids, page.GetStreamId())
	}
	return ids
}

// mayHave tells whether a device that lists a stream may have a copy of it: its person reads it now, or this server sealed
// the cursor. A name alone proves nothing, and remembering it would tell that there is such a stream.
func (s *step) mayHave(p *syncv1.StreamPosition) bool {
	_, readable := s.readable[p.GetStreamId()]
	return readable || p.GetCursor() != nil && s.hub.seals.Sealer().CursorFits(s.call.Session.Tenant, p.GetStreamId(), p.GetCursor())
}

// noteStream notes that the device has the stream, and whether it is told to purge it. Until a restore is confirmed
// nothing is told to be purged, and what was told before stands.
func (s *step) noteStream(one *storev1.HeldStream, now int64) (changed bool) {
	if one.GetPurgedMs() != 0 {
		one.PurgedMs, changed = 0, true
	}
	_, readable := s.readable[one.GetStreamId()]
	switch {
	case s.resp.GetRestoring():
	case readable && one.GetRevokedMs() != 0:
		one.RevokedMs, changed = 0, true
	case !readable && one.GetRevokedMs() == 0:
		one.RevokedMs, changed = now, true
	}
	return changed
}

// ListDevices lists the devices of the caller's organisation, in order of id: those of the directory, and those that it
// no longer knows and that were last heard of as this organisation's. A lost device is taken out of the directory, and may
// still hold what it held.
func (h *Hub) ListDevices(ctx context.Context, c Call, req *chartv1.ListDevicesRequest) (*chartv1.ListDevicesResponse, error) {
	if err := h.serving(); err != nil {
		return nil, err
	}
	box, ok := h.mayOpenInbox(c) // those who look after the inbox look after the devices too
	if !ok {
		return nil, errNotFound
	}
	size := pageSize(req.GetPageSize(), defaultDevices, maxDevices)
	resp := &chartv1.ListDevicesResponse{}
	err := h.store.View(ctx, func(r store.Reader) error {
		resp.Devices, resp.NextPageToken = nil, ""
		ids, err := h.devicesOf(r, box, req.GetPageToken())
		if err != nil {
			return err
		}
		for _, id := range ids {
			if len(resp.Devices) == size {
				resp.NextPageToken = resp.Devices[size-1].GetId()
				return nil
			}
			raw, err := r.Device(box.Tenant, id)
			if err != nil {
				return err
			}
			if since := req.GetSilentSince(); since != nil && lastSeen(raw) >= since.AsTime().UnixMilli() {
				continue
			}
			known := &storev1.KnownDevice{}
			if proto.Unmarshal(raw, known) != nil {
				return store.ErrDamaged
			}
			resp.Devices = append(resp.Devices, deviceOf(id, known))
		}
		return nil
	})
	return resp, outward(err)
}

// devicesOf returns the devices of an organisation with an id above after, in order.
func (h *Hub) devicesOf(r store.Reader, o store.Organisation, after string) ([]string, error) {
	var ids []string
	for _, id := range h.dir.Devices(o.Tenant, o.Name) {
		if id > after {
			ids = append(ids, id)
		}
	}
	err := r.Devices(o.Tenant, after, func(id string, raw []byte) error {
		known := &storev1.KnownDevice{}
		if proto.Unmarshal(raw, known) != nil {
			return store.ErrDamaged
		}
		if known.GetOrganisationId() == o.Name {
			ids = append(ids, id)
		}
		return nil
	})
	slices.Sort(ids)
	return slices.Compact(ids), err
}

func deviceOf(id string, known *storev1.KnownDevice) *chartv1.Device {
	d := &chartv1.Device{Id: id, PersonId: known.GetPersonId(), Report: known.GetReport()}
	if known.GetLastSeenMs() != 0 {
		d.LastSeen = timestamppb.New(time.UnixMilli(known.GetLastSeenMs()))
	}
	for _, one := range known.GetStreams() {
		if one.GetPurgedMs() != 0 {
			continue
		}
		d.Streams = append(d.Streams, one.GetStreamId())
		if one.GetRevokedMs() != 0 {
			d.Unpurged = append(d.Unpurged, one.GetStreamId())
		}
	}
	return d
}
