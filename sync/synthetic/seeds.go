package synthetic

// The seeds that whatever watches over charts is measured with. They were committed, with the courses as they are, before
// the rules were, and first played after that; the rules had been drafted by then, on the seeds 1000 to 1003. Nobody who works on
// a rule looks at their worlds: for that there are all the others.
const (
	// FirstUnseen is the first of them.
	FirstUnseen = 5000
	// Unseen is how many there are.
	Unseen = 50
)
