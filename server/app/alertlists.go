package app

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/store"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// Bounds of the lists that commands show.
const (
	// maxTrail bounds the pushes of one trail, maxTargets the targets of one list.
	maxTrail   = 1000
	maxTargets = 10_000
	// dutiesAhead is how far the list of duties looks.
	dutiesAhead = 7 * 24 * time.Hour
	// confirmedWithin is how lately a target must have been confirmed to count: beyond it whoever forwards calls it stale.
	confirmedWithin = 30 * 24 * time.Hour
)

// Trail implements operator.Service.
func (a *App) Trail(ctx context.Context, group string) (sent []operator.Sent, err error) {
	if group == "" || strings.Trim(group, "0123456789abcdef") != "" {
		return nil, errors.New("a group's id is made of the digits 0 to 9 and a to f; nothing was changed: copy it from tsunagu alerts")
	}
	tenant, _ := a.directory.Organisations()
	err = a.engine.View(ctx, func(r store.Reader) error {
		sent = []operator.Sent{}
		id, found := group, false
		if len(group) == 2*len(store.ID{}) {
			raw, err := r.ServerRow(store.ServerKey{Tenant: tenant, Table: store.TableEscalation, Key: group})
			if err != nil {
				return err
			}
			found = raw != nil
		}
		_, err := eachRow(r, tenant, store.TableEscalation, group, func(key string, _ *storev1.Escalation) error {
			if found {
				return errors.New("more than one group begins like this; nothing was changed: give more digits of its id")
			}
			id, found = key, true
			return nil
		})
		if err != nil || !found {
			return cmp.Or(err, errors.New("there is no group whose id begins like this; nothing was changed: see tsunagu alerts"))
		}
		_, err = eachRow(r, tenant, store.TableDelivery, id+"-", func(_ string, d *storev1.PushDelivery) error {
			if len(sent) == maxTrail {
				return store.ErrStop
			}
			kind, err := targetKind(r, tenant, d)
			sent = append(sent, sentShown(d, kind))
			return err
		})
		return err
	})
	slices.SortStableFunc(sent, func(x, y operator.Sent) int { return x.Created.Compare(y.Created) })
	return sent, err
}

func targetKind(r store.Reader, tenant string, d *storev1.PushDelivery) (string, error) {
	if len(d.GetTargetId()) == 0 {
		return "-", nil
	}
	raw, err := r.ServerRow(store.ServerKey{Tenant: tenant, Table: store.TableTarget, Key: d.GetPersonId() + "/" + hex.EncodeToString(d.GetTargetId())})
	t := &storev1.PushTarget{}
	if err != nil || raw == nil || proto.Unmarshal(raw, t) != nil {
		return "-", err
	}
	return plain(t.GetKind().String(), "TARGET_KIND_"), nil
}

func sentShown(d *storev1.PushDelivery, kind string) operator.Sent {
	return operator.Sent{
		ID: hex.EncodeToString(d.GetId()), Person: d.GetPersonId(), Kind: kind, State: plain(d.GetState().String(), "DELIVERY_STATE_"),
		Step: d.GetStep(), Round: d.GetRound(), Created: moment(d.GetCreatedMs()), Accepted: moment(d.GetAcceptedMs()),
		Opened: moment(d.GetOpenedMs()), Attempts: d.GetAttempts(), Trouble: d.GetTrouble(),
	}
}

// errNobody: a command names somebody who is not in the directory.
var errNobody = errors.New("the directory has no such person; nothing was sent or changed: look at the ids in the directory file")

// Targets implements operator.Service.
func (a *App) Targets(ctx context.Context, person string) (all []operator.Registered, err error) {
	tenant, _ := a.directory.Organisations()
	prefix := ""
	if person != "" {
		if _, known := a.directory.Person(tenant, person); !known {
			return nil, errNobody
		}
		prefix = person + "/"
	}
	err = a.engine.View(ctx, func(r store.Reader) error {
		all = []operator.Registered{}
		_, err := eachRow(r, tenant, store.TableTarget, prefix, func(_ string, t *storev1.PushTarget) error {
			if len(all) == maxTargets {
				return store.ErrStop
			}
			all = append(all, operator.Registered{
				ID: hex.EncodeToString(t.GetId()), Person: t.GetPersonId(), Device: t.GetDeviceId(), Kind: plain(t.GetKind().String(), "TARGET_KIND_"),
				Hint: hint(t.GetValue()), State: plain(t.GetState().String(), "TARGET_STATE_"), Trouble: t.GetTrouble(), Confirmed: moment(t.GetConfirmedMs()),
			})
			return nil
		})
		return err
	})
	return all, err
}

// hintLength is how many characters of a target's value are shown, to tell it from others.
const hintLength = 4

func hint(value string) string {
	all := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) { // it goes to somebody's terminal
			return '·'
		}
		return r
	}, value))
	return string(all[max(0, len(all)-hintLength):])
}

// Duties implements operator.Service.
func (a *App) Duties(ctx context.Context) (all []operator.Duty, err error) {
	tenant, _ := a.directory.Organisations()
	now := time.Now()
	err = a.engine.View(ctx, func(r store.Reader) error {
		all = []operator.Duty{}
		_, err := eachRow(r, tenant, store.TableRota, "", func(_ string, rota *alertv1.Rota) error {
			for _, d := range rota.GetDuties() {
				if !d.GetUntil().AsTime().After(now) || d.GetFrom().AsTime().After(now.Add(dutiesAhead)) {
					continue
				}
				reachable, err := reachable(r, tenant, d.GetPersonId(), now)
				if err != nil {
					return err
				}
				all = append(all, operator.Duty{
					Organisation: rota.GetOrganisationId(), Rota: rota.GetId(), Person: d.GetPersonId(),
					From: d.GetFrom().AsTime(), Until: d.GetUntil().AsTime(), Reachable: reachable,
				})
			}
			return nil
		})
		return err
	})
	slices.SortStableFunc(all, func(x, y operator.Duty) int { return x.From.Compare(y.From) })
	return all, err
}

// liveTargets are the targets of a person that are in use.
func (a *App) liveTargets(ctx context.Context, tenant, person string) (live []*storev1.PushTarget, err error) {
	err = a.engine.View(ctx, func(r store.Reader) error {
		live = nil
		_, err := eachRow(r, tenant, store.TableTarget, person+"/", func(_ string, t *storev1.PushTarget) error {
			if t.GetState() == alertv1.TargetState_TARGET_STATE_LIVE {
				live = append(live, t)
			}
			return nil
		})
		return err
	})
	return live, err
}

// reachable tells whether a person has a target that is live. Apps confirm theirs at every start, and one that was not
// confirmed lately does not count; addresses do not go stale.
func reachable(r store.Reader, tenant, person string, now time.Time) (yes bool, err error) {
	_, err = eachRow(r, tenant, store.TableTarget, person+"/", func(_ string, t *storev1.PushTarget) error {
		address := t.GetKind() == alertv1.TargetKind_TARGET_KIND_WEBHOOK || t.GetKind() == alertv1.TargetKind_TARGET_KIND_MAIL
		lately := now.Sub(time.UnixMilli(t.GetConfirmedMs())) < confirmedWithin
		if t.GetState() == alertv1.TargetState_TARGET_STATE_LIVE && (address || lately) {
			yes = true
			return store.ErrStop
		}
		return nil
	})
	return yes, err
}
