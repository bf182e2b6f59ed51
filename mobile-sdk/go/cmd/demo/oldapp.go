package main

import (
	"fmt"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	sdk "github.com/tsunagu-care/tsunagu/mobile-sdk/go"
	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1/syncv1connect"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
	"github.com/tsunagu-care/tsunagu/sync/replica"
	"github.com/tsunagu-care/tsunagu/sync/scenario"
	"github.com/tsunagu-care/tsunagu/sync/seal"
	"github.com/tsunagu-care/tsunagu/sync/synthetic"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// oldSchema is the first version of the contract, which old apps speak for years.
const oldSchema = 1

// old PERSON DEVICE CHART at=…: an app of the first version, which knows nothing of later kinds of records, writes a
// pulse and a temperature.
func (p *player) oldApp(s *scenario.Step) error {
	if len(s.Words) != 4 {
		return s.Errorf("old PERSON DEVICE CHART")
	}
	person, device, chart := s.Words[1], s.Words[2], s.Words[3]
	w := newWire()
	defer w.client.CloseIdleConnections()
	session, err := signIn(p.ctx, w, p.url, device, person)
	if err != nil {
		return err
	}
	entry, err := p.entry(s)
	if err != nil {
		return err
	}
	fresh, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("the system gives no random bytes: %w", err)
	}
	id := fresh[:]
	now := time.Now()
	mutation := &syncv1.Mutation{
		Id: id, StreamId: synthetic.CareStream(chart), Operation: syncv1.Operation_OPERATION_CREATE, SchemaVersion: oldSchema,
		PersonId: person, DeviceId: device, NotBefore: session.GetServerTime(),
		Record: &carev1.Record{
			Id: id, Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE,
			Envelope: &carev1.Envelope{Effective: timestamppb.New(entry.At), Recorded: timestamppb.New(now.Truncate(time.Second))},
			Body: &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{
				TemperatureTenthsC: proto.Int32(366), PulsePerMin: proto.Uint32(70),
			}}},
		},
	}
	payload, err := ledger.Marshal(mutation)
	if err != nil {
		return err
	}
	if len(session.GetAuthorKey()) != seal.KeySize {
		return fmt.Errorf("the server gives %s no key to write with", person)
	}
	request := connect.NewRequest(&syncv1.SyncRequest{
		ProtocolVersion: 1, SchemaVersion: oldSchema, Clock: &syncv1.DeviceClock{WallMs: now.UnixMilli()},
		Mutations: []*syncv1.QueuedMutation{{
			Payload: payload, AuthorSeal: seal.Author([seal.KeySize]byte(session.GetAuthorKey()), payload),
		}},
	})
	request.Header().Set("Authorization", "Bearer "+session.GetToken())
	answer, err := syncv1connect.NewSyncServiceClient(w, p.url).Sync(p.ctx, request)
	if err != nil {
		return fmt.Errorf("the old app cannot synchronise: %w", err)
	}
	if len(answer.Msg.GetResults()) != 1 {
		return fmt.Errorf("the server says nothing about what the old app wrote")
	}
	result := answer.Msg.GetResults()[0]
	p.say(words(result))
	p.oldWrite(sdk.Person{ID: person, Name: session.GetName(), Role: session.GetRole()}, device, mutation, result)
	return nil
}

// oldWrite tells what the old app wrote and what became of it, and counts it among the day's writes.
func (p *player) oldWrite(by sdk.Person, device string, m *syncv1.Mutation, result *syncv1.MutationResult) {
	p.count++
	w := &write{
		number: p.count, tablet: &tablet{name: "OLD", device: device}, by: by, body: m.GetRecord().GetBody(), told: words(result),
		place: place{m.GetStreamId(), replica.ID(m.GetId())}, mutation: replica.ID(m.GetId()), own: replica.Own{Result: result, State: replica.Safe},
	}
	p.writes = append(p.writes, w)
	p.tell.writes(w, by, "新規（古い版のアプリ）", "writes with an old app: new")
	p.tell.result(w)
}
