package ledger_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/ledger"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// history is a log that goes back to an older copy now and then and opens a new epoch each time.
type history struct {
	entries []*syncv1.Version
	bases   []*syncv1.EpochBase
}

func (h history) head() *syncv1.Version {
	return &syncv1.Version{Epoch: h.bases[len(h.bases)-1].GetEpoch(), Seq: uint64(len(h.entries))}
}

func (h history) has(v *syncv1.Version) bool {
	at := int(v.GetSeq()) - 1
	return at < len(h.entries) && h.entries[at].GetEpoch() == v.GetEpoch()
}

func (h history) append() history {
	v := &syncv1.Version{Epoch: h.head().GetEpoch(), Seq: uint64(len(h.entries)) + 1}
	return history{entries: append(slices.Clip(h.entries), v), bases: h.bases}
}

func (h history) restored(epoch uint64) history {
	base := &syncv1.EpochBase{Epoch: epoch, BaseSeq: uint64(len(h.entries))}
	return history{entries: h.entries, bases: append(slices.Clip(h.bases), base)}
}

// A version that was ever given is reached at the head if its entry is still in the log, and else not. Copies of a
// log that was given up are not put back here: what their versions are worth is proven by hashes, not by numbers.
func TestReachedIsTrueOfWhatIsStillThere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		log := history{bases: []*syncv1.EpochBase{{Epoch: 1}}}
		epoch, copies := uint64(1), []history{log}
		var given []*syncv1.Version
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				copies = append(copies, log)
			case 1:
				at := rapid.IntRange(0, len(copies)-1).Draw(t, "copy")
				epoch++
				log, copies = copies[at].restored(epoch), copies[:at+1]
			default:
				log = log.append()
				given = append(given, log.entries[len(log.entries)-1])
			}
		}
		for _, v := range given {
			if got, want := ledger.Reached(v, log.head(), log.bases), log.has(v); got != want {
				t.Errorf("%v at %v with %v: reached %v, still there %v", v, log.head(), log.bases, got, want)
			}
		}
	})
}

// Whatever is reached at a place is reached at every later place of the same epoch.
func TestReachedStays(t *testing.T) {
	small := rapid.Uint64Range(0, 6)
	rapid.Check(t, func(t *rapid.T) {
		v := &syncv1.Version{Epoch: small.Draw(t, "epoch"), Seq: small.Draw(t, "seq")}
		at := &syncv1.Version{Epoch: small.Draw(t, "at epoch"), Seq: small.Draw(t, "at seq")}
		var bases []*syncv1.EpochBase
		for e := range small.Draw(t, "epochs") {
			bases = append(bases, &syncv1.EpochBase{Epoch: e, BaseSeq: small.Draw(t, "base")})
		}
		later := &syncv1.Version{Epoch: at.GetEpoch(), Seq: at.GetSeq() + small.Draw(t, "more")}
		if ledger.Reached(v, at, bases) && !ledger.Reached(v, later, bases) {
			t.Errorf("%v is reached at %v and not at %v, bases %v", v, at, later, bases)
		}
		if c := ledger.Clamp(v, bases); c > v.GetSeq() {
			t.Errorf("%v is raised to %d", v, c)
		}
	})
}
