package sdk

import (
	"context"
	"time"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// Limits of one synchronisation.
const (
	maxRounds   = 2000 // of requests and answers
	maxRepairs  = 200  // pages of sections
	maxHalvings = 12   // 1,000 mutations come down to one in ten
	longestWait = 2 * time.Minute
)

// SyncReport says what a synchronisation did.
type SyncReport struct {
	Rounds, Pushed, Pulled, Held, Conflicts, Rejected, Repaired int
	// Blobs are the photos and files that the server has now and did not have before.
	Blobs int
	// Revoked, Adopted and HistoryLost count the streams with that verdict.
	Revoked, Adopted, HistoryLost int
	// NeedsUpdate: the server is newer than this app. Nothing is lost by waiting.
	NeedsUpdate bool
	// Waiting: the server asked to come back later; there is more to do.
	Waiting bool
	// Unfinished: so many rounds went by that this synchronisation ended before its work did. Synchronise again.
	Unfinished bool
}

func (s *SyncReport) add(p replica.Progress) {
	s.Rounds++
	s.Pushed += p.Pushed
	s.Pulled += p.Pulled
	s.Held += p.Held
	s.Conflicts += p.Conflicts
	s.Rejected += p.Rejected
	s.Revoked += len(p.Revoked)
	s.Adopted += len(p.Adopted)
	s.HistoryLost += len(p.HistoryLost)
	s.NeedsUpdate = s.NeedsUpdate || p.NeedsUpdate
}

// Sync brings what was written to the server and what the team wrote to the tablet. Cut off anywhere, it goes on
// where it was: what had been answered stays answered. The report is valid with an error too.
func (t *Tablet) Sync(ctx context.Context) (SyncReport, error) {
	t.syncing.Lock()
	defer t.syncing.Unlock()
	report := SyncReport{}
	by, err := t.caller()
	if err != nil {
		return report, err
	}
	if err := t.queueBlobs(); err != nil { // before what names them can be answered, and forgotten
		return report, err
	}
	if err := t.exchangeAll(ctx, by.token, &report); err != nil {
		return report, err
	}
	if !report.Unfinished {
		if err := t.keepReadable(by.person); err != nil {
			return report, err
		}
	}
	if err := t.repair(ctx, by.token, &report); err != nil {
		return report, err
	}
	if err := t.refreshNames(ctx, by); err != nil {
		return report, err
	}
	report.Blobs, err = t.bringBlobs(ctx, by.token)
	return report, err
}

// exchangeAll sends and receives until there is nothing more.
func (t *Tablet) exchangeAll(ctx context.Context, token string, report *SyncReport) error {
	for range maxRounds {
		progress, err := t.exchange(ctx, token)
		if err != nil {
			return err
		}
		report.add(progress)
		if !progress.More {
			return nil
		}
		if pause := time.Duration(progress.RetryAfterMs) * time.Millisecond; pause > 0 {
			if err := t.opts.Wait(ctx, min(pause, longestWait)); err != nil {
				report.Waiting = true
				return remote(err)
			}
		}
	}
	report.Unfinished = true
	return nil
}

// exchange is one request with its answer. A request that is too large is halved.
func (t *Tablet) exchange(ctx context.Context, token string) (replica.Progress, error) {
	for range maxHalvings {
		req, err := t.nextRequest()
		if err != nil {
			return replica.Progress{}, err
		}
		resp, err := t.call(ctx, token, req)
		if connect.CodeOf(err) == connect.CodeResourceExhausted && len(req.GetMutations()) > 0 {
			if err := t.tooLarge(req); err != nil {
				return replica.Progress{}, err
			}
			continue
		}
		if err != nil {
			return replica.Progress{}, remote(err)
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		return t.replica.Absorb(t.opts.Clock(), newID, req, resp)
	}
	return replica.Progress{}, ErrServer
}

func (t *Tablet) nextRequest() (*syncv1.SyncRequest, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.replica.NextRequest(t.opts.Clock())
}

func (t *Tablet) tooLarge(req *syncv1.SyncRequest) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.replica.TooLarge(req)
}

func (t *Tablet) call(ctx context.Context, token string, req *syncv1.SyncRequest) (*syncv1.SyncResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := t.sync.Sync(ctx, authorised(token, req))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// repair fetches the sections that differ from the server's.
func (t *Tablet) repair(ctx context.Context, token string, report *SyncReport) error {
	for range maxRepairs {
		t.mu.Lock()
		req, needed, err := t.replica.NextRepair()
		t.mu.Unlock()
		if err != nil || !needed {
			return err
		}
		answer, err := t.fetchSection(ctx, token, req)
		if code := connect.CodeOf(err); code == connect.CodeNotFound || code == connect.CodeAborted {
			return nil // revoked, or gone on otherwise, meanwhile: the next synchronisation says so
		}
		if err != nil {
			return remote(err)
		}
		t.mu.Lock()
		err = t.replica.AbsorbRepair(req, answer)
		t.mu.Unlock()
		if err != nil {
			return err
		}
		report.Repaired++
	}
	report.Unfinished = true
	return nil
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

// Verify adds every digest up again, as is due daily and after the tablet was switched off hard. What differs is
// fetched by the next Sync; it answers how many sections that are.
func (t *Tablet) Verify() (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.replica.RecomputeDigests()
}
