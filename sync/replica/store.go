package replica

// Store is the small store that a device keeps: ordered keys with values, in one file or folder that nobody else
// writes. Closures are called once; they must not keep the Reader or Tx.
type Store interface {
	// View runs fn against one state of the store.
	View(fn func(Reader) error) error
	// Update runs fn and stores all that it wrote, atomically; it is durable when Update returns. If fn or the store
	// fails, nothing was stored.
	Update(fn func(Tx) error) error
}

// Reader reads. Bytes handed out are valid until the closure or callback returns and must not be changed.
type Reader interface {
	// Get returns the value under the key; nil if there is none.
	Get(key []byte) ([]byte, error)
	// Scan calls fn for every key with the prefix that is above after (nil: from the start), in order of keys. A
	// callback that returns ErrStop ends the scan without an error. A callback must not write nor scan.
	Scan(prefix, after []byte, fn func(key, value []byte) error) error
}

// Tx reads and writes; it reads what it wrote. Keys and values handed in are not changed before the Update ends.
type Tx interface {
	Reader
	Set(key, value []byte) error
	Delete(key []byte) error
}
