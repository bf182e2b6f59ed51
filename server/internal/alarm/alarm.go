package alarm

import (
	"context"
	"io"
	"sync"
	"time"

	"github.com/rs/zerolog"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	"github.com/tsunagu-care/tsunagu/server/internal/push"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

// Directory is what the dispatcher asks about charts and people. It answers from memory: it is asked while a transaction
// is open.
type Directory interface {
	// Tenants are the customers whose rows this dispatcher looks after.
	Tenants() []string
	// Stream returns a stream, with its chart; false if it does not exist.
	Stream(tenant, streamID string) (hub.StreamRef, bool)
	// Names returns every id of a chart: the one that it has, and then those of the charts that were merged into it. A chart
	// that it does not have has the id that was given.
	Names(tenant, chartID string) []string
	// Team returns the people who may read the chart in a role at a time, in order of id.
	Team(tenant, chartID string, role carev1.Role, at time.Time) []string
	// Readers returns the people who may read the chart at a time, in whatever role, in order of id.
	Readers(tenant, chartID string, at time.Time) []string
	// Person returns a person as an actor; false if there is none, or none any more.
	Person(tenant, personID string) (*carev1.Actor, bool)
}

// Hooks are told what happens, for metrics. Each may be nil; all are called from several goroutines.
type Hooks struct {
	// Tried: a push was tried over a channel, and that came of it.
	Tried func(kind alertv1.TargetKind, verdict push.Verdict)
	// Leaving: so long after what it is about was acknowledged a push of an alert left.
	Leaving func(since time.Duration)
	// Alarm: the operator has something to do. The codes are those of this package.
	Alarm func(code string)
	// Changed: a group of a chart is another than before, for whoever watches. It must not wait.
	Changed func(tenant, chartID string, groupID [16]byte)
}

// Config is what a dispatcher needs.
type Config struct {
	// Store holds the rows.
	Store store.Store
	// Directory knows the people.
	Directory Directory
	// Channels are the ways out. A target of a kind that has none counts as one that is not there.
	Channels map[alertv1.TargetKind]push.Channel
	// LogOnly: pushes go to the log, since there are no credentials. It is passed on in Status.
	LogOnly bool
	// Now is the time. Nil: time.Now. Timers always run by the time package.
	Now func() time.Time
	// Owner names this process in leases. No two that run at once may have the same. One that has the same name after a
	// restart goes on at once with the pushes that it had claimed before it died; any other waits until their leases end.
	Owner string
	// Entropy is where ids and the chance in a wait come from: crypto/rand.Reader.
	Entropy io.Reader
	// Log takes one line for each operator alarm, at error level, with its code.
	Log zerolog.Logger
	// Hooks are for metrics.
	Hooks Hooks
	// Limits bound the work.
	Limits Limits
}

// Dispatcher does the work. It may be used by many goroutines at once.
type Dispatcher struct {
	config  Config
	wake    chan struct{}
	ids     *ids
	sender  *sender
	alarms  *alarms
	status  statusBoard
	failing failing // of the loop alone
}

// New makes a dispatcher. It starts nothing.
func New(c Config) *Dispatcher {
	if c.Now == nil {
		c.Now = time.Now
	}
	c.Limits = c.Limits.filled()
	d := &Dispatcher{config: c, wake: make(chan struct{}, 1), ids: &ids{entropy: c.Entropy}, failing: failing{}}
	d.alarms = &alarms{log: c.Log, hook: c.Hooks.Alarm, now: c.Now, last: map[alarm]time.Time{}}
	d.sender = newSender(d)
	return d
}

// Wake says that there may be something new. It never waits.
func (d *Dispatcher) Wake() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Works says that something else has got through to a platform over a channel, such as a test push: what was broken is mended.
func (d *Dispatcher) Works(kind alertv1.TargetKind, platform alertv1.Platform) {
	if l := d.sender.lanes[kind]; l != nil {
		l.strangers.works()
		l.breakers.of(platform).note(push.Outcome{Verdict: push.Accepted}, d.now())
	}
}

// Run works until the context ends. It returns when every goroutine that it started has ended: pushes that are on their way
// get a moment for it, and what came of them is written. It may be called once.
func (d *Dispatcher) Run(ctx context.Context) error {
	sending, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(d.config.Limits.Stop, cancel) })
	defer stop()

	var beside, recording sync.WaitGroup
	beside.Go(func() { d.besides(ctx) })
	recording.Go(func() { d.record(ctx) })
	d.sender.begin(sending)
	d.loop(ctx)
	beside.Wait()
	d.sender.end()
	recording.Wait()
	return context.Cause(ctx)
}

func (d *Dispatcher) now() time.Time { return d.config.Now() }

// pause waits, and tells whether there is anything to go on for.
func pause(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
