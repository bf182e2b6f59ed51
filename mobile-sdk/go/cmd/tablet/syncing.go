package main

import (
	"errors"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

type signInCmd struct {
	Person       string `arg:"" help:"The person's id in the directory."`
	Secret       string `help:"The person's secret." env:"TSUNAGU_SECRET" required:""`
	DeviceSecret string `help:"The tablet's secret." env:"TSUNAGU_DEVICE_SECRET" required:""`
}

func (c signInCmd) Run(e *env) error {
	if err := e.tablet.SignIn(e.ctx, c.DeviceSecret, c.Person, c.Secret); err != nil {
		return err
	}
	p, _, err := e.tablet.Person()
	if err == nil {
		e.say("%s: %s", e.both("サインインしました", "signed in"), p.Name)
	}
	return err
}

type syncCmd struct{}

// Run synchronises, and says which entries the server had already: their answer was lost, or this tablet is an older
// copy of itself.
func (syncCmd) Run(e *env) error {
	before, err := e.tablet.Queue()
	if err != nil {
		return err
	}
	mark, err := e.tablet.Mark()
	if err != nil {
		return err
	}
	report, failed := e.tablet.Sync(e.ctx)
	e.report(report)
	if report.Pulled > 0 {
		failed = errors.Join(failed, e.tellNews(mark))
	}
	after, err := e.tablet.Queue()
	if n := knownBefore(before, after); n > 0 && err == nil {
		e.say("  %s: %d", e.both("サーバーが既に持っていたもの（二重にはなりません。返事が届かなかったか、端末が古い複製から戻されています）",
			"the server had these already, and nothing is there twice; an answer was lost, or this tablet was restored from an older copy"), n)
	}
	return errors.Join(failed, err)
}

// knownBefore counts the entries that had no answer before a synchronisation, and that the server then knew.
func knownBefore(before, after []replica.Own) (count int) {
	open := map[replica.ID]bool{}
	for _, own := range before {
		open[own.MutationID] = own.Result == nil
	}
	for _, own := range after {
		if open[own.MutationID] && own.Result.GetRepeated() {
			count++
		}
	}
	return count
}

func (e *env) report(r sdk.SyncReport) {
	if r.Rounds == 0 {
		return
	}
	e.say("%s %d, %s %d  (%s %d)", e.both("送信・反映", "sent and taken"), r.Taken, e.both("受信した記録", "records received"), r.Pulled,
		e.both("往復", "round trips"), r.Rounds)
	for _, part := range []struct {
		n      int
		ja, en string
	}{
		{r.Blobs, "送信した写真・ファイル", "photos and files sent"},
		{r.Held, "サーバーで保留中、カルテに未反映（以前の送信を含む）", "held by the server and not in the chart yet, earlier ones included"},
		{r.Conflicts, "複数の内容があり、判断が必要", "several values, somebody has to decide"},
		{r.Rejected, "受理されなかったもの", "refused"},
		{r.Repaired, "修復した部分", "repaired sections"},
		{r.Revoked, "閲覧できなくなったカルテの区分", "streams no longer readable"},
		{r.HistoryLost + r.Adopted, "サーバーの復元を検知し、再送しました（区分）", "streams of a restored server, offered again"},
	} {
		if part.n > 0 {
			e.say("  %s: %d", e.both(part.ja, part.en), part.n)
		}
	}
	if r.Restoring {
		e.say("  %s", e.both(sdk.RestoringWords()))
	}
	if r.Unfinished || r.Waiting {
		e.say("  %s", e.both("まだ終わっていません。もう一度同期してください。", "not finished yet; synchronise again"))
	}
	if r.NeedsUpdate {
		e.say("  %s", e.both(sdk.StateWords(0)))
	}
}

type watchCmd struct{}

func (watchCmd) Run(e *env) error {
	e.say("%s", e.both("変化を待っています（Ctrl-C で終了）", "watching, end with Ctrl-C"))
	mark, err := e.tablet.Mark()
	if err != nil {
		return err
	}
	return e.tablet.Watch(e.ctx, func(r sdk.SyncReport, err error) {
		if r.Pushed+r.Pulled+r.Held+r.Conflicts+r.Rejected+r.Repaired+r.Revoked > 0 {
			e.report(r)
		}
		if r.Pulled > 0 {
			err = errors.Join(err, e.tellNews(mark))
			if now, unread := e.tablet.Mark(); unread == nil { // else the next news has these again
				mark = now
			}
		}
		if err != nil {
			e.say("%s", e.both(sdk.Words(err)))
		}
	})
}

type verifyCmd struct{}

func (verifyCmd) Run(e *env) error {
	n, err := e.tablet.Verify()
	if err != nil {
		return err
	}
	if n == 0 {
		e.say("%s", e.both("端末の記録は正しく揃っています", "this tablet's copy is whole"))
		return nil
	}
	e.say("%s: %d", e.both("違いのある部分（次の同期で修復）", "sections that differ, repaired by the next sync"), n)
	return nil
}

type setAsideCmd struct{}

func (setAsideCmd) Run(e *env) error {
	to, err := sdk.SetAside(sdk.Options{Dir: e.store, Device: e.device})
	if err == nil {
		e.say("%s: %s", e.both("退避しました。消さずに保管してください", "set aside; keep it"), to)
	}
	return err
}
