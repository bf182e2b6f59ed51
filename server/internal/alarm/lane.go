package alarm

import (
	"slices"
	"sync"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
)

// lane is the queue of one channel.
type lane struct {
	kind     alertv1.TargetKind
	channel  push.Channel
	breakers breakers

	mu              sync.Mutex
	critical, other []job
	busy            map[string]bool // order → one of it is on its way
	sending, usual  int             // on their way; of them not critical
}

func newLane(kind alertv1.TargetKind, channel push.Channel) *lane {
	return &lane{kind: kind, channel: channel, busy: map[string]bool{}}
}

// put queues a job.
func (l *lane) put(j job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if j.critical() {
		l.critical = append(l.critical, j)
	} else {
		l.other = append(l.other, j)
	}
}

// take returns the next job that may be sent: a critical one if there is one. Some places are kept for those.
func (l *lane) take(limits Limits) (job, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.sending >= limits.Sending {
		return job{}, false
	}
	j, ok := l.first(&l.critical)
	if !ok && l.usual < limits.Sending-limits.Reserved {
		if j, ok = l.first(&l.other); ok {
			l.usual++
		}
	}
	if ok {
		l.sending++
		l.busy[j.order()] = true
	}
	return j, ok
}

// first takes the first job out of a queue whose turn it is.
func (l *lane) first(queue *[]job) (job, bool) {
	i := slices.IndexFunc(*queue, func(j job) bool { return !l.busy[j.order()] })
	if i < 0 {
		return job{}, false
	}
	j := (*queue)[i]
	if i == 0 {
		(*queue)[0] = job{} // what was sent is not kept
		*queue = (*queue)[1:]
	} else {
		*queue = slices.Delete(*queue, i, i+1)
	}
	return j, true
}

// free notes that a job is over.
func (l *lane) free(j job) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sending--
	if !j.critical() {
		l.usual--
	}
	delete(l.busy, j.order())
}

// empty takes out what was not begun.
func (l *lane) empty() []job {
	l.mu.Lock()
	defer l.mu.Unlock()
	left := append(l.critical, l.other...)
	l.critical, l.other = nil, nil
	return left
}
