package api

import (
	"testing"

	"google.golang.org/protobuf/proto"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestManifestOfAWideTablet: 4,096 positions are taken in both encodings, one more in neither.
func TestManifestOfAWideTablet(t *testing.T) {
	v, err := newValidator()
	if err != nil {
		t.Fatal(err)
	}
	for positions, taken := range map[int]bool{4096: true, 4097: false} {
		req := &syncv1.SyncRequest{ProtocolVersion: 1, Clock: &syncv1.DeviceClock{WallMs: 1, BootId: []byte("12345678")}}
		for range positions {
			req.Positions = append(req.Positions, &syncv1.StreamPosition{StreamId: "chart-1/care"})
		}
		raw, err := proto.Marshal(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := (binaryCodec{}).Unmarshal(raw, &syncv1.SyncRequest{}); (err == nil) != taken {
			t.Errorf("%d positions, binary: %v", positions, err)
		}
		if err := v.check(req); (err == nil) != taken {
			t.Errorf("%d positions, checked: %v", positions, err)
		}
	}
}
