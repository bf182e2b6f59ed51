package journal

import (
	"sort"
	"time"
)

// Overruled says what of a directory file does not hold although it stands there: the end of each right, by key.
type Overruled map[string]time.Time

// Load takes the rights of a directory file that is about to come into force, writes down what differs from the last
// one, and returns what the file may not give. While a restore waits to be confirmed nothing is written down: the file
// may be older than the journal.
func (j *Journal) Load(rights []Right, now time.Time) (Overruled, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.state.unconfirmed {
		if err := j.append(j.changes(rights, now)...); err != nil {
			return nil, err
		}
	}
	return j.overruled(rights), nil
}

// Confirm writes down that an operator has confirmed what is in force, and with it what of the directory file differs
// from the journal's last state.
func (j *Journal) Confirm(rights []Right, now time.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.state.unconfirmed {
		return nil
	}
	return j.append(append(j.changes(rights, now), Record{At: now, Kind: KindConfirmed})...)
}

// overruled finds the rights that the file gives and the journal knows to have ended before a restore.
func (j *Journal) overruled(rights []Right) Overruled {
	over := Overruled{}
	for _, r := range rights {
		known := j.state.rights[r.Key()]
		if known.pinned && later(r.Until, known.end()) {
			over[r.Key()] = known.end()
		}
	}
	return over
}

// later tells whether an end is after another one. Zero is never.
func later(a, b time.Time) bool { return !b.IsZero() && (a.IsZero() || a.After(b)) }

// changes are the lines that bring the journal to what the file says: rights that are new or stand otherwise, in the
// order of the file, then those that are gone, by key. What the journal insists on is left as it is.
func (j *Journal) changes(rights []Right, now time.Time) []Record {
	var records []Record
	there := map[string]bool{}
	for _, r := range rights {
		key := r.Key()
		known, ok := j.state.rights[key]
		if there[key] {
			continue
		}
		there[key] = true
		switch {
		case ok && known.pinned && later(r.Until, known.end()):
		case ok && known.gone.IsZero() && known.same(r):
			if known.pinned {
				records = append(records, Record{At: now, Kind: KindSettled, Right: &r})
			}
		default:
			records = append(records, Record{At: now, Kind: KindRight, Right: &r})
		}
	}
	var missing []string
	for key := range j.state.rights {
		if !there[key] {
			missing = append(missing, key)
		}
	}
	sort.Strings(missing)
	for _, key := range missing {
		known := j.state.rights[key]
		switch {
		case known.gone.IsZero():
			records = append(records, Record{At: now, Kind: KindGone, Right: &known.Right})
			if known.pinned {
				records = append(records, Record{At: now, Kind: KindSettled, Right: &known.Right})
			}
		case known.pinned:
			records = append(records, Record{At: now, Kind: KindSettled, Right: &known.Right})
		}
	}
	return records
}

// Difference is a right about which a directory file and the journal do not agree.
type Difference struct {
	Right Right `json:"right"`
	// How is one of the constants below.
	How string `json:"how"`
	// End is when the right ended, for Ended.
	End time.Time `json:"end,omitzero"`
}

// How a file and the journal differ.
const (
	// Ended: the file gives it, the journal knows that it ended. The journal wins until the file is brought up to date.
	Ended = "ended"
	// Missing: the journal has it in force, the file does not. The file wins: the right ends with the confirmation.
	Missing = "missing"
	// New: the file gives it, the journal never had it. It comes into force with the confirmation.
	New = "new"
	// Changed: both have it, with another end or another secret. The file wins.
	Changed = "changed"
)

// Differences compares a directory file with what the journal knows, by key. now is the time: a right that has run out by
// then is not missed.
func (j *Journal) Differences(rights []Right, now time.Time) []Difference {
	j.mu.Lock()
	defer j.mu.Unlock()
	var found []Difference
	there := map[string]bool{}
	for _, r := range rights {
		there[r.Key()] = true
		known, ok := j.state.rights[r.Key()]
		switch {
		case !ok:
			found = append(found, Difference{Right: r, How: New})
		case known.pinned && later(r.Until, known.end()):
			found = append(found, Difference{Right: r, How: Ended, End: known.end()})
		case known.gone.IsZero() && !known.same(r), !known.gone.IsZero():
			found = append(found, Difference{Right: r, How: Changed})
		}
	}
	for key, known := range j.state.rights {
		if !there[key] && known.gone.IsZero() && later(known.Until, now) {
			found = append(found, Difference{Right: known.Right, How: Missing})
		}
	}
	sort.Slice(found, func(a, b int) bool { return found[a].Right.Key() < found[b].Right.Key() })
	return found
}
