package sdk

import (
	"context"
	"errors"

	"connectrpc.com/connect"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// repair brings the sections that differ from the server's, or are to be shown from now on, in line. One that moved on
// the server meanwhile is tried again after another exchange.
func (t *Tablet) repair(ctx context.Context, token string, report *SyncReport) error {
	before, open, err := t.repairs()
	for n := 0; err == nil && open > 0 && n < maxMendings; n++ {
		if n > 0 {
			err = t.exchangeAll(ctx, token, report)
		}
		if err == nil {
			err = t.mend(ctx, token, report)
		}
		if err == nil {
			_, open, err = t.repairs()
		}
	}
	if err != nil {
		return err
	}
	after, _, err := t.repairs()
	report.Repaired += int(after - before)
	return err
}

func (t *Tablet) repairs() (done uint64, open int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.replica.Repairs()
}

// mend does what is put down for repair, as far as it goes now.
func (t *Tablet) mend(ctx context.Context, token string, report *SyncReport) error {
	compares := true
	for range maxRepairs {
		more, err := false, error(nil)
		if compares {
			more, err = t.compare(ctx, token)
		}
		if connect.CodeOf(err) == connect.CodeUnimplemented {
			compares, err = false, nil // an older server: whole sections are fetched
		}
		if err == nil && !more {
			more, err = t.fetch(ctx, token)
		}
		if err == nil && more {
			continue
		}
		return ended(err)
	}
	report.Unfinished = true
	return nil
}

// ended says why mending ended: an answer that the stream was revoked, or has gone on otherwise, is told in full by the
// next exchange.
func ended(err error) error {
	var call *connect.Error
	if !errors.As(err, &call) {
		return err
	}
	if call.Code() == connect.CodeNotFound || call.Code() == connect.CodeAborted {
		return nil
	}
	return remote(err)
}

// compare narrows a section down by one comparison, if one is due.
func (t *Tablet) compare(ctx context.Context, token string) (bool, error) {
	t.mu.Lock()
	req, needed, err := t.replica.NextCompare()
	t.mu.Unlock()
	if err != nil || !needed {
		return false, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := t.sync.CompareSection(ctx, authorised(token, req))
	if err != nil {
		return false, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return true, t.replica.AbsorbCompare(req, answer.Msg)
}

// fetch takes one page of a section, if one is due.
func (t *Tablet) fetch(ctx context.Context, token string) (bool, error) {
	t.mu.Lock()
	req, needed, err := t.replica.NextRepair()
	t.mu.Unlock()
	if err != nil || !needed {
		return false, err
	}
	answer, err := t.fetchSection(ctx, token, req)
	if err != nil {
		return false, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return true, t.replica.AbsorbRepair(req, answer)
}

func (t *Tablet) fetchSection(ctx context.Context, token string, req *syncv1.FetchSectionRequest) (*syncv1.FetchSectionResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := t.sync.FetchSection(ctx, authorised(token, req))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}
