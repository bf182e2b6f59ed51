package journal

import (
	"slices"
	"time"
)

// Erased writes down an order to erase a record. From then on it is open until Done. Doing it twice is doing it once.
func (j *Journal) Erased(e Erasure, now time.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if slices.Contains(j.state.erasures, e) {
		return j.broken
	}
	return j.append(Record{At: now, Kind: KindErased, Erasure: &e})
}

// Done writes down that the store has carried erasures out. Until a restore is confirmed it writes nothing: what tablets
// offer meanwhile may hold the record, and the confirmation carries everything out again.
func (j *Journal) Done(list []Erasure, now time.Time) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.state.unconfirmed {
		return nil
	}
	var records []Record
	for _, e := range list {
		if !j.state.done[e] {
			records = append(records, Record{At: now, Kind: KindDone, Erasure: &e})
		}
	}
	return j.append(records...)
}

// Erasures returns every erasure, oldest first.
func (j *Journal) Erasures() []Erasure {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Clone(j.state.erasures)
}

// OpenErasures returns those that the store has not carried out, or that it has to carry out again, oldest first.
func (j *Journal) OpenErasures() []Erasure {
	j.mu.Lock()
	defer j.mu.Unlock()
	var open []Erasure
	for _, e := range j.state.erasures {
		if !j.state.done[e] {
			open = append(open, e)
		}
	}
	return open
}
