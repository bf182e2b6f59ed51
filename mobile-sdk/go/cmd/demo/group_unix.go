//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps Ctrl-C on the terminal from reaching the server: it would be a first signal, the demo's a second,
// and a second one ends the server at once.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
