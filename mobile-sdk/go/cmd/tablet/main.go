// Command tablet is a tablet on the command line: everything a nurse's tablet does, for trying Tsunagu by hand and
// for scripts. What is written is on disk when the command ends, with or without a network; `tablet sync` brings it
// to the server.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/care/news2"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

const description = `A tablet on the command line, in a folder of its own.

First sign in while the server is up:

  export TSUNAGU_SERVER=http://127.0.0.1:8420 TSUNAGU_DEVICE=tablet-a
  tablet sign-in sato --secret demo-sato --device-secret demo-tablet-a
  tablet sync
  tablet charts

From then on everything works without a network but sign-in, sync, watch and what asks the
server: widen, held, work, devices, search, trend, export.

  tablet vitals --chart CHART --temp 36.8 --bp 120/70 --pulse 72 --spo2 97 \
    --oxygen 0 --rr 16 --acvpu A
  tablet show --chart CHART
  tablet queue
`

// cli is the command line.
type cli struct {
	Store       string        `help:"Folder of the tablet's store." default:"tablet-store" env:"TSUNAGU_STORE" type:"path"`
	Server      string        `help:"Address of the server, such as http://127.0.0.1:8420." env:"TSUNAGU_SERVER"`
	Device      string        `help:"Id of this tablet in the directory." default:"tablet-a" env:"TSUNAGU_DEVICE"`
	Lang        string        `help:"Language of the output." enum:"ja,en,both" default:"both" env:"TSUNAGU_LANG"`
	Window      int           `help:"How many months of records this tablet holds besides the present one; -1: all." default:"3" env:"TSUNAGU_WINDOW"`
	ClockOffset time.Duration `help:"Set this tablet's clock wrong by so much, such as 2h, to see what happens." env:"TSUNAGU_CLOCK_OFFSET"`

	SignIn       signInCmd       `cmd:"" help:"Sign in, while the server is up. サインイン"`
	Charts       chartsCmd       `cmd:"" help:"List the charts on this tablet. カルテ一覧"`
	Show         showCmd         `cmd:"" help:"Show a chart, newest first. カルテを見る"`
	History      historyCmd      `cmd:"" help:"Show what this tablet knows about one record. 記録の経過"`
	Vitals       vitalsCmd       `cmd:"" help:"Record vital signs. バイタル"`
	Note         noteCmd         `cmd:"" help:"Write a note, or a draft that others continue. 記録"`
	Photo        photoCmd        `cmd:"" help:"Write a note with photos or files. 写真・ファイルを添付"`
	Files        filesCmd        `cmd:"" help:"List photos and files, and where they are. 写真・ファイル一覧"`
	Fetch        fetchCmd        `cmd:"" help:"Write a photo or file out, fetching it if need be. 写真・ファイルを取得"`
	Order        orderCmd        `cmd:"" help:"Write a medication order. 処方・与薬指示"`
	Dose         doseCmd         `cmd:"" help:"Record a dose. 与薬"`
	Meal         mealCmd         `cmd:"" help:"Record a meal. 食事"`
	Drink        drinkCmd        `cmd:"" help:"Record what was drunk. 水分"`
	Toilet       toiletCmd       `cmd:"" help:"Record urine and stool. 排泄"`
	Visit        visitCmd        `cmd:"" help:"Begin or end a visit. 訪問"`
	Task         taskCmd         `cmd:"" help:"Write down what is to be done, or that it is. やること"`
	Inquiry      inquiryCmd      `cmd:"" help:"Ask or answer another profession. 照会・連絡"`
	Read         readCmd         `cmd:"" help:"Say that you have read a record. 既読"`
	Episode      episodeCmd      `cmd:"" help:"Admission, absence, stay, death, and their end. 入院・外泊"`
	Care         careCmd         `cmd:"" help:"Record bathing, a night round, skin, position, activity. 入浴・巡視・皮膚など"`
	Due          dueCmd          `cmd:"" help:"Doses and visits that are due on a day. 今日の与薬・訪問"`
	Handover     handoverCmd     `cmd:"" help:"List handovers, and who has read them. 申し送り"`
	Alerts       alertsCmd       `cmd:"" help:"List alerts, and what was answered. アラート一覧"`
	Answer       answerCmd       `cmd:"" help:"Answer alerts. アラートへの返事"`
	Instruct     instructCmd     `cmd:"" help:"Write a temporary instruction, in answer to alerts or not. 臨時の指示"`
	Instructions instructionsCmd `cmd:"" help:"List temporary instructions, and who has received them. 臨時の指示の一覧"`
	Receive      receiveCmd      `cmd:"" help:"Say that you have an instruction. 指示受け"`
	Thresholds   thresholdsCmd   `cmd:"" help:"List the limits of a patient. 基準値の一覧"`
	Threshold    thresholdCmd    `cmd:"" help:"Order a limit of a reading. 基準値の指示"`
	Withdraw     withdrawCmd     `cmd:"" help:"Take an instruction or a limit back. 指示・基準値の取り消し"`
	Kinds        kindsCmd        `cmd:"" help:"List the kinds of records, or the fields of one. 記録の種類と項目"`
	Write        writeCmd        `cmd:"" help:"Write a record of any kind, from JSON. その他の記録"`
	Paper        paperCmd        `cmd:"" help:"Type in what somebody signed on paper, from JSON. 代行入力"`
	Confirm      confirmCmd      `cmd:"" help:"Confirm what was typed in from paper, as the one in whose role it is. 代行入力の確定"`
	Amend        amendCmd        `cmd:"" help:"Correct a record. 訂正"`
	Retract      retractCmd      `cmd:"" help:"Mark a record as entered in error. 取消"`
	Move         moveCmd         `cmd:"" help:"Move a record to the right patient. 患者間違いの訂正"`
	Conflicts    conflictsCmd    `cmd:"" help:"List what needs somebody's attention. 要確認"`
	Resolve      resolveCmd      `cmd:"" help:"Decide between several values of a record. 判断"`
	Queue        queueCmd        `cmd:"" help:"List what was written here and where it stands. 送信状況"`
	Sign         signCmd         `cmd:"" help:"Sign a draft: a note of its own, and the draft is closed. 署名"`
	Acknowledge  acknowledgeCmd  `cmd:"" help:"Say that you have seen that an entry was refused. 差戻しの確認"`
	Use          useCmd          `cmd:"" help:"Go on as somebody who signed in here before. 使用者の切替"`
	Rescue       rescueCmd       `cmd:"" help:"List the records that the server lost. 失われた記録"`
	Receipts     receiptsCmd     `cmd:"" help:"List the server's receipts. 受領証"`
	Sync         syncCmd         `cmd:"" help:"Synchronise once. 同期"`
	Widen        widenCmd        `cmd:"" help:"Fetch older months of a chart. 過去の記録を取得"`
	Held         heldCmd         `cmd:"" help:"List what the server holds, and release or refuse it. 保留の判断"`
	Work         workCmd         `cmd:"" help:"List what waits for a person, on the server. 判断待ち一覧"`
	Devices      devicesCmd      `cmd:"" help:"List the organisation's tablets, and what they may still hold. 端末一覧"`
	Search       searchCmd       `cmd:"" help:"Look for words, on the server. 検索"`
	Trend        trendCmd        `cmd:"" help:"Readings over time, from the server. 推移"`
	Export       exportCmd       `cmd:"" help:"Write a chart out, from the server. 書き出し"`
	Watch        watchCmd        `cmd:"" help:"Synchronise whenever something moves, until interrupted. 常時同期"`
	Verify       verifyCmd       `cmd:"" help:"Check this tablet's copy against its digests. 検証"`
	SetAside     setAsideCmd     `cmd:"" help:"Move a store that does not open out of the way. 退避"`
}

// appVersion is what this tablet calls itself towards those who look after the tablets.
const appVersion = "tablet on the command line"

// env is what a command works with.
type env struct {
	ctx    context.Context
	out    io.Writer
	in     io.Reader
	lang   string
	tablet *sdk.Tablet
	device string
	store  string
	now    func() time.Time
	scales map[string]news2.Scale // that count in a stream, as they were asked for
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program, for tests too.
func run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	c := &cli{}
	parser, err := kong.New(c, kong.Name("tablet"), kong.Description(description), kong.Writers(out, errOut),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.Exit(func(code int) { panic(exit(code)) }))
	if err != nil {
		_, _ = fmt.Fprintln(errOut, err)
		return 2
	}
	return guarded(func() int {
		parsed, err := parser.Parse(args)
		if err != nil {
			_, _ = fmt.Fprintln(errOut, (&env{lang: languageOf(args)}).both(parserWords(err.Error())))
			return 2
		}
		e := &env{ctx: ctx, out: out, in: in, lang: c.Lang, device: c.Device, store: c.Store}
		if err := e.execute(c, parsed); err != nil {
			ja, en := sdk.Words(err)
			_, _ = fmt.Fprintln(errOut, e.both(ja, en))
			return 1
		}
		return 0
	})
}

// execute opens the tablet, unless the command is about a store that does not open, and runs the command.
func (e *env) execute(c *cli, parsed *kong.Context) error {
	clock := sdk.SystemClock()
	shifted := func() replica.Clock {
		now := clock()
		now.WallMs += c.ClockOffset.Milliseconds()
		return now
	}
	e.now = func() time.Time { return time.UnixMilli(shifted().WallMs) }
	if parsed.Command() == "set-aside" {
		return parsed.Run(e)
	}
	t, err := sdk.Open(sdk.Options{Dir: c.Store, Device: c.Device, Server: c.Server, Clock: shifted,
		WindowMonths: c.Window, AppVersion: appVersion})
	if err != nil {
		return err
	}
	e.tablet = t
	return errors.Join(parsed.Run(e), t.Close())
}

// exit is how the parser ends the program, after --help for instance.
type exit int

func guarded(do func() int) (code int) {
	defer func() {
		if r := recover(); r != nil {
			if ended, ok := r.(exit); ok {
				code = int(ended)
				return
			}
			panic(r)
		}
	}()
	return do()
}
