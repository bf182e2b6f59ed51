package simtest

// CompareClocks plays a history twice again, with wrong clocks and with the same clocks wrong the other way, and adds
// a problem to the report if what became of any mutation hangs on them. Wrong one way and wrong the other, and not
// wrong and right, because the number of bytes that a clock offset takes decides where pages end.
func CompareClocks(r *Report) {
	ahead := Run(Options{Seed: r.Seed, WrongClocks: 1})
	behind := Run(Options{Seed: r.Seed, WrongClocks: -1})
	r.Problems = append(r.Problems, ahead.Problems...)
	if ahead.Outcomes != behind.Outcomes {
		r.Problems = append(r.Problems, "what became of the mutations hangs on the tablets' clocks")
	}
}
