package sdk

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Item is a record on a chart's timeline.
type Item struct {
	replica.View
	// At is the effective time.
	At time.Time
	// Kind of the record, such as "vital_signs"; empty if this app does not know it.
	Kind string
	// Ja and En say what it holds, in one line.
	Ja, En string
	// Author is who wrote it; nil if unknown.
	Author *carev1.Actor
	// Retracted: shown struck through, counts nowhere.
	Retracted bool
	// TimeUncertain: the clock of the tablet that wrote it was off; both times have to be shown.
	TimeUncertain bool
	// PossibleDuplicates share its domain key: the same thing written twice, or done twice.
	PossibleDuplicates []replica.ID
}

// Filter narrows a timeline.
type Filter struct {
	// Kinds to show, such as "vital_signs"; empty: all.
	Kinds []string
	// Attention: only what somebody has to look at.
	Attention bool
	// Limit of items, newest first. 0: all.
	Limit int
}

// Timeline returns the records of a chart on this tablet, newest first, its own entries included.
func (t *Tablet) Timeline(chart string, f Filter) ([]Item, error) {
	c, err := t.Chart(chart)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var items []Item
	for _, s := range c.Streams {
		err := t.replica.Records(s.ID, func(v replica.View) error {
			items = append(items, t.item(v))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	markDuplicates(items)
	items = slices.DeleteFunc(items, func(i Item) bool { return !f.shows(i) })
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(b.At.Compare(a.At), bytes.Compare(b.ID[:], a.ID[:]))
	})
	if f.Limit > 0 && len(items) > f.Limit {
		items = items[:f.Limit]
	}
	return items, nil
}

func (f Filter) shows(i Item) bool {
	if f.Attention && i.State >= replica.OnTablet && !i.NeedsUpdate {
		return false
	}
	return len(f.Kinds) == 0 || slices.Contains(f.Kinds, i.Kind)
}

// item puts a record into words. The caller holds the lock.
func (t *Tablet) item(v replica.View) Item {
	i := Item{
		View: v, At: v.Record.GetEnvelope().GetEffective().AsTime(), Author: v.Record.GetArrival().GetAuthor(),
		Retracted:     v.Record.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED,
		TimeUncertain: v.Record.GetArrival().GetTimeUncertain(),
	}
	i.Ja, i.En = care.Summary(v.Record.GetBody())
	if kind, known := care.KindOf(v.Record.GetBody()); known {
		i.Kind = kind.Name
	}
	if i.Author == nil && len(v.Own) > 0 {
		if a, found, err := t.replica.Author(v.Own[0].PersonID); found && err == nil {
			i.Author = &carev1.Actor{PersonId: a.PersonID, Name: a.Name, Role: a.Role, OrganisationId: a.Organisation}
		}
	}
	return i
}

// markDuplicates finds the records that share a domain key.
func markDuplicates(items []Item) {
	type place struct {
		stream string
		key    [16]byte
	}
	same := map[place][]int{}
	for n, i := range items {
		kind, known := care.KindByName(i.Kind)
		if !known || i.Retracted {
			continue
		}
		if key, has := care.DomainKey(kind, i.Record.GetBody()); has {
			at := place{i.StreamID, key}
			same[at] = append(same[at], n)
		}
	}
	for _, group := range same {
		for _, n := range group {
			for _, other := range group {
				if other != n {
					items[n].PossibleDuplicates = append(items[n].PossibleDuplicates, items[other].ID)
				}
			}
		}
	}
}

// record returns one record as the tablet shows it.
func (t *Tablet) record(stream string, id replica.ID) (replica.View, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	v, found, err := t.replica.Record(stream, id)
	if err == nil && !found {
		err = ErrNoRecord
	}
	return v, err
}

// Record returns one record with its words.
func (t *Tablet) Record(stream string, id replica.ID) (Item, error) {
	v, err := t.record(stream, id)
	if err != nil {
		return Item{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.item(v), nil
}

// Find returns the record of a chart whose id, in hex without dashes, begins or ends with what was typed.
func (t *Tablet) Find(chart, typed string) (Item, error) {
	typed = strings.ToLower(strings.ReplaceAll(typed, "-", ""))
	items, err := t.Timeline(chart, Filter{})
	if err != nil {
		return Item{}, err
	}
	found := slices.DeleteFunc(items, func(i Item) bool {
		id := hex.EncodeToString(i.ID[:])
		return !strings.HasPrefix(id, typed) && !strings.HasSuffix(id, typed)
	})
	switch {
	case typed == "" || len(found) == 0:
		return Item{}, ErrNoRecord
	case len(found) > 1:
		return Item{}, ErrAmbiguous
	}
	return found[0], nil
}

// Queue returns what this tablet's people wrote and the tablet still keeps, oldest first.
func (t *Tablet) Queue() ([]replica.Own, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.replica.Queue()
}

// Rescue returns records that the server no longer has; they may be the only copies.
func (t *Tablet) Rescue() ([]replica.Rescued, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.replica.Rescue()
}
