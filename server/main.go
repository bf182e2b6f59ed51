// Command tsunagu is the server: an offline-first backend of home care.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/tsunagu-care/tsunagu/server/config"
)

// Exit codes.
const (
	exitOK     = 0
	exitError  = 1
	exitUsage  = 2
	exitDamage = 3
	exitAct    = 4
)

// cli is the command line.
type cli struct {
	Config kong.ConfigFlag `placeholder:"FILE" help:"YAML file with the same names as the flags (data: /srv/tsunagu). A flag wins over the environment, which wins over the file."`

	Serve     serveCmd     `cmd:"" help:"Run the server."`
	Verify    verifyCmd    `cmd:"" help:"Check every hash chain and digest of a store that no server has open."`
	Backup    backupCmd    `cmd:"" help:"Make and check encrypted backups; the server may run."`
	Restore   restoreCmd   `cmd:"" help:"Make a data folder of a backup, and confirm what is in force then."`
	Export    exportCmd    `cmd:"" help:"Write a chart out, to read and print or for programs; the server may run."`
	Erase     eraseCmd     `cmd:"" help:"Destroy what a record held, by an order."`
	Blobs     blobsCmd     `cmd:"" help:"Look after photos and files that nothing mentions any more."`
	Alerts    alertsCmd    `cmd:"" help:"Show alerts that nobody has answered, who was told, and who can be reached."`
	Stats     statsCmd     `cmd:"" help:"Count what there is, and what the last backup covers."`
	Directory directoryCmd `cmd:"" help:"Prepare and check the file of people, devices, charts and grants."`
	Version   versionCmd   `cmd:"" help:"Print the version."`
}

const description = `Tsunagu connects the tablets of home care: they write offline, the server keeps it safe and brings it together.

First steps:
  tsunagu directory hash-secret < secret.txt      hash a secret for directory.yaml
  tsunagu directory check directory.yaml          check the file
  tsunagu serve --directory directory.yaml        run on http://127.0.0.1:8420

Every flag can also be set in the environment (--min-free is TSUNAGU_MIN_FREE) or in a file (--config).`

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// run is the command without the process around it. What goes wrong is one sentence on stderr.
func run(args []string, in io.Reader, out, errs io.Writer) int {
	code, done := exitOK, false
	var c cli
	options := append(config.Options(),
		kong.Name("tsunagu"), kong.Description(description), graceVars(),
		kong.Writers(out, errs),
		kong.Exit(func(status int) { code, done = status, true; panic(exited{}) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.ExplicitGroups([]kong.Group{
			{Key: "storage", Title: "What is kept where:"},
			{Key: "network", Title: "Network:"},
			{Key: "push", Title: "How people are told of alerts:"},
			{Key: "log", Title: "Log:"},
			{Key: "limits", Title: "Limits:"},
		}),
		kong.BindTo(in, (*io.Reader)(nil)),
		kong.Bind(&streams{in: in, out: out, errs: errs}),
	)
	parser, err := kong.New(&c, options...)
	if err != nil {
		fmt.Fprintf(errs, "tsunagu: %v\n", err)
		return exitUsage
	}
	command, err := parse(parser, args)
	if done {
		return code
	}
	if err != nil {
		fmt.Fprintf(errs, "tsunagu: %v\n", err)
		return exitUsage
	}
	if err := command.Run(); err != nil {
		fmt.Fprintf(errs, "tsunagu: %s\n", oneLine(err))
		var with coded
		if errors.As(err, &with) {
			return with.code
		}
		return exitError
	}
	return exitOK
}

// oneLine is the text of an error in one line: what is wrapped in it may come from a library that writes more.
func oneLine(err error) string {
	return strings.Join(strings.FieldsFunc(err.Error(), func(c rune) bool { return c == '\n' }), "; ")
}

// exited ends parsing where kong would end the process: after --help.
type exited struct{}

func parse(parser *kong.Kong, args []string) (command *kong.Context, err error) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(exited); !ok {
				panic(r)
			}
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	return parser.Parse(args)
}

// streams are the process's.
type streams struct {
	in        io.Reader
	out, errs io.Writer
}

// coded is an error with an exit code of its own.
type coded struct {
	error
	code int
}

type versionCmd struct{}

// Run prints the version that the binary was built from.
func (versionCmd) Run(s *streams) error {
	_, err := fmt.Fprintf(s.out, "tsunagu %s\n", version())
	return err
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "devel"
	}
	return info.Main.Version
}
