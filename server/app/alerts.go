package app

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/store"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// Bounds of what a command shows.
const (
	// maxGroups bounds the groups of one overview, maxTrail the pushes of one trail, maxTargets the targets of one list.
	maxGroups  = 200
	maxTrail   = 1000
	maxTargets = 10_000
	// maxWaiting bounds how many waiting rows are counted.
	maxWaiting = 10_000
	// dutiesAhead is how far the list of duties looks.
	dutiesAhead = 7 * 24 * time.Hour
	// confirmedWithin is how lately a target must have been confirmed to count: beyond it whoever forwards calls it stale.
	confirmedWithin = 30 * 24 * time.Hour
)

// eachRow reads a table of the server's own, each row as a message. A row that cannot be read ends it.
func eachRow[M any, P interface {
	*M
	proto.Message
}](r store.Reader, tenant string, table store.ServerTable, prefix string, each func(key string, m P) error) error {
	return r.ServerRows(tenant, table, prefix, func(key string, raw []byte) error {
		if !strings.HasPrefix(key, prefix) {
			return store.ErrStop
		}
		m := P(new(M))
		if proto.Unmarshal(raw, m) != nil {
			return store.ErrDamaged
		}
		return each(key, m)
	})
}

// Alerts implements operator.Service.
func (a *App) Alerts(ctx context.Context) (now operator.AlertsNow, err error) {
	tenant, _ := a.directory.Organisations()
	err = a.engine.View(ctx, func(r store.Reader) error {
		now = operator.AlertsNow{}
		if err := countGroups(r, tenant, &now); err != nil {
			return err
		}
		if err := countTargets(r, tenant, &now); err != nil {
			return err
		}
		return r.Due(time.Now().UnixMilli(), func(at int64, k store.ServerKey) error {
			if k.Table != store.TableOutbox && k.Table != store.TableDelivery {
				return nil
			}
			if now.Waiting++; now.Waiting == 1 {
				now.Oldest = time.UnixMilli(at)
			}
			if now.Waiting == maxWaiting {
				return store.ErrStop
			}
			return nil
		})
	})
	now.Ways, now.LogOnly = a.showWays()
	slices.SortFunc(now.Groups, func(x, y operator.Group) int { return x.Began.Compare(y.Began) })
	return now, err
}

func countGroups(r store.Reader, tenant string, now *operator.AlertsNow) error {
	return eachRow(r, tenant, store.TableEscalation, "", func(_ string, e *storev1.Escalation) error {
		switch e.GetState() {
		case alertv1.GroupState_GROUP_STATE_RUNNING:
			now.Running++
		case alertv1.GroupState_GROUP_STATE_UNANSWERED:
			now.Unanswered++
		case alertv1.GroupState_GROUP_STATE_DIGEST:
			now.Digest++
			return nil
		default:
			return nil
		}
		if now.More = len(now.Groups) == maxGroups; !now.More {
			now.Groups = append(now.Groups, groupShown(e))
		}
		return nil
	})
}

func groupShown(e *storev1.Escalation) operator.Group {
	return operator.Group{
		ID: hex.EncodeToString(e.GetId()), Chart: e.GetChartId(), Severity: plain(e.GetSeverity().String(), "ALERT_SEVERITY_"),
		State: plain(e.GetState().String(), "GROUP_STATE_"), Alerts: len(e.GetAlerts()), Began: time.UnixMilli(e.GetBeganMs()),
		Step: e.GetSteps(), Round: e.GetRound(), Next: moment(e.GetNextMs()), Told: e.GetTold(),
	}
}

// plain makes "running" of GROUP_STATE_RUNNING.
func plain(name, prefix string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, prefix)), "_", "-")
}

// moment is a time in milliseconds; zero for none.
func moment(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

func countTargets(r store.Reader, tenant string, now *operator.AlertsNow) error {
	return eachRow(r, tenant, store.TableTarget, "", func(_ string, t *storev1.PushTarget) error {
		switch t.GetState() {
		case alertv1.TargetState_TARGET_STATE_LIVE:
			now.Live++
		case alertv1.TargetState_TARGET_STATE_DEAD:
			now.Dead++
		case alertv1.TargetState_TARGET_STATE_ASIDE:
			now.Aside++
		}
		return nil
	})
}

// Trail implements operator.Service.
func (a *App) Trail(ctx context.Context, group string) (sent []operator.Sent, err error) {
	if group == "" || strings.Trim(group, "0123456789abcdef") != "" {
		return nil, errors.New("a group's id is made of the digits 0 to 9 and a to f; nothing was changed: copy it from tsunagu alerts")
	}
	tenant, _ := a.directory.Organisations()
	err = a.engine.View(ctx, func(r store.Reader) error {
		sent = nil
		id, found := group, false
		if len(group) == 2*len(store.ID{}) {
			raw, err := r.ServerRow(store.ServerKey{Tenant: tenant, Table: store.TableEscalation, Key: group})
			if err != nil {
				return err
			}
			found = raw != nil
		}
		err := eachRow(r, tenant, store.TableEscalation, group, func(key string, _ *storev1.Escalation) error {
			if found {
				return errors.New("more than one group begins like this; nothing was changed: give more digits of its id")
			}
			id, found = key, true
			return nil
		})
		if err != nil || !found {
			return cmp.Or(err, errors.New("there is no group whose id begins like this; nothing was changed: see tsunagu alerts"))
		}
		return eachRow(r, tenant, store.TableDelivery, id+"-", func(_ string, d *storev1.PushDelivery) error {
			if len(sent) == maxTrail {
				return store.ErrStop
			}
			kind, err := targetKind(r, tenant, d)
			sent = append(sent, sentShown(d, kind))
			return err
		})
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
	if err == nil && proto.Unmarshal(raw, t) != nil {
		err = store.ErrDamaged
	}
	return plain(t.GetKind().String(), "TARGET_KIND_"), err
}

func sentShown(d *storev1.PushDelivery, kind string) operator.Sent {
	return operator.Sent{
		ID: hex.EncodeToString(d.GetId()), Person: d.GetPersonId(), Kind: kind, State: plain(d.GetState().String(), "DELIVERY_STATE_"),
		Step: d.GetStep(), Round: d.GetRound(), Created: moment(d.GetCreatedMs()), Accepted: moment(d.GetAcceptedMs()),
		Opened: moment(d.GetOpenedMs()), Attempts: d.GetAttempts(), Trouble: d.GetTrouble(),
	}
}

// Targets implements operator.Service.
func (a *App) Targets(ctx context.Context, person string) (all []operator.Registered, err error) {
	tenant, _ := a.directory.Organisations()
	prefix := ""
	if person != "" {
		prefix = person + "/"
	}
	err = a.engine.View(ctx, func(r store.Reader) error {
		all = nil
		return eachRow(r, tenant, store.TableTarget, prefix, func(_ string, t *storev1.PushTarget) error {
			if len(all) == maxTargets {
				return store.ErrStop
			}
			all = append(all, operator.Registered{
				ID: hex.EncodeToString(t.GetId()), Person: t.GetPersonId(), Device: t.GetDeviceId(), Kind: plain(t.GetKind().String(), "TARGET_KIND_"),
				Hint: hint(t.GetValue()), State: plain(t.GetState().String(), "TARGET_STATE_"), Trouble: t.GetTrouble(), Confirmed: moment(t.GetConfirmedMs()),
			})
			return nil
		})
	})
	return all, err
}

// hintLength is how much of a target's value is shown, to tell it from others.
const hintLength = 4

func hint(value string) string { return value[max(0, len(value)-hintLength):] }

// Duties implements operator.Service.
func (a *App) Duties(ctx context.Context) (all []operator.Duty, err error) {
	tenant, _ := a.directory.Organisations()
	now := time.Now()
	err = a.engine.View(ctx, func(r store.Reader) error {
		all = nil
		return eachRow(r, tenant, store.TableRota, "", func(_ string, rota *alertv1.Rota) error {
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
	})
	slices.SortStableFunc(all, func(x, y operator.Duty) int { return x.From.Compare(y.From) })
	return all, err
}

// liveTargets are the targets of a person that are in use.
func (a *App) liveTargets(ctx context.Context, tenant, person string) (live []*storev1.PushTarget, err error) {
	err = a.engine.View(ctx, func(r store.Reader) error {
		live = nil
		return eachRow(r, tenant, store.TableTarget, person+"/", func(_ string, t *storev1.PushTarget) error {
			if t.GetState() == alertv1.TargetState_TARGET_STATE_LIVE {
				live = append(live, t)
			}
			return nil
		})
	})
	return live, err
}

// reachable tells whether a person has a target that is live and was confirmed lately.
func reachable(r store.Reader, tenant, person string, now time.Time) (yes bool, err error) {
	err = eachRow(r, tenant, store.TableTarget, person+"/", func(_ string, t *storev1.PushTarget) error {
		if t.GetState() == alertv1.TargetState_TARGET_STATE_LIVE && now.Sub(time.UnixMilli(t.GetConfirmedMs())) < confirmedWithin {
			yes = true
			return store.ErrStop
		}
		return nil
	})
	return yes, err
}
