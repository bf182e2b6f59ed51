package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/replica/memstore"
)

// Figures of a repair. Bytes are all that goes over the socket, frames and headers included.
var (
	repairBytes = figure{row: "REPAIR", what: "one damaged record in the large chart, found and repaired: bytes, both ways", unit: bytesUnit, target: 20_000}
	repairDown  = figure{row: "REPAIR", what: "  bytes down", unit: bytesUnit}
	repairTrips = figure{row: "REPAIR", what: "  round trips, the one in which the device tells its digests included", unit: count}
	repairTime  = figure{row: "REPAIR", what: "  time", unit: milliseconds}
	repairCPU   = figure{row: "REPAIR", what: "  server CPU", unit: milliseconds}
)

const (
	// repairRounds is how often a record is damaged at least, each time another one.
	repairRounds = 5
	// maxMending bounds the calls of one repair.
	maxMending = 100
	// confirmed is what the keys of a device's records begin with; sync/replica/keys.go says so.
	confirmed = "c"
)

// patient is a device of the real state machine, with a store in memory that can be damaged.
type patient struct {
	*tablet
	*replica.Replica
	store *memstore.Store
}

// repair measures what it costs to find and mend one record that a device's disk has damaged.
func (l *lab) repair(ctx context.Context, s *site) error {
	t, err := dial(ctx, s.server.address(), watcher)
	if err != nil {
		return err
	}
	defer t.close()
	p := &patient{tablet: t, store: memstore.New()}
	if p.Replica, err = replica.Open(p.store, t.name); err != nil {
		return err
	}
	if _, err := p.exchange(ctx); err != nil {
		return err
	}
	rounds := max(l.settings.rounds, repairRounds)
	for round := range rounds {
		if err := p.damage(l.large() * (2*round + 1) / (2 * rounds)); err != nil {
			return err
		}
		if err := l.profile("REPAIR", func() error { return l.repairOnce(ctx, s, p) }); err != nil {
			return err
		}
	}
	return nil
}

// repairOnce repairs after the device has found out that a digest does not fit what it holds.
func (l *lab) repairOnce(ctx context.Context, s *site, p *patient) error {
	if found, err := p.RecomputeDigests(); err != nil || found != 1 {
		return errors.Join(err, fmt.Errorf("one record was damaged, %d sections differ", found))
	}
	before, _, err := p.Repairs()
	if err != nil {
		return err
	}
	w, err := s.begin(ctx, p.traffic)
	if err != nil {
		return err
	}
	told, err := p.exchange(ctx)
	if err != nil {
		return err
	}
	mended, err := p.mend(ctx)
	if err != nil {
		return err
	}
	took, err := w.end(ctx)
	if err != nil {
		return err
	}
	l.report.add(repairBytes, took.up+took.down)
	l.report.add(repairDown, took.down)
	l.report.add(repairTrips, float64(told+mended))
	l.report.add(repairTime, took.wall.Seconds()*1000)
	l.report.add(repairCPU, took.cpu.Seconds()*1000)
	return p.healed(before)
}

// healed checks that one repair was made and that the device's records are those of its digests again.
func (p *patient) healed(before uint64) error {
	after, open, err := p.Repairs()
	if err == nil && (after != before+1 || open != 0) {
		err = fmt.Errorf("%d sections were repaired and %d are open", after-before, open)
	}
	differing, failed := p.RecomputeDigests()
	if failed == nil && differing != 0 {
		failed = fmt.Errorf("%d sections still differ", differing)
	}
	return errors.Join(err, failed)
}

// exchange synchronises until there is nothing more, and returns the round trips.
func (p *patient) exchange(ctx context.Context) (trips int, err error) {
	for range maxSteps {
		now := time.Now()
		clock := replica.Clock{WallMs: now.UnixMilli(), MonotonicMs: uint64(now.UnixMilli()), BootID: boot}
		req, err := p.NextRequest(clock)
		if err != nil {
			return trips, err
		}
		answer, err := p.step(ctx, req)
		if err != nil {
			return trips, err
		}
		trips++
		progress, err := p.Absorb(clock, nil, req, answer)
		if err != nil || !progress.More {
			return trips, err
		}
	}
	return trips, errors.New("the exchange does not end")
}

// mend does what is put down for repair, as the SDK does it: comparisons first, then what they left to be fetched.
func (p *patient) mend(ctx context.Context) (trips int, err error) {
	for range maxMending {
		compared, err := p.compareNext(ctx)
		fetched := false
		if err == nil && !compared {
			fetched, err = p.fetchNext(ctx)
		}
		if err != nil || !compared && !fetched {
			return trips, err
		}
		trips++
	}
	return trips, errors.New("the repair does not end")
}

func (p *patient) compareNext(ctx context.Context) (bool, error) {
	req, needed, err := p.NextCompare()
	if err != nil || !needed {
		return false, err
	}
	answer, err := p.sync.CompareSection(ctx, authorised(p.tablet, req))
	if err != nil {
		return false, err
	}
	return true, p.AbsorbCompare(req, answer.Msg)
}

func (p *patient) fetchNext(ctx context.Context) (bool, error) {
	req, needed, err := p.NextRepair()
	if err != nil || !needed {
		return false, err
	}
	answer, err := p.sync.FetchSection(ctx, authorised(p.tablet, req))
	if err != nil {
		return false, err
	}
	return true, p.AbsorbRepair(req, answer.Msg)
}

// authorised is a request of somebody who is signed in.
func authorised[T any](t *tablet, message *T) *connect.Request[T] {
	r := connect.NewRequest(message)
	r.Header().Set("Authorization", "Bearer "+t.session.GetToken())
	return r
}

// damage flips one bit of the n-th record that the device holds.
func (p *patient) damage(n int) error {
	return p.store.Update(func(tx replica.Tx) error {
		var key, value []byte
		err := tx.Scan([]byte(confirmed), nil, func(k, v []byte) error {
			if n--; n >= 0 {
				return nil
			}
			key, value = bytes.Clone(k), bytes.Clone(v)
			return replica.ErrStop
		})
		if err != nil {
			return err
		}
		if key == nil {
			return errors.New("the device has fewer records than were pushed")
		}
		value[len(value)/2] ^= 1
		return tx.Set(key, value)
	})
}
