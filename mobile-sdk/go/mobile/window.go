package mobile

import sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"

// Widen asks for older months of a chart: from the month of a time on, in milliseconds since 1970 UTC; 0: everything.
// The next synchronisation fetches them, newest first.
func (t *Tablet) Widen(chart string, fromMs int64) error {
	return t.words(t.tablet.Widen(chart, millis(fromMs)))
}

// Verify checks the tablet's copy against its digests, and answers how many parts of it differ. The next
// synchronisation mends them.
func (t *Tablet) Verify() (int, error) {
	n, err := t.tablet.Verify()
	return n, t.words(err)
}

// Restoring tells whether the server was restored and waits for its operator; the words are for the screen.
func (t *Tablet) Restoring() (string, error) {
	s, err := t.tablet.Status()
	if err != nil || !s.Restoring {
		return "", t.words(err)
	}
	return t.pick(sdk.RestoringWords()), nil
}
