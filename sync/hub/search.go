package hub

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/chart"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

const (
	defaultHits = 20
	maxHits     = 200
	// maxSearchPages bounds the pages of timelines that one answer looks through; the next one goes on there.
	maxSearchPages = 10
)

// searchToken says where a search goes on: in which chart, and where in it. Skip is how many hits of that page were given.
type searchToken struct {
	Chart string `json:"c"`
	Page  string `json:"p"`
	Skip  int    `json:"n"`
	Query string `json:"q"`
}

var errSearchToken = refuse(InvalidArgument, "page_token: not one of this search; start again without a token")

// SearchNotes looks for words in what people wrote, in the charts that the caller may read: chart by chart, newest first
// in each. It looks at the records themselves; there is no index that could miss one.
func (h *Hub) SearchNotes(ctx context.Context, c Call, req *chartv1.SearchNotesRequest) (*chartv1.SearchNotesResponse, error) {
	words, ok := chart.ParseQuery(req.GetQuery())
	if !ok {
		return nil, refuse(InvalidArgument, "query: there is no word in it, or there are more than 16; nothing was searched: look for fewer words")
	}
	charts := slices.Sorted(maps.Keys(h.readableCharts(c)))
	if req.GetChartId() != "" {
		if !slices.Contains(charts, req.GetChartId()) {
			return nil, errNotFound
		}
		charts = []string{req.GetChartId()}
	}
	at := searchToken{Query: req.GetQuery() + "\x00" + req.GetChartId()}
	if req.GetPageToken() != "" {
		was := at.Query
		raw, err := base64.RawURLEncoding.DecodeString(req.GetPageToken())
		if err != nil || json.Unmarshal(raw, &at) != nil || at.Query != was || at.Skip < 0 {
			return nil, errSearchToken
		}
	}
	s := &search{hub: h, call: c, req: req, words: words, size: pageSize(req.GetPageSize(), defaultHits, maxHits), at: at}
	return s.run(ctx, charts)
}

// search is one call of SearchNotes.
type search struct {
	hub   *Hub
	call  Call
	req   *chartv1.SearchNotesRequest
	words chart.Query
	texts []string // of the record that is looked at
	size  int
	at    searchToken
	resp  chartv1.SearchNotesResponse
}

func (s *search) run(ctx context.Context, charts []string) (*chartv1.SearchNotesResponse, error) {
	pages := 0
	for _, id := range charts {
		if id < s.at.Chart {
			continue
		}
		if id > s.at.Chart {
			s.at.Chart, s.at.Page, s.at.Skip = id, "", 0
		}
		for {
			if pages++; pages > maxSearchPages {
				return s.stop()
			}
			more, full, err := s.page(ctx)
			if err != nil {
				return nil, err
			}
			if full {
				return s.stop()
			}
			if !more {
				break
			}
		}
	}
	return &s.resp, nil
}

// stop answers what there is so far, and where to go on.
func (s *search) stop() (*chartv1.SearchNotesResponse, error) {
	raw, err := json.Marshal(s.at)
	s.resp.NextPageToken = base64.RawURLEncoding.EncodeToString(raw)
	return &s.resp, err
}

// page looks through one page of a timeline.
func (s *search) page(ctx context.Context) (more, full bool, err error) {
	page, err := s.hub.GetTimeline(ctx, s.call, &chartv1.GetTimelineRequest{
		ChartId: s.at.Chart, From: s.req.GetFrom(), Until: s.req.GetUntil(), PageSize: maxTimeline, PageToken: s.at.Page,
	})
	if err != nil {
		return false, false, err
	}
	for i, item := range page.GetItems() {
		if i < s.at.Skip {
			continue
		}
		if len(s.resp.Hits) == s.size {
			s.at.Skip = i
			return true, true, nil
		}
		if excerpt, ok := s.match(item); ok {
			s.resp.Hits = append(s.resp.Hits, &chartv1.SearchHit{ChartId: s.at.Chart, Record: item, Excerpt: excerpt})
		}
	}
	s.at.Page, s.at.Skip = page.GetNextPageToken(), 0
	return s.at.Page != "", false, nil
}

// match tells whether all words are in the texts of a record, and returns the text around the first of them.
func (s *search) match(item *chartv1.TimelineItem) (excerpt string, ok bool) {
	s.texts = s.texts[:0]
	care.Texts(item.GetRecord(), func(text string) { s.texts = append(s.texts, text) })
	if !s.words.Matches(s.texts) {
		return "", false
	}
	return s.words.Excerpt(s.texts), true
}
