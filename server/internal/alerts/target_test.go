package alerts

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/fcm"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

const (
	fcmToken = alertv1.TargetKind_TARGET_KIND_FCM_TOKEN
	fcmID    = alertv1.TargetKind_TARGET_KIND_FCM_INSTALLATION
	webhook  = alertv1.TargetKind_TARGET_KIND_WEBHOOK
	mail     = alertv1.TargetKind_TARGET_KIND_MAIL

	stateLive    = alertv1.TargetState_TARGET_STATE_LIVE
	stateDead    = alertv1.TargetState_TARGET_STATE_DEAD
	stateAside   = alertv1.TargetState_TARGET_STATE_ASIDE
	stateRemoved = alertv1.TargetState_TARGET_STATE_REMOVED
)

// token is a value that Firebase could have made.
func token(n int) string {
	return fmt.Sprintf("cZk3-9aQTd2:APA91bH%04d%s", n, strings.Repeat("x", 100))
}

func (b *bench) register(person string, kind alertv1.TargetKind, value string) *alertv1.RegisterTargetResponse {
	b.t.Helper()
	return must[*alertv1.RegisterTargetResponse](b.t)(b.RegisterTarget(b.t.Context(), b.call(person), &alertv1.RegisterTargetRequest{Kind: kind, Value: value}))
}

func (b *bench) targets(person string) *alertv1.ListTargetsResponse {
	b.t.Helper()
	return must[*alertv1.ListTargetsResponse](b.t)(b.ListTargets(b.t.Context(), b.call(person), &alertv1.ListTargetsRequest{}))
}

// die has whoever forwards say that a target is gone.
func (b *bench) die(person string, id []byte) {
	b.t.Helper()
	t, k := &storev1.PushTarget{}, targetKey(tenant, person, id)
	b.stored(k, t)
	t.State, t.StateMs, t.Trouble = stateDead, b.now.UnixMilli(), "unregistered"
	b.row(k, t)
}

// TestRegisterAndConfirm: registering again confirms, and revives what was dead; the value is never told again.
func TestRegisterAndConfirm(t *testing.T) {
	b := newBench(t)
	if !b.targets("sato").GetUnreachable() {
		t.Error("reachable without a target")
	}
	first := b.register("sato", fcmToken, token(1)).GetTarget()
	if first.GetState() != stateLive || first.GetHint() != "xxxx" || first.GetDeviceId() != "tablet-sato" || first.GetTroubleJa() != "" {
		t.Errorf("%v", first)
	}
	b.die("sato", first.GetId())
	dead := b.targets("sato")
	if got := dead.GetTargets()[0]; !dead.GetUnreachable() || got.GetState() != stateDead || got.GetTroubleJa() == "" || got.GetTroubleEn() == "" {
		t.Errorf("%v", dead)
	}
	b.now = b.now.Add(time.Hour)
	again := b.register("sato", fcmToken, token(1)).GetTarget()
	if !bytes.Equal(again.GetId(), first.GetId()) || again.GetState() != stateLive || again.GetTroubleJa() != "" || !again.GetConfirmed().AsTime().Equal(b.now) {
		t.Errorf("%v", again)
	}
	list := b.targets("sato")
	if len(list.GetTargets()) != 1 || list.GetUnreachable() || strings.Contains(list.String(), token(1)) {
		t.Errorf("%v", list)
	}
	if len(b.put) != 0 {
		t.Errorf("the operator was told: %v", b.put)
	}
}

// TestATokenMovesWithItsDevice: whoever signs in on a device next takes its registration along, and whoever had it before
// gets nothing there any more; signing in again brings it back.
func TestATokenMovesWithItsDevice(t *testing.T) {
	for _, kind := range []alertv1.TargetKind{fcmToken, fcmID} {
		value := token(1)
		if kind == fcmID {
			value = "dQw4w9WgXcQ-_abcdefghi"
		}
		b := newBench(t)
		id := b.register("sato", kind, value).GetTarget().GetId()
		for _, step := range []struct{ to, from string }{{"mori", "sato"}, {"sato", "mori"}} {
			if got := b.register(step.to, kind, value).GetTarget(); got.GetState() != stateLive {
				t.Errorf("%v", got)
			}
			list := b.targets(step.from)
			if !list.GetUnreachable() || len(list.GetTargets()) != 1 || list.GetTargets()[0].GetState() != stateRemoved || list.GetTargets()[0].GetTroubleJa() == "" {
				t.Errorf("%s is not told that it went over: %v", step.from, list)
			}
			old := &storev1.PushTarget{}
			b.stored(targetKey(tenant, step.from, id), old)
			if old.GetState() != stateRemoved || old.GetTrouble() != troubleMoved || old.GetValue() != "" {
				t.Errorf("%v", old)
			}
		}
	}
}

// TestAMovedTokenIsNoticed: the operator is told once, who had it sees it for a while, and may put it off their list.
func TestAMovedTokenIsNoticed(t *testing.T) {
	b := newBench(t)
	id := b.register("sato", fcmToken, token(1)).GetTarget().GetId()
	b.register("sato", fcmToken, token(1))
	if b.moved != 0 {
		t.Error("the operator is told of one that stayed")
	}
	for range 2 {
		b.register("mori", fcmToken, token(1))
	}
	if b.moved != 1 {
		t.Errorf("the operator was told %d times", b.moved)
	}
	b.now = b.now.Add(movedShown - time.Hour)
	if n := len(b.targets("sato").GetTargets()); n != 1 {
		t.Errorf("%d on the list", n)
	}
	b.now = b.now.Add(time.Hour)
	if n := len(b.targets("sato").GetTargets()); n != 0 {
		t.Errorf("%d on the list after a month", n)
	}
	b.now = day
	must[*alertv1.RemoveTargetResponse](t)(b.RemoveTarget(t.Context(), b.call("sato"), &alertv1.RemoveTargetRequest{Id: id}))
	if n := len(b.targets("sato").GetTargets()); n != 0 {
		t.Errorf("%d on the list after it was put off", n)
	}
}

// TestAnAddressIsNobodys: whoever types the address of somebody else takes nothing from them and learns nothing; each has a
// registration of their own, which the same address again confirms.
func TestAnAddressIsNobodys(t *testing.T) {
	for _, kind := range []alertv1.TargetKind{webhook, mail} {
		b := newBench(t)
		first := b.register("takahashi", kind, "good@example.org")
		second := b.register("mori", kind, "good@example.org")
		again := b.register("mori", kind, "good@example.org").GetTarget()
		switch {
		case first.GetTarget().GetState() != stateLive || second.GetTarget().GetState() != stateLive || second.GetTarget().GetTroubleEn() != "":
			t.Errorf("%v, %v", first, second)
		case bytes.Equal(first.GetTarget().GetId(), second.GetTarget().GetId()) || !bytes.Equal(second.GetTarget().GetId(), again.GetId()):
			t.Errorf("ids %x, %x, %x", first.GetTarget().GetId(), second.GetTarget().GetId(), again.GetId())
		case kind == webhook && first.GetSigningKey() == second.GetSigningKey():
			t.Error("two people have one key")
		}
		if b.targets("takahashi").GetUnreachable() || len(b.targets("mori").GetTargets()) != 1 || len(b.put) != 0 || b.moved != 0 {
			t.Errorf("%v, %v, %v", b.targets("takahashi"), b.targets("mori"), b.put)
		}
		must[*alertv1.RemoveTargetResponse](t)(b.RemoveTarget(t.Context(), b.call("takahashi"), &alertv1.RemoveTargetRequest{Id: first.GetTarget().GetId()}))
		if b.targets("mori").GetUnreachable() {
			t.Error("one that somebody removed is gone for the other")
		}
	}
}

// TestTheIDOfAnAddressTellsNothing: it is no function of the address.
func TestTheIDOfAnAddressTellsNothing(t *testing.T) {
	b := newBench(t)
	got := b.register("mori", mail, "good@example.org").GetTarget().GetId()
	if guess := targetID(mail, "good@example.org"); bytes.Equal(got, guess[:]) {
		t.Error("whoever guesses the address can tell it from the id")
	}
}

// TestWhatIsNoTokenIsKeptAside: it is kept, nothing is sent there, the answer says so, and the operator hears of it once.
func TestWhatIsNoTokenIsKeptAside(t *testing.T) {
	for _, c := range []struct {
		kind  alertv1.TargetKind
		value string
	}{
		{fcmToken, "null"}, {fcmToken, "https://example.org/" + token(1)}, {fcmToken, "a token with spaces in it, long enough"},
		{fcmToken, strings.Repeat("あ", 40)}, {fcmID, token(1)}, {fcmID, "xQw4w9WgXcQ-_abcdefghi"}, {fcmID, "dQw4w9WgXcQ-_abcdefgh"},
	} {
		b := newBench(t)
		for range 2 {
			got := b.register("sato", c.kind, c.value).GetTarget()
			if got.GetState() != stateAside || got.GetTroubleJa() == "" || got.GetTroubleEn() == "" {
				t.Errorf("%q: %v", c.value, got)
			}
		}
		kept := &storev1.PushTarget{}
		list := b.targets("sato")
		b.stored(targetKey(tenant, "sato", list.GetTargets()[0].GetId()), kept)
		if kept.GetValue() != c.value || !list.GetUnreachable() || len(b.put) != 1 || b.put[0] != troubleNoToken {
			t.Errorf("%q: %v, told %v", c.value, kept, b.put)
		}
	}
}

// TestWhatWasRefusedIsTriedAgainAfterADay: an app that registers a refused target at every start does not make it count as
// one that works; once the server may have been mended it gets another try.
func TestWhatWasRefusedIsTriedAgainAfterADay(t *testing.T) {
	b := newBench(t)
	id := b.register("sato", fcmToken, token(1)).GetTarget().GetId()
	refused, k := &storev1.PushTarget{}, targetKey(tenant, "sato", id)
	b.stored(k, refused)
	refused.State, refused.StateMs, refused.Trouble = stateAside, b.now.UnixMilli(), "not-ours"
	b.row(k, refused)
	b.now = day.Add(asideFor - time.Minute)
	if got := b.register("sato", fcmToken, token(1)).GetTarget(); got.GetState() != stateAside || got.GetTroubleJa() == "" || !b.targets("sato").GetUnreachable() {
		t.Errorf("%v", got)
	}
	b.now = day.Add(asideFor)
	if got := b.register("sato", fcmToken, token(1)).GetTarget(); got.GetState() != stateLive || got.GetTroubleJa() != "" {
		t.Errorf("%v", got)
	}
	if len(b.put) != 0 {
		t.Errorf("the operator was told again: %v", b.put)
	}
}

// TestWhatWrongCredentialsPutAsideIsTriedAtOnce: it is not the device's fault that the server had those of another project.
func TestWhatWrongCredentialsPutAsideIsTriedAtOnce(t *testing.T) {
	b := newBench(t)
	refused, k := &storev1.PushTarget{}, targetKey(tenant, "sato", b.register("sato", fcmToken, token(1)).GetTarget().GetId())
	b.stored(k, refused)
	refused.State, refused.StateMs, refused.Trouble = stateAside, b.now.UnixMilli(), fcm.OtherSender
	b.row(k, refused)
	b.now = b.now.Add(time.Minute)
	if got := b.register("sato", fcmToken, token(1)).GetTarget(); got.GetState() != stateLive || got.GetTroubleJa() != "" {
		t.Errorf("%v", got)
	}
}

// TestTroublesInWords: every code has a sentence in both languages, known or not, and no code has none.
func TestTroublesInWords(t *testing.T) {
	for code := range troubles {
		if ja, en := inWords(code); ja == "" || en == "" {
			t.Errorf("%s: %q, %q", code, ja, en)
		}
	}
	if ja, en := inWords("a code that nobody knows"); ja == "" || en == "" {
		t.Error("a code that nobody knows has no words")
	}
	if ja, en := inWords(""); ja != "" || en != "" {
		t.Error("nothing is wrong, and words say what")
	}
}

// TestBadAddressesAreRefused: whoever typed one is there to correct it, so nothing of it is kept.
func TestBadAddressesAreRefused(t *testing.T) {
	b := newBench(t)
	for _, kind := range []alertv1.TargetKind{webhook, mail, 99} {
		_, err := b.RegisterTarget(t.Context(), b.call("sato"), &alertv1.RegisterTargetRequest{Kind: kind, Value: "bad"})
		want(t, kind.String(), err, hub.InvalidArgument)
	}
	if list := b.targets("sato"); len(list.GetTargets()) != 0 {
		t.Errorf("%v", list)
	}
}

// TestSigningKeyIsShownOnce, and a target that was removed and registered anew has another.
func TestSigningKeyIsShownOnce(t *testing.T) {
	b := newBench(t)
	first := b.register("sato", webhook, "good")
	key, err := hex.DecodeString(first.GetSigningKey())
	if err != nil || len(key) != signingKeyBytes {
		t.Fatalf("%q", first.GetSigningKey())
	}
	if again := b.register("sato", webhook, "good"); again.GetSigningKey() != "" {
		t.Error("shown twice")
	}
	stored := &storev1.PushTarget{}
	b.stored(targetKey(tenant, "sato", first.GetTarget().GetId()), stored)
	if !bytes.Equal(stored.GetSigningKey(), key) {
		t.Error("another key than the one that was shown is used")
	}
	if _, err := b.RemoveTarget(t.Context(), b.call("sato"), &alertv1.RemoveTargetRequest{Id: first.GetTarget().GetId()}); err != nil {
		t.Fatal(err)
	}
	anew := b.register("sato", webhook, "good")
	if anew.GetSigningKey() == "" || anew.GetSigningKey() == first.GetSigningKey() {
		t.Errorf("after it was removed: %q", anew.GetSigningKey())
	}
	if b.register("sato", mail, "good@example.org").GetSigningKey() != "" {
		t.Error("a mail address has a key")
	}
}

// TestRemoveTarget: it is overwritten, not deleted; what it was reached by goes; again changes nothing; nobody removes
// what is somebody else's.
func TestRemoveTarget(t *testing.T) {
	b := newBench(t)
	id := b.register("sato", fcmToken, token(1)).GetTarget().GetId()
	remove := func(person string, id []byte) error {
		_, err := b.RemoveTarget(t.Context(), b.call(person), &alertv1.RemoveTargetRequest{Id: id})
		return err
	}
	want(t, "somebody else's", remove("mori", id), hub.NotFound)
	want(t, "none", remove("sato", b.id()), hub.NotFound)
	for range 2 {
		if err := remove("sato", id); err != nil {
			t.Fatal(err)
		}
		b.now = b.now.Add(time.Hour)
	}
	gone := &storev1.PushTarget{}
	b.stored(targetKey(tenant, "sato", id), gone)
	if gone.GetState() != stateRemoved || gone.GetValue() != "" || gone.GetStateMs() != day.UnixMilli() {
		t.Errorf("%v", gone)
	}
	if list := b.targets("sato"); len(list.GetTargets()) != 0 || !list.GetUnreachable() {
		t.Errorf("%v", list)
	}
}

// TestTargetsAreCounted: there is room for 16; the one that has been dead for the longest makes room, what is live does
// not, and what was removed takes none.
func TestTargetsAreCounted(t *testing.T) {
	b := newBench(t)
	var ids [][]byte
	for n := range maxTargets {
		ids = append(ids, b.register("sato", fcmToken, token(n)).GetTarget().GetId())
	}
	_, err := b.RegisterTarget(t.Context(), b.call("sato"), &alertv1.RegisterTargetRequest{Kind: fcmToken, Value: token(100)})
	want(t, "a 17th", err, hub.TooLarge)
	b.die("sato", ids[3])
	b.now = b.now.Add(time.Hour)
	b.die("sato", ids[1])
	b.register("sato", fcmToken, token(101))
	replaced := &storev1.PushTarget{}
	b.stored(targetKey(tenant, "sato", ids[3]), replaced)
	if list := b.targets("sato"); len(list.GetTargets()) != maxTargets || replaced.GetState() != stateRemoved {
		t.Errorf("%d targets, the oldest dead one is %v", len(list.GetTargets()), replaced.GetState())
	}
	if _, err := b.RemoveTarget(t.Context(), b.call("sato"), &alertv1.RemoveTargetRequest{Id: ids[5]}); err != nil {
		t.Fatal(err)
	}
	b.register("sato", fcmToken, token(102))
	if b.register("sato", fcmToken, token(0)).GetTarget().GetState() != stateLive {
		t.Error("one that is there cannot be confirmed")
	}
}

// TestTestPush goes to the live targets of the caller alone.
func TestTestPush(t *testing.T) {
	b := newBench(t)
	none := must[*alertv1.TestPushResponse](t)(b.TestPush(t.Context(), b.call("sato"), &alertv1.TestPushRequest{}))
	if len(none.GetDeliveries()) != 0 || b.tested != nil {
		t.Errorf("%v", none)
	}
	id := b.register("sato", mail, "good@example.org").GetTarget().GetId()
	b.die("sato", b.register("sato", fcmToken, token(1)).GetTarget().GetId())
	b.register("sato", fcmToken, "null")
	b.register("mori", fcmToken, token(2))
	sent := must[*alertv1.TestPushResponse](t)(b.TestPush(t.Context(), b.call("sato"), &alertv1.TestPushRequest{})).GetDeliveries()
	if len(sent) != 1 || !bytes.Equal(sent[0].GetTargetId(), id) || sent[0].GetTargetKind() != mail || b.tested[0].GetValue() != "good@example.org" {
		t.Errorf("%v", sent)
	}
	if err := b.confirm("sato", sent[0].GetId(), nil, false); err != nil {
		t.Errorf("the app cannot say that it was shown: %v", err)
	}
}
