package main

import (
	"fmt"
	"strings"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1/syncv1connect"
	"github.com/tsunagu-care/tsunagu/sync/ledger"
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
	payload, err := ledger.Marshal(&syncv1.Mutation{
		Id: id, StreamId: synthetic.CareStream(chart), Operation: syncv1.Operation_OPERATION_CREATE, SchemaVersion: oldSchema,
		PersonId: person, DeviceId: device, NotBefore: session.GetServerTime(),
		Record: &carev1.Record{
			Id: id, Status: carev1.RecordStatus_RECORD_STATUS_ACTIVE,
			Envelope: &carev1.Envelope{Effective: timestamppb.New(entry.At), Recorded: timestamppb.New(now.Truncate(time.Second))},
			Body: &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{
				TemperatureTenthsC: proto.Int32(366), PulsePerMin: proto.Uint32(70),
			}}},
		},
	})
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
	outcome := strings.TrimPrefix(result.GetOutcome().String(), "OUTCOME_")
	p.tell.detail("古いアプリ（項目の版 1）の体温36.6・脈拍70：サーバーに保存済み（"+outcome+"）",
		"the old app's (schema 1) temperature 36.6 and pulse 70: "+strings.ToLower(outcome))
	return nil
}
