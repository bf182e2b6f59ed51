package simtest

import (
	"context"
	"errors"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/store"
	"github.com/tsunagu-care/tsunagu/sync/store/memory"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// server is the hub with its store, as a process that can crash and come back, and the journal that it keeps apart
// from the store.
type server struct {
	world  *world
	store  *memory.Store
	hub    *hub.Hub
	dir    *directory
	seals  seal.Master
	epochs *epochs
	backup *backup
	// covered is what verified backups cover, by stream; nil in histories in which nobody says so.
	covered map[string]*syncv1.Version
	// unconfirmed: it was restored, and its operator has not confirmed grants and erasures.
	unconfirmed bool
	// ordered are the erasures of the journal.
	ordered []recordKey
}

// backup is a copy of the store and of the directory, with what the oracle knew then.
type backup struct {
	store  *memory.Store
	oracle *logState
	grants grants
}

func newServer(w *world) *server {
	s := &server{world: w, store: memory.New(), dir: newDirectory(), epochs: &epochs{}}
	copy(s.seals[:], "the sealing key of the simulator")
	s.start()
	return s
}

func (s *server) start() {
	s.hub = hub.New(hub.Config{
		Store: s.store, Directory: s.dir, Seals: s.seals, Epochs: s.epochs, Restored: s, Backups: s,
		Limits: hub.Limits{Mutations: 50, ResponseBytes: 2000},
	})
}

// Unconfirmed implements hub.Restored.
func (s *server) Unconfirmed() bool { return s.unconfirmed }

// Durable implements hub.Backups.
func (s *server) Durable(_, streamID string) *syncv1.Version { return s.covered[streamID] }

func (s *server) call(d *device) hub.Call { return s.callOf(d.person, d.id) }

func (s *server) callOf(person, device string) hub.Call {
	return hub.Call{
		Session: hub.Session{Tenant: tenant, PersonID: person, DeviceID: device, Organisation: "station"},
		Now:     s.world.now, Entropy: s.world.entropy,
	}
}

// copied makes a copy of the server; from then on its devices may be told that it is covered.
func (s *server) copied() {
	s.world.note("the server is copied")
	s.backup = &backup{store: s.store.Snapshot(), oracle: s.world.oracle.log.clone(), grants: s.dir.grants.clone()}
	if s.covered == nil {
		return
	}
	err := s.store.View(context.Background(), func(r store.Reader) error {
		for _, ref := range s.dir.streams {
			head, err := headOf(r, ref.ID)
			if err != nil {
				return err
			}
			if head.GetVersion().GetSeq() > 0 {
				s.covered[ref.ID] = head.GetVersion()
			}
		}
		return nil
	})
	if err != nil {
		s.world.problem("the copy cannot be read: %v", err)
	}
}

func headOf(r store.Reader, streamID string) (*storev1.StreamHead, error) {
	raw, err := r.Head(stream(streamID))
	if err != nil {
		return nil, err
	}
	head := &storev1.StreamHead{}
	return head, proto.Unmarshal(raw, head)
}

// setBack puts the copy in the store's place, as a person does who copies a folder back. Nobody tells the hub.
func (s *server) setBack() {
	s.world.note("server restored from its copy")
	s.world.count("restore")
	s.store = s.backup.store.Snapshot()
	s.world.oracle.rewind(s.backup.oracle)
	s.start()
}

// restore puts the copy in the store's place as the manual says: with the directory of that time, new epochs, and
// nothing judged nor shown before the operator has confirmed.
func (s *server) restore() {
	s.world.count("restore that waits for its operator")
	s.unconfirmed, s.dir.grants = true, s.backup.grants.clone()
	s.setBack()
	if _, err := s.hub.BeginEpochs(context.Background(), s.callOf(sato, "desk")); err != nil {
		s.world.problem("no new epochs: %v", err)
	}
	s.world.oracle.observe()
	s.world.after(s.world.paced(s.world.hours(1), s.world.hours(60)), s.confirm)
}

// confirm is the operator's word: the grants are those of the journal, what was stored is judged, and what was ordered
// to be erased is erased again.
func (s *server) confirm() {
	if !s.unconfirmed {
		return
	}
	s.world.note("the operator confirms the restore")
	s.world.oracle.observe()
	s.unconfirmed, s.dir.grants = false, s.dir.journal.clone()
	if _, err := s.hub.ConfirmRestore(context.Background(), s.callOf(sato, "desk")); err != nil {
		s.world.problem("the restore cannot be confirmed: %v", err)
	}
	s.world.oracle.observe()
	s.eraseAgain()
}

// errCrash is what an answer becomes when the server dies before it can be sent.
var errCrash = errors.New("the server crashed")

// sync is the server's process answering a request; it may die before or after the commit.
func (s *server) sync(d *device, req *syncv1.SyncRequest) (*syncv1.SyncResponse, error) {
	died := s.world.faults && s.mayDie()
	resp, _, err := s.hub.Sync(context.Background(), s.call(d), req)
	if died {
		s.again()
		err = errCrash
	}
	s.world.oracle.observe()
	if err == nil {
		s.world.oracle.answered(d, req, resp)
	}
	return resp, err
}

// mayDie lets the next commit fail, sometimes.
func (s *server) mayDie() bool {
	switch {
	case s.world.chance(4):
		s.world.count("server crash before commit")
		s.store.FailNext(store.ErrUnknownOutcome)
	case s.world.chance(4):
		s.world.count("server crash after commit")
		s.store.CommitThenFailNext(store.ErrUnknownOutcome)
	default:
		return false
	}
	return true
}

// again: the process comes back on what is on disk.
func (s *server) again() {
	s.store = s.store.Snapshot()
	s.start()
}

// epochs is the journal of epoch numbers, which no restore takes back.
type epochs struct{ last uint64 }

// Next implements hub.Epochs.
func (e *epochs) Next(above uint64) (uint64, error) {
	e.last = max(e.last, above) + 1
	return e.last, nil
}
