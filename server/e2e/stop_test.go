package e2e_test

import (
	"encoding/json"
	"strings"
	"testing"

	"connectrpc.com/connect"

	syncv1 "github.com/tsunagu-care/tsunagu/proto/gen/tsunagu/sync/v1"
)

// TestGracefulStop stops a server with a watch open: the watch is told to go, the process ends well, and what was
// answered is there afterwards.
func TestGracefulStop(t *testing.T) {
	data := t.TempDir()
	s := serve(t, data, "127.0.0.1:0")
	c := signIn(t, s.url(), "sato", "tablet-a")
	written := create(t, shared, 72)
	if _, err := c.write(t.Context(), written); err != nil {
		t.Fatal(err)
	}
	watch, err := c.sync().Watch(t.Context(), connect.NewRequest(&syncv1.WatchRequest{}))
	if err != nil {
		t.Fatal(err)
	}
	if !watch.Receive() {
		t.Fatalf("the watch does not stand: %v", watch.Err())
	}
	s.stop(t)
	for watch.Receive() { // what was under way may still come
	}
	if code := connect.CodeOf(watch.Err()); code != connect.CodeUnavailable {
		t.Errorf("the watch ended with %v", watch.Err())
	}
	_ = watch.Close()
	if !stoppedInTime(s.said()) {
		t.Errorf("the log does not say that the stop was in time:\n%s", s.said())
	}

	s = serve(t, data, s.address)
	items := c.timeline(t, shared)
	if len(items) != 1 || string(items[0].GetRecord().GetId()) != string(written.GetMutationId()) {
		t.Errorf("after the restart the chart has %d records", len(items))
	}
	s.stop(t)
	verify(t, data)
}

func stoppedInTime(log string) bool {
	for line := range strings.Lines(log) {
		var said struct {
			Message string
			InTime  bool `json:"in_time"`
		}
		if json.Unmarshal([]byte(line), &said) == nil && said.Message == "stopped" && said.InTime {
			return true
		}
	}
	return false
}
