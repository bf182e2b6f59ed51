package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"time"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// coversFile holds up to where verified backups cover each stream. It is a state and not a history, so it is replaced
// as a whole. Losing it costs nothing but that tablets keep what they wrote until the next backup is verified.
const coversFile = "covers"

type covers map[[2]string]Cover

// readCovers reads the file. One that is not there, or damaged, covers nothing.
func readCovers(folder string) covers {
	c := covers{}
	content, err := os.ReadFile(filepath.Join(folder, coversFile))
	if err != nil {
		return c
	}
	digest, text, _ := bytes.Cut(content, []byte("\n"))
	sum := sha256.Sum256(text)
	var list []Cover
	if string(digest) != hex.EncodeToString(sum[:]) || json.Unmarshal(text, &list) != nil {
		return c
	}
	for _, one := range list {
		c[[2]string{one.Tenant, one.Stream}] = one
	}
	return c
}

// write replaces the file durably.
func (c covers) write(folder string) error {
	list := make([]Cover, 0, len(c))
	for _, one := range c {
		list = append(list, one)
	}
	sort.Slice(list, func(a, b int) bool {
		return list[a].Tenant < list[b].Tenant || list[a].Tenant == list[b].Tenant && list[a].Stream < list[b].Stream
	})
	text, err := json.Marshal(list)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	path := filepath.Join(folder, coversFile)
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(append([]byte(hex.EncodeToString(sum[:])), '\n'), text...))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	return syncFolder(folder)
}

// Verified writes down that a backup was verified, with what it covers of this store. A cover never goes back.
func (j *Journal) Verified(b Backup, list []Cover, now time.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	next := covers{}
	for key, one := range j.covers {
		next[key] = one
	}
	for _, one := range list {
		key := [2]string{one.Tenant, one.Stream}
		if one.Seq > next[key].Seq {
			next[key] = one
		}
	}
	return j.cover(b, next, now)
}

// CoverAfterRestore replaces every cover by that of the backup that the store was restored from: what later backups
// covered is not in this store's history any more.
func (j *Journal) CoverAfterRestore(b Backup, list []Cover, now time.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	next := covers{}
	for _, one := range list {
		next[[2]string{one.Tenant, one.Stream}] = one
	}
	return j.cover(b, next, now)
}

func (j *Journal) cover(b Backup, next covers, now time.Time) error {
	b.Streams = len(next)
	if err := next.write(j.folder); err != nil {
		return fmt.Errorf("what the backup covers cannot be written down; nothing was changed, and tablets keep what they wrote: look at the journal's disk and its space, and try again: %w", err)
	}
	if err := j.append(Record{At: now, Kind: KindBackup, Backup: &b}); err != nil {
		return err
	}
	j.covers = next
	return nil
}

// LastBackup returns the backup that was verified last and when that was; false if none was.
func (j *Journal) LastBackup() (b Backup, at time.Time, ok bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state.backup, j.state.backupAt, j.state.backup.ID != ""
}

// Durable returns up to where a verified backup covers a stream; nil if none does.
func (j *Journal) Durable(tenant, streamID string) *syncv1.Version {
	j.mu.Lock()
	defer j.mu.Unlock()
	one, ok := j.covers[[2]string{tenant, streamID}]
	if !ok {
		return nil
	}
	return &syncv1.Version{Epoch: one.Epoch, Seq: one.Seq}
}
