package sdk

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/mobile-sdk/go/internal/store"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1/alertv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1/chartv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1/syncv1connect"
)

// Options say what a tablet stands on. Dir and Device are required; the rest has defaults.
type Options struct {
	// Dir is the folder of the store.
	Dir string
	// Key encrypts it, 32 bytes: from the Keystore or the Keychain. Nil: a key file beside the folder.
	Key []byte
	// Device is the tablet's id in the directory.
	Device string
	// Server is its address: "https://…", or "http://…" in a closed network. Empty: works offline only.
	Server string
	// HTTP carries the calls. Nil: HTTP/2, in cleartext for "http://".
	HTTP connect.HTTPClient
	// BlobCache is how many bytes of photos and files are kept here beside those that are not yet on the server. 0:
	// 256 MiB.
	BlobCache int64
	// WindowMonths is how many months the tablet holds besides the present one. 0: DefaultMonths; Everything: all there
	// are. What is older is on the server, and Widen fetches it.
	WindowMonths int
	// AppVersion is what the tablet calls itself towards those who look after the tablets.
	AppVersion string
	// Clock reads the clocks. Nil: SystemClock.
	Clock func() replica.Clock
	// Wait waits, or ends with the context's error. Nil: time passes.
	Wait func(ctx context.Context, d time.Duration) error
}

// Tablet is an open tablet.
type Tablet struct {
	opts Options

	mu      sync.Mutex // guards the replica: it is sequential
	store   *store.Store
	replica *replica.Replica
	blobs   tabletBlobs
	waiting uint32 // photos and files that the server does not have

	syncing  sync.Mutex        // one synchronisation at a time
	fetching sync.Mutex        // one download at a time
	filing   sync.Mutex        // of what is added, kept or removed beside the store; under fetching, over mu
	added    map[[32]byte]bool // photos and files that were added since the tablet was opened; under filing
	held     map[[32]byte]int  // how many entries are being saved with a photo or file; under filing
	identity identityv1connect.IdentityServiceClient
	sync     syncv1connect.SyncServiceClient
	charts   chartv1connect.ChartServiceClient
	alerts   alertv1connect.AlertServiceClient
	named    map[string]uint64 // person → when the names were asked for, in milliseconds since boot; under syncing
}

// Open opens a tablet's store, or makes one if there is none. One that does not open is left as it is; see SetAside.
func Open(o Options) (*Tablet, error) {
	if o.Server != "" && !strings.HasPrefix(o.Server, "http://") && !strings.HasPrefix(o.Server, "https://") {
		return nil, ErrAddress
	}
	if o.Clock == nil {
		o.Clock = SystemClock()
	}
	if o.Wait == nil {
		o.Wait = wait
	}
	if o.HTTP == nil {
		o.HTTP = defaultHTTP(o.Server)
	}
	key := o.Key
	if key == nil {
		var err error
		if key, err = store.Key(o.Dir); err != nil {
			return nil, err
		}
	}
	s, err := store.Open(o.Dir, key)
	if err != nil {
		return nil, err
	}
	r, err := replica.Open(s, o.Device)
	if err != nil {
		_ = s.Close()
		return nil, err
	}
	t := &Tablet{opts: o, store: s, replica: r, named: map[string]uint64{}, added: map[[32]byte]bool{}, held: map[[32]byte]int{}}
	if t.blobs, err = openBlobs(o, key); err != nil {
		_ = s.Close()
		return nil, err
	}
	r.SetReport(o.AppVersion, func() uint32 { return t.waiting })
	if err := errors.Join(r.SetWindow(o.months()), t.began()); err != nil {
		_ = s.Close()
		return nil, err
	}
	t.connect()
	return t, nil
}

// Close closes the store. What is under way ends first.
func (t *Tablet) Close() error {
	if c, ok := t.opts.HTTP.(*http.Client); ok {
		c.CloseIdleConnections()
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return errors.Join(t.ended(), t.store.Close())
}

// Status is what the tablet knows about itself and its server.
func (t *Tablet) Status() (replica.Status, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.replica.Status()
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
