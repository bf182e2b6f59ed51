package replica

// Removal is something that this device destroyed, or may no longer have, and of which whoever keeps files beside the
// store (photos) has to destroy those too.
type Removal struct {
	StreamID string
	// RecordID is a record that was erased by order; zero: the stream was purged.
	RecordID ID
}

// maxRemovals bounds what one call of Removals returns; the next one has the others.
const maxRemovals = 1000

// Removals returns what is to be removed beside the store. It stays put down until Removed says that it is done, also if
// the device is switched off before. Whoever keeps files removes them before the next request: a manifest without a
// stream tells the server that nothing of it is left here.
func (r *Replica) Removals() ([]Removal, error) {
	var all []Removal
	err := r.view(func(rd Reader) error {
		keys, _, err := collect(rd, []byte{keyRemoval}, nil, maxRemovals)
		for _, key := range keys {
			stream := key[2:]
			one := Removal{StreamID: string(stream[:key[1]])}
			if len(stream) > int(key[1]) {
				one.RecordID = idOf(key)
			}
			all = append(all, one)
		}
		return err
	})
	return all, err
}

// Removed says that nothing of these is left beside the store.
func (r *Replica) Removed(done ...Removal) error {
	return r.update(func(tx Tx) error {
		for _, one := range done {
			key := streamKey(keyRemoval, one.StreamID)
			if (one.RecordID != ID{}) {
				key = recordKey(keyRemoval, one.StreamID, one.RecordID)
			}
			if err := tx.Delete(key); err != nil {
				return err
			}
		}
		return nil
	})
}
