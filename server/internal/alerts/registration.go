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
	id   [16]byte
	code string // why it is no registration; empty if it is one
	key  []byte // for a webhook that is new

	target *storev1.PushTarget // as it stands
	put    bool                // aside, which it was not before
	keyed  bool                // the key is new
}

// commit stores the registration. It may run again.
func (r *registration) commit(tx store.Tx) error {
	tenant, person := r.call.Session.Tenant, r.call.Session.PersonID
	code, err := r.claim(tx)
	if err != nil {
		return err
	}
	k := targetKey(tenant, person, r.id[:])
	own, err := row[storev1.PushTarget](tx, k)
	if err != nil {
		return err
	}
	if removed(own) {
		if err := r.makeRoom(tx, own == nil); err != nil {
			return err
		}
		own = &storev1.PushTarget{Id: r.id[:], PersonId: person, Kind: r.req.GetKind()}
	}
	r.fill(own, code)
	if live(own) {
		if err := tx.PutServerRow(ownerKey(tenant, r.id[:]), []byte(person)); err != nil {
			return err
		}
	}
	r.target = own
	return put(tx, k, own)
}

// asideFor is how long a target stays aside that whoever forwards has refused, however often an app registers it. After
// that it is tried again: what was wrong may have been the server's credentials, and mended.
const asideFor = 24 * time.Hour

// refused is why a target that stands is still to be left aside; empty if it is not.
func (r *registration) refused(t *storev1.PushTarget) string {
	aside := t.GetState() == alertv1.TargetState_TARGET_STATE_ASIDE && t.GetTrouble() != troubleElsewhere
	if aside && r.call.Now.Sub(time.UnixMilli(t.GetStateMs())) < asideFor {
		return t.GetTrouble()
	}
	return ""
}

// fill brings a target up to what was registered now.
func (r *registration) fill(t *storev1.PushTarget, code string) {
	code = cmp.Or(code, r.refused(t))
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

// claim looks whether the value is somebody else's. A device that signs in somebody new brings its registration along, and
// whoever had it before gets no hint there any more. An address is nobody's secret: whoever types that of somebody else
// must not be able to end their alerts, so it stays where it is. The code says why the registration is put aside.
func (r *registration) claim(tx store.Tx) (code string, err error) {
	if r.code != "" {
		return r.code, nil
	}
	tenant := r.call.Session.Tenant
	owner, err := tx.ServerRow(ownerKey(tenant, r.id[:]))
	if err != nil || len(owner) == 0 || string(owner) == r.call.Session.PersonID {
		return "", err
	}
	k := targetKey(tenant, string(owner), r.id[:])
	other, err := row[storev1.PushTarget](tx, k)
	switch {
	case err != nil || removed(other):
		return "", err
	case !ofFirebase(r.req.GetKind()):
		return troubleElsewhere, nil
	}
	return "", put(tx, k, remove(other, r.call.Now, troubleMoved))
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
