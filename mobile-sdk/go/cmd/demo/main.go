// Command demo shows Tsunagu at work on one machine: it starts a server in a fresh folder, brings generated weeks of a
// station and a home to it, and plays a day, or a scenario script on an empty server, through tablets of the real SDK. It
// tells what became of every entry, compares that with what the server counts, and goes on serving so that anybody can
// look for themselves. Everybody in it is made up.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/alecthomas/kong"
)

type cli struct {
	Script string `placeholder:"FILE" help:"Play this scenario script on an empty server instead of the day, such as testdata/demo/two-tablets.txt."`
	Chart  string `default:"chart-0002" placeholder:"CHART" help:"Chart that the script is about, one of testdata/demo/directory.yaml. Default: ${default}."`
	Seed   uint64 `default:"1" help:"Seed of the people and of the weeks before the day: another one, other people. Default: ${default}."`
	Weeks  int    `default:"4" help:"Weeks before the day, 1 to 52. Default: ${default}."`

	Patients  int    `default:"20" help:"Patients of the visiting-nurse station, 0 to 1000. Default: ${default}."`
	Residents int    `default:"9" help:"Residents of the group home, 0 to 1000. Default: ${default}."`
	Day       string `placeholder:"YYYY-MM-DD" help:"The date that is played: today, or at most 90 days back. Default: the last day that is over."`

	Listen string `default:"127.0.0.1:8420" placeholder:"HOST:PORT" help:"Address of the server; port 0 takes any free one. Default: ${default}."`
	Data   string `placeholder:"FOLDER" help:"Folder in which a fresh one is made for this run. Default: the system's folder for temporary files."`
	Once   bool   `help:"End after the story; do not go on serving."`
}

func main() {
	var c cli
	kong.Parse(&c, kong.Name("demo"), kong.Description(
		"A server and tablets on this machine: what becomes of what people write offline. All people are made up."))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, c, os.Stdout)
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintf(os.Stderr, "demo: %v\n", err)
		os.Exit(1)
	}
}

// run is one run of the demo, from the fresh folder to the end of the server.
func run(ctx context.Context, c cli, out io.Writer) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	b, err := newBuilder(ctx)
	if err != nil {
		return err
	}
	st, err := newStory(b, c)
	if err != nil {
		return err
	}
	if err := portIsFree(ctx, c.Listen); err != nil {
		return err
	}
	dir, err := freshFolder(c.Data)
	if err != nil {
		return err
	}
	t := &teller{out: out}
	t.line("つなぐ デモ（人も記録もすべて架空です）", "Tsunagu demo (all people and entries are made up)")
	t.line("フォルダ（終わったら消してかまいません）：", "Folder (may be deleted afterwards): "+dir)
	if err := b.build(ctx, dir); err != nil {
		return err
	}
	directory, err := st.directory(dir)
	if err != nil {
		return err
	}
	f, err := newForwarder()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.close()) }()
	s, err := startServer(ctx, directory, dir, c.Listen, f.url)
	if err != nil {
		return err
	}
	s.forwarder = f
	defer func() { err = errors.Join(err, s.stop()) }()
	t.line("サーバー："+s.url(), "Server:   "+s.url())
	viewer, chart, err := st.tell(ctx, t, s, dir)
	if err != nil || c.Once {
		return err
	}
	t.look(s.url(), dir, viewer, chart)
	t.line("\nサーバーは動いています。終えるには Ctrl-C。", "The server goes on serving. Ctrl-C ends it.")
	return s.wait(ctx)
}

// freshFolder makes the folder of this run: an old one would tell another story.
func freshFolder(data string) (string, error) {
	if data != "" {
		if err := os.MkdirAll(data, 0o700); err != nil {
			return "", fmt.Errorf("the folder for the demo cannot be made; choose another one with --data: %w", err)
		}
	}
	dir, err := os.MkdirTemp(data, "tsunagu-demo-")
	if err != nil {
		return "", fmt.Errorf("the folder for the demo cannot be made; choose another one with --data: %w", err)
	}
	return filepath.Abs(dir)
}
