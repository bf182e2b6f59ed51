package app

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/rs/zerolog"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	carev1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/care/v1"
	chartv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/chart/v1"
	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
	"github.com/tsunagu-care/tsunagu/sync/store"
)

var rewriteStore = flag.Bool("rewrite-store", false, "make testdata/store/v1 anew; only for a format that was never shipped")

const (
	storeVector    = "../../testdata/store/v1"
	timelineVector = "../../testdata/store/v1.timeline.json"
)

// left are files of a data folder that stand in no vector: a socket, locks, and blocks that are only kept free.
var left = []string{"operator.sock", "LOCK", "store.lock", "DISCARD", "ballast"}

// TestStoreOfVersion1Opens: the data folder of the first version is opened by this one, is whole, and shows what it showed.
// A later version must open or migrate it; the folder itself is never written anew.
func TestStoreOfVersion1Opens(t *testing.T) {
	if *rewriteStore {
		writeStoreVector(t)
	}
	c := settings(t)
	copyFolder(t, storeVector, c.Data)
	v, err := Verify(t.Context(), c, zerolog.Nop(), nil)
	if err != nil || len(v.Damage) > 0 || v.Entries < 8 || v.Records < 4 {
		t.Fatalf("%v, %+v", err, v)
	}
	r := start(t, c, onDisk)
	shown := shownTimeline(t, h2c(t, r).signedIn(t, "sato", "tablet-a"))
	if *rewriteStore {
		if err := os.WriteFile(timelineVector, shown, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(timelineVector)
	if err != nil || !bytes.Equal(shown, want) {
		t.Errorf("it shows, %v\n%s\nwant\n%s", err, shown, want)
	}
}

// shownTimeline is a chart as a nurse sees it, as stable JSON.
func shownTimeline(t *testing.T, c *client) []byte {
	t.Helper()
	answer, err := c.chart().GetTimeline(t.Context(), connect.NewRequest(&chartv1.GetTimelineRequest{ChartId: "chart-0001", PageSize: 500}))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := protojson.Marshal(answer.Msg)
	if err != nil {
		t.Fatal(err)
	}
	var stable bytes.Buffer
	if err := json.Indent(&stable, raw, "", " "); err != nil {
		t.Fatal(err)
	}
	text := stable.String()
	for strings.Contains(text, ":  ") { // protojson puts a space more or less, by chance
		text = strings.ReplaceAll(text, ":  ", ": ")
	}
	return []byte(text + "\n")
}

// writeStoreVector makes the folder: several kinds, a conflict, a retraction, something held outside, something erased.
func writeStoreVector(t *testing.T) {
	c := settings(t)
	r := start(t, c, onDisk)
	sato, suzuki := h2c(t, r).signedIn(t, "sato", "tablet-a"), h2c(t, r).signedIn(t, "suzuki", "tablet-b")
	reading := write(t, sato, nil, vital(368))
	write(t, sato, reading, vital(369))
	write(t, suzuki, reading, vital(371)) // she had seen the first only
	gone := write(t, sato, nil, vital(399))
	write(t, sato, gone, nil)
	write(t, sato, nil, &carev1.Body{Kind: &carev1.Body_DailyCare{DailyCare: &carev1.DailyCare{Remarks: "昼食全量摂取。笑顔あり"}}})
	secret := write(t, sato, nil, vital(366))
	if err := r.App.hub.Erase(t.Context(), operatorCall("demo"), "chart-0001/care", store.ID(secret.GetReceipt().GetMutationId()), "tsunagu-station"); err != nil {
		t.Fatal(err)
	}
	outside := pull()
	outside.Msg.Mutations = []*syncv1.QueuedMutation{{Payload: []byte("unreadable"), AuthorSeal: make([]byte, 16)}}
	if _, err := sato.sync().Sync(t.Context(), outside); err != nil {
		t.Fatal(err)
	}
	if err := r.stop(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(storeVector); err != nil {
		t.Fatal(err)
	}
	copyFolder(t, c.Data, storeVector)
}

func vital(tenths int32) *carev1.Body {
	return &carev1.Body{Kind: &carev1.Body_VitalSigns{VitalSigns: &carev1.VitalSigns{TemperatureTenthsC: proto.Int32(tenths)}}}
}

// write creates a record, amends the one that was written before, or, without a body, retracts it.
func write(t *testing.T, c *client, before *chartv1.WriteResponse, body *carev1.Body) *chartv1.WriteResponse {
	t.Helper()
	id, err := uuid.NewV7()
	if err != nil {
		t.Fatal(err)
	}
	req := &chartv1.WriteRequest{
		ChartId: "chart-0001", StreamId: "chart-0001/care", MutationId: id[:], Operation: syncv1.Operation_OPERATION_CREATE, Body: body,
		Envelope: &carev1.Envelope{Effective: timestamppb.New(time.Now().Truncate(time.Second))},
	}
	if before != nil {
		record := before.GetReceipt().GetMutationId()
		history, err := c.chart().GetRecordHistory(t.Context(), connect.NewRequest(&chartv1.GetRecordHistoryRequest{ChartId: "chart-0001", RecordId: record}))
		if err != nil {
			t.Fatal(err)
		}
		items := history.Msg.GetItems()
		req.RecordId, req.Seen, req.Reason = record, items[len(items)-1].GetVersion(), "測り直し"
		req.Operation = syncv1.Operation_OPERATION_PATCH
		if body == nil {
			req.Operation, req.Envelope = syncv1.Operation_OPERATION_RETRACT, nil
		}
	}
	answer, err := c.chart().Write(t.Context(), connect.NewRequest(req))
	if err != nil {
		t.Fatal(err)
	}
	return answer.Msg
}

// copyFolder copies what stands in a vector.
func copyFolder(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, name), 0o700)
		}
		for _, one := range left {
			if d.Name() == one || !d.Type().IsRegular() {
				return nil
			}
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, name), content, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}
