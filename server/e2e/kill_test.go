package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

// TestKill kills the server in the midst of writes, again and again. What was acknowledged has to be there afterwards,
// once; what was not is sent again, and is then there once as well.
func TestKill(t *testing.T) {
	rounds := 20
	if testing.Short() {
		rounds = 4
	}
	data := t.TempDir()
	s := serve(t, data, "127.0.0.1:0")
	writers := killWriters(t, s.url())
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range rounds {
		enough := 1 + random.Int64N(40)
		killAmidWrites(t, s, writers, enough)
		s = serve(t, data, s.address)
	}
	known := 0
	for _, w := range writers {
		w.finish(t)
		if raw, ok := w.(*rawWriter); ok {
			known += raw.known
		}
	}
	t.Logf("%d writes had reached the disk and got no answer", known)
	checkWritten(t, s, writers)
	s.stop(t)
	verify(t, data)
}

// writer writes on and on until the server is gone, and keeps what it was promised.
type writer interface {
	// write makes one or a few writes. It answers how many more were acknowledged, and false when the server is gone.
	write(t *testing.T) (acknowledged int64, on bool)
	// finish sends what had no answer.
	finish(t *testing.T)
	// wrote is everything that it ever wrote, by mutation.
	wrote() map[[16]byte]*written
}

// written is one write and the place in the log that its first acknowledgement named; 0: never acknowledged.
type written struct {
	record [16]byte
	seq    uint64
}

func killWriters(t *testing.T, url string) []writer {
	t.Helper()
	dir := t.TempDir()
	var writers []writer
	for person, device := range map[string]string{"sato": "tablet-a", "suzuki": "tablet-b", "takahashi": "tablet-c"} {
		writers = append(writers, &tabletWriter{tablet: openTablet(t, dir, url, person, device), all: map[[16]byte]*written{}})
	}
	for range 3 {
		writers = append(writers, &rawWriter{client: signIn(t, url, "tanaka", "console"), all: map[[16]byte]*written{}})
	}
	return writers
}

// killAmidWrites lets everybody write, and kills the server once enough was acknowledged: while more is in flight.
func killAmidWrites(t *testing.T, s *server, writers []writer, enough int64) {
	t.Helper()
	var acknowledged atomic.Int64
	reached := make(chan struct{})
	var once sync.Once
	var writing sync.WaitGroup
	for _, w := range writers {
		writing.Go(func() {
			for on := true; on; {
				var more int64
				more, on = w.write(t)
				if acknowledged.Add(more) >= enough {
					once.Do(func() { close(reached) })
				}
			}
		})
	}
	await(t, reached, "enough acknowledged writes")
	s.kill(t)
	ended := make(chan struct{})
	go func() { writing.Wait(); close(ended) }()
	await(t, ended, "the writers to see that the server is gone")
}

// rawWriter writes through ChartService, one mutation at a time.
type rawWriter struct {
	client *client
	all    map[[16]byte]*written
	// unanswered is sent again, with the same id and content, before anything else is written.
	unanswered *chartv1.WriteRequest
	// known counts the writes that the server had though its answer did not come through.
	known int
}

func (w *rawWriter) write(t *testing.T) (int64, bool) {
	r := w.unanswered
	if r == nil {
		r = create(t, shared, 60+uint32(len(w.all)%40))
		w.all[[16]byte(r.GetMutationId())] = &written{record: [16]byte(r.GetMutationId())}
	}
	w.unanswered = r
	answer, err := w.client.write(t.Context(), r)
	if err != nil {
		return 0, false
	}
	w.unanswered = nil
	if answer.GetResult().GetRepeated() {
		w.known++
	}
	w.all[[16]byte(r.GetMutationId())].seq = answer.GetReceipt().GetVersion().GetSeq()
	return 1, true
}

func (w *rawWriter) finish(t *testing.T) {
	t.Helper()
	if _, on := w.write(t); !on {
		t.Error("a write that was cut off cannot be made again")
	}
}

func (w *rawWriter) wrote() map[[16]byte]*written { return w.all }

// tabletWriter writes on a tablet, new records and corrections, and synchronises.
type tabletWriter struct {
	tablet *sdk.Tablet
	all    map[[16]byte]*written
	last   sdk.Saved
}

func (w *tabletWriter) write(t *testing.T) (int64, bool) {
	for n := range 3 {
		var saved sdk.Saved
		var err error
		pulse := 60 + uint32(len(w.all)%40)
		if n == 2 {
			saved, err = w.tablet.Amend(w.last.StreamID, w.last.RecordID, pulseOf(pulse), "読み直し", true)
		} else {
			saved, err = w.tablet.Create(shared, pulseOf(pulse), sdk.Entry{Confirm: true})
		}
		if err != nil {
			t.Errorf("a write on a tablet failed: %v", err)
			return 0, false
		}
		w.last = saved
		w.all[saved.MutationID] = &written{record: saved.RecordID}
	}
	_, err := w.tablet.Sync(t.Context())
	return w.receipts(t), err == nil
}

// receipts takes up what the tablet was promised. A receipt that it once had never changes.
func (w *tabletWriter) receipts(t *testing.T) (more int64) {
	queue, err := w.tablet.Queue()
	if err != nil {
		t.Errorf("the tablet's queue: %v", err)
	}
	for _, own := range queue {
		mine := w.all[own.MutationID]
		seq := own.Receipt.GetVersion().GetSeq()
		switch {
		case mine == nil:
			t.Errorf("the tablet has %x, which nobody wrote", own.MutationID)
		case mine.seq == 0 && seq > 0:
			mine.seq = seq
			more++
		case mine.seq != seq:
			t.Errorf("%x was received as %d, and then as %d", own.MutationID, mine.seq, seq)
		}
	}
	return more
}

func (w *tabletWriter) finish(t *testing.T) {
	t.Helper()
	synchronise(t, w.tablet)
	w.receipts(t)
}

func (w *tabletWriter) wrote() map[[16]byte]*written { return w.all }

// checkWritten holds what was written against the chart, its history, and what a new tablet gets.
func checkWritten(t *testing.T, s *server, writers []writer) {
	t.Helper()
	all := map[[16]byte]*written{}
	for _, w := range writers {
		for id, one := range w.wrote() {
			if all[id] = one; one.seq == 0 {
				t.Errorf("%x was never acknowledged", id)
			}
		}
	}
	reader := signIn(t, s.url(), "ito", "console")
	records := map[[16]byte]int{}
	seen := map[[16]byte]int{}
	for _, item := range reader.timeline(t, shared) {
		id := [16]byte(item.GetRecord().GetId())
		records[id]++
		for _, h := range reader.history(t, shared, id[:]) {
			m := [16]byte(h.GetMutationId())
			seen[m]++
			if one := all[m]; one == nil || one.seq != h.GetVersion().GetVersion().GetSeq() {
				t.Errorf("%x stands at %v in the history; its receipt: %+v", m, h.GetVersion().GetVersion(), one)
			}
		}
	}
	for id, one := range all {
		if records[one.record] != 1 || seen[id] != 1 {
			t.Errorf("%x: its record is there %d times, itself %d times", id, records[one.record], seen[id])
		}
	}
	t.Logf("%d writes about %d records", len(all), len(records))
	checkFreshTablet(t, s, records)
}

// checkFreshTablet lets a tablet with an empty store pull everything.
func checkFreshTablet(t *testing.T, s *server, records map[[16]byte]int) {
	t.Helper()
	tablet := openTablet(t, filepath.Join(t.TempDir(), "fresh"), s.url(), "ito", "console")
	items, err := tablet.Timeline(shared, sdk.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	pulled := map[[16]byte]bool{}
	for _, item := range items {
		pulled[item.ID] = true
	}
	if len(items) != len(records) || len(pulled) != len(records) {
		t.Errorf("a new tablet has %d records, the chart %d", len(items), len(records))
	}
	for id := range records {
		if !pulled[id] {
			t.Errorf("a new tablet lacks %s", fmt.Sprintf("%x", id))
		}
	}
	if differ, err := tablet.Verify(); differ != 0 || err != nil {
		t.Errorf("a new tablet differs in %d sections, %v", differ, err)
	}
}
