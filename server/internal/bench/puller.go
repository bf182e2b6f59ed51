package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
)

// puller is a tablet that keeps positions and digests, and no records.
type puller struct {
	tablet    *tablet
	positions []*syncv1.StreamPosition
	index     map[string]int
	sums      map[string]map[uint32]*sum
	// alerts are how many records of a stream the server derived.
	alerts map[string]uint64
	// each is told about every record that somebody wrote; may be nil.
	each func(stream string, id [16]byte, record []byte) error
}

type sum struct {
	digest ledger.Digest
	count  uint64
}

// maxSteps bounds a first sync.
const maxSteps = 10_000

func newPuller(t *tablet) *puller {
	return &puller{tablet: t, index: map[string]int{}, sums: map[string]map[uint32]*sum{}, alerts: map[string]uint64{}}
}

// pulled is what a pull brought, in how many round trips.
type pulled struct{ records, trips int }

// pull brings everything that is new, as a device does that sends its whole manifest.
func (p *puller) pull(ctx context.Context) (got pulled, err error) {
	for range maxSteps {
		m := request()
		m.Pull, m.ManifestComplete, m.Positions = true, true, p.positions
		answer, err := p.tablet.step(ctx, m)
		if err != nil {
			return got, err
		}
		got.trips++
		for _, v := range answer.GetVerdicts() {
			if err := p.verdict(v); err != nil {
				return got, err
			}
		}
		for _, page := range answer.GetPages() {
			if err := p.take(page); err != nil {
				return got, err
			}
			got.records += writtenOf(page)
		}
		if !answer.GetMore() {
			return got, nil
		}
	}
	return got, errors.New("the pull does not end")
}

// verdict takes up a stream that the tablet did not know.
func (p *puller) verdict(v *syncv1.StreamVerdict) error {
	if v.GetVerdict() != syncv1.Verdict_VERDICT_BEHIND && v.GetVerdict() != syncv1.Verdict_VERDICT_UP_TO_DATE {
		return fmt.Errorf("stream %s got the verdict %s", v.GetStreamId(), v.GetVerdict())
	}
	at := p.position(v.GetStreamId())
	if v.GetVerdict() == syncv1.Verdict_VERDICT_UP_TO_DATE {
		at.Cursor, at.Staged = v.GetHead(), nil
	}
	return nil
}

func (p *puller) position(stream string) *syncv1.StreamPosition {
	at, known := p.index[stream]
	if !known {
		at = len(p.positions)
		p.index[stream] = at
		p.positions = append(p.positions, &syncv1.StreamPosition{StreamId: stream})
	}
	return p.positions[at]
}

// take adds a page's records to the digests; the last page says what they have to be.
func (p *puller) take(page *syncv1.Page) error {
	stream := page.GetStreamId()
	if p.sums[stream] == nil {
		p.sums[stream] = map[uint32]*sum{}
	}
	for _, r := range page.GetRecords() {
		id, err := idOf(r.GetRecord())
		if err != nil {
			return err
		}
		s := p.sums[stream][r.GetSection()]
		if s == nil {
			s = new(sum)
			p.sums[stream][r.GetSection()] = s
		}
		s.digest, s.count = s.digest.Add(ledger.Term(id, r.GetVersion(), r.GetRecord())), s.count+1
		if derived(id) {
			p.alerts[stream]++
			continue
		}
		if p.each != nil {
			if err := p.each(stream, id, r.GetRecord()); err != nil {
				return err
			}
		}
	}
	at := p.position(stream)
	if !page.GetLast() {
		at.Staged = page.GetStaged()
		return nil
	}
	at.Cursor, at.Staged = page.GetStaged(), nil
	return p.fits(stream, page.GetSections())
}

// fits compares the digests with the server's.
func (p *puller) fits(stream string, sections []*syncv1.SectionDigest) error {
	if len(sections) != len(p.sums[stream]) {
		return fmt.Errorf("stream %s has other sections than its records say", stream)
	}
	for _, d := range sections {
		s := p.sums[stream][d.GetSection()]
		if s == nil || s.count != d.GetCount() || !bytes.Equal(s.digest[:], d.GetDigest()) {
			return fmt.Errorf("section %d of stream %s has another digest than its records", d.GetSection(), stream)
		}
	}
	return nil
}

// count is how many records a stream has.
func (p *puller) count(stream string) (n uint64) {
	for _, s := range p.sums[stream] {
		n += s.count
	}
	return n - p.alerts[stream]
}

// derived tells whether the server made a record itself: an alert has an id of version 8, what a tablet writes one of
// version 7 (RFC 9562).
func derived(id [16]byte) bool { return id[6]>>4 == 8 }

// writtenOf is how many records of a page somebody wrote.
func writtenOf(page *syncv1.Page) (n int) {
	for _, r := range page.GetRecords() {
		if id, err := idOf(r.GetRecord()); err != nil || !derived(id) { // what the tablet has itself comes without its bytes
			n++
		}
	}
	return n
}

// idOf reads the id out of a serialised record: its first field.
func idOf(record []byte) (id [16]byte, err error) {
	number, kind, n := protowire.ConsumeTag(record)
	if n < 0 || number != 1 || kind != protowire.BytesType {
		return id, errors.New("a record does not begin with its id")
	}
	value, n := protowire.ConsumeBytes(record[n:])
	if n < 0 || len(value) != len(id) {
		return id, errors.New("a record has an id that is none")
	}
	return [16]byte(value), nil
}
