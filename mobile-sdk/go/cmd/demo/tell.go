package main

import (
	"fmt"
	"io"
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// teller prints, in Japanese and English: long things on two lines, short ones beside each other.
type teller struct {
	out   io.Writer
	drugs map[string]string // of the orders told so far: a dose's line has to say which drug it was
}

// ordered remembers the drug of an order.
func (t *teller) ordered(id []byte, b *carev1.Body) {
	if name := b.GetMedicationOrder().GetDrug().GetName(); name != "" {
		if t.drugs == nil {
			t.drugs = map[string]string{}
		}
		t.drugs[string(id)] = name
	}
}

// summary puts a record's content into words; of a dose with its drug.
func (t *teller) summary(b *carev1.Body) (ja, en string) {
	ja, en = care.Summary(b)
	if drug := t.drugs[string(b.GetMedicationLog().GetOrderId())]; drug != "" {
		ja, en = drug+" "+ja, drug+" "+en
	}
	return ja, en
}

func (t *teller) print(format string, args ...any) { _, _ = fmt.Fprintf(t.out, format+"\n", args...) }

// line prints both languages below each other.
func (t *teller) line(ja, en string) {
	t.print("%s", ja)
	if en != ja {
		t.print("%s", en)
	}
}

func (t *teller) heading(ja, en string) { t.print("\n■ %s / %s", ja, en) }

func (t *teller) event(ja, en string) { t.print("\n── %s / %s", ja, en) }

// detail belongs to the line above it.
func (t *teller) detail(ja, en string) { t.print("    → %s / %s", ja, en) }

// mark says what somebody has to look at.
func (t *teller) mark(ja, en string) { t.print("    ！ %s / %s", ja, en) }

func (t *teller) tablet(tab *tablet, skew time.Duration) {
	ja, en := "", ""
	for i, person := range tab.people {
		if i > 0 {
			ja, en = ja+"、", en+", "
		}
		j, e := whom(person.ID, person.Name, person.Role)
		ja, en = ja+j, en+e
	}
	t.print("端末%s（%s）：%s", tab.name, tab.device, ja)
	t.print("  tablet %s: %s", tab.name, en)
	if skew != 0 {
		t.mark(fmt.Sprintf("この端末の時計は %+.0f分 ずれています", skew.Minutes()),
			fmt.Sprintf("this tablet's clock is wrong by %+.0f minutes", skew.Minutes()))
	}
}

func (t *teller) waited(d time.Duration) {
	t.print("\n（端末の時計で %.0f秒 経過 / %[1]v seconds pass by the tablets' clocks）", d.Seconds())
}

// whom names a person with the role. The directory has Japanese names only; in English people go by their ids.
func whom(id, name string, role carev1.Role) (ja, en string) {
	j, e := care.RoleTitle(role)
	return fmt.Sprintf("%s（%s）", name, j), fmt.Sprintf("%s (%s)", id, e)
}

// writes tells who writes what, and where.
func (t *teller) writes(w *write, by sdk.Person, verbJa, verbEn string) {
	whoJa, whoEn := whom(by.ID, by.Name, by.Role)
	kindJa, kindEn := kindWords(w.body)
	ja, en := t.summary(w.body)
	t.print("\n(%d) 端末%s %s %s：%s「%s」", w.number, w.tablet.name, whoJa, verbJa, kindJa, ja)
	if en == ja {
		t.print("    tablet %s, %s: %s %s", w.tablet.name, whoEn, verbEn, kindEn)
		return
	}
	t.print("    tablet %s, %s: %s %s, %s", w.tablet.name, whoEn, verbEn, kindEn, en)
}

func kindWords(b *carev1.Body) (ja, en string) {
	if kind, known := care.KindOf(b); known {
		return care.KindTitle(kind)
	}
	return "記録", "record"
}

// result tells what became of an entry at the server.
func (t *teller) result(w *write) {
	kindJa, kindEn := kindWords(w.body)
	ja, en := outcome(w)
	t.print("    (%d) %s → %s", w.number, kindJa, ja)
	t.print("        %s → %s", kindEn, en)
}

// outcome says what became of an entry.
func outcome(w *write) (ja, en string) {
	switch w.own.Result.GetOutcome() {
	case syncv1.Outcome_OUTCOME_UNSPECIFIED:
		return "まだ端末だけにあります（次の同期で送信）", "still on the tablet alone; the next synchronisation sends it"
	case syncv1.Outcome_OUTCOME_APPLIED:
		ja, en = "サーバーに保存済み", "safe on the server"
	case syncv1.Outcome_OUTCOME_MERGED:
		ja, en = "サーバーに保存済み。ほかの人の変更と合わせました", "safe on the server, merged with what others wrote"
	case syncv1.Outcome_OUTCOME_CONFLICT:
		ja, en = "サーバーに保存済み。ほかの人の値と並べて残し、判断を待ちます", "safe on the server, kept beside another value: needs a decision"
	default: // the SDK has the words, with the reason
		ja, en = sdk.OwnWords(w.own)
	}
	switch {
	case w.held && w.own.State == replica.Safe:
		ja, en = "保留から受け入れられ、カルテに入りました", "was held, was released, and is in the chart"
	case w.decided:
		ja, en = "サーバーに保存済み。ほかの人の値と並べて残し、その後に判断されました", "safe on the server, kept beside another value; decided since"
	case knownBefore(w.own.Result):
		ja += "（前回受け取っていました。二重にはなりません）"
		en += " (it had arrived the first time; nothing is there twice)"
	}
	return ja, en
}

func (t *teller) lost(how fault) {
	if how == requestLost {
		t.detail("送信が届きませんでした。書いたものは端末に残っています", "the request was lost; what was written stays on the tablet")
		return
	}
	t.detail("サーバーは受け取りましたが、返事が届きませんでした。書いたものは端末に残っています",
		"the server has it, but its answer was lost; what was written stays on the tablet")
}

// shows tells what a tablet has on its screen.
func (t *teller) shows(tab *tablet, item sdk.Item) {
	stateJa, stateEn := sdk.StateWords(item.State)
	kindJa, kindEn := kindWords(item.Record.GetBody())
	if item.Retracted {
		kindJa, kindEn = "【取消済み】"+kindJa, "[retracted] "+kindEn
	}
	t.print("\n── 端末%s の画面：%s「%s」 [%s]", tab.name, kindJa, item.Ja, stateJa)
	if item.En == item.Ja {
		t.print("   tablet %s shows: %s [%s]", tab.name, kindEn, stateEn)
		return
	}
	t.print("   tablet %s shows: %s, %s [%s]", tab.name, kindEn, item.En, stateEn)
}

// beside tells a value that waits beside the current one.
func (t *teller) beside(c *carev1.Candidate) {
	ja, en := candidate(c)
	whoJa, whoEn := whom(c.GetAuthor().GetPersonId(), c.GetAuthor().GetName(), c.GetAuthor().GetRole())
	t.print("    ！ 並んでいる値：「%s」 %s", ja, whoJa)
	if en == ja {
		t.print("       beside it, by %s", whoEn)
		return
	}
	t.print("       beside it, by %s: %s", whoEn, en)
}

// doubleDose names the other record of a dose. Both stay until somebody clears it up.
func (t *teller) doubleDose(other []byte) {
	t.mark("二重与薬の可能性：同じ分の記録 "+short(other)+" があります", "possible double dose: "+short(other)+" records the same one")
}

func (t *teller) uncertain(a *carev1.Arrival) {
	minutes := a.GetClockOffsetMs() / time.Minute.Milliseconds()
	t.mark(fmt.Sprintf("時刻不確か：端末の時計のずれ %+d分、サーバー受信 %s", minutes, stamp(a.GetReceived().AsTime())),
		fmt.Sprintf("time uncertain: the tablet's clock was off by %+d minutes; reached the server %s", minutes, stamp(a.GetReceived().AsTime())))
}

// tokyo is the zone of everything that is printed; Japan has had no summer time since 1951.
var tokyo = time.FixedZone("JST", 9*60*60)

func stamp(at time.Time) string { return at.In(tokyo).Format("2006-01-02 15:04") }
