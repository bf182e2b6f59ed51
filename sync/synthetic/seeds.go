package synthetic

// The seeds that whatever watches over charts is measured with. They were put down, with the courses as they are, before
// any rule was written, and nobody who works on a rule looks at their worlds: for that there are all the others.
const (
	// FirstUnseen is the first of them.
	FirstUnseen = 5000
	// Unseen is how many there are.
	Unseen = 50
)
