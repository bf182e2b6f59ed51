package blobs

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/store"

	storev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/store/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Abandoned is how long an upload makes no progress before it is given up.
const Abandoned = 30 * 24 * time.Hour

// Collection says what is collected.
type Collection struct {
	// Rows gives every row of the store, all from one snapshot: store.Store's Dump.
	Rows func(ctx context.Context, fn func(store.Row) error) error
	// Grace is how old a blob has to be. 0: what nothing mentions goes at once. What is condemned waits for no grace.
	Grace time.Duration
	// Condemned takes only what is condemned and nothing mentions.
	Condemned bool
	// DryRun removes nothing.
	DryRun bool
	// Now is the time.
	Now time.Time
}

// Collected is what came of it.
type Collected struct {
	// Kept blobs, and Collected ones with what they took on the disk, thumbnails included.
	Kept, Collected int
	Bytes           int64
	// Uploads that were given up.
	Uploads int
}

// Collect removes the blobs that nothing in the store mentions, and the uploads that make no progress. What is listed
// is looked for in a snapshot that is taken after the list, and what somebody relied on meanwhile stays: the record
// comes before the blob, so whatever is to be kept is mentioned by then. Only after a restore it may come later, from a
// tablet that was away: that is what the grace is for. One collection runs at a time.
func (v *Vault) Collect(ctx context.Context, c Collection) (done Collected, err error) {
	if err := v.beginCollection(); err != nil {
		return done, err
	}
	defer v.endCollection()
	condemned, err := v.condemned() // before the snapshot, so that whatever keeps one of them is in it
	if err != nil {
		return done, outward(err)
	}
	if c.Condemned && len(condemned) == 0 {
		return done, nil
	}
	listed, err := v.listAll(ctx)
	if err != nil {
		return done, outward(err)
	}
	unfinished, err := v.unfinished()
	if err != nil {
		return done, outward(err)
	}
	mentioned := map[string]bool{} // object → whether it is
	for object := range listed {
		mentioned[object] = false
	}
	for _, u := range unfinished {
		mentioned[u.object] = false
	}
	if err := v.unmark(ctx, c.Rows, mentioned); err != nil {
		return done, err
	}
	due := func(object string, since time.Time, grace time.Duration) bool {
		return !mentioned[object] && (condemned[object] || !c.Condemned && c.Now.Sub(since) >= grace)
	}
	err = v.removeAll(ctx, c, listed, due, &done)
	if err == nil {
		err = v.giveUp(c, unfinished, due, &done)
	}
	if err == nil && !c.DryRun {
		for object := range condemned {
			if listed[object] != nil && !mentioned[object] {
				delete(condemned, object) // somebody relied on it meanwhile: the next collection decides
			}
		}
		err = v.pardon(condemned)
	}
	return done, outward(err)
}

// isDue tells whether an object that was touched last at a time may go under a grace.
type isDue func(object string, since time.Time, grace time.Duration) bool

// removeAll removes what is listed and due, from the list too.
func (v *Vault) removeAll(ctx context.Context, c Collection, listed map[string]*found, due isDue, done *Collected) error {
	for object, f := range listed {
		removed := false
		if due(object, f.newest, c.Grace) {
			var err error
			if removed, err = v.remove(ctx, object, c.DryRun); err != nil {
				return err
			}
		}
		if !removed {
			done.Kept++
			continue
		}
		delete(listed, object)
		done.Collected++
		done.Bytes += f.bytes
	}
	return nil
}

// ErrCollecting: two collections at once.
var ErrCollecting = errors.New("photos and files are being collected already; nothing was changed: wait for that to end")

func (v *Vault) beginCollection() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.touched != nil {
		return ErrCollecting
	}
	v.touched = map[string]bool{}
	return nil
}

func (v *Vault) endCollection() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.touched = nil
}

// found is a blob in the list, with its thumbnail.
type found struct {
	bytes  int64
	newest time.Time
}

func (v *Vault) listAll(ctx context.Context) (map[string]*found, error) {
	all := map[string]*found{}
	err := v.options.Bucket.Each(ctx, func(l Listed) error {
		object := strings.TrimSuffix(l.Name, thumbnailSuffix)
		if all[object] == nil {
			all[object] = &found{}
		}
		all[object].bytes += l.Size
		if l.Name == object && l.Modified.After(all[object].newest) {
			all[object].newest = l.Modified
		}
		return nil
	})
	return all, err
}

// unmark puts down which of the objects the store mentions.
func (v *Vault) unmark(ctx context.Context, rows func(context.Context, func(store.Row) error) error, mentioned map[string]bool) error {
	mention := func(object string) {
		if _, asked := mentioned[object]; asked {
			mentioned[object] = true
		}
	}
	return rows(ctx, func(row store.Row) error {
		switch row.Table {
		case store.RowEntry:
			v.keys.Mentioned(row.Tenant, row.Name, row.Value, mention)
		case store.RowInbox:
			item, m := &storev1.InboxItem{}, &syncv1.Mutation{}
			if proto.Unmarshal(row.Value, item) != nil {
				return store.ErrDamaged
			}
			if proto.Unmarshal(item.GetPayload(), m) == nil {
				v.keys.Mentioned(row.Tenant, m.GetStreamId(), item.GetPayload(), mention)
			}
		}
		return nil
	})
}

// remove takes a blob and its thumbnail away, unless somebody relied on it since the collection began.
func (v *Vault) remove(ctx context.Context, object string, dry bool) (bool, error) {
	v.collect.Lock()
	defer v.collect.Unlock()
	v.mu.Lock()
	relied := v.touched[object]
	v.mu.Unlock()
	if relied || dry {
		return !relied, nil
	}
	if err := v.options.Bucket.Remove(ctx, object+thumbnailSuffix); err != nil {
		return false, err
	}
	return true, v.options.Bucket.Remove(ctx, object)
}

// unfinishedUpload is a file that an upload is under way in.
type unfinishedUpload struct {
	path, object string
}

// unfinished lists the uploads that are under way. A device has few of them at most.
func (v *Vault) unfinished() (all []unfinishedUpload, err error) {
	err = filepath.WalkDir(v.folder(partialFolder), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !isObject(d.Name()) {
			return err
		}
		all = append(all, unfinishedUpload{path: path, object: d.Name()})
		return nil
	})
	return all, err
}

// giveUp removes the uploads that have made no progress for long, and those whose record is not there any more.
func (v *Vault) giveUp(c Collection, uploads []unfinishedUpload, due isDue, done *Collected) error {
	v.collect.Lock()
	defer v.collect.Unlock()
	for _, u := range uploads {
		info, err := os.Stat(u.path)
		if err != nil {
			continue // finished meanwhile
		}
		abandoned := !c.Condemned && c.Now.Sub(info.ModTime()) >= Abandoned
		if !abandoned && !due(u.object, info.ModTime(), c.Grace) {
			continue
		}
		if done.Uploads++; c.DryRun {
			continue
		}
		if err := os.Remove(u.path); err != nil {
			return err
		}
	}
	return nil
}

// Unfinished counts the uploads that are under way.
func (v *Vault) Unfinished() (int, error) {
	all, err := v.unfinished()
	return len(all), outward(err)
}
