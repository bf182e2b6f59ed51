package alerts

import (
	"cmp"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

var (
	errTargetsMany = refuse(hub.TooLarge, "you have 16 ways to be reached; nothing was registered, remove one that you do not use and register again")
	errTargetsEver = refuse(hub.TooLarge, "too many ways to reach you were ever registered; nothing was registered, the others go on: tell whoever runs the server")
)

// registration is one call of RegisterTarget.
type registration struct {
	call hub.Call
	req  *alertv1.RegisterTargetRequest
	id   [16]byte // of a registration that is new, or of a device
	code string   // why it is no registration; empty if it is one
	key  []byte   // for a webhook that is new

	target *storev1.PushTarget // as it stands
	put    bool                // aside, which it was not before
	keyed  bool                // the key is new
	moved  bool                // somebody else had it before
}

// commit stores the registration. It may run again.
func (r *registration) commit(tx store.Tx) error {
	tenant, person := r.call.Session.Tenant, r.call.Session.PersonID
	if err := r.claim(tx); err != nil {
		return err
	}
	own, err := r.own(tx)
	if err != nil {
		return err
	}
	if removed(own) {
		if err := r.makeRoom(tx, own == nil); err != nil {
			return err
		}
		own = &storev1.PushTarget{Id: r.id[:], PersonId: person, Kind: r.req.GetKind()}
	}
	r.fill(own)
	if live(own) && ofFirebase(own.GetKind()) {
		if err := tx.PutServerRow(ownerKey(tenant, own.GetId()), []byte(person)); err != nil {
			return err
		}
	}
	r.target = own
	return put(tx, targetKey(tenant, person, own.GetId()), own)
}

// own is what the caller has registered with this value before; nil if they have not. That of a device is found by its id,
// an address among the caller's own: what others have registered is not looked at.
func (r *registration) own(tx store.Tx) (own *storev1.PushTarget, err error) {
	tenant, person := r.call.Session.Tenant, r.call.Session.PersonID
	if ofFirebase(r.req.GetKind()) {
		return row[storev1.PushTarget](tx, targetKey(tenant, person, r.id[:]))
	}
	err = eachTarget(tx, tenant, person, func(t *storev1.PushTarget) error {
		if !removed(t) && t.GetKind() == r.req.GetKind() && t.GetValue() == r.req.GetValue() {
			own = t
			return store.ErrStop
		}
		return nil
	})
	return own, err
}

// asideFor is how long a target stays aside that whoever forwards has refused, however often an app registers it. After
// that it is tried again: what was wrong may have been the server's credentials, and mended. One that was said to be
// registered with another project is tried at once, since that is what wrong credentials look like.
const asideFor = 24 * time.Hour

// refused is why a target that stands is still to be left aside; empty if it is not.
func (r *registration) refused(t *storev1.PushTarget) string {
	if t.GetTrouble() == troubleSender {
		return ""
	}
	if t.GetState() == alertv1.TargetState_TARGET_STATE_ASIDE && r.call.Now.Sub(time.UnixMilli(t.GetStateMs())) < asideFor {
		return t.GetTrouble()
	}
	return ""
}

// fill brings a target up to what was registered now.
func (r *registration) fill(t *storev1.PushTarget) {
	code := cmp.Or(r.code, r.refused(t))
	state := alertv1.TargetState_TARGET_STATE_LIVE
	if code != "" {
		state = alertv1.TargetState_TARGET_STATE_ASIDE
	}
	now := r.call.Now.UnixMilli()
	r.put = code != "" && (t.GetState() != state || t.GetTrouble() != code)
	if t.GetState() != state {
		t.State, t.StateMs = state, now
	}
	t.Trouble, t.ConfirmedMs = code, now
	t.Value, t.Platform, t.Language, t.DeviceId = r.req.GetValue(), r.req.GetPlatform(), r.req.GetLanguage(), r.call.Session.DeviceID
	r.keyed = live(t) && t.GetKind() == alertv1.TargetKind_TARGET_KIND_WEBHOOK && len(t.GetSigningKey()) == 0
	if r.keyed {
		t.SigningKey = r.key
	}
}

// claim looks whether a device was somebody else's. One that signs in somebody new brings its registration along, and
// whoever had it before gets no hint there any more: it stands on their list, and the operator is told. An address belongs
// to nobody: whoever types that of somebody else takes nothing from them, and does not learn that they have it.
func (r *registration) claim(tx store.Tx) error {
	r.moved = false
	if r.code != "" || !ofFirebase(r.req.GetKind()) {
		return nil
	}
	tenant := r.call.Session.Tenant
	owner, err := tx.ServerRow(ownerKey(tenant, r.id[:]))
	if err != nil || len(owner) == 0 || string(owner) == r.call.Session.PersonID {
		return err
	}
	k := targetKey(tenant, string(owner), r.id[:])
	other, err := row[storev1.PushTarget](tx, k)
	if err != nil || removed(other) {
		return err
	}
	r.moved = true
	return put(tx, k, remove(other, r.call.Now, troubleMoved))
}

// makeRoom sees that a further target fits. Devices are exchanged over the years, so what has been dead for the longest
// goes first; what is live or aside stays until its owner removes it.
func (r *registration) makeRoom(tx store.Tx, added bool) error {
	var oldest *storev1.PushTarget
	used, ever := 0, 0
	err := eachTarget(tx, r.call.Session.Tenant, r.call.Session.PersonID, func(t *storev1.PushTarget) error {
		ever++
		if removed(t) {
			return nil
		}
		used++
		if t.GetState() == alertv1.TargetState_TARGET_STATE_DEAD && (oldest == nil || t.GetStateMs() < oldest.GetStateMs()) {
			oldest = t
		}
		return nil
	})
	switch {
	case err != nil:
		return err
	case added && ever >= maxTargetRows:
		return errTargetsEver
	case used < maxTargets:
		return nil
	case oldest == nil:
		return errTargetsMany
	}
	return put(tx, targetKey(r.call.Session.Tenant, oldest.GetPersonId(), oldest.GetId()), remove(oldest, r.call.Now, troubleReplaced))
}
