package main

import (
	"fmt"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// standingOf is where a write stands at the end of the day: one of these for every write.
type standingOf int

const (
	safe    standingOf = iota
	decided            // it stood beside another value, and somebody has decided
	released
	undecided
	held
	rejected
	renewed
	waiting
	standings // how many there are
)

// standingTitles are the lines of the account.
var standingTitles = [standings]sentence{
	safe:      {"カルテに入った", "in the chart"},
	decided:   {"別の値と並んで残り、判断済み", "kept beside another value, decided since"},
	released:  {"保留から受け入れられた", "held, then released into the chart"},
	undecided: {"別の値と並び、判断待ち", "kept beside another value, waits for a decision"},
	held:      {"サーバーで保留中", "held by the server"},
	rejected:  {"受理されなかった", "refused by somebody, with the reason"},
	renewed:   {"番号を付け直して送信", "goes on under another id"},
	waiting:   {"まだ端末だけにある", "on the tablet alone"},
}

// standing sorts a write.
func (w *write) standing() standingOf {
	switch {
	case w.renewed:
		return renewed
	case w.own.Result == nil:
		return waiting
	case w.own.State == replica.Held:
		return held
	case w.own.State == replica.Rejected:
		return rejected
	case w.decided:
		return decided
	case w.own.Result.GetOutcome() == syncv1.Outcome_OUTCOME_CONFLICT:
		return undecided
	case w.held:
		return released
	}
	return safe
}

// account adds up every write of the day, names those that are not simply safe, and compares the sums with what the
// server itself counts.
func (p *player) account(before, after counts) {
	var by [standings][]*write
	for _, w := range p.writes {
		by[w.standing()] = append(by[w.standing()], w)
	}
	p.tell.heading("一日の書き込みの合計", "every write of the day, added up")
	for s, list := range by {
		p.tell.print("  %3d  %s / %s", len(list), standingTitles[s].ja, standingTitles[s].en)
		if standingOf(s) == safe {
			p.repeated(list)
			continue
		}
		for _, w := range list {
			p.openOne(w)
		}
	}
	p.tell.print("  %3d  合計 / in all", len(p.writes))
	if stopped := p.count - len(p.writes); stopped > 0 {
		p.tell.print("  ほかに%d件は、保存の前に端末が止めました / stopped on the tablet before it was saved: %[1]d", stopped)
	}
	p.compare(len(p.writes)-len(by[waiting])-len(by[renewed]), len(by[undecided]), before, after)
}

// repeated says how many of the safe writes the server had already when they came again.
func (p *player) repeated(list []*write) {
	again := 0
	for _, w := range list {
		if knownBefore(w.own.Result) {
			again++
		}
	}
	if again > 0 {
		p.tell.print("       うち%d件は二度届き、一度だけ残った / of them came twice, and there once: %[1]d", again)
	}
}

// openOne names one write that is not simply safe.
func (p *player) openOne(w *write) {
	kindJa, kindEn := kindWords(w.body)
	whoJa, whoEn := whom(w.by.ID, w.by.Name, w.by.Role)
	why := sentence{}
	if w.standing() == held || w.standing() == rejected {
		why.ja, why.en = outcome(w)
		why.ja, why.en = "："+why.ja, ": "+why.en
	}
	p.tell.print("       (%d) 端末%s %s %s %s%s", w.number, w.tablet.name, whoJa, p.named(chartOf(w.stream)), kindJa, why.ja)
	p.tell.print("           tablet %s, %s, %s of %s%s", w.tablet.name, whoEn, kindEn, chartOf(w.stream), why.en)
}

// compare sets the sums beside the server's own numbers. Each write that arrived is one entry of its log, and so is each
// decision about one that was held.
func (p *player) compare(arrived, open int, before, after counts) {
	everHeld := 0
	for _, w := range p.writes {
		if w.held {
			everHeld++
		}
	}
	p.tell.print("\n  サーバー自身の数と照合 / compared with the server's own numbers:")
	fits := true
	for _, one := range []struct {
		title        sentence
		ours, theirs int
	}{
		{sentence{fmt.Sprintf("届いた%d件と保留の判断%d件 ＝ 増えた記録の行（サーバーが出したアラートを除く）", arrived, p.judged),
			fmt.Sprintf("%d that arrived and %d decisions on held ones = new lines of its log, without the alerts that it raised", arrived, p.judged)},
			arrived + p.judged, after.Entries - after.Derived - (before.Entries - before.Derived)},
		{sentence{"保留になったもの", "ever held"}, everHeld, after.Held - before.Held},
		{sentence{"判断待ちの記録", "records that wait for a decision"}, open, after.Conflicts - before.Conflicts},
	} {
		same := "＝"
		if one.ours != one.theirs {
			same, fits = "≠", false
		}
		p.tell.print("  %3d %s %3d  %s / %s", one.ours, same, one.theirs, one.title.ja, one.title.en)
	}
	if fits {
		p.tell.line("  すべて合っています。", "  Everything adds up.")
		return
	}
	p.tell.mark("合いません。端末とサーバーのフォルダを残し、開発者に知らせてください", "it does not add up: keep the folder of this run and tell the developers")
}
