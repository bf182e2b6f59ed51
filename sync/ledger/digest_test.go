package ledger_test

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"github.com/tsunagu-care/tsunagu/sync/ledger"
)

// digests draws digests whose words are often all ones or all zeros, where carries happen.
var digests = rapid.Custom(func(t *rapid.T) (d ledger.Digest) {
	word := rapid.SampledFrom([]byte{0, 0, 0, 1, 0x7f, 0x80, 0xfe, 0xff, 0xff, 0xff})
	for i := range d {
		d[i] = word.Draw(t, "byte")
	}
	return d
})

func TestDigestIsASumModulo2To256(t *testing.T) {
	modulus := new(big.Int).Lsh(big.NewInt(1), 256)
	value := func(d ledger.Digest) *big.Int { return new(big.Int).SetBytes(d[:]) }
	rapid.Check(t, func(t *rapid.T) {
		a, b := digests.Draw(t, "a"), digests.Draw(t, "b")
		sum, difference := new(big.Int).Add(value(a), value(b)), new(big.Int).Sub(value(a), value(b))
		if value(a.Add(b)).Cmp(sum.Mod(sum, modulus)) != 0 {
			t.Errorf("%x + %x = %x", a, b, a.Add(b))
		}
		if value(a.Sub(b)).Cmp(difference.Mod(difference, modulus)) != 0 {
			t.Errorf("%x - %x = %x", a, b, a.Sub(b))
		}
		if a.Add(b).Sub(b) != a || a.Sub(b).Add(b) != a {
			t.Errorf("adding and taking away %x changes %x", b, a)
		}
	})
}

func TestDigestKnowsNoOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := rapid.SliceOfN(digests, 0, 6).Draw(t, "terms")
		var one, other ledger.Digest
		for _, d := range terms {
			one = one.Add(d)
		}
		for _, d := range rapid.Permutation(terms).Draw(t, "in another order") {
			other = other.Add(d)
		}
		if one != other {
			t.Errorf("%x and %x", one, other)
		}
	})
}
