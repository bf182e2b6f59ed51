package main

import (
	"fmt"
	"path/filepath"
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// tablet is one tablet of the script: the real SDK with a store of its own, a clock that may be wrong and a wire that
// may lose things.
type tablet struct {
	*sdk.Tablet
	name, device, dir string
	people            []sdk.Person // who signed in; the first one writes unless the script says otherwise
	wire              *wire
	restored          bool // from an older copy, and not synchronised since

	judge *tablet // of the tablet to look further with: the one whose person may decide about what is held; nil: none
}

// clock is the machine's, wrong by skew, and ahead by what the script has waited. Nobody really waits.
func clock(skew time.Duration, waited *time.Duration) func() replica.Clock {
	now := sdk.SystemClock()
	return func() replica.Clock {
		c := now()
		c.WallMs += (skew + *waited).Milliseconds()
		c.MonotonicMs += uint64(waited.Milliseconds())
		return c
	}
}

// openTablet makes a tablet, signs its people in and synchronises it once: that much needs the network.
func (p *player) openTablet(name, device string, people []string, skew time.Duration) (*tablet, error) {
	t := &tablet{name: name, device: device, dir: filepath.Join(p.dir, "tablets", device, "store"), wire: newWire()}
	var err error
	t.Tablet, err = sdk.Open(p.options(t, skew))
	if err != nil {
		return nil, err
	}
	p.tablets[name] = t
	p.order = append(p.order, t)
	for i := range people {
		id := people[len(people)-1-i] // the first one last: whoever signs in last uses the tablet
		if err := t.SignIn(p.ctx, secret(device), id, secret(id)); err != nil {
			return nil, fmt.Errorf("%s cannot sign in on %s: both have to stand in testdata/demo/directory.yaml, with the secrets named there: %w", id, device, err)
		}
		if _, err := t.Sync(p.ctx); err != nil { // each learns for themselves what they may read
			return nil, err
		}
		person, _, err := t.Person()
		if err != nil {
			return nil, err
		}
		t.people = append([]sdk.Person{person}, t.people...)
	}
	if p.day != nil { // on a day, each step names its chart
		return t, nil
	}
	if _, err = t.Chart(p.chart); err != nil {
		return nil, fmt.Errorf("%s has no access to %s: %w", people[0], p.chart, err)
	}
	return t, nil
}

// options are what a tablet stands on.
func (p *player) options(t *tablet, skew time.Duration) sdk.Options {
	return sdk.Options{Dir: t.dir, Device: t.device, Server: p.url, HTTP: t.wire, Clock: clock(skew, &p.waited)}
}

// secret is how testdata/demo/directory.yaml makes the secrets of its made-up people and devices.
func secret(id string) string { return "demo-" + id }

// use makes somebody the one who writes; empty: whom the tablet belongs to.
func (t *tablet) use(id string) (sdk.Person, error) {
	if id == "" {
		id = t.people[0].ID
	}
	for _, person := range t.people {
		if person.ID == id {
			return person, t.Use(id)
		}
	}
	return sdk.Person{}, fmt.Errorf("%s is not signed in on tablet %s", id, t.name)
}

func (t *tablet) close() error {
	t.wire.client.CloseIdleConnections()
	return t.Close()
}
