package main

import (
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// attached makes a child end when this process does, however it ends.
func attached(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// cpuOf is the CPU time that a process has taken, in user mode and in the kernel: the sum of utime and stime in
// /proc/PID/stat, but read from the process's clock, since those come in steps of 10 ms.
func cpuOf(pid int) (time.Duration, error) {
	var t unix.Timespec
	// clock_getcpuclockid(3): the clock of process PID is ~PID shifted, and 2 for what the scheduler counted.
	if err := unix.ClockGettime(int32(^pid<<3|2), &t); err != nil {
		return 0, fmt.Errorf("the CPU time of process %d cannot be read: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// peakOf is the most memory that a process has had, in bytes.
func peakOf(pid int) (float64, error) {
	n, err := procNumber(fmt.Sprintf("/proc/%d/status", pid), "VmHWM:")
	return n * 1024, err
}

// residentOf is the memory that a process has now, in bytes.
func residentOf(pid int) (float64, error) {
	n, err := procNumber(fmt.Sprintf("/proc/%d/status", pid), "VmRSS:")
	return n * 1024, err
}

// diskBytesOf is how much a process has caused to be written to disks.
func diskBytesOf(pid int) (float64, error) {
	return procNumber(fmt.Sprintf("/proc/%d/io", pid), "write_bytes:")
}

func procNumber(file, name string) (float64, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(content)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == name {
			return strconv.ParseFloat(fields[1], 64)
		}
	}
	return 0, fmt.Errorf("%s has no %s", file, name)
}

// disk is what a folder lies on.
type disk struct{ kind, device string }

func (d disk) String() string { return d.kind + " on " + d.device }

// diskOf refuses memory: there a commit costs nothing, and the figures would be about another machine.
func diskOf(folder string) (disk, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(folder, &s); err != nil {
		return disk{}, err
	}
	if s.Type == unix.TMPFS_MAGIC || s.Type == unix.RAMFS_MAGIC {
		return disk{}, fmt.Errorf("%s is in memory, where nothing is ever written to a disk; name a folder on a real file system with --dir", folder)
	}
	return mountOf(folder), nil
}

// mountOf finds the mount that a folder is in: the longest one that it begins with.
func mountOf(folder string) disk {
	found, longest := disk{"unknown file system", "unknown device"}, 0
	content, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return found
	}
	for line := range strings.Lines(string(content)) {
		fields := strings.Fields(line)
		if len(fields) < 3 {
			continue
		}
		at := strings.TrimSuffix(fields[1], "/") + "/"
		if strings.HasPrefix(folder+"/", at) && len(at) > longest {
			found, longest = disk{fields[2], fields[0]}, len(at)
		}
	}
	return found
}

// blocksOf is what a file takes on disk: logs are longer than what is in them.
func blocksOf(info os.FileInfo) int64 {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return s.Blocks * 512
	}
	return info.Size()
}
