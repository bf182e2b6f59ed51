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
	maxRepairs  = 2000 // comparisons and pages of sections
	maxMendings = 3    // times that what could not be repaired is tried again after another exchange
	maxTurns    = 1000 // of adding digests up anew
	maxHalvings = 12   // 1,000 mutations come down to one in ten
	longestWait = 2 * time.Minute
)

// SyncReport says what a synchronisation did. Pushed entries were answered for good: Taken of them are in their charts,
// the others are held or refused. Held and Rejected count what was sent before, too. Repaired are sections of charts.
type SyncReport struct {
	Taken, Rounds, Pushed, Pulled, Held, Conflicts, Rejected, Repaired int
	// Blobs are the photos and files that the server has now and did not have before.
	Blobs int
	// BlobsLost are photos and files that neither this tablet nor the server has, and that were found to be so now.
	BlobsLost int
	// Revoked, Adopted and HistoryLost count the streams with that verdict.
	Revoked, Adopted, HistoryLost int
	// Restoring: the server was restored and waits for its operator. What was written is safe there, and not judged yet.
	Restoring bool
	// NeedsUpdate: the server is newer than this app. Nothing is lost by waiting.
	NeedsUpdate bool
	// Unproven: the tablet holds more parts of charts than one request can list. What was revoked is learned, what was
	// granted since is not, until some of them go.
	Unproven bool
	// Waiting: the server asked to come back later; there is more to do.
	Waiting bool
	// Unfinished: so many rounds went by that this synchronisation ended before its work did. Synchronise again.
	Unfinished bool
}

func (s *SyncReport) add(p replica.Progress) {
	s.Rounds++
	s.Pushed += p.Pushed
	s.Taken += p.Taken
	s.Pulled += p.Pulled
	s.Held += p.Held
	s.Conflicts += p.Conflicts
	s.Rejected += p.Rejected
	s.Revoked += len(p.Revoked)
	s.Adopted += len(p.Adopted)
	s.HistoryLost += len(p.HistoryLost)
	s.Restoring = p.Restoring
	s.Unproven = p.Unproven
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
	if err := t.removeGone(); err != nil { // the tablet may have been switched off before it was done
		return report, err
	}
	if err := t.verifyIfDue(ctx); err != nil {
		return report, err
	}
	err = t.exchangeAll(ctx, by.token, &report)
	if report.HistoryLost+report.Adopted > 0 {
		if err := t.offerBlobsAgain(); err != nil {
			return report, err
		}
	}
	if err != nil {
		return report, err
	}
	// A server that was restored revokes nothing before its operator confirmed who may read what, and one that was not
	// shown every stream could not: then the person goes on seeing what was proven before, and nothing is opened to them.
	if !report.Unfinished && !report.Restoring && !report.Unproven {
		if err := t.keepReadable(by.person); err != nil {
			return report, err
		}
	}
	if !report.Restoring { // until the restore is confirmed the server shows nothing
		if err := t.repair(ctx, by.token, &report); err != nil {
			return report, err
		}
		if err := t.refreshNames(ctx, by); err != nil {
			return report, err
		}
	}
	if err := t.removeGone(); err != nil { // what repairs destroyed
		return report, err
	}
	return report, t.bringBlobs(ctx, by.token, &report)
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
		progress, err := t.absorb(req, resp)
		if err != nil {
			return progress, err
		}
		return progress, t.removeGone()
	}
	return replica.Progress{}, ErrServer
}

func (t *Tablet) absorb(req *syncv1.SyncRequest, resp *syncv1.SyncResponse) (replica.Progress, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.replica.Absorb(t.opts.Clock(), newID, req, resp)
}

func (t *Tablet) nextRequest() (*syncv1.SyncRequest, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.countBlobs(); err != nil {
		return nil, err
	}
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
