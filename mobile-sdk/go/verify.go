package sdk

import "context"

// verifyIfDue adds the digests up anew once a day and after the tablet was switched off hard. What is found goes to the
// server with the exchange that follows.
func (t *Tablet) verifyIfDue(ctx context.Context) error {
	for range maxTurns {
		if err := ctx.Err(); err != nil {
			return remote(err)
		}
		done, err := t.verifyTurn()
		if err != nil || done {
			return err
		}
	}
	return nil
}

func (t *Tablet) verifyTurn() (done bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	due, err := t.replica.VerifyDue(t.opts.Clock())
	if err != nil || !due {
		return true, err
	}
	turn, err := t.replica.VerifyTurn(t.opts.Clock())
	return !turn.More, err
}

// Verify adds every digest up again, at once, and answers how many sections differ from what the tablet knew of them.
// The next Sync compares what was found with the server, and fetches what differs there.
func (t *Tablet) Verify() (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.replica.RecomputeDigests()
}

// countBlobs counts what waits to be sent, for those who look after the tablets. The caller holds the lock.
func (t *Tablet) countBlobs() error {
	rows, err := t.blobRows()
	t.waiting = 0
	for _, row := range rows {
		if row.waits() {
			t.waiting++
		}
	}
	return err
}
