package main

import (
	"context"
	"fmt"
	"time"

	"connectrpc.com/connect"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1/identityv1connect"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1/syncv1connect"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/replica/memstore"
	"github.com/tsunagu-care/tsunagu/sync/synthetic"

	identityv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/identity/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// maxLoadRounds bounds the requests of one load: a thousand writes each.
const maxLoadRounds = 10_000

// loader brings the weeks before the day: everything that was written, in its order, by those who wrote it, through
// synchronisation as any tablet does it.
type loader struct {
	world   *synthetic.World
	wire    *wire
	replica *replica.Replica
	token   string
	client  syncv1connect.SyncServiceClient
	boot    []byte
	started time.Time // of the world: the importer's monotonic clock counts from there
	held    int

	url       string
	tokens    map[string]string // person → session, for what each of them brings besides records
	withFiles []synthetic.Write // whose files the server does not have yet
	files     int               // brought
}

// load writes the whole world to the server. It returns how many writes that were.
func load(ctx context.Context, t *teller, url string, w *synthetic.World) (count int, err error) {
	l := &loader{world: w, wire: newWire(), boot: []byte("importer"), started: w.Start(), url: url, tokens: map[string]string{}}
	defer l.wire.client.CloseIdleConnections()
	if l.replica, err = replica.Open(memstore.New(), importer); err != nil {
		return 0, err
	}
	l.client = syncv1connect.NewSyncServiceClient(l.wire, url, connect.WithSendGzip())
	if err := l.signIn(ctx, url); err != nil {
		return 0, err
	}
	for day := range w.Days() {
		for _, write := range w.Day(day) {
			if err := l.put(write); err != nil {
				return count, fmt.Errorf("an entry of day %d cannot be taken over: %w", day+1, err)
			}
			count++
		}
		if (day+1)%7 == 0 {
			if err := l.pushAll(ctx); err != nil {
				return count, err
			}
			t.detail(fmt.Sprintf("第%d週まで：%d件", (day+1)/7, count), fmt.Sprintf("up to week %d: %d entries", (day+1)/7, count))
		}
	}
	t.detail(fmt.Sprintf("写真・ファイル：%d件", l.files), fmt.Sprintf("photos and files: %d", l.files))
	if l.held > 0 {
		return count, fmt.Errorf("the server did not take %d of the entries of the weeks before", l.held)
	}
	return count, nil
}

// signIn makes everybody known to the importer: each entry is sealed by whoever wrote it.
func (l *loader) signIn(ctx context.Context, url string) error {
	identity := identityv1connect.NewIdentityServiceClient(l.wire, url)
	for _, p := range l.world.Directory().People {
		answer, err := identity.SignIn(ctx, connect.NewRequest(&identityv1.SignInRequest{
			DeviceId: importer, DeviceSecret: secret(importer), PersonId: p.ID, PersonSecret: secret(p.ID),
		}))
		if err != nil {
			return fmt.Errorf("%s cannot sign in: %w", p.ID, err)
		}
		got := answer.Msg
		if len(got.GetAuthorKey()) != 32 {
			return fmt.Errorf("the server gives %s no key to write with", p.ID)
		}
		err = l.replica.PutAuthor(replica.Author{
			PersonID: p.ID, Name: got.GetName(), Role: got.GetRole(), Organisation: got.GetOrganisationId(),
			Key: [32]byte(got.GetAuthorKey()),
		}, got.GetServerTime(), l.clock(time.Now()))
		if err != nil {
			return err
		}
		l.tokens[p.ID] = got.GetToken()
		if l.token == "" {
			l.token = got.GetToken()
		}
	}
	return nil
}

func (l *loader) clock(at time.Time) replica.Clock {
	return replica.Clock{WallMs: at.UnixMilli(), MonotonicMs: uint64(max(at.Sub(l.started), 0) / time.Millisecond), BootID: l.boot}
}

// put writes one entry into the importer's queue, at the time at which it was written.
func (l *loader) put(w synthetic.Write) error {
	d := replica.Draft{StreamID: w.Stream, Operation: w.Operation, Groups: w.Groups, Reason: w.Reason, Record: w.Record}
	if w.Operation != syncv1.Operation_OPERATION_CREATE {
		d.RecordID = replica.ID(w.RecordID)
	}
	if len(w.Files) > 0 {
		l.withFiles = append(l.withFiles, w)
	}
	_, err := l.replica.Write(w.Person, l.clock(w.At), func() replica.ID { return replica.ID(w.ID) }, d)
	return err
}

// push sends what is in the queue. Nothing is fetched: the importer reads no chart.
func (l *loader) push(ctx context.Context) error {
	for range maxLoadRounds {
		request, err := l.replica.NextRequest(l.clock(time.Now()))
		if err != nil {
			return err
		}
		if len(request.GetMutations()) == 0 {
			return nil
		}
		request.Pull = false
		call := connect.NewRequest(request)
		call.Header().Set("Authorization", "Bearer "+l.token)
		answer, err := l.client.Sync(ctx, call)
		if err != nil {
			return fmt.Errorf("the weeks before cannot be brought to the server: %w", err)
		}
		for _, r := range answer.Msg.GetResults() {
			if o := r.GetOutcome(); o != syncv1.Outcome_OUTCOME_APPLIED && o != syncv1.Outcome_OUTCOME_MERGED {
				l.held++
			}
		}
		if _, err := l.replica.Absorb(l.clock(time.Now()), func() replica.ID { return replica.ID{} }, request, answer.Msg); err != nil {
			return err
		}
	}
	return fmt.Errorf("the weeks before take more than %d requests", maxLoadRounds)
}

// pushAll sends what is in the queue, and then the files that belong to it.
func (l *loader) pushAll(ctx context.Context) error {
	if err := l.push(ctx); err != nil {
		return err
	}
	return l.bring(ctx)
}
