package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// window is a stretch of time over which the server is watched.
type window struct {
	site    *site
	traffic *traffic
	began   time.Time
	cpu     time.Duration
	disk    float64
	commits commits
}

// spent is what a window took.
type spent struct {
	wall     time.Duration
	cpu      time.Duration // of the server
	up, down float64       // bytes on the socket
	disk     float64       // bytes that the server caused to be written
	commits  commits
}

// begin opens a window. The bench's own garbage is collected first, so that it does not fall into it.
func (s *site) begin(ctx context.Context, t *traffic) (*window, error) {
	runtime.GC()
	counted, errCommits := s.commits(ctx) // first: answering it takes the server some CPU
	disk, errDisk := diskBytesOf(s.server.pid())
	cpu, errCPU := cpuOf(s.server.pid())
	t.take()
	w := &window{site: s, traffic: t, cpu: cpu, disk: disk, commits: counted, began: time.Now()}
	return w, errors.Join(errCPU, errDisk, errCommits)
}

// end closes the window.
func (w *window) end(ctx context.Context) (spent, error) {
	s := spent{wall: time.Since(w.began)}
	up, down := w.traffic.take()
	s.up, s.down = float64(up), float64(down)
	cpu, errCPU := cpuOf(w.site.server.pid())
	disk, errDisk := diskBytesOf(w.site.server.pid())
	counted, errCommits := w.site.commits(ctx)
	s.cpu, s.disk = cpu-w.cpu, disk-w.disk
	s.commits = commits{counted.number - w.commits.number, counted.known}
	return s, errors.Join(errCPU, errDisk, errCommits)
}

// rate is how many of n there were in a second.
func (s spent) rate(n int) float64 { return float64(n) / s.wall.Seconds() }

// commits are the durable commits that the server counted, if it counts them: each is one fsync.
type commits struct {
	number float64
	known  bool
}

// commits reads /metrics.
func (s *site) commits(ctx context.Context) (c commits, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.server.address()+"/metrics", nil)
	if err != nil {
		return c, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return c, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return c, fmt.Errorf("/metrics answers %s", answer.Status)
	}
	lines := bufio.NewScanner(answer.Body)
	for lines.Scan() {
		name, value, ok := strings.Cut(lines.Text(), " ")
		if !ok || !strings.HasPrefix(name, "tsunagu_") || !strings.HasSuffix(name, "commits_total") {
			continue
		}
		n, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return c, err
		}
		c.number, c.known = c.number+n, true
	}
	return c, lines.Err()
}
