package app

import (
	"context"
	"errors"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/server/internal/metrics"
	"github.com/tsunagu-care/tsunagu/sync/blob"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

const (
	// surveyEvery is how old the gauges of the store may be, surveyWait how long one survey may take.
	surveyEvery = time.Minute
	surveyWait  = 30 * time.Second
	// broughtWithin is how long after its record a photo may come without counting as missing.
	broughtWithin = 24 * time.Hour
)

// surveyNowAndThen keeps the gauges of the store up to date until the context ends.
func (a *App) surveyNowAndThen(ctx context.Context) {
	again := time.NewTicker(surveyEvery)
	defer again.Stop()
	for {
		_ = a.carryOutOpen(ctx) // it has logged what it has to say
		if err := a.survey(ctx); err != nil && ctx.Err() == nil {
			a.log.Error().Str("why", cause(err)).Msg("the store could not be surveyed; its gauges in the metrics are old")
		}
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
	}
}

// surveyNow takes a survey out of turn, after something that the gauges are watched for. It changes nothing if it fails:
// the next one comes within a minute.
func (a *App) surveyNow(ctx context.Context) {
	if len(a.serving) == 0 { // nobody reads the gauges of a command
		return
	}
	if err := a.survey(ctx); err != nil {
		a.log.Warn().Str("why", cause(err)).Msg("the store could not be surveyed; its gauges in the metrics are old")
	}
}

// survey takes one at a time, so that an older one never takes the place of a newer.
func (a *App) survey(ctx context.Context) error {
	a.surveying.Lock()
	defer a.surveying.Unlock()
	ctx, cancel := context.WithTimeout(ctx, surveyWait)
	defer cancel()
	s, err := a.count(ctx, false)
	if err != nil {
		return err
	}
	taken := metrics.Survey{
		Taken: time.Now().Unix(), Streams: uint64(s.Streams), Entries: s.Entries, NotBackedUp: s.Entries,
		Conflicts: s.Conflicts, Held: s.HeldOpen, Inbox: s.Inbox,
		DevicesRecent: s.DevicesRecent, DevicesSilent: s.Devices - s.DevicesRecent, Unpurged: s.Unpurged, Unconfirmed: s.Unconfirmed,
		ErasuresOpen: s.ErasuresOpen,
	}
	if s.Backup != nil {
		taken.BackupMade, taken.NotBackedUp = s.Backup.Made.Unix(), s.Backup.NotCovered
	}
	a.metrics.Surveyed(taken)
	return nil
}

// recordOf names a record of a stream.
type recordOf struct {
	stream store.Stream
	id     string
}

// countMissing counts the photos and files that records show now, and that were not brought though there was time.
func (a *App) countMissing(ctx context.Context, now time.Time) error {
	shown := map[recordOf][]blob.Name{} // of the newest version that a stream's log has so far
	err := a.engine.Dump(ctx, func(row store.Row) error {
		if row.Table != store.RowEntry {
			return nil
		}
		e, rec := &storev1.Entry{}, &carev1.Record{}
		if proto.Unmarshal(row.Value, e) != nil {
			return store.ErrDamaged
		}
		if ledger.Erased(e) || !ledger.Changed(e.GetEffect()) {
			return nil
		}
		stream := store.Stream{Tenant: row.Tenant, Name: row.Name}
		record := recordOf{stream, string(e.GetRecordId())}
		delete(shown, record)
		if now.Sub(time.UnixMilli(e.GetArrivedMs())) < broughtWithin {
			return nil
		}
		raw, err := ledger.Record(e)
		if err != nil || proto.Unmarshal(raw, rec) != nil {
			return errors.Join(store.ErrDamaged, err)
		}
		for _, ref := range rec.GetEnvelope().GetBlobs() {
			if len(ref.GetSha256()) == len(blob.Name{}.SHA256) {
				name := blob.Name{Tenant: row.Tenant, Stream: row.Name, SHA256: [32]byte(ref.GetSha256())}
				shown[record] = append(shown[record], name)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	missing := map[blob.Name]bool{}
	for _, names := range shown {
		for _, name := range names {
			there, err := a.vault.Has(ctx, name)
			if err != nil {
				return err
			}
			if !there {
				missing[name] = true
			}
		}
	}
	a.metrics.BlobsMissing(len(missing))
	return nil
}
