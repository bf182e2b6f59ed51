package sdk

import (
	"cmp"
	"slices"

	"github.com/tsunagu-care/tsunagu/sync/care"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Summary says what a body of a stream holds, in one line. The line of a dose begins with the drug of its order, which
// the dose itself does not name: whoever reads a list of doses must not have to look each order up.
func (t *Tablet) Summary(stream string, body *carev1.Body) (ja, en string, err error) {
	seen, err := t.sight()
	if err != nil {
		return "", "", err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.summary(seen, stream, &carev1.Record{Body: body})
}

// summary is Summary of a whole record, for a caller who holds the lock.
func (t *Tablet) summary(by sight, stream string, rec *carev1.Record) (ja, en string, err error) {
	ja, en = care.RecordSummary(rec)
	log := rec.GetBody().GetMedicationLog()
	if log == nil || log.GetDrug().GetName() != "" {
		return ja, en, nil
	}
	order, err := t.order(by, stream, log)
	if name := order.GetBody().GetMedicationOrder().GetDrug().GetName(); name != "" {
		ja, en = name+" "+ja, name+" "+en
	}
	return ja, en, err
}

// order returns the order of a dose, if the tablet has it and the person may read it: from the dose's own stream, or
// from another one of the same chart. The caller holds the lock.
func (t *Tablet) order(by sight, stream string, log *carev1.MedicationLog) (*carev1.Record, error) {
	if len(log.GetOrderId()) != len(replica.ID{}) {
		return nil, nil
	}
	streams, err := t.replica.Streams()
	if err != nil {
		return nil, err
	}
	chart := chartIn(streams, stream)
	streams = slices.DeleteFunc(streams, func(s replica.StreamView) bool { return chartOf(s) != chart })
	slices.SortStableFunc(streams, func(a, b replica.StreamView) int { // its own first
		return cmp.Compare(other(a, stream), other(b, stream))
	})
	for _, s := range streams {
		v, found, err := t.replica.Record(s.ID, replica.ID(log.GetOrderId()))
		if err != nil {
			return nil, err
		}
		if found && by.shows(v) && v.Record.GetBody().GetMedicationOrder() != nil {
			return v.Record, nil
		}
	}
	return nil, nil
}

// chartIn is the chart of a stream among those of the tablet, or, of one that is not, by its id.
func chartIn(streams []replica.StreamView, stream string) string {
	if n := slices.IndexFunc(streams, func(s replica.StreamView) bool { return s.ID == stream }); n >= 0 {
		return chartOf(streams[n])
	}
	return chartOf(replica.StreamView{ID: stream})
}

func other(s replica.StreamView, stream string) int {
	if s.ID == stream {
		return 0
	}
	return 1
}

// place is a stream and a domain key in it.
type place struct {
	stream string
	key    [16]byte
}

func placeOf(stream string, rec *carev1.Record) (place, bool) {
	kind, known := care.KindOf(rec.GetBody())
	if !known {
		return place{}, false
	}
	key, has := care.DomainKey(kind, rec.GetBody())
	return place{stream, key}, has
}

// markDuplicates names to each record those that may be the same thing written or done twice, by the rule that every
// view of a chart uses.
func markDuplicates(items []Item) {
	same := map[place][]int{}
	for n, i := range items {
		if at, has := placeOf(i.StreamID, i.Record); has {
			same[at] = append(same[at], n)
		}
	}
	for _, group := range same {
		for _, n := range group {
			for _, m := range group {
				if n != m && care.PossibleDuplicate(items[n].Record, items[m].Record) {
					items[n].PossibleDuplicates = append(items[n].PossibleDuplicates, items[m].ID)
				}
			}
		}
	}
}

// duplicates finds those of one record. The caller holds the lock.
func (t *Tablet) duplicates(by sight, of replica.View) (ids []replica.ID, err error) {
	at, has := placeOf(of.StreamID, of.Record)
	if !has {
		return nil, nil
	}
	return ids, t.replica.Records(of.StreamID, func(v replica.View) error {
		if v.ID == of.ID || !by.shows(v) {
			return nil
		}
		if is, has := placeOf(v.StreamID, v.Record); has && is == at && care.PossibleDuplicate(of.Record, v.Record) {
			ids = append(ids, v.ID)
		}
		return nil
	})
}
