package app

import (
	"context"
	"io/fs"
	"path/filepath"
	"syscall"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/server/internal/operator"
	"github.com/tsunagu-care/tsunagu/sync/hub"
	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
)

// recently is how far back a device counts as heard of.
const recently = 7 * 24 * time.Hour

// Stats implements operator.Service.
func (a *App) Stats(ctx context.Context) (operator.Stats, error) {
	s, err := a.count(ctx, true)
	s.DiskBytes = diskUse(a.config.StoreFolder()) + diskUse(a.config.JournalFolder())
	return s, err
}

// count counts what there is, and the records too if it may take its time. Every stream is counted in a view of its own,
// so that none is long.
func (a *App) count(ctx context.Context, records bool) (operator.Stats, error) {
	s := operator.Stats{Unconfirmed: a.journal.Unconfirmed(), ErasuresOpen: len(a.journal.OpenErasures())}
	if b, at, ok := a.journal.LastBackup(); ok {
		s.Backup = &operator.LastBackup{Made: b.Made, Verified: at, Streams: b.Streams}
	}
	var streams []store.Stream
	err := a.engine.View(ctx, func(r store.Reader) error {
		streams = nil
		return r.Streams(func(one store.Stream) error {
			streams = append(streams, one)
			return nil
		})
	})
	for _, one := range streams {
		if err == nil {
			err = a.countStream(ctx, one, records, &s)
		}
	}
	if err == nil {
		err = a.countTenant(ctx, &s)
	}
	return s, err
}

func (a *App) countStream(ctx context.Context, one store.Stream, all bool, s *operator.Stats) error {
	head, records, held := &storev1.StreamHead{}, uint64(0), uint64(0)
	err := a.engine.View(ctx, func(r store.Reader) error {
		raw, err := r.Head(one)
		if err != nil {
			return err
		}
		if err := proto.Unmarshal(raw, head); err != nil {
			return store.ErrDamaged
		}
		if held, err = hub.HeldNow(r, one); err != nil || !all {
			return err
		}
		records = 0
		return r.Records(one, store.ID{}, func(store.ID, []byte) error {
			records++
			return nil
		})
	})
	seq := head.GetVersion().GetSeq()
	s.Streams++
	s.Entries += seq
	s.Derived += head.GetDerived()
	s.Records += records
	s.Conflicts += head.GetConflicts()
	s.Held += head.GetHeld()
	s.HeldOpen += held
	if covered := a.journal.Durable(one.Tenant, one.Name).GetSeq(); s.Backup != nil && covered < seq {
		s.Backup.NotCovered += seq - covered
	}
	return err
}

// countTenant counts the inboxes of the directory's organisations, and the devices.
func (a *App) countTenant(ctx context.Context, s *operator.Stats) error {
	tenant, organisations := a.directory.Organisations()
	since := time.Now().Add(-recently).UnixMilli()
	return a.engine.View(ctx, func(r store.Reader) error {
		s.Inbox, s.Devices, s.DevicesRecent, s.Unpurged = 0, 0, 0, 0
		for _, id := range organisations {
			n, err := hub.OpenInInbox(r, store.Organisation{Tenant: tenant, Name: id})
			if err != nil {
				return err
			}
			s.Inbox += n
		}
		return r.Devices(tenant, "", func(_ string, raw []byte) error {
			known := &storev1.KnownDevice{}
			if err := proto.Unmarshal(raw, known); err != nil {
				return store.ErrDamaged
			}
			s.Devices++
			if known.GetLastSeenMs() >= since {
				s.DevicesRecent++
			}
			for _, one := range known.GetStreams() {
				if one.GetRevokedMs() != 0 && one.GetPurgedMs() == 0 {
					s.Unpurged++
				}
			}
			return nil
		})
	})
}

// diskUse adds up the blocks of a folder's files, not their lengths: logs are longer than what is in them. A file that
// goes meanwhile counts nothing.
func diskUse(folder string) (total uint64) {
	_ = filepath.WalkDir(folder, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			if st, ok := info.Sys().(*syscall.Stat_t); ok {
				total += uint64(st.Blocks) * 512
			}
		}
		return nil
	})
	return total
}
