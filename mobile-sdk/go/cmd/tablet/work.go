package main

import (
	"encoding/hex"
	"slices"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

type workCmd struct {
	Chart string `help:"One chart only. Left out: all that you may read."` // not from the environment, as for held
	Kind  string `help:"held, conflict, possible-duplicate or for-review. Left out: all four." enum:",held,conflict,possible-duplicate,for-review" default:""`
}

// workTitles are the lists of work, in the order in which they are printed.
var workTitles = []struct {
	name   string
	kind   chartv1.WorkKind
	ja, en string
}{
	{"held", chartv1.WorkKind_WORK_KIND_HELD, "サーバーで保留中", "held by the server"},
	{"conflict", chartv1.WorkKind_WORK_KIND_CONFLICT, "値が並び、判断待ち", "several values, waits for a decision"},
	{"possible-duplicate", chartv1.WorkKind_WORK_KIND_POSSIBLE_DUPLICATE, "重複の可能性", "possible duplicates"},
	{"for-review", chartv1.WorkKind_WORK_KIND_FOR_REVIEW, "端末の時計だけが根拠のもの", "rests on the tablet's clock alone"},
}

// Run lists what waits for a person. It asks the server, which has all charts and all months.
func (c workCmd) Run(e *env) error {
	for _, list := range workTitles {
		if c.Kind != "" && c.Kind != list.name {
			continue
		}
		items, err := e.tablet.Work(e.ctx, list.kind, c.Chart)
		if err != nil {
			return err
		}
		e.say("%s: %d%s", e.both(list.ja, list.en), len(items), e.only(c.Chart))
		for _, i := range items {
			e.printWork(i)
		}
	}
	return nil
}

func (e *env) printWork(i *chartv1.WorkItem) {
	if i.GetHeld() != nil {
		e.printHeld(i)
		return
	}
	r := i.GetRecord().GetRecord()
	what := e.both("この版のアプリでは表示できません", "this app cannot show it")
	if kind, known := care.KindOf(r.GetBody()); known {
		what = e.both(care.KindTitle(kind)) + ": " + e.summary(i.GetStreamId(), r.GetBody())
	}
	e.say("%s  %s  %s  %s", hex.EncodeToString(r.GetId()[12:]), stamp(r.GetEnvelope().GetEffective().AsTime()), e.patient(i.GetChartId()), what)
	e.say("          %s", e.author(r.GetArrival().GetAuthor()))
	for n, one := range r.GetCandidates() {
		e.say("          (%d) %s  %s", n+1, e.summary(i.GetStreamId(), one.GetBody()), one.GetAuthor().GetName())
	}
	if others := i.GetRecord().GetPossibleDuplicates(); len(others) > 0 {
		var ids []replica.ID
		for _, id := range others {
			ids = append(ids, replica.ID(id))
		}
		e.say("          %s %s", e.both("同じ内容の可能性", "perhaps the same as"), shorts(ids))
	}
}

type devicesCmd struct {
	Silent int `help:"Only devices that were not heard of for so many days." default:"0"`
}

// Run lists the devices of one's organisation, and what each may still hold.
func (c devicesCmd) Run(e *env) error {
	if c.Silent < 0 {
		return unclear("--silent is a number of days, such as 7", "--silent は 7 のような日数で指定してください")
	}
	devices, err := e.tablet.Devices(e.ctx)
	if err != nil {
		return err
	}
	shown := 0
	for _, d := range devices {
		if seen := d.GetLastSeen(); c.Silent > 0 && seen != nil && e.now().Sub(seen.AsTime()) < time.Duration(c.Silent)*24*time.Hour {
			continue
		}
		e.printDevice(d)
		shown++
	}
	if shown == 0 {
		e.say("%s", e.both("該当する端末はありません", "no such devices"))
	}
	return nil
}

func (e *env) printDevice(d *chartv1.Device) {
	seen := e.both("一度も同期していません", "never synchronised")
	if at := d.GetLastSeen(); at != nil {
		seen = e.both("最終同期", "last heard of") + " " + stamp(at.AsTime()) + "  " + d.GetPersonId()
	}
	e.say("%-20s %s", d.GetId(), seen)
	if r := d.GetReport(); r != nil {
		e.say("%20s %s: %s %d, %s %d, %s %d", "", e.both("その同期の開始時", "when that began"), e.both("未送信", "not sent"), r.GetPending(), e.both("保留", "held"), r.GetHeld(),
			e.both("未送信の写真・ファイル", "photos and files not sent"), r.GetBlobs())
	}
	if n := len(d.GetUnpurged()); n > 0 {
		slices.Sort(d.Unpurged)
		e.say("%20s %s: %d", "", e.both("閲覧できなくなったが、まだ端末に残っている可能性のある区分", "streams that it may no longer read and may still hold"), n)
	}
}
