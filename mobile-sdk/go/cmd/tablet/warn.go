package main

import (
	"fmt"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/care/news2"
	"github.com/tsunagu-care/tsunagu/sync/care/rules"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// warn says what the rules find in an entry that was just saved, by what this tablet holds. The server judges it anew.
func (e *env) warn(s sdk.Saved) {
	found, err := e.tablet.PreviewRecord(s.StreamID, s.RecordID)
	if err != nil {
		e.say("          %s", e.both("この端末では判定できませんでした。サーバーが判定します", "it could not be judged on this tablet; the server judges it"))
		return
	}
	e.score(s)
	if len(found) == 0 {
		return
	}
	e.say("          %s", e.both("次の同期で報告されます：", "will be reported with the next sync:"))
	for _, w := range found {
		line := e.both(severe(w.Severity, care.Printable(w.Ja), care.Printable(w.En)))
		if w.Known {
			line += " " + e.both("（同じ内容が報告済み、または送信待ちのため、改めての通知はありません）", "(the same is reported, or waits to be; nobody is told again)")
		}
		e.say("            %s", line)
	}
	e.say("            %s", e.both(windowWords(found[0].Window)))
	if mayWait(found) {
		e.say("            %s", e.both("事業所の設定によっては、夜間は朝まで通知しません。待てないときは電話してください。",
			"where an organisation has set quiet hours, nobody is told at night before the morning; telephone if it cannot wait"))
	}
}

// mayWait tells whether the worst of what people will be told is urgent: the night may pass before they are. What is
// critical does not wait for the morning, and what was told before is not told again.
func mayWait(found []sdk.Warning) bool {
	worst := carev1.AlertSeverity_ALERT_SEVERITY_UNSPECIFIED
	for _, w := range found {
		if !w.Known {
			worst = max(worst, w.Severity)
		}
	}
	return worst == rules.Urgent
}

// score says the NEWS2 of a set of vital signs that was just saved, also of one of which nothing is reported.
func (e *env) score(s sdk.Saved) {
	if i, err := e.tablet.Record(s.StreamID, s.RecordID); err == nil {
		e.printScore(i)
	}
}

// printScore prints the NEWS2 of a set of vital signs; nothing of another record.
func (e *env) printScore(i sdk.Item) {
	if i.Record.GetBody().GetVitalSigns() == nil {
		return
	}
	scale, known := e.scales[i.StreamID]
	if !known {
		var err error
		if scale, err = e.tablet.Spo2Scale(i.StreamID); err != nil {
			e.say("          %s", e.both("この端末ではNEWS2を計算できませんでした", "NEWS2 could not be scored on this tablet"))
			return
		}
		if e.scales == nil {
			e.scales = map[string]news2.Scale{}
		}
		e.scales[i.StreamID] = scale
	}
	if r, scored := sdk.News2(i, scale); scored {
		e.say("          %s", e.both(sdk.News2Words(r)))
	}
}

// severe puts the severity before a sentence.
func severe(s carev1.AlertSeverity, ja, en string) (string, string) {
	sja, sen := care.EnumTitle(s)
	return "【" + sja + "】" + ja, "[" + sen + "] " + en
}

// windowWords say what of the chart a rule saw.
func windowWords(w *carev1.AlertWindow) (ja, en string) {
	if !w.GetFrom().AsTime().Before(w.GetUntil().AsTime()) {
		return "判定の範囲：この記録のみ。この端末には、その日時より前の記録がありません。日時と端末の時計を確かめてください",
			"judged by this entry alone: this tablet has nothing from before that time; check the time, and the tablet's clock"
	}
	from, until := stamp(w.GetFrom().AsTime()), stamp(w.GetUntil().AsTime())
	return fmt.Sprintf("判定の範囲：この端末にある %s から %s までの記録 %d件", from, until, w.GetRecords()),
		fmt.Sprintf("judged by what this tablet has from %s to %s, records: %d", from, until, w.GetRecords())
}
