package replica

import (
	"maps"
	"slices"

	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// positionMonth is the oldest month that a position names, 0 for everything. A position that names none follows its
// request, so that everything has a name of its own.
func positionMonth(oldest uint32, req *syncv1.SyncRequest) uint32 {
	if oldest == 0 && req.GetOldestMonth() != 0 {
		return everyMonth
	}
	return oldest
}

// askedFrom is the month from which the request asked for a stream; 0 for everything.
func (a *absorbing) askedFrom(stream string) uint32 {
	month := a.asked[stream].GetOldestMonth()
	if month == 0 {
		month = a.req.GetOldestMonth()
	}
	if month == everyMonth {
		return 0
	}
	return month
}

// digestsDue tells whether the digests of a stream are to be sent with its position.
func digestsDue(s *devicev1.StreamState) bool {
	return s.GetComplete() && (s.GetSectionsDue() || s.GetWidenTo() != 0 && !s.GetWidenKnown())
}

// digestsToSend are the digests of the months that are held, empty ones left out: the answer names those that are
// missing. The standing section is always among them, since no list at all asks for nothing.
func digestsToSend(r Reader, s *devicev1.StreamState) ([]*syncv1.SectionDigest, error) {
	sums, err := sumsOf(r, s.GetStreamId())
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(sums, func(_ uint32, s *sum) bool { return *s == sum{} })
	if sums[0] == nil {
		sums[0] = &sum{}
	}
	all := listed(sums, kept(s))
	return all[:min(len(all), maxStreamSections)], nil
}

// compared takes the server's comparison of the digests that were sent with a position.
func (a *absorbing) compared(s *devicev1.StreamState, v *syncv1.StreamVerdict) error {
	asked := a.asked[s.GetStreamId()]
	if len(asked.GetSections()) == 0 {
		return nil
	}
	a.checked++
	if !v.GetSectionsCompared() {
		s.SectionsDue = s.GetSectionsDue() && a.resp.GetRestoring() // a server that does not compare is not asked again
		return nil
	}
	differ := map[uint32]bool{}
	for _, d := range v.GetDiffering() {
		differ[d.GetSection()] = true
	}
	for _, d := range asked.GetSections() {
		differ[d.GetSection()] = differ[d.GetSection()]
	}
	return takeComparison(a.tx, s, a.askedFrom(s.GetStreamId()), differ)
}

// compareDigests compares the stream with the digests of its last page, and puts down for repair what differs.
func compareDigests(tx Tx, s *devicev1.StreamState, _ *budget) (bool, error) {
	theirs := map[uint32]*sum{}
	for _, d := range s.GetSections() {
		theirs[d.GetSection()] = sumOf(d)
	}
	ours, err := sumsOf(tx, s.GetStreamId())
	if err != nil {
		return false, err
	}
	differ := map[uint32]bool{}
	for _, sums := range []map[uint32]*sum{ours, theirs} {
		for section := range sums {
			differ[section] = !same(ours[section], theirs[section])
		}
	}
	return true, takeComparison(tx, s, s.GetSectionsFrom(), differ)
}

// same tells whether two sums are; a section that is missing has the sum 0.
func same(a, b *sum) bool {
	if a == nil {
		a = &sum{}
	}
	if b == nil {
		b = &sum{}
	}
	return *a == *b
}

// takeComparison puts down which sections differ from the server's, and takes off the list those that do not. from is the
// month from which they were compared.
func takeComparison(tx Tx, s *devicev1.StreamState, from uint32, differ map[uint32]bool) error {
	from = max(from, kept(s))
	for _, section := range slices.Sorted(maps.Keys(differ)) {
		if before(section, from) {
			continue
		}
		var err error
		if differ[section] {
			err = putDown(tx, s.GetStreamId(), section)
		} else {
			err = tx.Delete(sectionKey(keyRepair, s.GetStreamId(), section))
		}
		if err != nil {
			return err
		}
	}
	s.SectionsDue = false
	if s.GetWidenTo() != 0 && from <= kept(s) {
		s.WidenKnown = true
	}
	return widened(tx, s)
}
