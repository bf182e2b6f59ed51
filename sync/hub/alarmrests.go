package hub

import (
	"encoding/binary"
	"slices"
	"sort"

	"github.com/tsunagu-care/tsunagu/sync/care/rules"
	"github.com/tsunagu-care/tsunagu/sync/store"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// maxRestPages bounds the pages of the alerts that rest on one record, each of maxSharers: more alerts than a log has
// entries. None is left out, since an erasure has to find them all.
const maxRestPages = 1 << 20

// restsKey is the key of the alerts that rest on a record, or quote it: of the first page of them.
func restsKey(record []byte) store.ID { return restsPage(record, 0) }

// restsPage is the key of one page of them.
func restsPage(record []byte, page int) store.ID {
	b := append([]byte("tsunagu rests 1"), record...)
	if page > 0 {
		b = binary.BigEndian.AppendUint32(b, uint32(page))
	}
	return keyOf(b)
}

// putRests puts an alert under a record that it rests on: on the first page with room. Pages only grow, so all before that
// one are full.
func (w *writer) putRests(record []byte, alert store.ID) error {
	var failed error
	room := func(page int) bool {
		ids, err := w.tx.Keyed(w.stream, restsPage(record, page))
		if err != nil {
			failed = err
		}
		return len(ids) < maxSharers || slices.Contains(ids, alert)
	}
	beyond := 1
	for beyond < maxRestPages && failed == nil && !room(beyond-1) {
		beyond *= 2
	}
	page := beyond/2 + sort.Search(beyond-1-beyond/2, func(n int) bool { return room(beyond/2 + n) })
	if failed != nil {
		return failed
	}
	return w.tx.PutKeyed(w.stream, restsPage(record, page), alert)
}

// restingOn returns all alerts that were put under a record.
func restingOn(r store.Reader, s store.Stream, record []byte) (all []store.ID, err error) {
	for page := range maxRestPages {
		ids, err := r.Keyed(s, restsPage(record, page))
		if err != nil || len(ids) == 0 {
			return all, err
		}
		all = append(all, ids...)
	}
	return all, nil
}

// restsOn are the records that an alert names or quotes: its evidence and that of the findings it was made of or amended to,
// the orders of doses in it, and the limit.
func restsOn(a *carev1.ClinicalAlert, found []rules.Finding) (ids [][]byte) {
	add := func(id []byte) {
		if len(id) == 16 && !slices.ContainsFunc(ids, func(o []byte) bool { return sameID(o, id) }) {
			ids = append(ids, id)
		}
	}
	for _, e := range a.GetEvidence() {
		add(e.GetRecordId())
	}
	for _, f := range found {
		if f.Rule != a.GetRule() || f.Topic != a.GetTopic() {
			continue
		}
		for _, s := range f.Evidence {
			add(s.Record.GetId())
			add(s.Record.GetBody().GetMedicationLog().GetOrderId())
		}
		add(f.Threshold)
	}
	add(a.GetThresholdId())
	return ids
}

// indexAmended puts an alert that was amended under what its new words rest on, too: an erasure has to find them there.
func (w *writer) indexAmended(view *rules.View, a *carev1.ClinicalAlert, id store.ID) error {
	found := rules.Missing(view, a.GetObserved().AsTime())
	for _, s := range view.Recent {
		if slices.ContainsFunc(a.GetEvidence(), func(e *carev1.AlertEvidence) bool { return sameID(e.GetRecordId(), s.Record.GetId()) }) {
			found = append(found, rules.Judge(view, s)...)
		}
	}
	for _, record := range restsOn(a, found) {
		if err := w.putRests(record, id); err != nil {
			return err
		}
	}
	return nil
}
