package sdk

import (
	"cmp"
	"slices"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go/internal/blobs"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// tidyBlobs removes what is not to stay on the tablet: what was fetched for a record that is not here any more, or does
// not refer to it, after a revocation or an erasure; what nobody named; and the least used ones, until there is room for
// so many bytes more. What is not yet on the server is never among them.
func (t *Tablet) tidyBlobs(room int64) error {
	if err := t.queueBlobs(); err != nil {
		return err
	}
	rows, err := t.blobRows()
	if err != nil {
		return err
	}
	kept, err := t.blobs.kept.List()
	if err != nil {
		return err
	}
	slices.SortFunc(kept, func(a, b blobs.Kept) int { return cmp.Or(a.Used.Compare(b.Used), cmp.Compare(a.Disk, b.Disk)) })
	_, known, err := t.unanswered()
	if err != nil {
		return err
	}
	if err := t.forgetRows(rows, known); err != nil {
		return err
	}
	spent, err := t.spent(known)
	if err != nil {
		return err
	}
	total := room
	for _, k := range kept {
		total += k.Disk
	}
	for _, k := range kept {
		room, err := t.tidy(k, rows, total > t.blobCache(), spent)
		if err != nil {
			return err
		}
		total -= room
	}
	return nil
}

// tidy removes a file if it is to be, and returns how much room that gave.
func (t *Tablet) tidy(k blobs.Kept, rows []blobRow, crowded bool, spent func(blobRow) bool) (room int64, err error) {
	if k.Own && !named(rows, k) {
		return t.unnamedGoes(k)
	}
	if k.Own {
		return t.ownGoes(k, crowded, spent)
	}
	goes, err := t.goes(k, crowded)
	if err != nil || !goes {
		return 0, err
	}
	return k.Disk, t.blobs.kept.Remove(k)
}

// forgetRows drops the rows of what the server has, whose mutation is forgotten and whose file is gone: nothing could be
// offered again.
func (t *Tablet) forgetRows(rows []blobRow, known map[string]bool) error {
	for _, row := range rows {
		if row.Sent && !known[string(row.Mutation)] && !t.blobs.kept.HasOwn([32]byte(row.SHA256)) {
			if err := t.dropRows(row); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *Tablet) blobCache() int64 { return cmp.Or(t.opts.BlobCache, defaultBlobCache) }

// goes tells whether something that was fetched is to be removed; crowded: there is too little room.
func (t *Tablet) goes(k blobs.Kept, crowded bool) (bool, error) {
	if crowded || len(k.Record) != 16 {
		return true, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	v, found, err := t.replica.Record(k.Stream, replica.ID([]byte(k.Record)))
	if err != nil || !found {
		return err == nil, err
	}
	for _, ref := range refsOf(v.Record) {
		if string(ref.GetSha256()) == string(k.SHA256[:]) {
			return false, nil
		}
	}
	return true, nil
}

// ownGoes removes something that was added here and that a record names, once the server has it for every record that
// names it: if there is too little room, or if nobody here may read any of those records and a backup covers them.
func (t *Tablet) ownGoes(k blobs.Kept, crowded bool, spent func(blobRow) bool) (room int64, err error) {
	t.filing.Lock() // nothing new names it until it is gone
	defer t.filing.Unlock()
	if t.held[k.SHA256] > 0 {
		return 0, nil
	}
	rows, err := t.blobRows()
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		if string(row.SHA256) == string(k.SHA256[:]) && (!row.Sent || !crowded && !spent(row)) {
			return 0, nil
		}
	}
	return k.Disk, t.blobs.kept.Remove(k)
}

// spent tells of a row whether its mutation is forgotten, since a backup covers it, and its stream is not on the tablet.
func (t *Tablet) spent(known map[string]bool) (func(blobRow) bool, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	streams, err := t.replica.Streams()
	return func(row blobRow) bool {
		return !known[string(row.Mutation)] &&
			!slices.ContainsFunc(streams, func(s replica.StreamView) bool { return s.ID == row.Stream })
	}, err
}
