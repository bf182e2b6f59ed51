package sdk

import (
	"context"
	"strings"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"

	"github.com/tsunagu-care/tsunagu/sync/replica"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	devicev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/device/v1"
	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
)

// Keys of the SDK's own values. The replica's families use other first letters.
const (
	keySession = 'Z' // person → device.v1.Session
	keyCurrent = 'Y' // → id of the person who uses the tablet
	keyChart   = 'X' // chart → chart.v1.Chart
)

// Person is somebody who signed in on this tablet.
type Person struct {
	ID   string
	Name string
	Role carev1.Role
}

// SignIn proves device and person to the server and makes the person the one who writes on this tablet. It needs the
// network once; what the person writes afterwards does not.
func (t *Tablet) SignIn(ctx context.Context, deviceSecret, person, personSecret string) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	answer, err := t.identity.SignIn(ctx, connect.NewRequest(&identityv1.SignInRequest{
		DeviceId: t.opts.Device, DeviceSecret: deviceSecret, PersonId: person, PersonSecret: personSecret,
	}))
	if err != nil {
		if code := connect.CodeOf(err); code == connect.CodeUnauthenticated || code == connect.CodePermissionDenied {
			return problem(ErrRefused, err)
		}
		return remote(err)
	}
	got := answer.Msg
	if len(got.GetAuthorKey()) != 32 {
		return ErrServer
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	err = t.replica.PutAuthor(replica.Author{
		PersonID: person, Name: got.GetName(), Role: got.GetRole(), Organisation: got.GetOrganisationId(),
		Key: [32]byte(got.GetAuthorKey()),
	}, got.GetServerTime(), t.opts.Clock())
	if err != nil {
		return err
	}
	return t.store.Update(func(tx replica.Tx) error {
		session, err := proto.Marshal(&devicev1.Session{
			PersonId: person, Token: got.GetToken(), ExpiresMs: got.GetExpiresMs(), Server: t.opts.Server,
		})
		if err != nil {
			return err
		}
		if err := tx.Set(append([]byte{keySession}, person...), session); err != nil {
			return err
		}
		return tx.Set([]byte{keyCurrent}, []byte(person))
	})
}

// Use makes somebody who signed in here before the one who writes, without a network. It proves nothing: an app asks
// for the tablet's own unlock first.
func (t *Tablet) Use(person string) error {
	return t.store.Update(func(tx replica.Tx) error {
		session, err := tx.Get(append([]byte{keySession}, person...))
		if err != nil {
			return err
		}
		if session == nil {
			return ErrSignIn
		}
		return tx.Set([]byte{keyCurrent}, []byte(person))
	})
}

// Person returns who writes on this tablet; false if nobody ever signed in.
func (t *Tablet) Person() (Person, bool, error) {
	s, err := t.session()
	if err != nil || s == nil {
		return Person{}, false, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	a, found, err := t.replica.Author(s.GetPersonId())
	return Person{ID: a.PersonID, Name: a.Name, Role: a.Role}, found, err
}

// session returns the session of the person who uses the tablet; nil if there is none.
func (t *Tablet) session() (*devicev1.Session, error) {
	var s *devicev1.Session
	err := t.store.View(func(r replica.Reader) error {
		person, err := r.Get([]byte{keyCurrent})
		if err != nil || person == nil {
			return err
		}
		value, err := r.Get(append([]byte{keySession}, person...))
		if err != nil || value == nil {
			return err
		}
		s = &devicev1.Session{}
		return proto.Unmarshal(value, s)
	})
	return s, err
}

// signedIn tells whether anybody may write here.
func (t *Tablet) signedIn() error {
	s, err := t.session()
	if err == nil && s == nil {
		err = ErrSignIn
	}
	return err
}

// session is what a call to the server needs of the person who uses the tablet.
type session struct{ person, token string }

// caller returns whose name the next call is made in. The token goes to the server that gave it and nowhere else:
// another address, mistyped or foreign, could use it. One that is known to have
// run out is not sent either.
func (t *Tablet) caller() (session, error) {
	s, err := t.session()
	switch {
	case err != nil:
		return session{}, err
	case s == nil:
		return session{}, ErrSignIn
	case t.opts.Server == "":
		return session{}, ErrNoServer
	case s.GetServer() != "" && sameAddress(s.GetServer()) != sameAddress(t.opts.Server):
		return session{}, ErrOtherServer
	}
	over, err := t.expired(s)
	if err != nil {
		return session{}, err
	}
	if over {
		return session{}, ErrExpired
	}
	return session{s.GetPersonId(), s.GetToken()}, nil
}

func sameAddress(server string) string { return strings.ToLower(strings.TrimRight(server, "/")) }

// expired tells whether a session is known to have run out. A wall clock that is off, or was when the server said its
// time, must not sign anybody out: what it says alone is left to the server.
func (t *Tablet) expired(s *devicev1.Session) (bool, error) {
	if s.GetExpiresMs() <= 0 {
		return false, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now, proven, err := t.replica.ServerNow(t.opts.Clock())
	return proven && now >= s.GetExpiresMs(), err
}
