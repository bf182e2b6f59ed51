package badger

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/tsunagu-care/tsunagu/sync/store"
)

// perClosure is how many mutations a full sync request brings.
const perClosure = 1000

var benchStream = store.Stream{Tenant: "bench", Name: "chart/care"}

// feed makes mutations that look like vital signs: an entry of 400 bytes of which 176 are hashes, ids and seals, a
// state of 40 bytes and a place in the timeline.
type feed struct {
	random *rand.ChaCha8
	seq    uint64
	entry  [400]byte
	state  [40]byte
}

func newFeed() *feed {
	f := &feed{random: rand.NewChaCha8([32]byte{1})}
	copy(f.entry[176:], "\x0a\x10vital signs\x12\x18blood pressure systolic 128 diastolic 76 pulse 66 SpO2 97 temperature 36.4 posture sitting cuff left arm device validated; measured at home by nurse; device 0a1b2c3d author nurse-1234 station-17 role nurse")
	return f
}

// mutation writes one mutation as the hub does for a new record.
func (f *feed) mutation(tx store.Tx) error {
	f.seq++
	_, _ = f.random.Read(f.entry[:176])
	binary.BigEndian.PutUint64(f.entry[392:], f.seq)
	id := store.ID(f.entry[:16])
	if seq, err := tx.Mutation(benchStream, id); err != nil || seq != 0 {
		return err
	}
	if state, err := tx.Record(benchStream, id); err != nil || state != nil {
		return err
	}
	copy(f.state[:], f.entry[16:40])
	if err := tx.Append(benchStream, f.seq, f.entry[:]); err != nil {
		return err
	}
	if err := tx.PutRecord(benchStream, id, f.state[:]); err != nil {
		return err
	}
	return tx.PutPlace(benchStream, store.Place{EffectiveMs: 1_700_000_000_000 + int64(f.seq)*60_000, Seq: f.seq})
}

// fill writes n mutations, as many in a closure as a request brings.
func (f *feed) fill(tb testing.TB, s store.Store, n int) {
	for n > 0 {
		now := min(n, perClosure)
		n -= now
		errs := s.Update(tb.Context(), func(tx store.Tx) error {
			for range now {
				if err := f.mutation(tx); err != nil {
					return err
				}
			}
			return tx.PutHead(benchStream, f.entry[:100])
		})
		if errs[0] != nil {
			tb.Fatal(errs[0])
		}
	}
}

// BenchmarkUpdate measures one mutation.
func BenchmarkUpdate(b *testing.B) {
	s, f := open(b, testOptions(b.TempDir())), newFeed()
	b.ResetTimer()
	f.fill(b, s, b.N)
	b.StopTimer()
	b.ReportMetric(float64(s.Stats().DiskBytes)/float64(b.N)*100_000/(1<<20), "MiB/100k")
}

// BenchmarkCurrent measures one entry of a pull of 100,000, copied as a page would.
func BenchmarkCurrent(b *testing.B) {
	const entries = 100_000
	s := open(b, testOptions(b.TempDir()))
	newFeed().fill(b, s, entries)
	page := make([]byte, 0, 1<<20)
	b.ResetTimer()
	for read := 0; read < b.N; {
		err := s.View(b.Context(), func(r store.Reader) error {
			return r.Current(benchStream, 0, func(_ uint64, entry []byte) error {
				if len(page)+len(entry) > cap(page) {
					page = page[:0]
				}
				page = append(page, entry...)
				if read++; read >= b.N {
					return store.ErrStop
				}
				return nil
			})
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRecord measures reading one state at random of 100,000.
func BenchmarkRecord(b *testing.B) {
	const entries = 100_000
	s := open(b, testOptions(b.TempDir()))
	newFeed().fill(b, s, entries)
	b.ResetTimer()
	for b.Loop() {
		err := s.View(b.Context(), func(r store.Reader) error {
			_, err := r.Entry(benchStream, 1+rand.Uint64N(entries))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
