// Package mobile is package sdk in the shape that gomobile can bind for Android and iOS: strings, numbers, bytes,
// pointers to structs and one interface; lists have Len and Get; contents are JSON of the contract.
//
// It promises what package sdk promises and adds nothing of its own. Errors are in the language of the tablet.
// It never lets a signature in that a binding would leave out: a test runs gobind over it.
package mobile

import (
	"context"
	"encoding/hex"
	"errors"

	"google.golang.org/protobuf/encoding/protojson"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
)

// Tablet is an open tablet. It may be used from several threads at once.
type Tablet struct {
	tablet   *sdk.Tablet
	japanese bool
}

// Open opens the tablet's store in a folder, or makes one if there is none. The key has 32 bytes and comes from the
// Keystore or the Keychain; without one a key file is kept beside the folder. The language is "ja" or "en".
func Open(dir, server, device, language string, key []byte) (*Tablet, error) {
	return OpenWith(dir, server, device, language, key, 0, "")
}

// OpenWith is Open for an app that says how many months of records it holds besides the present one (0: the usual, -1:
// everything), and what version it is.
func OpenWith(dir, server, device, language string, key []byte, months int, appVersion string) (*Tablet, error) {
	t := &Tablet{japanese: language != "en"}
	if len(key) == 0 {
		key = nil
	}
	var err error
	t.tablet, err = sdk.Open(sdk.Options{Dir: dir, Server: server, Device: device, Key: key, WindowMonths: months, AppVersion: appVersion})
	if err != nil {
		return nil, t.words(err)
	}
	return t, nil
}

// SetAside moves a store that does not open out of the way and returns where it is now. Keep it, and its key. A store
// that opens with the key is not moved.
func SetAside(dir, device, language string, key []byte) (string, error) {
	if len(key) == 0 {
		key = nil
	}
	to, err := sdk.SetAside(sdk.Options{Dir: dir, Device: device, Key: key})
	return to, (&Tablet{japanese: language != "en"}).words(err)
}

// Close closes the store.
func (t *Tablet) Close() error { return t.words(t.tablet.Close()) }

// words puts an error into the tablet's language.
func (t *Tablet) words(err error) error {
	if err == nil {
		return nil
	}
	ja, en := sdk.Words(err)
	return errors.New(t.pick(ja, en))
}

func (t *Tablet) pick(ja, en string) string {
	if t.japanese {
		return ja
	}
	return en
}

// SignIn proves device and person to the server. It needs the network.
func (t *Tablet) SignIn(deviceSecret, person, personSecret string) error {
	return t.words(t.tablet.SignIn(context.Background(), deviceSecret, person, personSecret))
}

// Use makes somebody who signed in here before the one who writes.
func (t *Tablet) Use(person string) error { return t.words(t.tablet.Use(person)) }

// PersonName is who writes on this tablet; empty if nobody signed in.
func (t *Tablet) PersonName() (string, error) {
	p, _, err := t.tablet.Person()
	return p.Name, t.words(err)
}

// Create writes a new record and returns its id. The body is JSON of care.v1.Body; atMs is the effective time in
// milliseconds since 1970 UTC, 0 for now. When it returns, the record is on this tablet's disk.
func (t *Tablet) Create(chart, bodyJSON string, atMs int64, confirm bool) (string, error) {
	body, err := t.body(bodyJSON)
	if err != nil {
		return "", err
	}
	saved, err := t.tablet.Create(chart, body, sdk.Entry{At: millis(atMs), Confirm: confirm})
	return hex.EncodeToString(saved.RecordID[:]), t.words(err)
}

// Acknowledge says that the author has seen that an entry was refused.
func (t *Tablet) Acknowledge(mutation string) error {
	id, err := t.id(mutation)
	if err != nil {
		return err
	}
	return t.words(t.tablet.Acknowledge(id))
}

func (t *Tablet) body(json string) (*carev1.Body, error) {
	body := &carev1.Body{}
	if err := (protojson.UnmarshalOptions{}).Unmarshal([]byte(json), body); err != nil {
		return nil, t.words(replica.ErrNoBody)
	}
	return body, nil
}

func (t *Tablet) id(text string) (replica.ID, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != 16 {
		return replica.ID{}, t.words(sdk.ErrNoRecord)
	}
	return replica.ID(raw), nil
}

// Check looks at a body as Create would: what it would refuse, and what it would ask to confirm. atMs is as in Create.
func (t *Tablet) Check(chart, bodyJSON string, atMs int64) (*Findings, error) {
	body, err := t.body(bodyJSON)
	if err != nil {
		return nil, err
	}
	found, err := t.tablet.Check(chart, body, millis(atMs))
	return &Findings{tablet: t, list: found}, t.words(err)
}
