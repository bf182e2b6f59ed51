package e2e_test

import (
	"testing"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"

	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
)

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
