package alerts

import "sync"

// listing counts the lists that are being made, by person: a page reads many records, and nobody makes the server read them
// many times over at once.
type listing struct {
	mu    sync.Mutex
	count map[string]int
}

// begin tells whether a person may have a further list made. If so, end must follow.
func (l *listing) begin(tenant, person string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.count == nil {
		l.count = map[string]int{}
	}
	k := tenant + "\x00" + person
	if l.count[k] >= maxListing {
		return false
	}
	l.count[k]++
	return true
}

func (l *listing) end(tenant, person string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := tenant + "\x00" + person
	if l.count[k]--; l.count[k] <= 0 {
		delete(l.count, k)
	}
}
