package app

import (
	"context"
	"strings"
	"time"

	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/server/internal/push"

	alertv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1"
)

// namedWay is a way out with its name for operators.
type namedWay struct {
	kind alertv1.TargetKind
	name string
}

// namedWays are the ways out, in order of name. Tokens and installation ids of Firebase are one.
var namedWays = []namedWay{
	{alertv1.TargetKind_TARGET_KIND_FCM_TOKEN, "fcm"},
	{alertv1.TargetKind_TARGET_KIND_MAIL, "mail"},
	{alertv1.TargetKind_TARGET_KIND_WEBHOOK, "webhook"},
}

const (
	// checkWaysEvery is how often the credentials of the ways out are tried, checkBrokenEvery how often while one is broken, and
	// checkWayWait how long one try may take.
	checkWaysEvery   = time.Hour
	checkBrokenEvery = 5 * time.Minute
	checkWayWait     = 30 * time.Second
)

// checkWaysNowAndThen tries the credentials of each way out at the start and then again and again, until the context ends.
func (a *App) checkWaysNowAndThen(ctx context.Context) {
	next := time.NewTimer(0)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		wait := checkWaysEvery
		if !a.checkWays(ctx) {
			wait = checkBrokenEvery
		}
		next.Reset(wait)
	}
}

// checkWays tries the credentials of each way out, lets the log say what is wrong, and tells whether nothing is.
func (a *App) checkWays(ctx context.Context) (fine bool) {
	fine = true
	for _, way := range namedWays {
		try, cancel := context.WithTimeout(ctx, checkWayWait)
		err := a.ways.check(try, way.kind)
		cancel()
		if ctx.Err() != nil {
			return fine // the server stops: that says nothing of the way
		}
		if err != nil {
			fine = false
			a.log.Error().Str("way", way.name).Str("why", strings.Join(strings.Fields(err.Error()), " ")).Msg("a way out to people does not work")
		}
		a.wayWorks(way.name, err)
	}
	return fine
}

// check tries the credentials of a way out; one that is not set up has none.
func (w ways) check(ctx context.Context, kind alertv1.TargetKind) error {
	if w.off(kind) {
		return nil
	}
	return w.channels[kind].Check(ctx)
}

// off tells whether a way out is not set up: there is none, or the log stands for it.
func (w ways) off(kind alertv1.TargetKind) bool {
	_, onlyLog := w.channels[kind].(*push.Log)
	return onlyLog || w.channels[kind] == nil
}

// wayWorks remembers what the last check of a way out said.
func (a *App) wayWorks(name string, err error) {
	a.wayTroubles.Lock()
	defer a.wayTroubles.Unlock()
	if a.wayTroubles.last == nil {
		a.wayTroubles.last = map[string]bool{}
	}
	a.wayTroubles.last[name] = err != nil
}

// showWays tells how the ways out stand: by the last check, and by the pushes since. Without sockets there is no server, and
// nothing goes out.
func (a *App) showWays() (shown []operator.Way, logOnly bool) {
	if len(a.serving) == 0 {
		return nil, false
	}
	refused := map[alertv1.TargetKind]string{}
	for _, c := range a.dispatcher.Status().Channels {
		if c.Broken {
			refused[c.Kind] = c.Trouble
		}
	}
	a.wayTroubles.Lock()
	defer a.wayTroubles.Unlock()
	for _, way := range namedWays {
		one := operator.Way{Name: way.name, Trouble: refused[way.kind]}
		if one.Trouble == "" && a.wayTroubles.last[way.name] {
			one.Trouble = "its check failed; see the log"
		}
		one.Off = a.ways.off(way.kind)
		shown = append(shown, one)
	}
	return shown, a.ways.logOnly
}
