package synthetic

// dice are a small source of chance whose sequence is part of this package: it must not change with the library that
// draws it, because a seed names a world for good. The steps are those of SplitMix64.
type dice struct{ state uint64 }

// newDice throws for one purpose. Dice with another purpose or other numbers are independent, so that a day can be
// drawn without the days before it.
func newDice(seed uint64, purpose string, numbers ...int) *dice {
	const offset, prime = 14695981039346656037, 1099511628211 // FNV-1a, 64 bits
	h := uint64(offset)
	for i := range len(purpose) {
		h = (h ^ uint64(purpose[i])) * prime
	}
	d := &dice{h ^ seed*0x9e3779b97f4a7c15}
	for _, n := range numbers {
		d.state = d.next() ^ uint64(n)*0xbf58476d1ce4e5b9
	}
	return d
}

func (d *dice) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below returns a number from 0 to n-1; 0 if there is none.
func (d *dice) below(n int) int {
	if n <= 0 {
		return 0
	}
	return int(d.next() >> 33 % uint64(n))
}

// between returns a number from low to high, both included.
func (d *dice) between(low, high int) int { return low + d.below(high-low+1) }

// percent tells whether something happens that happens so often in a hundred times.
func (d *dice) percent(n int) bool { return d.below(100) < n }

// spread returns a number around 0, at most as far away as asked and mostly near.
func (d *dice) spread(most int) int {
	return (d.between(-most, most) + d.between(-most, most) + d.between(-most, most)) / 3
}

// order returns the numbers from 0 to n-1 in a drawn order.
func (d *dice) order(n int) []int {
	out := make([]int, n)
	for i := range out {
		j := d.below(i + 1)
		out[i], out[j] = out[j], i
	}
	return out
}

// pick draws one of a list.
func pick[T any](d *dice, list []T) T { return list[d.below(len(list))] }
