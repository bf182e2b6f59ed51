package alerts

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

const (
	defaultGroups = 50
	maxGroups     = 200
	// maxPageAlerts bounds the alerts whose records one page reads: a page that has more ends sooner, and is not the last.
	maxPageAlerts = 1024
	// maxListing bounds the lists that one person asks for at the same time.
	maxListing = 4
)

var errListing = refuse(hub.Unavailable, "four lists of alerts are being made for you already; nothing is lost, ask again when one of them has come")

// listToken says where a list of alerts goes on. What runs comes first; then, by id, what ended.
type listToken struct {
	Chart string `json:"c,omitempty"`
	Too   bool   `json:"a,omitempty"`
	// Severity, Began and ID are those of the last group of the page before, while that ran.
	Severity int32  `json:"s,omitempty"`
	Began    int64  `json:"b,omitempty"`
	ID       string `json:"i,omitempty"`
	// Before is above every id of a group that ended and is still to come. Empty: they have not begun.
	Before string `json:"e,omitempty"`
}

// ListAlerts lists the groups of the charts that the caller may read.
func (s *Service) ListAlerts(ctx context.Context, c hub.Call, req *alertv1.ListAlertsRequest) (*alertv1.ListAlertsResponse, error) {
	if err := s.serving(); err != nil {
		return nil, err
	}
	if !s.listing.begin(c.Session.Tenant, c.Session.PersonID) {
		return nil, errListing
	}
	defer s.listing.end(c.Session.Tenant, c.Session.PersonID)
	l := &list{service: s, call: c, size: pageSize(req.GetPageSize(), defaultGroups, maxGroups), charts: s.readable(c)}
	if err := l.begin(req); err != nil {
		return nil, err
	}
	var found []*storev1.Escalation
	var next *listToken
	err := s.view(ctx, func(r store.Reader) (err error) {
		found, next, err = l.page(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	resp := &alertv1.ListAlertsResponse{}
	for _, e := range found {
		group, err := s.groupOf(ctx, c, e, l.may(e))
		if err != nil {
			return nil, err
		}
		resp.Groups = append(resp.Groups, group)
	}
	if next != nil {
		raw, err := json.Marshal(next)
		if err != nil {
			return nil, outward(err)
		}
		resp.NextPageToken = base64.RawURLEncoding.EncodeToString(raw)
	}
	return resp, nil
}

// list is one call of ListAlerts.
type list struct {
	service *Service
	call    hub.Call
	size    int
	charts  map[string]streams // that are looked at
	at      listToken
}

// begin reads chart and token.
func (l *list) begin(req *alertv1.ListAlertsRequest) error {
	l.at = listToken{Chart: l.service.kept(l.call, req.GetChartId()), Too: req.GetAnsweredToo()}
	if chart := l.at.Chart; chart != "" {
		if l.charts[chart] == nil {
			return errNotFound
		}
		l.charts = map[string]streams{chart: l.charts[chart]}
	}
	if req.GetPageToken() == "" {
		return nil
	}
	var token listToken
	raw, err := base64.RawURLEncoding.DecodeString(req.GetPageToken())
	if err != nil || json.Unmarshal(raw, &token) != nil || token.Chart != l.at.Chart || token.Too != l.at.Too ||
		token.ID != "" && !isHexID(token.ID) || token.Before != "" && !isHexID(token.Before) || (token.ID == "") == (token.Before == "") {
		return errToken
	}
	l.at = token
	return nil
}

// page finds the groups of one page, and where the next one begins; nil if there is none.
func (l *list) page(r store.Reader) (found []*storev1.Escalation, next *listToken, err error) {
	at := l.at
	if at.Before == "" {
		if found, err = l.running(r, at); err != nil {
			return nil, nil, err
		}
		all := len(found)
		found = l.fitting(found)
		if n := len(found); n < all || n > 0 && at.Too && (n == l.size || l.weight(found...) >= maxPageAlerts) {
			last := found[n-1]
			at.Severity, at.Began, at.ID = int32(l.severity(last)), last.GetBeganMs(), hexID(last.GetId())
			return found, &at, nil
		}
		if !at.Too {
			return found, nil, nil
		}
	}
	p := &past{
		reader: r, tenant: l.call.Session.Tenant, mine: l.mine, wanted: l.ended,
		weigh: func(e *storev1.Escalation) int { return l.weight(e) }, room: maxPageAlerts - l.weight(found...),
	}
	ended, before, err := p.before(at.Before, l.call.Now, l.size-len(found))
	if err != nil || before == "" {
		return append(found, ended...), nil, err
	}
	return append(found, ended...), &listToken{Chart: at.Chart, Too: at.Too, Before: before}, nil
}

// fitting are the first groups that one page takes: at least one.
func (l *list) fitting(all []*storev1.Escalation) []*storev1.Escalation {
	room := maxPageAlerts
	for i, e := range all[:min(len(all), l.size)] {
		if room <= 0 {
			return all[:i]
		}
		room -= l.weight(e)
	}
	return all[:min(len(all), l.size)]
}

// weight is how many alerts are shown of groups.
func (l *list) weight(groups ...*storev1.Escalation) (n int) {
	for _, e := range groups {
		n += min(len(visible(e, l.may(e))), maxAlertsShown)
	}
	return n
}

// running are the groups that nobody has answered, in their order, after a place.
func (l *list) running(r store.Reader, after listToken) (all []*storev1.Escalation, err error) {
	tenant := l.call.Session.Tenant
	for chart := range l.charts {
		for _, name := range l.service.Directory.Names(tenant, chart) { // one may have begun before the charts were merged
			e, err := runningIn(r, tenant, name)
			if err != nil {
				return nil, err
			}
			if e != nil && len(visible(e, l.may(e))) > 0 && (after.ID == "" || l.place(e).after(after)) {
				all = append(all, e)
			}
		}
	}
	slices.SortFunc(all, func(a, b *storev1.Escalation) int { return l.place(a).compare(l.place(b)) })
	return all, nil
}

// runningIn is the group of a chart that nobody has answered; nil if there is none.
func runningIn(r store.Reader, tenant, chart string) (*storev1.Escalation, error) {
	raw, err := r.ServerRow(runningKey(tenant, chart))
	if err != nil || len(raw) == 0 {
		return nil, err
	}
	raw, err = r.ServerRow(store.ServerKey{Tenant: tenant, Table: store.TableEscalation, Key: string(raw)})
	if err != nil || raw == nil {
		return nil, err
	}
	e, err := decode[storev1.Escalation](raw)
	if err != nil || e.GetState() == alertv1.GroupState_GROUP_STATE_ANSWERED {
		return nil, nil // one that cannot be read counts as none: the dispatcher has told the operator
	}
	return e, nil
}

func (l *list) place(e *storev1.Escalation) listToken {
	return listToken{Severity: int32(l.severity(e)), Began: e.GetBeganMs(), ID: hexID(e.GetId())}
}

// compare puts the worst first, then the newest.
func (t listToken) compare(o listToken) int {
	return cmp.Or(cmp.Compare(o.Severity, t.Severity), cmp.Compare(o.Began, t.Began), cmp.Compare(o.ID, t.ID))
}

func (t listToken) after(o listToken) bool { return t.compare(o) > 0 }

// may are the streams of a group's chart that the caller may read.
func (l *list) may(e *storev1.Escalation) streams {
	return l.charts[l.service.kept(l.call, e.GetChartId())]
}

// mine tells whether groups of a chart are of the list.
func (l *list) mine(chart string) bool { return l.charts[l.service.kept(l.call, chart)] != nil }

func (l *list) severity(e *storev1.Escalation) carev1.AlertSeverity {
	return worst(visible(e, l.may(e)))
}

// ended tells whether a group was answered and is of the list.
func (l *list) ended(e *storev1.Escalation) bool {
	return e.GetState() == alertv1.GroupState_GROUP_STATE_ANSWERED && len(visible(e, l.may(e))) > 0
}

// worst is the worst severity of those that nobody has answered, else of all.
func worst(all []*storev1.GroupedAlert) (severity carev1.AlertSeverity) {
	open := carev1.AlertSeverity(0)
	for _, a := range all {
		severity = max(severity, a.GetSeverity())
		if a.GetAnsweredBy() == "" {
			open = max(open, a.GetSeverity())
		}
	}
	return cmp.Or(open, severity)
}
