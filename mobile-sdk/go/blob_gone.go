package sdk

import (
	"slices"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go/internal/blobs"
	"github.com/tsunagu-care/tsunagu/sync/replica"
)

// removeGone removes the photos and files of what the tablet destroyed or may no longer have: of a record that was erased
// by order everything, its author's own included; of a chart's part that was revoked what was fetched of it. It runs
// after every answer and before the next request, which may tell the server that nothing is left here.
func (t *Tablet) removeGone() error {
	for {
		t.mu.Lock()
		gone, err := t.replica.Removals()
		t.mu.Unlock()
		if err != nil || len(gone) == 0 {
			return err
		}
		if err := t.removeFiles(gone); err != nil {
			return err
		}
		t.mu.Lock()
		err = t.replica.Removed(gone...)
		t.mu.Unlock()
		if err != nil {
			return err
		}
	}
}

// removeFiles removes the files first and forgets who named them last: cut off in between, all of it is done again.
func (t *Tablet) removeFiles(gone []replica.Removal) error {
	t.fetching.Lock() // a download under way would come after
	defer t.fetching.Unlock()
	t.filing.Lock()
	defer t.filing.Unlock()
	rows, err := t.blobRows()
	if err != nil {
		return err
	}
	kept, err := t.blobs.kept.List()
	if err != nil {
		return err
	}
	erased, others := ofErased(rows, gone, true), ofErased(rows, gone, false)
	for _, k := range kept {
		goes := !k.Own && slices.ContainsFunc(gone, func(g replica.Removal) bool { return takesAway(g, k) }) ||
			k.Own && named(erased, k) && !named(others, k)
		if !goes {
			continue
		}
		if err := t.blobs.kept.Remove(k); err != nil {
			return err
		}
	}
	return t.dropRows(erased...)
}

// named tells whether a mutation of this tablet names a file.
func named(rows []blobRow, k blobs.Kept) bool {
	return slices.ContainsFunc(rows, func(row blobRow) bool { return string(row.SHA256) == string(k.SHA256[:]) })
}

// ofErased returns the rows of records that were erased, or the others.
func ofErased(rows []blobRow, gone []replica.Removal, erased bool) (some []blobRow) {
	for _, row := range rows {
		is := slices.ContainsFunc(gone, func(g replica.Removal) bool {
			return g.RecordID != (replica.ID{}) && g.StreamID == row.Stream && string(g.RecordID[:]) == string(row.Record)
		})
		if is == erased {
			some = append(some, row)
		}
	}
	return some
}

// takesAway tells whether something that was fetched goes with a record or a stream. A file that says nothing of itself
// any more may be of either.
func takesAway(g replica.Removal, k blobs.Kept) bool {
	if len(k.Record) != 16 {
		return true
	}
	return k.Stream == g.StreamID && (g.RecordID == replica.ID{} || string(g.RecordID[:]) == k.Record)
}
