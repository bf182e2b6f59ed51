package main

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// chartFlag names a chart. It may be left out if the tablet has only one.
type chartFlag struct {
	Chart string `help:"The chart. May be left out if the tablet has only one." env:"TSUNAGU_CHART"`
}

func (f chartFlag) id(e *env) (string, error) {
	if f.Chart != "" {
		return f.Chart, nil
	}
	charts, err := e.tablet.Charts()
	if err != nil {
		return "", err
	}
	if _, signedIn, err := e.tablet.Person(); err != nil || !signedIn {
		return "", errors.Join(err, sdk.ErrSignIn)
	}
	if len(charts) != 1 {
		return "", &sdk.Problem{
			En: "Say which chart, with --chart; `tablet charts` lists them.",
			Ja: "--chart でカルテを指定してください（tablet charts で一覧）。"}
	}
	return charts[0].ID, nil
}

type chartsCmd struct{}

func (chartsCmd) Run(e *env) error {
	charts, err := e.tablet.Charts()
	if err != nil {
		return err
	}
	for _, c := range charts {
		state := e.both("同期済み", "complete")
		if !c.Complete {
			state = e.both("同期が未完了", "not complete yet")
		}
		e.say("%-16s %s  [%s]", c.ID, c.Name, state)
		if ja, en := c.OldestWords(); en != "" {
			e.say("%16s %s", "", e.both(ja, en))
		}
	}
	if len(charts) == 0 {
		e.say("%s", e.both("カルテはまだありません。tablet sync で同期してください。", "no charts yet; run tablet sync"))
	}
	return nil
}

type showCmd struct {
	chartFlag
	Kind  []string `help:"Only these kinds, such as vital_signs or medication_log."`
	Limit int      `help:"How many records; 0: all." default:"20"`
}

func (c showCmd) Run(e *env) error {
	for _, kind := range c.Kind {
		if _, known := care.KindByName(kind); !known {
			return noKind()
		}
	}
	return e.list(c.chartFlag, sdk.Filter{Kinds: c.Kind}, c.Limit)
}

type conflictsCmd struct{ chartFlag }

func (c conflictsCmd) Run(e *env) error { return e.list(c.chartFlag, sdk.Filter{Attention: true}, 0) }

// list prints the newest records, and how many more there are: a list that was cut must not pass for all there is.
func (e *env) list(f chartFlag, filter sdk.Filter, limit int) error {
	chart, err := f.id(e)
	if err != nil {
		return err
	}
	items, err := e.tablet.Timeline(chart, filter)
	if err != nil {
		return err
	}
	shown := items
	if limit > 0 && len(items) > limit {
		shown = items[:limit]
	}
	for _, i := range shown {
		e.printItem(i)
	}
	if more := len(items) - len(shown); more > 0 {
		e.say("%s", e.both(fmt.Sprintf("ほか%d件：--limit 0 で全部", more), fmt.Sprintf("%d more: --limit 0 shows all", more)))
	}
	if len(items) == 0 {
		e.say("%s", e.both("該当する記録はありません", "no such records"))
	}
	c, err := e.tablet.Chart(chart)
	if ja, en := c.OldestWords(); en != "" && err == nil {
		e.say("%s", e.both(ja, en))
	}
	return err
}

type historyCmd struct {
	chartFlag
	Record string `arg:"" help:"The record, as listed by show."`
	JSON   bool   `name:"json" help:"Its whole content as JSON, as amend and write take it, and nothing else."`
}

// Run shows what this tablet knows. Every version of a record is on the server only.
func (c historyCmd) Run(e *env) error {
	i, err := e.find(c.chartFlag, c.Record)
	if err != nil {
		return err
	}
	if c.JSON {
		content, err := contentOf(i.Record.GetBody())
		if err == nil {
			e.say("%s", content)
		}
		return err
	}
	e.printItem(i)
	if v := i.Version.GetVersion(); v != nil {
		e.say("          %s %d/%d  %s", e.both("版", "version"), v.GetEpoch(), v.GetSeq(), hex.EncodeToString(i.ID[:]))
	}
	e.say("          %s  %s", e.both("最初の記載", "first written by"), e.author(i.Author))
	if change := i.Record.GetLastChange(); change != nil {
		e.say("          %s %s  %s  %s", e.both("最終変更", "last change"), stamp(change.GetReceived().AsTime()),
			e.author(change.GetAuthor()), e.reason(change.GetReason()))
	}
	queue, err := e.tablet.Queue()
	for _, own := range queue {
		if own.StreamID == i.StreamID && own.RecordID == i.ID {
			e.printOwn(own)
		}
	}
	return err
}

type queueCmd struct {
	All bool `help:"Also what is done with and kept until a backup covers it."`
}

func (c queueCmd) Run(e *env) error {
	queue, err := e.tablet.Queue()
	shown := 0
	for _, own := range queue {
		if c.All || !own.Retired {
			e.printOwn(own)
			shown++
		}
	}
	if shown == 0 && err == nil {
		e.say("%s", e.both("未完了の送信はありません", "nothing is waiting"))
	}
	return err
}

// printOwn prints an entry of this tablet: when, what, why, by whom, and where it stands.
func (e *env) printOwn(own replica.Own) {
	m := own.Mutation
	what := e.reason(m.GetReason())
	if body := m.GetRecord().GetBody(); body != nil {
		if ja, en, err := e.tablet.Summary(own.StreamID, body); err == nil {
			what = strings.TrimSpace(e.both(ja, en) + "  " + what)
		}
	} else if what == "" {
		what = e.both("内容は表示できません", "its content is not yours to read")
	}
	e.say("%s  %s  %s: %s  %s  [%s]", short(own.MutationID), stamp(m.GetRecord().GetEnvelope().GetRecorded().AsTime()),
		e.both(sdk.OperationWords(m.GetOperation())), what, e.tablet.Name(own.PersonID), e.both(sdk.OwnWords(own)))
}

func (e *env) reason(reason string) string {
	if reason == "" {
		return ""
	}
	return e.both("理由", "reason") + ": " + reason
}

type receiptsCmd struct{}

func (receiptsCmd) Run(e *env) error {
	queue, err := e.tablet.Queue()
	for _, own := range queue {
		if r := own.Receipt; r != nil {
			e.say("%s  %s  %s %d/%d  %s", short(own.MutationID), own.StreamID, e.both("受領", "received as"),
				r.GetVersion().GetEpoch(), r.GetVersion().GetSeq(), hex.EncodeToString(r.GetSeal()))
		}
	}
	return err
}

// candidate says in one line what a candidate would change, and why its author wanted it.
func (e *env) candidate(i sdk.Item, c *carev1.Candidate) string {
	what := e.both("項目の消去または時刻の変更", "a cleared field, or another time")
	switch {
	case c.GetBody() != nil:
		if ja, en, err := e.tablet.Summary(i.StreamID, c.GetBody()); err == nil {
			what = e.both(ja, en)
		}
	case c.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED:
		what = e.both("取消", "retracted")
	}
	return strings.TrimSpace(what + "  " + e.reason(c.GetReason()))
}
