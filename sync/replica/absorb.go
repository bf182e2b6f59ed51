package replica

import (
	"bytes"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Progress is what one answer brought.
type Progress struct {
	// More: there is more to push or to pull. Call NextRequest again, after RetryAfterMs if that is not 0.
	More bool
	// RetryAfterMs: the server asks to wait this long.
	RetryAfterMs uint32
	// Pushed mutations were answered for good; Retried ones have to be sent again.
	Pushed, Retried int
	// Pulled records were taken; Pages is in how many pages.
	Pulled, Pages int
	// Held, Conflicts and Rejected are among the answers.
	Held, Conflicts, Rejected int
	// Renewed mutations got another id, since theirs was taken.
	Renewed int
	// Revoked, Adopted and HistoryLost name streams with that verdict.
	Revoked, Adopted, HistoryLost []string
	// Taken of the pushed ones are in their charts: applied, merged, or beside another value.
	Taken int
	// Restoring: the server was restored and waits for its operator. What was written is safe there, and not judged.
	Restoring bool
	// Unproven: the device holds more streams than a request can list, so that the server could not compare all of them
	// with what is granted. Revocations are learned in turns; what was granted since is not.
	Unproven bool
	// NeedsUpdate: the server said something that this build does not know. Nothing is lost by waiting.
	NeedsUpdate bool
	// Differing sections were found; see NextRepair.
	Differing int
}

// absorbing is one answer on its way into the store.
type absorbing struct {
	r       *Replica
	tx      Tx
	c       Clock
	newID   IDSource
	req     *syncv1.SyncRequest
	resp    *syncv1.SyncResponse
	device  *devicev1.DeviceState
	streams map[string]*devicev1.StreamState
	asked   map[string]*syncv1.StreamPosition
	verdict map[string]*syncv1.StreamVerdict
	retry   map[string]bool // streams whose answers do not count any more

	restored bool            // since the answer before
	again    int             // mutations that the server has lost in streams that may not be read
	late     map[string]bool // streams of mutations that were answered with RETRY
	checked  int             // streams whose digests were compared, or never will be
	widen    bool            // the next request asks for older months
	confirm  bool            // the next request confirms a purge
	out      Progress
}

// Absorb takes up the answer to a request. What the server has answered for good is durable on this device when
// Absorb returns; an error leaves everything as it was or in a state from which the next request goes on.
func (r *Replica) Absorb(c Clock, newID IDSource, req *syncv1.SyncRequest, resp *syncv1.SyncResponse) (Progress, error) {
	if len(resp.GetResults()) != len(req.GetMutations()) || len(resp.GetHeld()) > len(req.GetHeld()) {
		return Progress{}, ErrAnswer
	}
	a := &absorbing{r: r, c: c, newID: newID, req: req, resp: resp}
	if err := r.update(a.take); err != nil {
		return Progress{}, err
	}
	for id, s := range a.streams {
		if hasWork(s) {
			r.due[id] = true
		}
	}
	if err := r.settle(); err != nil {
		return a.out, err
	}
	if err := a.takePages(); err != nil {
		return a.out, err
	}
	a.putOff()
	r.stuck = len(req.GetMutations()) > 0 && a.out.Pushed == 0
	if len(req.GetMutations()) > 0 {
		r.batch = min(maxMutations, 2*r.batch)
	}
	a.out.RetryAfterMs = resp.GetRetryAfterMs()
	return a.out, a.finish()
}

// take is the transaction that takes everything but the pages.
func (a *absorbing) take(tx Tx) (err error) {
	a.tx, a.out, a.widen, a.confirm, a.checked, a.again, a.late = tx, Progress{}, false, false, 0, 0, map[string]bool{}
	a.streams, a.asked = map[string]*devicev1.StreamState{}, map[string]*syncv1.StreamPosition{}
	a.verdict, a.retry = map[string]*syncv1.StreamVerdict{}, map[string]bool{}
	if a.device, err = loadDevice(tx); err != nil {
		return err
	}
	for _, p := range a.req.GetPositions() {
		a.asked[p.GetStreamId()] = p
	}
	for _, take := range []func() error{
		a.takeServer, a.takeVerdicts, a.takeResults, a.takeHeld, a.takeLandings, a.actOnVerdicts, a.takeDurable,
		a.takeDescriptions, a.offerElsewhere, a.slide,
	} {
		if err := take(); err != nil {
			return err
		}
	}
	for _, s := range a.streams {
		if err := saveStream(tx, s); err != nil {
			return err
		}
	}
	return save(tx, deviceKey(), a.device)
}

// takeServer takes what the answer says about the server.
func (a *absorbing) takeServer() error {
	if t := a.resp.GetServerTime(); t != nil {
		wall := a.c.WallMs
		if sent := a.req.GetClock(); bytes.Equal(sent.GetBootId(), a.c.BootID) {
			wall = (sent.GetWallMs() + a.c.WallMs) / 2 // half the way there, half the way back
		}
		takeTime(a.device, t, a.c, wall)
	}
	a.device.ServerSchema = a.resp.GetSchemaVersion()
	a.device.ManifestNeeded = a.resp.GetManifestNeeded()
	a.restored = a.resp.GetRestoring() && !a.device.GetRestoring()
	a.device.Restoring = a.resp.GetRestoring()
	a.device.NeedsUpdate = a.resp.GetSchemaVersion() > care.SchemaVersion
	return nil
}

// stream returns a stream's state as it will be stored.
func (a *absorbing) stream(id string) (*devicev1.StreamState, error) {
	if s := a.streams[id]; s != nil {
		return s, nil
	}
	s, err := loadStream(a.tx, id)
	if err == nil {
		a.streams[id] = s
	}
	return s, err
}

// current tells whether the device still stands where it said it stood: an answer to an older position says nothing
// about the present one.
func (a *absorbing) current(s *devicev1.StreamState) bool {
	p := a.asked[s.GetStreamId()]
	if p == nil {
		return a.req.GetManifestComplete() && s.GetCursor().GetVersion().GetSeq() == 0 && s.GetStaged() == nil
	}
	return proto.Equal(p.GetCursor(), s.GetCursor()) && proto.Equal(p.GetStaged(), s.GetStaged())
}

// finish decides whether to go on, and says so.
func (a *absorbing) finish() error {
	acted := a.again+a.out.Pushed+a.out.Renewed+a.out.Pages+len(a.out.Adopted)+len(a.out.HistoryLost) > 0
	a.r.turnAfter = a.r.turnNext
	needed := a.resp.GetManifestNeeded() && !a.req.GetManifestComplete()
	a.out.Unproven = needed && a.r.inTurns
	a.out.More = a.resp.GetMore() || needed && (!a.r.inTurns || a.r.turnAfter != "") || a.confirm && !a.r.inTurns
	a.out.NeedsUpdate = a.out.NeedsUpdate || a.device.GetNeedsUpdate()
	a.out.Restoring = a.resp.GetRestoring()
	return a.r.store.View(func(r Reader) error {
		keys, _, err := collect(r, []byte{keyRepair}, nil, maxKept)
		if a.out.Differing = len(keys); err != nil {
			return err
		}
		if acted || a.widen || a.checked > 0 {
			if err := a.digestsLeft(r); err != nil {
				return err
			}
		}
		return pending(r, func(own *devicev1.OwnMutation) error {
			if own.GetNeedsUpdate() || !acted && (len(a.r.later) == 0 || a.r.later[own.GetStreamId()]) {
				return nil
			}
			a.out.More = true
			return ErrStop
		})
	})
}

// digestsLeft asks for another round if there are digests for which this request had no room.
func (a *absorbing) digestsLeft(r Reader) error {
	streams, err := loadStreams(r)
	for _, s := range streams {
		if digestsDue(s) && !s.GetRevoked() && len(a.asked[s.GetStreamId()].GetSections()) == 0 {
			a.out.More = true
		}
	}
	return err
}
