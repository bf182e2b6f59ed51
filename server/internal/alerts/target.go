package alerts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

const (
	// maxTargets bounds the targets of one person that are not removed.
	maxTargets = 16
	// maxTargetRows bounds those that one person ever registered: their rows stay.
	maxTargetRows = 4096
	// hintLength is how many characters of a value are shown to tell it from others.
	hintLength = 4
	// signingKeyBytes is how long the key of a webhook is.
	signingKeyBytes = 32
	// movedShown is how long a registration that went over to somebody else stands on the list of who had it before.
	movedShown = 30 * 24 * time.Hour
)

// targetID is a hash of kind and value, so that the registration of a device has the same id whoever makes it: its value
// is long and made by chance, and nobody guesses it. The id of an address is made by chance instead, for each registration:
// it tells nobody who sees it in a trail which address it is, nor whether somebody else has the same one.
func targetID(kind alertv1.TargetKind, value string) [16]byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "tsunagu/push-target/v1/%d/%s", kind, value))
	return [16]byte(sum[:16])
}

func targetKey(tenant, person string, id []byte) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: store.TableTarget, Key: person + "/" + hexID(id)}
}

func ownerKey(tenant string, id []byte) store.ServerKey {
	return store.ServerKey{Tenant: tenant, Table: store.TableTargetOwner, Key: hexID(id)}
}

// eachTarget calls fn for every target that a person ever registered.
func eachTarget(r store.Reader, tenant, person string, fn func(*storev1.PushTarget) error) error {
	seen := 0
	return rows(r, tenant, store.TableTarget, person+"/", "", func(_ string, t *storev1.PushTarget) error {
		if seen++; seen > maxTargetRows {
			return store.ErrStop
		}
		return fn(t)
	})
}

func live(t *storev1.PushTarget) bool {
	return t.GetState() == alertv1.TargetState_TARGET_STATE_LIVE
}

func removed(t *storev1.PushTarget) bool {
	return t == nil || t.GetState() == alertv1.TargetState_TARGET_STATE_REMOVED
}

// listed tells whether a target is on its owner's list: not one that was removed, but for a while one that somebody else
// took along.
func listed(t *storev1.PushTarget, now time.Time) bool {
	return !removed(t) || t.GetTrouble() == troubleMoved && now.Sub(time.UnixMilli(t.GetStateMs())) < movedShown
}

// shown is a target as its owner sees it: its value stays here.
func shown(t *storev1.PushTarget) *alertv1.Target {
	ja, en := inWords(t.GetTrouble())
	value := []rune(t.GetValue())
	return &alertv1.Target{
		Id: t.GetId(), Kind: t.GetKind(), Platform: t.GetPlatform(), DeviceId: t.GetDeviceId(),
		Hint:      string(value[max(0, len(value)-hintLength):]),
		Confirmed: timestamppb.New(time.UnixMilli(t.GetConfirmedMs())), State: t.GetState(), TroubleJa: ja, TroubleEn: en,
	}
}

// RegisterTarget registers or confirms a way to reach the caller.
func (s *Service) RegisterTarget(ctx context.Context, c hub.Call, req *alertv1.RegisterTargetRequest) (*alertv1.RegisterTargetResponse, error) {
	code, err := s.check(req)
	if err != nil {
		return nil, err
	}
	r := &registration{call: c, req: req, id: targetID(req.GetKind(), req.GetValue()), code: code, key: make([]byte, signingKeyBytes)}
	if _, err := io.ReadFull(c.Entropy, r.key); err != nil {
		return nil, outward(err)
	}
	if !ofFirebase(req.GetKind()) {
		if _, err := io.ReadFull(c.Entropy, r.id[:]); err != nil {
			return nil, outward(err)
		}
	}
	if err := s.update(ctx, r.commit); err != nil {
		return nil, err
	}
	if r.moved {
		s.Moved(req.GetKind())
	}
	if r.put {
		s.Aside(req.GetKind(), r.target.GetTrouble())
	}
	resp := &alertv1.RegisterTargetResponse{Target: shown(r.target)}
	if r.keyed {
		resp.SigningKey = hex.EncodeToString(r.target.GetSigningKey())
	}
	return resp, nil
}

// ListTargets lists the caller's own.
func (s *Service) ListTargets(ctx context.Context, c hub.Call, _ *alertv1.ListTargetsRequest) (*alertv1.ListTargetsResponse, error) {
	var resp *alertv1.ListTargetsResponse
	err := s.view(ctx, func(r store.Reader) error {
		resp = &alertv1.ListTargetsResponse{Unreachable: true}
		return eachTarget(r, c.Session.Tenant, c.Session.PersonID, func(t *storev1.PushTarget) error {
			if listed(t, c.Now) {
				resp.Targets = append(resp.Targets, shown(t))
			}
			resp.Unreachable = resp.Unreachable && !live(t)
			return nil
		})
	})
	return resp, err
}

// RemoveTarget ends one of the caller's. Doing it again changes nothing.
func (s *Service) RemoveTarget(ctx context.Context, c hub.Call, req *alertv1.RemoveTargetRequest) (*alertv1.RemoveTargetResponse, error) {
	k := targetKey(c.Session.Tenant, c.Session.PersonID, req.GetId())
	err := s.update(ctx, func(tx store.Tx) error {
		t, err := row[storev1.PushTarget](tx, k)
		switch {
		case err != nil:
			return err
		case t == nil:
			return errNotFound
		case removed(t) && t.GetTrouble() == "":
			return nil
		}
		return put(tx, k, remove(t, c.Now, ""))
	})
	if err != nil {
		return nil, err
	}
	return &alertv1.RemoveTargetResponse{}, nil
}

// remove ends a target. What it was reached by is not kept.
func remove(t *storev1.PushTarget, now time.Time, code string) *storev1.PushTarget {
	t.State, t.StateMs, t.Trouble = alertv1.TargetState_TARGET_STATE_REMOVED, now.UnixMilli(), code
	t.Value, t.SigningKey = "", nil
	return t
}
