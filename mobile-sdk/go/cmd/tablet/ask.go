package main

import (
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/sync/care"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

type searchCmd struct {
	Chart string `help:"One chart only. Left out: all that you may read." env:"TSUNAGU_CHART"`
	Words string `arg:"" help:"Words parted by spaces; all have to be in one record."`
	Limit uint32 `help:"How many." default:"20"`
}

// Run looks for words on the server, where the older records are too.
func (c searchCmd) Run(e *env) error {
	if strings.TrimSpace(c.Words) == "" {
		return unclear("say what to look for", "検索する言葉を入力してください")
	}
	hits, err := e.tablet.Search(e.ctx, c.Chart, c.Words, c.Limit)
	for _, h := range hits {
		r := h.GetRecord().GetRecord()
		e.say("%s  %s  %s  %s", hex.EncodeToString(r.GetId()[12:]), stamp(r.GetEnvelope().GetEffective().AsTime()), h.GetChartId(), h.GetExcerpt())
	}
	if len(hits) == 0 && err == nil {
		e.say("%s", e.both("該当する記録はありません", "no such records")+e.only(c.Chart))
	}
	return err
}

// maxTrendDays is how far back a trend goes: ten years.
const maxTrendDays = 3650

type trendCmd struct {
	chartFlag
	Items  []string `arg:"" help:"temp, bp, pulse, spo2, rr, weight, glucose, pain."`
	Days   int      `help:"How many days back." default:"28"`
	Points uint32   `help:"Most points of each." default:"40"`
}

// Run prints readings over time, as the server thins them.
func (c trendCmd) Run(e *env) error {
	if c.Days < 1 || c.Days > maxTrendDays {
		return unclear("--days is 1 to 3650", "--days は 1 から 3650 で指定してください")
	}
	chart, err := c.id(e)
	if err != nil {
		return err
	}
	req := &chartv1.GetTrendRequest{ChartId: chart, Points: c.Points, From: timestamppb.New(e.now().AddDate(0, 0, -c.Days))}
	for _, name := range c.Items {
		named, known := items[name]
		if !known {
			return unclear("the readings are temp, bp, pulse, spo2, rr, weight, glucose, pain", "項目は temp・bp・pulse・spo2・rr・weight・glucose・pain です")
		}
		req.Items = append(req.Items, named...)
	}
	trend, err := e.tablet.Trend(e.ctx, req)
	if err != nil {
		return err
	}
	for _, s := range trend.GetSeries() {
		e.printSeries(s)
	}
	if trend.GetTruncated() {
		e.say("%s", e.both("記録が多いため、古いものは含まれていません", "there are too many records: the oldest are missing"))
	}
	return nil
}

func (e *env) printSeries(s *chartv1.Series) {
	e.say("%s  %s  (%d)", e.both(care.ItemTitle(s.GetItem())), plainUnit(s.GetUnit()), s.GetTotal())
	for _, p := range s.GetPoints() {
		mark := ""
		if p.GetUncertain() {
			mark = "  " + e.both("要確認", "needs attention")
		}
		value := float64(p.GetValue()) / float64(max(s.GetPerUnit(), 1))
		e.say("  %s  %s%s", stamp(p.GetAt().AsTime()), strconv.FormatFloat(value, 'f', -1, 64), mark)
	}
}

// plainUnit writes a UCUM unit as people do.
func plainUnit(ucum string) string {
	switch ucum {
	case "Cel":
		return "°C"
	case "mm[Hg]":
		return "mmHg"
	case "{score}":
		return ""
	}
	return ucum
}

// unwritable says why a file cannot be made: one that is there already is never written over.
func unwritable(name string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return unclear(name+" is there already and was left as it is; choose another name", name+" は既にあり、上書きしていません。別の名前を指定してください")
	}
	return unclear(name+" cannot be made; check that its folder is there and may be written to", name+" を作成できません。フォルダがあるか、書き込めるかを確認してください")
}

type exportCmd struct {
	chartFlag
	Format    string `help:"html, json or ndjson." enum:"html,json,ndjson" default:"html"`
	Out       string `help:"File to write; it must not be there yet." required:"" type:"path"`
	ForFamily bool   `help:"Leave out what the patient has not been told (未告知)."`
}

// Run writes a chart out, as the server has it. A file that did not become whole is removed.
func (c exportCmd) Run(e *env) error {
	chart, err := c.id(e)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return unwritable(c.Out, err)
	}
	err = e.tablet.Export(e.ctx, &chartv1.ExportChartRequest{
		ChartId: chart, ForFamily: c.ForFamily, Format: chartv1.ExportFormat(enum(chartv1.ExportFormat_value, "EXPORT_FORMAT_", c.Format)),
	}, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return errors.Join(err, os.Remove(c.Out))
	}
	e.say("%s: %s", e.both("書き出しました", "written"), c.Out)
	return nil
}
