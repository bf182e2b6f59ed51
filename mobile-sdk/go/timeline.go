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
	// Author is who wrote it first; nil if unknown. Writer is who wrote the value that is shown: the author of the last
	// change, if there was one.
	Author, Writer *carev1.Actor
	// Released is who decided that the value that is shown counts, after the server had held it; nil: nobody had to.
	Released *carev1.Actor
	// Erased: the record was destroyed by order. Nothing of it is left, nobody is named, and nothing can be written to it.
	Erased bool
	// Retracted: shown struck through, counts nowhere.
	Retracted bool
	// TimeUncertain: the clock of the tablet that wrote it was off; both times have to be shown.
	TimeUncertain bool
	// PossibleDuplicates: the same thing written twice, or done twice. A person decides; until then it is the worse case.
	PossibleDuplicates []replica.ID
	// Distinct are the records that somebody decided to be other ones than this, with who decided, where it stands here.
	Distinct []care.Distinct
	// Remarks are what a reader has to know beside the record and that it does not say itself, as of now.
	Remarks []care.Remark
}

// Filter narrows a timeline.
type Filter struct {
	// Kinds to show, such as "vital_signs"; empty: all.
	Kinds []string
	// Attention: only what somebody has to look at, possible duplicates included.
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
	seen, err := t.sight()
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	var items []Item
	for _, s := range c.Streams {
		err := t.replica.Records(s.ID, func(v replica.View) error {
			if seen.shows(v) {
				items = append(items, t.item(v))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	markDuplicates(items)
	remark(items, time.UnixMilli(t.opts.Clock().WallMs))
	items = slices.DeleteFunc(items, func(i Item) bool { return !f.shows(i) })
	slices.SortFunc(items, func(a, b Item) int {
		return cmp.Or(b.At.Compare(a.At), bytes.Compare(b.ID[:], a.ID[:]))
	})
	if f.Limit > 0 && len(items) > f.Limit {
		items = items[:f.Limit]
	}
	for n := range items {
		if items[n].Ja, items[n].En, err = t.summary(seen, items[n].StreamID, items[n].Record); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// remark puts beside each record what a reader has to know; an instruction is held against the others of its stream, which
// every tablet keeps whole.
func remark(items []Item, now time.Time) {
	sheets := map[string][]*carev1.Record{}
	for _, i := range items {
		if i.Record.GetBody().GetInstruction() != nil {
			sheets[i.StreamID] = append(sheets[i.StreamID], i.Record)
		}
	}
	for n := range items {
		items[n].Remarks = care.Remarks(changed(items[n].View), sheets[items[n].StreamID], now)
	}
}

func (f Filter) shows(i Item) bool {
	if f.Attention && i.State >= replica.OnTablet && !i.NeedsUpdate && len(i.PossibleDuplicates) == 0 {
		return false
	}
	return len(f.Kinds) == 0 || slices.Contains(f.Kinds, i.Kind)
}

// item puts a record into words. The caller holds the lock.
func (t *Tablet) item(v replica.View) Item {
	i := Item{
		View: v, At: v.Record.GetEnvelope().GetEffective().AsTime(), Author: v.Record.GetArrival().GetAuthor(),
		Erased:        v.Record.GetStatus() == carev1.RecordStatus_RECORD_STATUS_ERASED,
		Retracted:     v.Record.GetStatus() == carev1.RecordStatus_RECORD_STATUS_RETRACTED,
		TimeUncertain: v.Record.GetArrival().GetTimeUncertain(),
	}
	i.Distinct = care.Decisions(v.Record)
	if kind, known := care.KindOf(v.Record.GetBody()); known {
		i.Kind = kind.Name
	}
	if i.Author == nil && len(v.Own) > 0 {
		i.Author = t.actor(v.Own[0].PersonID)
	}
	i.Writer, i.Released = i.Author, v.Record.GetArrival().GetReleasedBy()
	if change := v.Record.GetLastChange().GetAuthor(); change != nil {
		i.Writer, i.Released = change, v.Record.GetLastChange().GetReleasedBy()
	}
	if last := len(v.Own) - 1; last >= 0 && v.Own[last].State == replica.OnTablet {
		if a := t.actor(v.Own[last].PersonID); a != nil {
			i.Writer, i.Released = a, nil
		}
	}
	return i
}

// actor is somebody who signed in on this tablet; nil if they never did. The caller holds the lock.
func (t *Tablet) actor(person string) *carev1.Actor {
	a, found, err := t.replica.Author(person)
	if !found || err != nil {
		return nil
	}
	return &carev1.Actor{PersonId: a.PersonID, Name: a.Name, Role: a.Role, OrganisationId: a.Organisation}
}

// Record returns one record with its words.
func (t *Tablet) Record(stream string, id replica.ID) (Item, error) {
	seen, err := t.sight()
	if err != nil {
		return Item{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	v, found, err := t.replica.Record(stream, id)
	if err != nil {
		return Item{}, err
	}
	if !found || !seen.shows(v) {
		return Item{}, ErrNoRecord
	}
	i := t.item(v)
	if i.Ja, i.En, err = t.summary(seen, stream, v.Record); err != nil {
		return Item{}, err
	}
	i.PossibleDuplicates, err = t.duplicates(seen, v)
	return i, err
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
