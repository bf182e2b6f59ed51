//go:build !linux

package main

import (
	"errors"
	"os"
	"os/exec"
	"time"
)

var errLinux = errors.New("the bench reads /proc, so it needs Linux")

type disk struct{}

func (disk) String() string            { return "unknown" }
func attached(*exec.Cmd)               {}
func cpuOf(int) (time.Duration, error) { return 0, errLinux }
func peakOf(int) (float64, error)      { return 0, errLinux }
func residentOf(int) (float64, error)  { return 0, errLinux }
func diskBytesOf(int) (float64, error) { return 0, errLinux }
func diskOf(string) (disk, error)      { return disk{}, errLinux }
func blocksOf(info os.FileInfo) int64  { return info.Size() }
