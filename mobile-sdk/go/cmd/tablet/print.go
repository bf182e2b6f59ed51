package main

import (
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// tokyo is the zone of the output; Japan has had no summer time since 1951.
var tokyo = time.FixedZone("JST", 9*60*60)

// both returns one text in the language of the output, or both.
func (e *env) both(ja, en string) string {
	switch {
	case e.lang == "ja" || ja == en:
		return ja
	case e.lang == "en":
		return en
	}
	return ja + " / " + en
}

func (e *env) say(format string, args ...any) { _, _ = fmt.Fprintf(e.out, format+"\n", args...) }

// short is what people type to name a record: the end of its id, since the beginning is a time.
func short(id replica.ID) string { return hex.EncodeToString(id[12:]) }

// recordNumber is the same of a record as it lies on the tablet.
func recordNumber(r *carev1.Record) string {
	if len(r.GetId()) != len(replica.ID{}) {
		return ""
	}
	return short(replica.ID(r.GetId()))
}

func stamp(at time.Time) string { return at.In(tokyo).Format("2006-01-02 15:04") }

// printItem prints one record: when, what, how safe, by whom.
func (e *env) printItem(i sdk.Item) {
	marks := []string{e.both(sdk.StateWords(i.State))}
	if i.NeedsUpdate && !i.Erased {
		marks = append(marks, e.both(sdk.StateWords(0)))
	}
	if i.Retracted {
		marks = append(marks, e.both("取消済み", "retracted"))
	}
	if i.TimeUncertain {
		marks = append(marks, e.both("時刻不確か", "time uncertain"))
	}
	if len(i.PossibleDuplicates) > 0 {
		marks = append(marks, e.both("重複の可能性", "possible duplicate")+" "+shorts(i.PossibleDuplicates))
	}
	for _, r := range i.Remarks {
		marks = append(marks, e.both(r.Ja, r.En))
	}
	title := ""
	if kind, known := care.KindByName(i.Kind); known {
		title = e.both(care.KindTitle(kind)) + ": "
	}
	author := e.both(i.Hands())
	if author != "" { // of what was erased, whoever wrote it is gone with it
		author += "  "
	}
	e.say("%s  %s  %s%s", short(i.ID), stamp(i.At), title, e.both(i.Ja, i.En))
	e.say("          %s[%s]", author, strings.Join(marks, "] ["))
	e.printScore(i)
	if i.TimeUncertain {
		e.say("          %s %s", e.both("サーバー受信", "reached the server"), stamp(i.Record.GetArrival().GetReceived().AsTime()))
	}
	for _, own := range i.Own {
		if own.State < replica.OnTablet && own.State != replica.Conflict {
			e.say("          %s", e.both(sdk.OwnWords(own)))
		}
	}
	for n, c := range i.Record.GetCandidates() {
		e.say("          (%d) %s  %s", n+1, e.candidate(i, c), c.GetAuthor().GetName())
	}
}

// author names somebody with their role.
func (e *env) author(a *carev1.Actor) string {
	if a == nil {
		return "?"
	}
	return a.GetName() + " " + e.both(care.AuthorTitle(a))
}

// patient names a chart as people know it: its id, and the patient's name if this tablet may show it.
func (e *env) patient(chart string) string {
	if c, err := e.tablet.Chart(chart); err == nil && c.Name != "" {
		return chart + " " + c.Name
	}
	return chart
}

// only says that an answer is about one chart; empty if it is about all.
func (e *env) only(chart string) string {
	if chart == "" {
		return ""
	}
	return "  (" + e.patient(chart) + ")"
}

// summary is a body in one line; of a dose with the drug, if this tablet has the order.
func (e *env) summary(stream string, body *carev1.Body) string {
	ja, en, err := e.tablet.Summary(stream, body)
	if err != nil {
		ja, en = care.Summary(body)
	}
	return e.both(ja, en)
}

func shorts(ids []replica.ID) string {
	var list []string
	for _, id := range ids {
		list = append(list, short(id))
	}
	return strings.Join(list, ",")
}

// saved says that an entry is safe on this tablet, and what of it will be reported.
func (e *env) saved(s sdk.Saved) error {
	e.say("%s  %s", short(s.RecordID), e.both("端末に保存しました（未送信）", "saved on this tablet"))
	e.warn(s)
	return nil
}
