package replica

import (
	"bytes"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/ledger"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// ProtocolVersion is the version of the sync protocol that this package speaks.
const ProtocolVersion = 1

// NextRequest returns what to send now. It stores nothing: a request that is lost is made again.
func (r *Replica) NextRequest(c Clock) (*syncv1.SyncRequest, error) {
	req := &syncv1.SyncRequest{
		ProtocolVersion: ProtocolVersion, Pull: true, SchemaVersion: care.SchemaVersion,
		Clock: &syncv1.DeviceClock{WallMs: c.WallMs, MonotonicMs: c.MonotonicMs, BootId: bytes.Clone(c.BootID)},
	}
	err := r.view(func(rd Reader) error {
		streams, err := loadStreams(rd)
		if err != nil {
			return err
		}
		device, err := loadDevice(rd)
		if err != nil {
			return err
		}
		req.OldestMonth = wished(device, nil, c.WallMs)
		if req.Report, err = r.report(rd, device); err != nil {
			return err
		}
		if err := r.fillHeld(rd, req, keeping(streams)); err != nil {
			return err
		}
		written, err := r.fillMutations(rd, req)
		if err != nil {
			return err
		}
		if known := knownAs(streams); len(known) > 0 {
			req.DescriptionsHash = ledger.Descriptions(known)
		}
		return r.fillPositions(rd, req, device, streams, written)
	})
	if err != nil {
		return nil, err
	}
	return req, nil
}

// TooLarge tells that the transport refused the request for its size: the next one carries half as many mutations,
// and a single one that is refused waits on the device, with its successors.
func (r *Replica) TooLarge(req *syncv1.SyncRequest) error {
	if len(req.GetMutations()) != 1 {
		r.batch = max(1, len(req.GetMutations())/2)
		return nil
	}
	m := &syncv1.Mutation{}
	if err := proto.Unmarshal(req.GetMutations()[0].GetPayload(), m); err != nil {
		return ErrAnswer
	}
	return r.update(func(tx Tx) error {
		own, err := findOwn(tx, m.GetId())
		if err != nil || own == nil || own.GetState() != statePending {
			return err
		}
		return move(tx, own, stateTooLarge)
	})
}

// fillMutations adds what waits, in order of writing, and returns the streams it is for. Streams that the server asked
// to try again later come after all others, lest they keep those from being sent.
func (r *Replica) fillMutations(rd Reader, req *syncv1.SyncRequest) (map[string]bool, error) {
	written, err := r.fillFrom(rd, req)
	if err != nil || len(written) > 0 || len(r.later) == 0 {
		return written, err
	}
	r.later = map[string]bool{}
	return r.fillFrom(rd, req)
}

func (r *Replica) fillFrom(rd Reader, req *syncv1.SyncRequest) (map[string]bool, error) {
	written := map[string]bool{}
	size := proto.Size(req)
	err := pending(rd, func(own *devicev1.OwnMutation) error {
		if r.later[own.GetStreamId()] {
			return nil
		}
		q, err := loadPayload(rd, own.GetNo())
		if err != nil {
			return err
		}
		q.FirstLanding = own.GetFirstLanding()
		size += proto.Size(q) + 8
		if len(req.Mutations) >= r.batch || len(req.Mutations) > 0 && size > maxRequestBytes {
			// What was written goes first, and reading begins with the last of it; unless writing does not go on.
			req.Pull = r.stuck
			return ErrStop
		}
		req.Mutations = append(req.Mutations, q)
		written[own.GetStreamId()] = true
		return nil
	})
	return written, err
}

// fillHeld asks for the present outcome of what is shown as held or refused, a part of it each time: what was refused may
// have been erased since. It asks besides for what is kept of streams that may not be read, before that goes.
func (r *Replica) fillHeld(rd Reader, req *syncv1.SyncRequest, kept map[string]*devicev1.StreamState) error {
	keys := [][]byte{}
	err := rd.Scan([]byte{keyAnswered}, r.heldAfter, func(key, _ []byte) error {
		if class := key[len(key)-9]; class == classShown || class == classRetired && kept[streamIn(key)] != nil {
			keys = append(keys, bytes.Clone(key))
		}
		if len(keys) == maxHeldRefs {
			return ErrStop
		}
		return nil
	})
	r.heldAfter = nil
	for _, key := range keys {
		own, err := loadOwn(rd, numberOf(key))
		if err != nil {
			return err
		}
		if own.GetState() != stateRetired || coveredByNumber(own.GetResult().GetVersion(), kept[own.GetStreamId()].GetDurable()) {
			req.Held = append(req.Held, &syncv1.HeldRef{
				StreamId: own.GetStreamId(), MutationId: own.GetId(), PersonId: own.GetPersonId(),
			})
		}
		if len(keys) == maxHeldRefs {
			r.heldAfter = key
		}
	}
	return err
}

// fillPositions says where the device stands: with everything if something is unfinished or there is little, else
// with the hash of the manifest and the streams of the mutations.
func (r *Replica) fillPositions(rd Reader, req *syncv1.SyncRequest, device *devicev1.DeviceState,
	streams []*devicev1.StreamState, written map[string]bool) error {
	whole := device.GetManifestNeeded()
	var manifest []*syncv1.StreamPosition
	var held []*devicev1.StreamState
	for _, s := range streams {
		if s.GetGone() {
			continue
		}
		held = append(held, s)
		whole = whole || !s.GetComplete() || s.GetStaged() != nil || s.GetRevoked()
		manifest = append(manifest, &syncv1.StreamPosition{StreamId: s.GetStreamId(), Cursor: s.GetCursor()})
	}
	whole = whole || len(held) <= smallManifest
	turn := r.takeTurn(held, written, whole)
	if whole = whole && !r.inTurns; !whole {
		req.ManifestHash = ledger.Manifest(manifest)
	}
	req.ManifestComplete = whole
	left := maxSections
	for _, s := range held {
		due := digestsDue(s) && left > 0 && len(req.Positions) < maxPositions-len(written) && (turn == nil || turn[s.GetStreamId()])
		if whole || due || written[s.GetStreamId()] || turn[s.GetStreamId()] {
			p := position(req, s)
			if due {
				var err error
				if p.Sections, err = digestsToSend(rd, s); err != nil {
					return err
				}
				left -= len(p.Sections)
			}
			req.Positions = append(req.Positions, p)
			delete(written, s.GetStreamId())
		}
	}
	return r.addUnknown(rd, req, written)
}

// takeTurn chooses the streams of which a verdict is asked now, where a whole manifest is wanted and is more than one
// request holds: a part of them each time, in order, so that every revocation is learned.
func (r *Replica) takeTurn(held []*devicev1.StreamState, written map[string]bool, wanted bool) map[string]bool {
	room := maxPositions - len(written)
	r.inTurns = wanted && len(held) > room
	r.turnNext = ""
	if !r.inTurns {
		return nil
	}
	turn, after := map[string]bool{}, streamKey(keyStream, r.turnAfter)
	from := slices.IndexFunc(held, func(s *devicev1.StreamState) bool {
		return r.turnAfter == "" || bytes.Compare(streamKey(keyStream, s.GetStreamId()), after) > 0
	})
	for _, s := range held[max(from, 0):] {
		if len(turn) == room {
			return turn
		}
		turn[s.GetStreamId()], r.turnNext = true, s.GetStreamId()
	}
	r.turnNext = "" // that is the last part
	return turn
}

// addUnknown adds positions for streams that were written to and are not held.
func (r *Replica) addUnknown(rd Reader, req *syncv1.SyncRequest, written map[string]bool) error {
	for len(written) > 0 {
		next := ""
		for stream := range written { // in order, whatever the order of the map
			if next == "" || stream < next {
				next = stream
			}
		}
		delete(written, next)
		s, err := loadStream(rd, next)
		if err != nil {
			return err
		}
		req.Positions = append(req.Positions, position(req, s))
	}
	return nil
}

// position is where the device stands in a stream, with its newest proof of what the server once answered.
func position(req *syncv1.SyncRequest, s *devicev1.StreamState) *syncv1.StreamPosition {
	p := &syncv1.StreamPosition{StreamId: s.GetStreamId(), Cursor: s.GetCursor(), Staged: s.GetStaged()}
	if s.GetRevoked() || s.GetGone() {
		return p // if it comes back, it begins with the months of the request
	}
	p.OldestMonth = positionMonth(kept(s), req)
	cursor := s.GetCursor().GetVersion()
	if s.GetLanded() != nil && (cursor.GetSeq() == 0 || !ledger.Reached(s.GetLanded().GetVersion(), cursor, s.GetBases())) {
		p.NewestResult = s.GetLanded()
	}
	return p
}
