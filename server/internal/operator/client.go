package operator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"github.com/tsunagu-care/tsunagu/server/internal/backup"
	"github.com/tsunagu-care/tsunagu/server/internal/journal"
)

// ErrNone: no server listens in the data folder.
var ErrNone = errors.New("no server runs on this data folder")

// Client asks a running server.
type Client struct {
	http  *http.Client
	place *place
}

var _ Service = (*Client)(nil)

// Dial connects to the server of a data folder; ErrNone if none runs.
func Dial(path string) (*Client, error) {
	at, err := reach(path)
	if err != nil {
		return nil, err
	}
	try, err := at.dial(context.Background())
	if err != nil {
		at.close()
		if errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.ECONNREFUSED) {
			return nil, ErrNone
		}
		return nil, fmt.Errorf("the server that runs on this data folder cannot be asked; nothing was changed: run the command as the server's user: %w", err)
	}
	_ = try.Close()
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) { return at.dial(ctx) }
	return &Client{http: &http.Client{Transport: &http.Transport{DialContext: dial, DisableCompression: true}}, place: at}, nil
}

// Close ends the connection.
func (c *Client) Close() error {
	c.http.CloseIdleConnections()
	c.place.close()
	return nil
}

// Backup implements Service.
func (c *Client) Backup(ctx context.Context, out io.Writer) (counts backup.Counts, err error) {
	answer, err := c.post(ctx, pathBackup, struct{}{})
	if err != nil {
		return counts, err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(out, answer.Body); err != nil {
		return counts, fmt.Errorf("the backup ended before it was whole; there is no backup: look at the server's log, and at the disk that it was written to: %w", err)
	}
	if err := json.Unmarshal([]byte(answer.Trailer.Get(countsTrailer)), &counts); err != nil {
		return counts, errors.New("the server did not finish the backup; there is no backup: look at its log and try again")
	}
	return counts, nil
}

// Cover implements Service.
func (c *Client) Cover(ctx context.Context, checked Checked) (covered Covered, err error) {
	return covered, c.ask(ctx, pathCover, checked, &covered)
}

// Erase implements Service.
func (c *Client) Erase(ctx context.Context, e journal.Erasure) error {
	return c.ask(ctx, pathErase, e, &struct{}{})
}

// Export implements Service.
func (c *Client) Export(ctx context.Context, x Exporting, out io.Writer) error {
	answer, err := c.post(ctx, pathExport, x)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(out, answer.Body); err != nil {
		return fmt.Errorf("the export ended before it was whole; there is no file: look at the server's log, and at the disk that it was written to: %w", err)
	}
	if answer.Trailer.Get(countsTrailer) == "" {
		return errors.New("the server did not finish the export; there is no file: look at its log and try again")
	}
	return nil
}

// Collect implements Service.
func (c *Client) Collect(ctx context.Context, how Collecting) (done Collected, err error) {
	return done, c.ask(ctx, pathCollect, how, &done)
}

// Stats implements Service.
func (c *Client) Stats(ctx context.Context) (s Stats, err error) {
	return s, c.ask(ctx, pathStats, struct{}{}, &s)
}

// Alerts implements Service.
func (c *Client) Alerts(ctx context.Context) (now AlertsNow, err error) {
	return now, c.ask(ctx, pathAlerts, struct{}{}, &now)
}

// Trail implements Service.
func (c *Client) Trail(ctx context.Context, group string) (sent []Sent, err error) {
	return sent, c.ask(ctx, pathTrail, group, &sent)
}

// Targets implements Service.
func (c *Client) Targets(ctx context.Context, person string) (all []Registered, err error) {
	return all, c.ask(ctx, pathTargets, person, &all)
}

// TestPush implements Service.
func (c *Client) TestPush(ctx context.Context, person string) (sent []Sent, err error) {
	return sent, c.ask(ctx, pathTestPush, person, &sent)
}

// Duties implements Service.
func (c *Client) Duties(ctx context.Context) (all []Duty, err error) {
	return all, c.ask(ctx, pathDuties, struct{}{}, &all)
}

// Review implements Service.
func (c *Client) Review(ctx context.Context) (r Review, err error) {
	return r, c.ask(ctx, pathReview, struct{}{}, &r)
}

// Confirm implements Service.
func (c *Client) Confirm(ctx context.Context) (done Confirmed, err error) {
	return done, c.ask(ctx, pathConfirm, struct{}{}, &done)
}

func (c *Client) ask(ctx context.Context, path string, question, answer any) error {
	got, err := c.post(ctx, path, question)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	if err := json.NewDecoder(io.LimitReader(got.Body, maxAnswer)).Decode(answer); err != nil {
		return fmt.Errorf("the server's answer cannot be read; ask again: use the command of the version that runs: %w", err)
	}
	return nil
}

// maxSentence bounds the text of an error.
const maxSentence = 4 << 10

func (c *Client) post(ctx context.Context, path string, question any) (*http.Response, error) {
	body, err := json.Marshal(question)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://operator"+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the server does not answer the command; what it has answered is safe: see whether it still runs, and try again: %w", err)
	}
	if answer.StatusCode == http.StatusOK {
		return answer, nil
	}
	defer answer.Body.Close()
	sentence, _ := io.ReadAll(io.LimitReader(answer.Body, maxSentence))
	return nil, errors.New(strings.TrimSpace(string(sentence)))
}
