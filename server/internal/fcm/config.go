package fcm

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	firebase "firebase.google.com/go/v4"
	"firebase.google.com/go/v4/messaging"
	"google.golang.org/api/option"
)

// Config says which project of Firebase, and by which right.
type Config struct {
	// ProjectID is the project of the apps. Empty: the one that the key belongs to.
	ProjectID string
	// CredentialsFile is the file of a service account's key, as Firebase hands it out (JSON). It is never logged.
	CredentialsFile string
	// CredentialsJSON is the same, not in a file. Only one of the two is given.
	CredentialsJSON []byte
	// Endpoint is another server that speaks FCM HTTP v1, such as "http://127.0.0.1:9099". Empty: Firebase's. Only with one
	// may there be no credentials; then requests carry none.
	Endpoint string
	// HTTPClient carries the requests by its Transport; nothing else of it is used. Nil: one of our own.
	HTTPClient *http.Client
	// AppleCritical makes critical alerts sound on a muted iPhone. Apple has to grant the app the entitlement for critical
	// alerts first; without it Apple shows them as ordinary ones. Everything else that is urgent is time-sensitive.
	AppleCritical bool
}

// Channel implements push.Channel. It is safe for concurrent use.
type Channel struct {
	client        *messaging.Client
	project       string
	appleCritical bool
}

var projectID = regexp.MustCompile(`^[a-z][a-z0-9.:-]{2,62}$`)

// Open reads the credentials and makes a channel. It asks nobody: whether they are right, Check finds out. The error is a
// sentence for the operator and holds no secret.
func Open(ctx context.Context, c Config) (*Channel, error) {
	key, err := c.key()
	if err != nil {
		return nil, err
	}
	if c.ProjectID == "" && key != nil {
		c.ProjectID = key.ProjectID
	}
	if !projectID.MatchString(c.ProjectID) {
		return nil, fmt.Errorf("%q is no id of a Firebase project; no push goes out through Firebase: give the one that the Firebase console shows", c.ProjectID)
	}
	carrier := &once{base: base(c.HTTPClient)}
	if key != nil {
		carrier.bearer = newBearer(key, carrier.base)
	}
	client, err := open(ctx, c, carrier)
	if err != nil {
		return nil, errors.New("the library of Firebase refuses its settings; no push goes out through Firebase: check the project and the endpoint")
	}
	return &Channel{client: client, project: c.ProjectID, appleCritical: c.AppleCritical}, nil
}

// open makes the library's client on our carrier, which adds the credentials itself.
func open(ctx context.Context, c Config, carrier *once) (*messaging.Client, error) {
	options := []option.ClientOption{option.WithHTTPClient(&http.Client{Transport: carrier, CheckRedirect: stay})}
	if c.Endpoint != "" {
		options = append(options, option.WithEndpoint(strings.TrimSuffix(c.Endpoint, "/")+"/v1"))
	}
	app, err := firebase.NewApp(ctx, &firebase.Config{ProjectID: c.ProjectID}, options...)
	if err != nil {
		return nil, err
	}
	return app.Messaging(ctx)
}

// key returns nil where none is needed.
func (c Config) key() (*serviceKey, error) {
	if c.Endpoint != "" && !guarded(c.Endpoint) {
		return nil, errors.New("the endpoint of Firebase is not an https address; no push goes out through Firebase: whoever listens on the way would get the credentials")
	}
	switch {
	case c.CredentialsFile != "" && len(c.CredentialsJSON) > 0:
		return nil, errors.New("credentials of Firebase are given twice; no push goes out through Firebase: give the file or its content")
	case c.CredentialsFile != "":
		return readKey(c.CredentialsFile)
	case len(c.CredentialsJSON) > 0:
		return parseKey(c.CredentialsJSON)
	case c.Endpoint == "":
		return nil, errors.New("there are no credentials of Firebase; no push goes out through Firebase: give the file of a service account's key")
	}
	return nil, nil
}

// guarded: what is sent there can be read by nobody on the way: https, or this machine.
func guarded(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false
	}
	if u.Scheme == "https" {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "http" && ip != nil && ip.IsLoopback()
}

func base(c *http.Client) http.RoundTripper {
	if c != nil && c.Transport != nil {
		return c.Transport
	}
	if own, ok := http.DefaultTransport.(*http.Transport); ok {
		return own.Clone() // connections of its own: nobody else's limits and closings
	}
	return http.DefaultTransport
}

// stay follows no redirect: Firebase sends none, and credentials go to no address that an answer names.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
