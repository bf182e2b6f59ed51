package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/alert/v1/alertv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1/chartv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1/syncv1connect"
	"github.com/tsunagu-care/tsunagu/sync/hub"
)

type contextKey int

const (
	keySession contextKey = iota
	keyNote
)

// watches are the procedures whose answers have no end.
var watches = map[string]bool{
	syncv1connect.SyncServiceWatchProcedure:         true,
	chartv1connect.ChartServiceWatchChartProcedure:  true,
	alertv1connect.AlertServiceWatchAlertsProcedure: true,
}

// authenticated lets nothing through without a token that holds. It runs before the body is read: an interceptor
// would run after a stranger's message was decompressed and decoded.
func (a *API) authenticated(errors *connect.ErrorWriter, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		session, ok := a.session(r)
		if !ok {
			refuse(errors, w, r, wire(connect.CodeUnauthenticated, textUnauthenticated))
			return
		}
		NoteOf(r.Context()).DeviceID = session.DeviceID
		if watches[r.URL.Path] {
			// The time to read a request must not end a watch that is still answered; a stranger's has it all the same.
			_ = http.NewResponseController(w).SetReadDeadline(time.Time{})
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), keySession, session)))
	})
}

// session opens the token of a request, and asks the directory whether it still stands: a lost device must lose its
// access at once, not when its token ends.
func (a *API) session(r *http.Request) (hub.Session, bool) {
	scheme, token, found := strings.Cut(r.Header.Get("Authorization"), " ")
	if !found || !strings.EqualFold(scheme, "Bearer") {
		return hub.Session{}, false
	}
	session, ok := a.tokens.open(token, a.config.Now())
	if !ok {
		return hub.Session{}, false
	}
	session.Organisation, ok = a.config.Accounts.Enrolled(session.Tenant, session.DeviceID, session.PersonID)
	return session, ok
}

// limited holds back an address that tries to sign in too often, before its message is decoded: SignIn has no token
// to be judged by.
func (a *API) limited(errors *connect.ErrorWriter, addresses *limiter, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if wait := addresses.take(a.config.Address(r), a.config.Now()); wait > 0 {
			a.signedIn("limited")
			refuse(errors, w, r, tooMany(wait))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// call is the core's view of a call by the session that was proved.
func (a *API) call(ctx context.Context) hub.Call {
	session, _ := ctx.Value(keySession).(hub.Session)
	return hub.Call{Session: session, Now: a.config.Now(), Entropy: a.config.Entropy}
}

// refuse answers in the protocol of the request, without reading its body.
func refuse(errors *connect.ErrorWriter, w http.ResponseWriter, r *http.Request, err error) {
	NoteOf(r.Context()).Code = connect.CodeOf(err).String()
	_ = errors.Write(w, r, err)
}
