package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
)

// device is a tablet as apps have it: the SDK with a store of its own, on the same disk as the server's.
type device struct {
	*sdk.Tablet
	traffic *traffic
	dir     string
}

// openDevice makes one with an empty store and signs somebody in.
func (l *lab) openDevice(ctx context.Context, s *site, name string) (*device, error) {
	l.devices++
	d := &device{traffic: new(traffic), dir: filepath.Join(l.folder, fmt.Sprintf("tablet-%d", l.devices))}
	var err error
	d.Tablet, err = sdk.Open(sdk.Options{
		Dir: d.dir, Device: name, Server: "http://" + s.server.address(), HTTP: d.traffic.client(),
	})
	if err != nil {
		return nil, err
	}
	if err := d.SignIn(ctx, benchSecret, name, benchSecret); err != nil {
		return nil, errors.Join(err, d.remove())
	}
	return d, nil
}

// remove closes the device and removes its store.
func (d *device) remove() error {
	return errors.Join(d.Close(), os.RemoveAll(d.dir), os.Remove(d.dir+".key"))
}

// watched synchronises while the server is watched, and checks what the device counted.
func (l *lab) watched(ctx context.Context, s *site, d *device, row string, fits func(sdk.SyncReport) bool) (took spent, err error) {
	return took, l.profile(row, func() error {
		w, err := s.begin(ctx, d.traffic)
		if err != nil {
			return err
		}
		got, err := d.Sync(ctx)
		if err != nil {
			return errors.Join(err, errors.Unwrap(err))
		}
		if took, err = w.end(ctx); err == nil && !fits(got) {
			err = fmt.Errorf("the tablet says that it pushed %d and pulled %d records", got.Pushed, got.Pulled)
		}
		return err
	})
}

// whole lets the device add up its digests again from what it has kept.
func (d *device) whole() error {
	differing, err := d.Verify()
	if err == nil && differing > 0 {
		err = fmt.Errorf("%d sections of the tablet have other digests than their records", differing)
	}
	return err
}

// pushSDK pushes a queue that was written on a tablet before.
func (l *lab) pushSDK(ctx context.Context, s *site) (err error) {
	d, err := l.openDevice(ctx, s, writer)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.remove()) }()
	n := l.settings.records
	began := time.Now()
	if err := l.write(ctx, d, n); err != nil {
		return err
	}
	l.report.add(w1Written, float64(n)/time.Since(began).Seconds())
	if err := d.enter(s.book(streamOf(mainChart))); err != nil {
		return err
	}
	took, err := l.watched(ctx, s, d, "W1sdk", func(r sdk.SyncReport) bool { return r.Pushed == n && r.Pulled >= n })
	if err != nil {
		return err
	}
	peak, err := peakOf(s.server.pid())
	l.report.add(w1SDK, took.rate(n))
	l.report.add(w1SDKCPU, took.cpu.Seconds())
	l.report.add(w1SDKPeak, peak/(1<<20))
	return errors.Join(err, d.whole())
}

// write saves readings on the device.
func (l *lab) write(ctx context.Context, d *device, n int) error {
	r := newReadings(l.settings.seed, n)
	for range n {
		record := r.next()
		_, err := d.Create(mainChart, record.GetBody(), sdk.Entry{
			At: record.GetEnvelope().GetEffective().AsTime(), Stream: streamOf(mainChart), Confirm: true,
		})
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
	}
	return nil
}

// enter puts what stands in the device's queue into the book.
func (d *device) enter(b *book) error {
	queue, err := d.Queue()
	if err != nil {
		return err
	}
	for _, own := range queue {
		record, err := ledger.Marshal(own.Mutation.GetRecord())
		if err != nil {
			return err
		}
		b.put(own.RecordID, record)
	}
	return nil
}
