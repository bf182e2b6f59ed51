package hub

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"maps"
	"slices"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/chart"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

const (
	defaultHits = 20
	maxHits     = 200
	// maxSearchScan bounds the records that one answer looks at; the next one goes on there.
	maxSearchScan = 5_000
)

// searchToken says where a search goes on: in which chart, and after which page of it.
type searchToken struct {
	Chart string `json:"c"`
	Page  string `json:"p"`
	Asked uint64 `json:"q"` // fingerprint of who asked for what
}

var errSearchToken = refuse(InvalidArgument, "page_token: not one of this search; start again without a token")

// SearchNotes looks for words in what people wrote, in the charts that the caller may read: chart by chart, newest first
// in each. It looks at the records themselves; there is no index that could miss one, or keep what was erased.
func (h *Hub) SearchNotes(ctx context.Context, c Call, req *chartv1.SearchNotesRequest) (*chartv1.SearchNotesResponse, error) {
	if err := h.serving(); err != nil {
		return nil, err
	}
	words, ok := chart.ParseQuery(req.GetQuery())
	if !ok {
		return nil, refuse(InvalidArgument, "query: there is no word in it, or there are more than 16; nothing was searched: look for fewer words")
	}
	if err := checkPeriod(req.GetFrom(), req.GetUntil()); err != nil {
		return nil, err
	}
	s := &search{hub: h, call: c, req: req, words: words, size: pageSize(req.GetPageSize(), defaultHits, maxHits)}
	if err := s.begin(); err != nil {
		return nil, err
	}
	readable := h.readableCharts(c)
	if _, may := readable[req.GetChartId()]; req.GetChartId() != "" && !may {
		return nil, errNotFound
	}
	for _, id := range slices.Sorted(maps.Keys(readable)) {
		if id < s.at.Chart || req.GetChartId() != "" && req.GetChartId() != id {
			continue
		}
		if id > s.at.Chart {
			s.at.Chart, s.at.Page = id, ""
		}
		more, err := s.chart(ctx, readable[id])
		if err != nil {
			return nil, err
		}
		if more {
			raw, err := json.Marshal(s.at)
			s.resp.NextPageToken = base64.RawURLEncoding.EncodeToString(raw)
			return &s.resp, err
		}
	}
	return &s.resp, nil
}

// search is one call of SearchNotes.
type search struct {
	hub    *Hub
	call   Call
	req    *chartv1.SearchNotesRequest
	words  chart.Query
	texts  []string // of the record that is looked at
	size   int
	used   int // bytes of records among the hits
	looked int
	at     searchToken
	resp   chartv1.SearchNotesResponse
}

// begin reads the token.
func (s *search) begin() error {
	asked := proto.CloneOf(s.req)
	asked.PageToken, asked.PageSize = "", 0
	raw, err := ledger.Marshal(asked)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(append(raw, s.call.Session.PersonID...))
	fingerprint := binary.BigEndian.Uint64(sum[:8])
	if s.req.GetPageToken() != "" {
		raw, err := base64.RawURLEncoding.DecodeString(s.req.GetPageToken())
		if err != nil || json.Unmarshal(raw, &s.at) != nil || s.at.Asked != fingerprint {
			return errSearchToken
		}
	}
	s.at.Asked = fingerprint
	return nil
}

// chart looks through one chart. It answers whether the page ends before the chart does.
func (s *search) chart(ctx context.Context, streams []StreamRef) (more bool, err error) {
	for s.looked < maxSearchScan && len(s.resp.Hits) < s.size && s.used < maxPageBytes {
		if more, err = s.page(ctx, streams); err != nil || !more {
			return more, err
		}
	}
	return true, nil
}

// page looks through a stretch of a chart, in a view of its own.
func (s *search) page(ctx context.Context, streams []StreamRef) (more bool, err error) {
	t := &timeline{
		hub: s.hub, tenant: s.call.Session.Tenant, size: s.size - len(s.resp.Hits), room: maxPageBytes - s.used, keep: s.matches,
		budget: max(maxTimelineScan/len(streams), 1),
		req: &chartv1.GetTimelineRequest{
			ChartId: s.at.Chart, From: s.req.GetFrom(), Until: s.req.GetUntil(), PageToken: s.at.Page,
		},
	}
	if t.begin() != nil {
		return false, errSearchToken
	}
	page, used := &chartv1.GetTimelineResponse{}, 0
	err = s.hub.store.View(ctx, func(r store.Reader) (err error) {
		t.reader, t.found, t.frontier = r, nil, nil
		for _, ref := range streams {
			if err := t.scan(ref.ID); err != nil {
				return err
			}
		}
		used, err = t.page(page)
		return err
	})
	if err != nil {
		return false, outward(err)
	}
	for _, item := range page.GetItems() {
		s.matches(item.GetRecord())
		hit := &chartv1.SearchHit{ChartId: s.at.Chart, Record: item, Excerpt: s.words.Excerpt(s.texts)}
		s.resp.Hits = append(s.resp.Hits, hit)
	}
	s.looked, s.used = s.looked+t.looked, s.used+used
	s.at.Page = page.GetNextPageToken()
	return s.at.Page != "", nil
}

// matches tells whether all words are in the texts of a record, and leaves those in s.texts.
func (s *search) matches(rec *carev1.Record) bool {
	s.texts = s.texts[:0]
	care.Texts(rec, func(text string) { s.texts = append(s.texts, text) })
	return s.words.Matches(s.texts)
}
