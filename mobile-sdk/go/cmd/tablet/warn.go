package main

import (
	"fmt"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// warn says what the rules find in an entry that was just saved, by what this tablet holds. The server judges it anew.
func (e *env) warn(s sdk.Saved) {
	found, err := e.tablet.PreviewRecord(s.StreamID, s.RecordID)
	if err != nil {
		e.say("          %s", e.both("この端末では判定できませんでした。サーバーが判定します", "it could not be judged on this tablet; the server judges it"))
		return
	}
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
}

// severe puts the severity before a sentence.
func severe(s carev1.AlertSeverity, ja, en string) (string, string) {
	sja, sen := care.EnumTitle(s)
	return "【" + sja + "】" + ja, "[" + sen + "] " + en
}

// windowWords say what of the chart a rule saw.
func windowWords(w *carev1.AlertWindow) (ja, en string) {
	from, until := stamp(w.GetFrom().AsTime()), stamp(w.GetUntil().AsTime())
	return fmt.Sprintf("判定の範囲：この端末にある %s から %s までの記録 %d件", from, until, w.GetRecords()),
		fmt.Sprintf("judged by what this tablet has from %s to %s, records: %d", from, until, w.GetRecords())
}
