package app

import (
	"context"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/store"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// Bounds of the overview.
const (
	// maxGroups bounds the groups of one overview.
	maxGroups = 200
	// maxWaiting bounds how many waiting rows are counted.
	maxWaiting = 10_000
)

// eachRow reads the rows of a table of the server's own whose keys begin with a prefix, each as a message. One that cannot be
// read is counted and passed over: the others are wanted all the more.
func eachRow[M any, P interface {
	*M
	proto.Message
}](r store.Reader, tenant string, table store.ServerTable, prefix string, each func(key string, m P) error) (damaged int, err error) {
	err = r.ServerRows(tenant, table, prefix, func(key string, raw []byte) error {
		if !strings.HasPrefix(key, prefix) {
			return store.ErrStop
		}
		m := P(new(M))
		if proto.Unmarshal(raw, m) != nil {
			damaged++
			return nil
		}
		return each(key, m)
	})
	return damaged, err
}

// Alerts implements operator.Service.
func (a *App) Alerts(ctx context.Context) (now operator.AlertsNow, err error) {
	tenant, _ := a.directory.Organisations()
	err = a.engine.View(ctx, func(r store.Reader) error {
		now = operator.AlertsNow{Groups: []operator.Group{}}
		if err := countGroups(r, tenant, &now); err != nil {
			return err
		}
		if err := countTargets(r, tenant, &now); err != nil {
			return err
		}
		return countWaiting(r, &now)
	})
	now.Ways, now.LogOnly = a.showWays()
	now.Unconfirmed = a.journal.Unconfirmed()
	slices.SortStableFunc(now.Groups, func(x, y operator.Group) int { return x.Began.Compare(y.Began) })
	return now, err
}

// countWaiting counts what should have been looked at by now: what is new, and pushes that wait for a try.
func countWaiting(r store.Reader, now *operator.AlertsNow) error {
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
}

// countGroups goes by what runs: groups that have ended are kept for ever, and nobody wants to wait for them.
func countGroups(r store.Reader, tenant string, now *operator.AlertsNow) error {
	return r.ServerRows(tenant, store.TableRunning, "", func(_ string, id []byte) error {
		if len(id) == 0 {
			return nil
		}
		raw, err := r.ServerRow(store.ServerKey{Tenant: tenant, Table: store.TableEscalation, Key: string(id)})
		if err != nil {
			return err
		}
		e := &storev1.Escalation{}
		if raw == nil || proto.Unmarshal(raw, e) != nil {
			now.Damaged++
			return nil
		}
		countGroup(e, now)
		return nil
	})
}

func countGroup(e *storev1.Escalation, now *operator.AlertsNow) {
	switch e.GetState() {
	case alertv1.GroupState_GROUP_STATE_RUNNING:
		now.Running++
	case alertv1.GroupState_GROUP_STATE_UNANSWERED:
		now.Unanswered++
	case alertv1.GroupState_GROUP_STATE_DIGEST:
		now.Digest++
		return
	default:
		return
	}
	if now.More = len(now.Groups) == maxGroups; !now.More {
		now.Groups = append(now.Groups, groupShown(e))
	}
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
	damaged, err := eachRow(r, tenant, store.TableTarget, "", func(_ string, t *storev1.PushTarget) error {
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
	now.Damaged += damaged
	return err
}
